"""Screens of cases: applying and following (citizens), handling (staff), receiving at the counter, asking by number."""
