"""What builds or counts the data that ships with the service."""
