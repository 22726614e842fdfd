"""What the commands print, for reading."""
