"""双随机、一公开: draws that anyone can repeat, and their results."""
