"""What the opinion service tells, answers and takes."""
