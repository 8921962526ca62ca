"""Use cases of papers: make, seal, try again."""
