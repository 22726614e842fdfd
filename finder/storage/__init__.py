"""PostgreSQL, the record: connections, migrations, and the queries of each store."""
