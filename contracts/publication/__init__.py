"""What the publication service tells, answers and takes (主动公开): a module for each topic, imported by its name."""
