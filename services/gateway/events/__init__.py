"""The public event stream over HTTP."""
