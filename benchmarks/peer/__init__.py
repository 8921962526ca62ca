"""A Django application over SpiffWorkflow that the journey is measured against."""
