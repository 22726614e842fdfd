"""The pages for residents, through the same services as the API."""
