"""The sitewatch service."""
