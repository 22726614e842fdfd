"""PostgreSQL: connections, locks, migrations, and a store of queries for each subject."""
