"""What the service does: find a team, load a file, publish, keep the live snapshot."""
