"""The `zwgk` command."""
