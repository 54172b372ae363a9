"""Asks, and follows the public events."""
