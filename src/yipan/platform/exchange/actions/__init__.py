"""Use cases of the room, one a file."""
