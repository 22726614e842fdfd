"""Other people's tools on our API: linters of its description, and clients that they generate from it."""
