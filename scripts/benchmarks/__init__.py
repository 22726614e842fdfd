"""Benchmarks of the service and of the commands: speed, memory and waiting times. `scripts/bench` runs them."""
