"""Staff files of the directory -> checked rows."""
