"""What the publication service tells, answers and takes."""
