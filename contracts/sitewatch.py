"""What the sitewatch service tells, answers and takes."""
