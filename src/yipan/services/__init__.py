"""One room per line of business; siblings that never import one another."""
