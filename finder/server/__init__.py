"""The running service: its application, routes, middleware, connections, health and worker processes."""
