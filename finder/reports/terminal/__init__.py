"""What the commands print for people to read."""
