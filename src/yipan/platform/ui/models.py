"""Tables of the room: the site's own words, and what each account keeps of a list (columns, saved views)."""

from django.db import models


class SiteText(models.Model):
    """Words of the site that packs install: head and foot of every page ("site"), the portal's home page ("portal")."""

    key = models.TextField(primary_key=True)
    content = models.JSONField()


class SavedView(models.Model):
    """A list as somebody likes it: its query string (filters, order) and columns.

    ``account_id`` is a plain number, because accounts live in a room further right. The view with an empty name is
    what the list remembers by itself: the last choice of columns.
    """

    account_id = models.BigIntegerField()
    list_key = models.TextField()
    name = models.TextField(blank=True)
    query = models.TextField(blank=True)
    columns = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "list_key", "name"], name="ui_one_view_per_name")]
