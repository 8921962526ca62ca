"""Watching and improving: duties, supervision, improvement, assessment."""
