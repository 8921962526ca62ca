"""What the address of a list asks for: filters, order, page, size, columns and view."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, QueryDict

from .. import context
from . import filters, keyset, saved
from .columns import Column
from .values import Position

if TYPE_CHECKING:
    from .page import ListPage

# Parameters that belong to one answer, not to the list as it was narrowed.
PASSING = ("after", "before", "export", "print", "view")


@dataclass(frozen=True)
class State:
    path: str
    given: QueryDict
    asked: filters.Asked
    order: str
    size: int
    columns: tuple[Column, ...]
    views: tuple[saved.View, ...]
    view: saved.View | None
    after: Position | None
    before: Position | None
    account_id: int | None
    page: "ListPage"

    @classmethod
    def of(cls, page: "ListPage", request: HttpRequest, given: QueryDict) -> "State":
        account = context.account_id(request)
        views = saved.all_of(account, page.key)
        view = next((v for v in views if v.name and str(v.id) == given.get("view")), None)
        sortable = {column.key for column in page.columns if column.sort} | {page.default_order.lstrip("-")}
        order = given.get("order", "")
        order = order if order.lstrip("-") in sortable and not order.startswith("--") else page.default_order
        size = given.get("size", "")
        size = int(size) if size.isdecimal() and int(size) in page.page_sizes else page.page_size

        def place(name: str) -> Position | None:
            text = given.get(name, "")
            return keyset.unpack(text, list_key=page.key, order=order) if text else None

        return cls(
            request.path, given, filters.read(page.filters, given, request), order, size,
            _columns(page, views, view), tuple(v for v in views if v.name), view,
            place("after"), place("before"), account, page,
        )  # fmt: skip

    def query_string(self, **changes: Any) -> str:
        """The narrowed list as a query string; a changed value of "" leaves the parameter out."""
        query = QueryDict(mutable=True)
        names = {"order", "size", *(name for one in self.page.filters for name in one.names)}
        for name, values in self.given.lists():
            kept = [value for value in values if value]
            if name in names and kept:
                query.setlist(name, kept)
        for name, value in changes.items():
            query.pop(name, None)
            if value != "":
                query[name] = str(value)
        return query.urlencode()

    def address(self, **changes: Any) -> str:
        """Address of the same list with ``changes``; turning pages starts anew unless ``after``/``before`` is given."""
        if self.view is not None:
            changes.setdefault("view", self.view.id)
        query = self.query_string(**changes)
        return f"{self.path}?{query}" if query else self.path

    def sorted_by(self, column: Column) -> str:
        """As aria-sort says it: ascending, descending, or empty."""
        if self.order.lstrip("-") != column.key:
            return ""
        return "descending" if self.order.startswith("-") else "ascending"

    def sort_address(self, column: Column) -> str:
        return self.address(order=column.key if self.sorted_by(column) == "descending" else f"-{column.key}")

    def view_address(self, view: saved.View) -> str:
        return f"{self.path}?{view.query}{'&' if view.query else ''}view={view.id}"

    @property
    def narrowed(self) -> bool:
        return bool(self.asked.values or self.asked.errors)

    @property
    def data_columns(self) -> tuple[Column, ...]:
        """The shown columns without buttons, for paper and files."""
        return tuple(column for column in self.columns if column.data)

    def text(self, name: str) -> str:
        """What stands in a filter's field."""
        return self.given.get(name, "")


def _columns(page: "ListPage", views: tuple[saved.View, ...], view: saved.View | None) -> tuple[Column, ...]:
    """The view's columns, else the remembered ones, else the list's own; fixed ones always."""
    remembered = next((v for v in views if not v.name), None)
    chosen = (view or remembered).columns if (view or remembered) else ()  # type: ignore[union-attr]
    if chosen:
        return tuple(c for c in page.columns if c.fixed or not c.data or c.key in chosen)
    return tuple(c for c in page.columns if c.shown or c.fixed)
