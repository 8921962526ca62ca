"""Use cases of licences: issue, change the state."""
