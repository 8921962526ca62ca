"""Screens of people: signing in, one's own page, units, staff, absence, hand-over, agents of firms."""
