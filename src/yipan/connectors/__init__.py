"""Clients of systems outside the district: one protocol and its HTTP client per system."""
