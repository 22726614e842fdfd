"""The tests; a package, so that one of the same name which a dependency installs does not come before it."""
