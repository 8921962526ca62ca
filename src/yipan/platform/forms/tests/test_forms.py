"""Drafts and versions on the real database: resume, immutability, locks, disputes, statements."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

import yipan
from yipan.kernel.clock import SHANGHAI
from yipan.kernel.packs import InstallContext, PackFile, PackManifest
from yipan.platform import forms, records
from yipan.platform.forms import Prefilled
from yipan.platform.forms.actions import contest, open_draft, receive
from yipan.platform.forms.actions.contest import NotLocked
from yipan.platform.forms.loader import FormLoader
from yipan.platform.forms.models import Draft, FormVersion, SubmissionVersion
from yipan.platform.records.queries import acts_of

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
LATER = AT + dt.timedelta(hours=3)
ACTOR = records.Actor(8, 4, "王芳")
PACKS = Path(yipan.__file__).parent / "packs"


def install(content: bytes, name: str, at: dt.datetime = AT) -> None:
    file = PackFile("p", f"forms/{name}.json", content)
    loader = FormLoader()
    assert loader.check(file) == []
    loader.install(file, InstallContext(PackManifest("p", "包", "1"), records.SYSTEM, at))


def schema(*fields: dict, key: str = "f") -> bytes:
    sections = [{"key": "s", "title": "节", "fields": list(fields)}]
    return json.dumps({"key": key, "title": "表", "sections": sections}, ensure_ascii=False, indent=1).encode()


SMALL = schema(
    {"key": "name", "kind": "text", "label": "名称", "required": True, "prefill": "firm.name"},
    {"key": "hot", "kind": "checkboxes", "label": "项目", "options": [{"value": "hot", "label": "热食"}]},
    {"key": "fume", "kind": "text", "label": "烟道", "required": True, "show_when": 'list contains(hot, "hot")'},
    {
        "key": "staff",
        "kind": "repeat",
        "label": "人员",
        "fields": [{"key": "name", "kind": "text", "label": "姓名", "required": True}],
    },
)
KNOWN = {"firm.name": Prefilled("蓬江区好味餐饮有限公司", "省法人库", AT, locked=True)}


def post(**values: object) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, value in values.items():
        found.setlist(name.replace("__", "."), value if isinstance(value, list) else [value])
    return found


@pytest.fixture
def draft() -> int:
    install(SMALL, "f")
    return open_draft("f", owner=("case", 7), prefilled=KNOWN, actor=ACTOR, at=AT)


def test_a_draft_is_resumed_where_it_was_left(draft):
    receive(draft, post(do="save", hot="hot", fume="专用烟道"), actor=ACTOR, at=LATER, final=False)
    again = open_draft("f", owner=("case", 7), prefilled=lambda: pytest.fail("asked twice"), actor=ACTOR, at=LATER)
    assert again == draft
    screen = forms.queries.screen(draft)
    values = {entry.path: entry.value for section in screen.sections for entry in section.entries}
    assert values["fume"] == "专用烟道"
    assert values["hot"] == ["hot"]
    assert screen.saved_at == LATER
    assert screen.errors == {}
    assert forms.queries.draft_saved_at(draft) == LATER


def test_a_finished_form_is_a_numbered_version_that_nothing_changes(draft):
    first = receive(draft, post(do="next", staff__rows="0"), actor=ACTOR, at=AT, final=True)
    second = receive(draft, post(do="next", hot="hot", fume="有"), actor=ACTOR, at=LATER, final=True)
    assert (first.version_number, second.version_number) == (1, 2)
    assert first.version_id is not None
    assert second.version_id is not None
    assert forms.queries.data_of(first.version_id) == {"name": "蓬江区好味餐饮有限公司", "staff": []}
    assert forms.queries.saved_at(second.version_id) == LATER
    assert forms.queries.differences(first.version_id, second.version_id) == [
        ("项目", "", "热食"), ("烟道", "", "有"),
    ]  # fmt: skip
    latest = forms.queries.latest(("case", 7))
    assert latest is not None
    assert latest.number == 2
    for change in (
        lambda: SubmissionVersion.objects.filter(pk=first.version_id).update(data={}),
        lambda: SubmissionVersion.objects.filter(pk=first.version_id).delete(),
        lambda: FormVersion.objects.update(title="别的"),
    ):
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            change()


def test_faults_write_no_version_but_keep_what_was_typed(draft):
    received = receive(draft, post(do="next", hot="hot", fume=""), actor=ACTOR, at=AT, final=True)
    assert received.version_id is None
    assert received.errors == {"fume": "请填写"}
    assert received.screen.errors == received.errors
    assert received.screen.labels["fume"] == "烟道"
    assert Draft.objects.get(pk=draft).raw["hot"] == ["hot"]
    assert not SubmissionVersion.objects.exists()


def test_a_crafted_post_cannot_overwrite_a_locked_value(draft):
    received = receive(draft, post(do="next", name="别人的公司"), actor=ACTOR, at=AT, final=True)
    assert received.version_id is not None
    assert forms.queries.data_of(received.version_id)["name"] == "蓬江区好味餐饮有限公司"
    (section,) = forms.queries.print_rows(received.version_id)
    assert section["rows"][0] == ["名称", "蓬江区好味餐饮有限公司", "省法人库 2026-03-02"]
    assert json.loads(json.dumps(section)) == section


def test_a_locked_value_is_contested_and_stays(draft):
    """四免: a wrong value of a register is disputed with a remark, never silently overwritten (sheet 22)."""
    receive(draft, post(do="save", contest__name="已于上月更名"), actor=ACTOR, at=LATER, final=False)
    received = receive(draft, post(do="next"), actor=ACTOR, at=LATER, final=True)
    assert received.version_id is not None
    (section,) = forms.queries.print_rows(received.version_id)
    assert section["rows"][0][2] == "省法人库 2026-03-02，申请人有异议"
    assert forms.queries.contested(draft)["name"]["remark"] == "已于上月更名"
    acts = acts_of("case", "7")
    assert [act.verb for act in acts] == ["forms.contest"]
    contest(draft, "name", "", actor=ACTOR, at=LATER)
    assert forms.queries.contested(draft) == {}
    with pytest.raises(NotLocked):
        contest(draft, "fume", "不对", actor=ACTOR, at=LATER)


def test_rows_are_added_and_removed_without_finishing(draft):
    received = receive(draft, post(do="add:staff", staff__rows="0"), actor=ACTOR, at=AT, final=True)
    assert received.version_id is None
    assert received.errors == {}
    two = post(do="add:staff", staff__rows="1", staff__0__name="张三")
    assert len(_entry(receive(draft, two, actor=ACTOR, at=AT, final=False), "staff").rows) == 2
    gone = receive(
        draft, post(do="remove:staff:0", staff__rows="2", staff__1__name="李四"), actor=ACTOR, at=AT, final=False
    )
    (row,) = _entry(gone, "staff").rows
    assert row[0].value == "李四"


def _entry(received, path):
    return next(e for section in received.screen.sections for e in section.entries if e.path == path)


def test_the_same_page_sent_twice_is_one_version(draft):
    page = post(do="next", staff__rows="0")
    first = receive(draft, page, actor=ACTOR, at=AT, final=True)
    again = receive(draft, page, actor=ACTOR, at=LATER, final=True)
    assert (again.version_id, again.version_number) == (first.version_id, 1)
    changed = receive(draft, post(do="next", hot="hot", fume="有"), actor=ACTOR, at=LATER, final=True)
    assert changed.version_number == 2
    back = receive(draft, post(do="next", hot="", fume=""), actor=ACTOR, at=LATER, final=True)
    assert back.version_number == 3, "going back is a change, too"


def test_a_new_version_of_a_form_leaves_begun_drafts_alone(draft):
    install(SMALL, "f")
    assert FormVersion.objects.count() == 1  # the same content changes nothing
    install(SMALL.replace("烟道".encode(), "排烟设施".encode()), "f", LATER)
    assert FormVersion.objects.count() == 2
    assert Draft.objects.get(pk=draft).form.number == 1
    other = open_draft("f", owner=("case", 8), prefilled={}, actor=ACTOR, at=LATER)
    assert Draft.objects.get(pk=other).form.number == 2
    assert [(v.number, v.in_use) for v in forms.queries.published()] == [(2, True), (1, False)]


def test_a_value_that_may_be_changed_is_only_a_proposal():
    install(SMALL, "f")
    free = {"firm.name": Prefilled("旧名", "历史申请", AT, locked=False)}
    draft = open_draft("f", owner=("case", 9), prefilled=free, actor=ACTOR, at=AT)
    entry = forms.queries.screen(draft).sections[0].entries[0]
    assert (entry.value, entry.source, entry.widget) == ("旧名", "历史申请", "text")
    received = receive(draft, post(name="新名"), actor=ACTOR, at=AT, final=True)
    assert received.version_id is not None
    assert forms.queries.print_rows(received.version_id)[0]["rows"] == [["名称", "新名", ""]]


def test_an_unknown_form_is_named():
    with pytest.raises(forms.queries.UnknownForm, match="没有安装表单“nothing”"):
        open_draft("nothing", owner=("case", 1), prefilled={}, actor=ACTOR, at=AT)


def test_two_hundred_fields_cost_no_more_statements_than_two():
    fields = [
        {"key": f"f{n}", "kind": "text", "label": f"第{n}项", "show_when": f"f{n - 1} != null" if n else "true"}
        for n in range(200)
    ]
    install(schema(*fields), "f")
    draft = open_draft("f", owner=("case", 1), prefilled={}, actor=ACTOR, at=AT)
    posted = post(do="next", **{f"f{n}": str(n) for n in range(200)})
    with CaptureQueriesContext(
        connection,
    ) as reading:
        forms.queries.screen(draft)
    assert len(reading) == 1
    with CaptureQueriesContext(connection) as writing:
        received = receive(draft, posted, actor=ACTOR, at=AT, final=True)
    statements = [q["sql"] for q in writing if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) == 3  # lock the draft, insert the version, update the draft
    assert received.version_id is not None
    assert len(forms.queries.data_of(received.version_id)) == 200


FOOD = {
    "domicile": "蓬江区建设路 1 号",
    "contact_name": "王芳",
    "contact_phone": "13800138000",
    "premises": {"region": "440703006", "detail": "建设路 1 号首层"},
    "area": "120.5",
    "kitchen_area": "40",
    "employees": 8,
    "outside_storage": "no",
    "business_kind": "catering",
    "business_items": ["hot", "drinks"],
    "brewing": "no",
    "online": "no",
    "managers": [
        {
            "name": "张三",
            "id_number": "11010519491231002X",
            "duty": "officer",
            "employment": "full",
            "phone": "13800138001",
        }
    ],
    "facilities": [{"name": "冷藏柜", "quantity": 2, "place": "粗加工间"}],
    "waste": "licensed",
    "fume": "yes",
    "rules": ["staff", "manager", "self_check", "purchase", "emergency"],
    "promise_agree": True,
}
FIRM = {
    "firm.name": Prefilled("蓬江区好味餐饮有限公司", "省法人库", AT, locked=True),
    "firm.code": Prefilled("91440703MA9Q100100", "省法人库", AT, locked=True),
    "firm.legal_rep": Prefilled("王芳", "省法人库", AT, locked=True),
}


def food(owner: int, answers: dict) -> forms.actions.Received:
    draft = open_draft("food_licence", owner=("case", owner), prefilled=FIRM, actor=ACTOR, at=AT)
    posted = QueryDict(mutable=True)
    for name, value in forms.actions.as_posted(draft, answers).items():
        posted.setlist(name, value)
    return receive(draft, posted, actor=ACTOR, at=AT, final=True)


def test_the_food_licence_form_is_filled_in_by_a_restaurant():
    """The form of the journey: locked firm data, conditional questions, two repeated groups."""
    install((PACKS / "market_entry/forms/food_licence.json").read_bytes(), "food_licence")
    received = food(1, FOOD)
    assert received.errors == {}
    assert received.version_id is not None
    words = forms.queries.values_of(received.version_id)
    assert words["business_kind"] == "餐饮服务经营者"
    assert words["business_items"] == "热食类食品制售、自制饮品制售"
    assert words["premises"] == "环市街道建设路 1 号首层"
    assert words["legal_representative"] == "王芳"
    wrong = food(2, FOOD | {"business_items": ["semi"], "kitchen_area": "500", "rules": ["staff"]})
    assert set(wrong.errors) == {"kitchen_area", "business_items", "rules"}


def test_the_hygiene_form_asks_by_kind_of_place_and_way():
    """A guesthouse on the commitment path needs rooms and beds, but no report (sheet 22 d7)."""
    install((PACKS / "health/forms/public_place_hygiene.json").read_bytes(), "public_place_hygiene")
    draft = open_draft("public_place_hygiene", owner=("case", 1), prefilled=FIRM, actor=ACTOR, at=AT)
    posted = post(do="next", place_kind="lodging", method="commitment", central_ac="yes")
    shown = receive(draft, posted, actor=ACTOR, at=AT, final=True).errors
    assert {"rooms", "beds", "commitment_agree"} <= set(shown)
    assert not {"report_no", "ac_report_no", "chairs", "pool_area"} & set(shown)
    general = receive(draft, post(do="next", method="general"), actor=ACTOR, at=AT, final=True).errors
    assert {"report_no", "report_date", "ac_report_no", "staff.0.certificate_no"} <= set(general)
    assert "commitment_agree" not in general
