"""What the read model answers (search, catalogues, lists, counts, reports): a module for each topic."""
