"""What the service talks about: teams, surgeries, releases, answers."""
