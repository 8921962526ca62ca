"""What is decided about a case without a database: its states, who may do what when, its clocks, its notices."""
