"""The one list component: filters, sorting, keyset paging, columns, saved views, batches, print, XLSX and CSV.

A room declares a list and gives it the query object of its ``queries.py``; the list, its export and its print all read
through that one object, so that they cannot show different rows.

    class CaseList(ListPage):
        key, title = "cases.list", "办件"
        columns = (Column("number", "办件编号", link=case_url), Column("accepted", "受理", "moment", sort=True))
        filters = (Choice("state", "状态", STATES), Text("q", "关键词"), DateRange("accepted", "受理日期"))
        default_order = "-accepted"

        def query(self, request):
            return queries.CaseQuery(request.actor)

    path("cases/", needs("case.view")(CaseList.as_view()), name="list")

A column with personal data has ``personal=True``, and so has the list: it is exported as XLSX only, with a reason,
after somebody else of the unit with the right ``export.approve`` agreed, and with a watermark; all is recorded. A
``BatchAction`` handles each row by itself and answers for each; ``listing.Refusal("…")`` says why one was not handled.

It works without script; htmx replaces the list in place. Shapes are in ``values``, ``keyset.TableQuery`` makes a query
object of a QuerySet, ``keyset.condition`` helps raw SQL, ``RowsQuery`` serves lists that are short by nature.
"""

from .approval import APPROVE
from .batch import BatchAction, Refusal
from .columns import Column, last_day
from .export import Export, set_gate
from .filters import Choice, DateRange, Flag, NumberRange, Text
from .keyset import TableQuery, condition
from .page import ListPage
from .rows import RowsQuery
from .values import Between, Count, Position, Query

__all__ = [
    "APPROVE",
    "BatchAction",
    "Between",
    "Choice",
    "Column",
    "Count",
    "DateRange",
    "Export",
    "Flag",
    "ListPage",
    "NumberRange",
    "Position",
    "Query",
    "Refusal",
    "RowsQuery",
    "TableQuery",
    "Text",
    "condition",
    "last_day",
    "set_gate",
]
