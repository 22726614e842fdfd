"""The JSON interface: requests in, documented shapes and problems out."""
