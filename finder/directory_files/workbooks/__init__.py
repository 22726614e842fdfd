"""Workbooks (.xlsx, .xls and .ods) -> rows of text, read in a sandbox."""
