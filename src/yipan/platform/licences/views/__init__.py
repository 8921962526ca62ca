"""Pages of licences: for everybody, for holders, for staff."""
