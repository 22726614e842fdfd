"""What API, website and console share about HTTP: caching, encodings, prepared responses, problems, calendars."""
