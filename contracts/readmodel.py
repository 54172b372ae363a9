"""What the readmodel service tells, answers and takes."""
