"""Hears everything."""
