"""Faults made on purpose while residents ask and staff load: `scripts/faults`, `scripts/soak`, `scripts/cluster`."""
