"""`POST /api/v1/lookups`: many postcodes at once, as JSON, CSV or NDJSON."""
