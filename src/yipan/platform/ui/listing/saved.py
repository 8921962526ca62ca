"""What an account keeps of a list: the columns it chose, and named views (filters, order, columns)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from ..models import SavedView

MOST_VIEWS = 20
LONGEST_NAME = 20


@dataclass(frozen=True)
class View:
    id: int
    name: str
    query: str
    columns: tuple[str, ...]


def all_of(account_id: int | None, list_key: str) -> tuple[View, ...]:
    """Named views and, with an empty name, the remembered columns; one statement."""
    if account_id is None:
        return ()
    found = SavedView.objects.filter(account_id=account_id, list_key=list_key).order_by("id")
    return tuple(
        View(pk, name, query, tuple(columns))
        for pk, name, query, columns in found.values_list("id", "name", "query", "columns")
    )


def remember_columns(account_id: int, list_key: str, columns: Sequence[str]) -> None:
    """Keep the choice; an empty one returns to the list's own columns."""
    if not columns:
        SavedView.objects.filter(account_id=account_id, list_key=list_key, name="").delete()
        return
    SavedView.objects.update_or_create(
        account_id=account_id, list_key=list_key, name="", defaults={"columns": list(columns)}
    )


def keep(account_id: int, list_key: str, name: str, query: str, columns: Sequence[str]) -> int:
    """Save a view under its name (an existing one is replaced) and return its id. Raises ValidationError."""
    name = name.strip()
    if not name:
        raise ValidationError("请填写视图名称")
    if len(name) > LONGEST_NAME:
        raise ValidationError(f"视图名称最多 {LONGEST_NAME} 个字")
    mine = SavedView.objects.filter(account_id=account_id, list_key=list_key).exclude(name="")
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise ValidationError(f"每个列表最多保存 {MOST_VIEWS} 个视图，请先删除不用的")
    view, _ = SavedView.objects.update_or_create(
        account_id=account_id, list_key=list_key, name=name, defaults={"query": query, "columns": list(columns)}
    )
    return view.pk


def drop(account_id: int, list_key: str, view_id: str) -> None:
    """Delete one's own view; another's is left alone."""
    if view_id.isdecimal():
        SavedView.objects.filter(pk=int(view_id), account_id=account_id, list_key=list_key).exclude(name="").delete()
