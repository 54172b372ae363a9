"""Guards: what the project promises about itself. Every guard is tried on a planted violation."""
