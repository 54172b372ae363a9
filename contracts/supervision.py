"""What the supervision service tells, answers and takes."""
