"""The home of those who decide: the to-do at full width, the lights, messages. Everything opens a page of a room."""
