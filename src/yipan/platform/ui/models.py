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


class ListExport(models.Model):
    """A request to export a list of personal data, and what became of it.

    ``fields`` names the personal columns, ``query`` the filters and order as the list's address has them. Accounts and
    units are plain numbers, because they live in a room further right.
    """

    WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"

    list_key = models.TextField()
    title = models.TextField()
    path = models.TextField()
    query = models.TextField(blank=True)
    filters = models.TextField(blank=True)
    columns = models.JSONField(default=list)
    fields = models.JSONField(default=list)
    reason = models.TextField()
    account_id = models.BigIntegerField(db_index=True)
    unit_id = models.BigIntegerField(null=True)
    person = models.TextField()
    asked_at = models.DateTimeField()
    state = models.TextField(default=WAITING)
    decided_by = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["unit_id"], name="ui_export_waiting", condition=models.Q(state="waiting")),
        ]
