"""Catalogues: types as data, items as versioned cases."""
