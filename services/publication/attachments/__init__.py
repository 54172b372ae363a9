"""Files that belong to documents: received piece by piece, scanned for viruses, read, kept in the object store."""
