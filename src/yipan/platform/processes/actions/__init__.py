"""What is done with processes: one use case per module."""
