"""What staff read about a load or a publication: on the terminal, as JSON, as CSV, and as pages to mail."""
