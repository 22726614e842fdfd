"""The tests with the clock at other dates, what passes today has to pass on any day: `scripts/test-dates`."""
