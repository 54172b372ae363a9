"""What the hotline service tells, answers and takes."""
