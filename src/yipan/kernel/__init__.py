"""What can be said without a database or a web page: standard library and named parsers only."""
