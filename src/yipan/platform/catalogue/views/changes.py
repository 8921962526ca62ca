"""事项变更: the list of changes on their way, the page that writes, reviews and releases one, national tables."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.platform import calendar, people, ui
from yipan.platform.ui import listing, render, tables
from yipan.platform.ui.access import needs

from .. import queries
from ..actions import drafting, exchange
from ..domain import differences, editing, item_of
from ..models import ItemDraft

TONES = {"writing": "blue", "review": "orange", "release": "orange", "published": "green", "dropped": "grey"}
LIMIT = 10 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ChangeList(listing.ListPage):
    """Changes of items one may see: those of one's units, for the data bureau all of them."""

    key, title, face = "catalogue.changes", "事项变更", "administration"
    intro = "事项要素由实施单位编辑、单位审核、政数局发布，按生效日启用；已受理的办件按受理时的版本办理。"
    default_order = "-written_at"
    columns = (
        listing.Column(
            "item_title", "事项", link=lambda row: reverse("catalogue:change", args=[row.id]),
            sub=lambda row: row.change_note, fixed=True,
        ),
        listing.Column("unit_name", "实施单位"),
        listing.Column("state", "状态", "status", value=lambda row: row.state_title, tone=lambda row: TONES[row.state]),
        listing.Column("effective_from", "生效", "day"),
        listing.Column("written_by", "编辑人"),
        listing.Column("written_at", "最后编辑", "moment", sort=True),
    )  # fmt: skip
    filters = (
        listing.Text("q", "事项"),
        listing.Choice("state", "状态", tuple(ItemDraft.State.choices), many=True),
    )
    empty_title = "没有事项变更"
    empty_hint = "在事项的版本页选择“编辑新版本”。"

    def query(self, request: HttpRequest) -> listing.Query:
        return queries.changes_query(people.actor(request), drafting.EDIT)


@needs(drafting.EDIT)
@require_POST
def begin(request: HttpRequest, key: str) -> HttpResponseBase:
    try:
        draft = drafting.begin(key, actor=people.actor(request), at=calendar.now())
    except queries.ItemNotFound as unknown:
        raise Http404("没有这个事项") from unknown
    return redirect("catalogue:change", draft.pk)


@needs(drafting.EDIT)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, draft_id: int) -> HttpResponseBase:
    """One change: typed by its writer, read by its reviewers with what is different from the version in force."""
    actor, at = people.actor(request), calendar.now()
    draft = queries.change(draft_id, actor, drafting.EDIT)
    problem, faults = "", {}
    if request.method == "POST":
        try:
            _do(request, draft)
        except drafting.DraftProblem as refused:
            problem, faults = str(refused), refused.faults
        else:
            return redirect("catalogue:change", draft.pk)
        draft = queries.change(draft_id, actor, drafting.EDIT)
    writing = draft.state == ItemDraft.State.WRITING
    general, materials = editing.shown(draft.data)
    old, (new, problems) = item_of(draft.base.data), drafting.judged(draft, at)
    unit = people.queries.unit_by_key(draft.unit_key)
    may = {
        name: people.access.may(actor, name, unit_id=unit.id)
        for name in (drafting.EDIT, drafting.REVIEW, drafting.RELEASE)
    }
    context = {
        "face": "administration",
        "draft": draft,
        "tone": TONES[draft.state],
        "writing": writing and may[drafting.EDIT],
        "general": general,
        "materials": materials,
        "locked": editing.locked(draft.data),
        "differences": differences(old, new, queries.names()) if new is not None else (),
        "problems": problems if writing else [],
        "typed": request.POST.dict(),
        "problem": problem,
        "faults": faults,
        "step": {"review": drafting.REVIEW, "release": drafting.RELEASE}.get(draft.state, ""),
        "may": may,
        "own": draft.written_by_id == actor.person_id,
    }
    return render(request, "catalogue/change.html", context, status=422 if problem else 200)


def _do(request: HttpRequest, draft: ItemDraft) -> None:
    actor, at, do = people.actor(request), calendar.now(), request.POST.get("do", "")
    reason = request.POST.get("reason", "")
    if do in ("save", "submit"):
        drafting.save(
            draft.pk,
            {name: request.POST[name] for name in request.POST},
            note=request.POST.get("change_note", ""),
            since=request.POST.get("effective_from", ""),
            actor=actor,
            at=at,
        )
        if do == "submit":
            drafting.submit(draft.pk, actor=actor, at=at)
        ui.notify(request, "已保存" if do == "save" else "已提交单位审核", "green")
    elif do == "drop":
        drafting.drop(draft.pk, actor=actor, at=at)
    elif do in ("approve", "return"):
        act = drafting.review if draft.state == ItemDraft.State.REVIEW else drafting.release
        act(draft.pk, approve=do == "approve", reason=reason, actor=actor, at=at)
        ui.notify(request, "已通过" if do == "approve" else "已退回编辑人", "green")
    else:
        raise drafting.DraftProblem("请选择要做什么。")


@needs("catalogue.manage")
@require_GET
def national(request: HttpRequest, kind: str) -> HttpResponse:  # noqa: ARG001
    """The catalogue in national column names."""
    at = calendar.now()
    made = {
        "xlsx": lambda: (exchange.as_xlsx(at), XLSX, "items.xlsx"),
        "json": lambda: (exchange.as_json(at), "application/json", "items.json"),
        "items.csv": lambda: (exchange.as_csv(at, "items"), "text/csv; charset=utf-8", "items.csv"),
        "materials.csv": lambda: (exchange.as_csv(at, "materials"), "text/csv; charset=utf-8", "materials.csv"),
    }.get(kind)
    if made is None:
        raise Http404("没有这种格式")
    content, mime, name = made()
    response = HttpResponse(content, content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs(drafting.EDIT)
@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest) -> HttpResponseBase:
    """A table in national column names: every item that differs becomes a change; every faulty row is told."""
    faults: list[tables.RowFault] = []
    partial, taken = request.POST.get("partial") == "1", None
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None or (file.size or 0) > LIMIT:
                raise tables.refused("请选择 10 MB 以内的 XLSX、CSV 或者 JSON 文件")
            taken = exchange.take_in(
                exchange.read(file.read(), file.name or ""),
                note=request.POST.get("change_note", ""),
                since=request.POST.get("effective_from", ""),
                actor=people.actor(request),
                at=calendar.now(),
                partial=partial,
            )
        except tables.TableRefused as refused:
            faults = refused.faults
        else:
            faults = list(taken.faults)
            ui.notify(request, f"{len(taken.changes)} 个事项有变化，已生成变更；{taken.same} 个没有变化。", "green")
            if not faults:
                return redirect("catalogue:changes")
    values = {"face": "administration", "faults": faults, "taken": taken, "partial": partial}
    values["typed"] = request.POST.dict()
    return render(request, "catalogue/take_in.html", values, status=422 if faults and taken is None else 200)
