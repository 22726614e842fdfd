"""Reports for staff about loads and publications: on the terminal, as JSON, as CSV, and as pages to mail."""
