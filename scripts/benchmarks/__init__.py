"""What is measured: speed, memory and waiting, of the service and of the commands; `scripts/bench` runs it."""
