"""What the requests service tells, answers and takes."""
