"""The JSON API: its addresses, its documented answers and its documentation."""
