"""Bulletins, boards and lists that an office works with or sends on; their rules stand in the README of `reports`."""
