"""The readmodel service."""
