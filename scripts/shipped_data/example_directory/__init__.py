"""The invented teams, people, priorities and surgeries that ship."""
