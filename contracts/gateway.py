"""What the gateway service tells, answers and takes."""
