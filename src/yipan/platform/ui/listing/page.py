"""The declarative list: a class that a room fills in, and the view made of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse

from .. import context, rendering
from ..errors import BadInput
from ..notices import notify
from . import approval, export, keyset, saved
from .batch import MOST_ROWS, BatchAction, perform
from .columns import Column
from .filters import Choice, Filter
from .state import State
from .values import Query

if TYPE_CHECKING:
    from ..models import ListExport

PRINT_ROWS = 1000
EXPORT_PAGE = 500


class ListPage:
    """Declare attributes and ``query``; see the package's docstring for an example.

    ``key`` names the list for ever (saved views hang on it). ``personal`` lists are exported only with a reason,
    after approval, and with a watermark. ``face`` and ``base`` choose the shell. ``intro`` says in a line what the
    list is for, where its title does not. ``template`` may extend ``ui/list.html``.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    default_order: str
    batch: tuple[BatchAction, ...] = ()
    page_size = 20
    page_sizes = (20, 50, 100)
    face = ""
    base = "ui/base_staff.html"
    template = "ui/list.html"
    intro = ""
    personal = False
    exportable = True
    export_limit = 50_000
    empty_title = "没有符合条件的记录"
    empty_hint = "可以放宽或清除筛选条件。"

    def query(self, request: HttpRequest) -> Query:
        raise NotImplementedError

    def row_key(self, row: Any) -> str:
        """What a batch action gets; it must be unique in the list."""
        return str(row.id)

    def heading(self, request: HttpRequest) -> str:  # noqa: ARG002
        return self.title

    def tabs(self, request: HttpRequest) -> Sequence[tuple[Any, ...]]:  # noqa: ARG002
        """Entries for ``ui.tabs`` above the list."""
        return ()

    def links(self, request: HttpRequest) -> Sequence[context.Link]:  # noqa: ARG002
        """Buttons at the title ("新建")."""
        return ()

    def more(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        """More values for ``template``."""
        return {}

    def form(self, request: HttpRequest) -> HttpResponseBase:  # noqa: ARG002
        """What a form of the room's own on the page does (a POST without ``do``); ``show`` shows its faults."""
        raise BadInput("系统没有看懂这次提交的内容。")

    @classmethod
    def as_view(cls) -> Callable[..., HttpResponseBase]:
        page = cls()
        missing = [name for name in ("key", "title", "columns", "default_order") if not hasattr(page, name)]
        if missing:
            raise TypeError(f"{cls.__name__} declares no {', '.join(missing)}")

        def view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            request.list_arguments = kwargs  # type: ignore[attr-defined]
            if request.method == "POST":
                return page._post(request)
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "POST"])
            return page._get(request)

        view.__name__, view.__doc__, view.list_page = cls.__name__, cls.__doc__, page  # type: ignore[attr-defined]
        return view

    # -- reading -----------------------------------------------------------------------------------------------------

    def _get(self, request: HttpRequest) -> HttpResponseBase:
        state = State.of(self, request, request.GET)
        if request.GET.get("export"):
            return self._export(request, state, request.GET["export"], reason="")
        if request.GET.get("print"):
            return self._print(request, state)
        return self._page(request, state, status=422 if state.asked.errors else 200)

    def show(self, request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponseBase:
        """The page with more values for its template, for instance the faults of the room's own form."""
        return self._page(request, State.of(self, request, request.GET), status=status, **more)

    def _page(self, request: HttpRequest, state: State, *, status: int, **more: Any) -> HttpResponseBase:
        values = {
            **self._values(request, state),
            **self._rows(request, state),
            **self.more(request),
            **more,
        }
        if rendering.is_part(request):
            # Always the component's own block: a room's template may surround the list, not replace it.
            response = rendering.render(request, "ui/list.html", values, block="list", status=status)
            response["HX-Push-Url"] = request.get_full_path()
            return response
        return rendering.render(request, self.template, values, status=status)

    def _values(self, request: HttpRequest, state: State) -> dict[str, Any]:
        may = context.ask("may", request) if self.batch else lambda _right: False
        return {
            "base": self.base,
            "face": self.face,
            "list": self,
            "state": state,
            "heading": self.heading(request),
            "tabs": self.tabs(request),
            "links": self.links(request),
            "batch": [action for action in self.batch if action.right is None or may(action.right)],
            "filter_choices": {f.key: f.choices(request) for f in self.filters if isinstance(f, Choice)},
        }

    def _rows(self, request: HttpRequest, state: State) -> dict[str, Any]:
        """One page of rows; nothing is shown while a filter is not understood."""
        if state.asked.errors:
            return {"rows": [], "count": None, "previous": "", "following": ""}
        query = self.query(request)
        found = list(
            query.page(
                state.asked.values, after=state.after, before=state.before, limit=state.size + 1, order=state.order
            )
        )
        more = len(found) > state.size
        if state.before is not None:
            rows, has_previous, has_next = found[-state.size :], more, True
        else:
            rows, has_previous, has_next = found[: state.size], state.after is not None, more

        def place(row: Any) -> str:
            return keyset.pack(query.position(row, state.order), list_key=self.key, order=state.order)

        return {
            "rows": [(self.row_key(row), [column.cell(row) for column in state.columns]) for row in rows],
            "count": query.count_estimate(state.asked.values),
            "previous": state.address(before=place(rows[0])) if rows and has_previous else "",
            "following": state.address(after=place(rows[-1])) if rows and has_next else "",
        }

    def _print(self, request: HttpRequest, state: State) -> HttpResponse:
        if self.personal:
            export.pass_gate(request, self._note(request, state, "xlsx"), export.PRINT)
        query = self.query(request)
        found = list(
            query.page(state.asked.values, after=None, before=None, limit=PRINT_ROWS + 1, order=state.order)
            if not state.asked.errors
            else ()
        )
        values = {
            **self._values(request, state),
            "rows": [[column.cell(row) for column in state.data_columns] for row in found[:PRINT_ROWS]],
            "cut": PRINT_ROWS if len(found) > PRINT_ROWS else 0,
            "at": context.ask("now", request),
            "person": context.person_line(request),
        }
        return rendering.render(request, "ui/list_print.html", values)

    def _export(self, request: HttpRequest, state: State, kind: str, reason: str) -> HttpResponseBase:
        formats = ("xlsx",) if self.personal else tuple(export.FORMATS)
        if kind not in formats or not self.exportable:
            raise BadInput("这个列表不提供这种格式的导出。")
        if state.asked.errors:
            raise BadInput("筛选条件有误，没有导出。请返回列表修改后再试。")
        if not self.personal:
            return self._file(request, state, self._note(request, state, kind))
        if request.GET.get("approved") and request.method == "GET":
            taken = approval.take(request, request.GET["approved"], self.key)
            return self._file(request, self._as_asked(request, taken), self._note_of(request, taken))
        return self._ask_export(request, state, reason.strip())

    def _ask_export(self, request: HttpRequest, state: State, reason: str) -> HttpResponseBase:
        """Personal data leave after another person has approved the reason."""
        if len(reason) < 4:
            values = {**self._values(request, state), "format": "xlsx", "reason": reason}
            values["error"] = "请写明用途，至少 4 个字" if request.method == "POST" else ""
            return rendering.render(request, "ui/list_export.html", values, status=422 if values["error"] else 200)
        note = self._note(request, state, "xlsx", reason)
        export.pass_gate(request, note, export.ASK)
        approval.ask(
            request, list_key=self.key, title=note.title, path=state.path, query=state.query_string(),
            filters="；".join(f"{label}：{words}" for label, words in note.filters) or "全部",
            columns=[column.key for column in state.data_columns], fields=note.personal_fields, reason=reason,
        )  # fmt: skip
        notify(request, "导出申请已提交，本单位有审批权限的人员批准后，可以在这里下载。", "green")
        return HttpResponseRedirect(reverse("ui:my_exports"))

    def _as_asked(self, request: HttpRequest, taken: "ListExport") -> State:
        """The list as it was asked for: the approved filters and columns, not those of the address."""
        state = State.of(self, request, QueryDict(taken.query))
        return replace(state, columns=tuple(c for c in self.columns if c.key in taken.columns))

    def _note(self, request: HttpRequest, state: State, kind: str, reason: str = "") -> export.Export:
        return export.Export(
            self.key, self.heading(request), kind, state.asked.words, state.data_columns, context.ask("now", request),
            context.person_line(request), self.personal, reason, context.ask("demo", request),
        )  # fmt: skip

    def _note_of(self, request: HttpRequest, taken: "ListExport") -> export.Export:
        note = self._note(request, self._as_asked(request, taken), "xlsx", taken.reason)
        return replace(note, request=taken.pk, approved_by=taken.decided_by)

    def _file(self, request: HttpRequest, state: State, note: export.Export) -> HttpResponseBase:
        export.pass_gate(request, note)
        query = self.query(request)
        rows = export.read_all(
            lambda after: query.page(
                state.asked.values, after=after, before=None, limit=EXPORT_PAGE, order=state.order
            ),
            lambda row: query.position(row, state.order),
            self.export_limit,
        )
        response = FileResponse(
            export.write(note, rows),
            as_attachment=True,
            filename=export.file_name(note.title, note.at, note.format),
            content_type=export.FORMATS[note.format],
        )
        response["Cache-Control"] = "private, no-store"
        return response

    # -- doing -------------------------------------------------------------------------------------------------------

    def _post(self, request: HttpRequest) -> HttpResponseBase:
        if "do" not in request.POST:
            return self.form(request)
        what, _, which = request.POST["do"].partition(":")
        if what == "batch":
            return self._batch(request, which)
        state = State.of(self, request, request.GET)
        if what == "export":
            return self._export(request, state, which, request.POST.get("reason", ""))
        account = context.account_id(request)
        if account is None or what not in ("columns", "keep", "drop"):
            raise BadInput("系统没有看懂这次提交的内容。")
        if what == "columns":
            known = [column.key for column in self.columns]
            chosen = [key for key in request.POST.getlist("column") if key in known]
            saved.remember_columns(account, self.key, [] if which == "reset" else chosen)
            return HttpResponseRedirect(state.address(view=""))
        if what == "drop":
            saved.drop(account, self.key, which)
            return HttpResponseRedirect(state.address(view=""))
        try:
            columns = [column.key for column in state.columns]
            view = saved.keep(account, self.key, request.POST.get("name", ""), state.query_string(), columns)
        except ValidationError as error:
            notify(request, "；".join(error.messages), "orange")
            return HttpResponseRedirect(state.address())
        return HttpResponseRedirect(state.address(view=str(view)))

    def _batch(self, request: HttpRequest, which: str) -> HttpResponseBase:
        state = State.of(self, request, request.GET)
        action = next((action for action in self.batch if action.key == which), None)
        if action is None:
            raise BadInput("这个列表没有这项批量操作。")
        keys = list(dict.fromkeys(request.POST.getlist("row")))[: MOST_ROWS + 1]
        if not keys:
            notify(request, "请先勾选要办理的行。", "orange")
            return HttpResponseRedirect(state.address())
        if len(keys) > MOST_ROWS:
            raise BadInput(f"一次最多办理 {MOST_ROWS} 行。")
        if action.hand_over is not None:
            return action.hand_over(request, keys)
        rows = [(key, request.POST.get(f"label-{key}", key)) for key in keys]
        reason, picked = request.POST.get("reason", "").strip(), request.POST.get("picked", "")
        confirmed = request.POST.get("confirmed") == "1"
        faults = action.faults(reason, picked)
        if action.asks and (not confirmed or faults):
            values = {
                **self._values(request, state), "action": action, "rows": rows, "reason": reason, "picked": picked,
                "errors": faults if confirmed else {}, "options": action.pick(request) if action.pick else (),
            }  # fmt: skip
            return rendering.render(request, "ui/list_confirm.html", values, status=422 if confirmed else 200)
        values = {**self._values(request, state), "action": action}
        values["outcomes"] = perform(action, request, rows, reason)
        return rendering.render(request, "ui/list_outcome.html", values)
