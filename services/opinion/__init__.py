"""The opinion service."""
