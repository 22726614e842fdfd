"""What benchmarks, drills and tests share: starting servers and databases, sending requests, waiting."""
