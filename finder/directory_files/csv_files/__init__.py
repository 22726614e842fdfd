"""CSV files -> rows of text, read in a sandbox."""
