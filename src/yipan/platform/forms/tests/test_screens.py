"""The page of a form: what stands in its HTML, and that it works without script."""

import datetime as dt
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import engines
from django.test import RequestFactory

import yipan
from yipan.platform import forms, records
from yipan.platform.forms import Prefilled, web
from yipan.platform.forms.models import FormVersion
from yipan.platform.ui import access

from .test_forms import ACTOR, AT, FIRM, install, post

pytestmark = pytest.mark.django_db
PACKS = Path(yipan.__file__).parent / "packs"
FORMS = ("market_entry/forms/food_licence.json", "health/forms/public_place_hygiene.json")


@pytest.fixture(params=FORMS)
def address(request, monkeypatch):
    """Signed in as staff who may look at forms; the address of the trial page."""
    monkeypatch.setattr(access, "_authorizer", lambda http, _needed: setattr(http, "actor", ACTOR))
    path = PACKS / request.param
    install(path.read_bytes(), path.stem)
    return f"/admin/forms/{FormVersion.objects.get(key=path.stem).pk}/"


class Page(HTMLParser):
    """Controls with their attributes, ids, labels and what describes them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.controls: list[dict] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.hrefs: list[str] = []
        self.fieldsets: list[bool] = []
        self.inside_label = 0
        self.styled: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if "id" in values:
            self.ids.append(values["id"])
        if {"style", "onclick", "onchange"} & values.keys():
            self.styled.append(tag)
        if tag == "label":
            self.inside_label += 1
            self.labelled.add(values.get("for", ""))
        if tag in ("input", "select", "textarea") and values.get("type") != "hidden":
            self.controls.append(values | {"in_label": self.inside_label > 0})
        if tag == "a":
            self.hrefs.append(values.get("href", ""))
        if tag == "fieldset":
            self.fieldsets.append(False)
        if tag == "legend":
            self.fieldsets[-1 - self.fieldsets[::-1].index(False)] = True

    def handle_endtag(self, tag):
        if tag == "label":
            self.inside_label -= 1


def body(text: str) -> str:
    start = text.index("data-yp-form-body")
    return text[text.rindex("<", 0, start) : text.index("</form>", start)]


def test_every_control_has_a_name_and_every_group_a_legend(client, address):
    page = Page(body(client.get(address).content.decode()))
    assert len(page.controls) > 20
    assert len(set(page.ids)) == len(page.ids)
    assert all(page.fieldsets)
    assert page.styled == []
    for control in page.controls:
        assert control["in_label"] or control["id"] in page.labelled
        for described in (control.get("aria-describedby") or "").split():
            assert described in page.ids


def test_errors_are_listed_with_links_that_lead_to_their_fields(client, address):
    answer = client.post(address, {"do": "next"})
    assert answer.status_code == 422
    page = Page(body(answer.content.decode()))
    links = [href[1:] for href in page.hrefs if href.startswith("#f-")]
    assert len(links) > 5
    assert set(links) <= set(page.ids)
    invalid = [control for control in page.controls if control.get("aria-invalid") == "true"]
    assert invalid
    assert all(f"e-{control['name']}" in control["aria-describedby"].split() for control in invalid)


def test_rows_and_conditional_questions_work_with_buttons_alone(client, address):
    group = "managers" if "食品经营" in client.get(address).content.decode() else "staff"
    more = client.post(address, {"do": f"add:{group}", f"{group}.rows": "1", f"{group}.0.name": "张三"})
    text = more.content.decode()
    assert more.status_code == 200
    assert f'name="{group}.1.name"' in text
    assert 'value="张三"' in text
    assert f'value="remove:{group}:1"' in text
    first = re.search(r'<button[^>]*name="do"[^>]*value="(\w+)', body(text))
    assert first is not None
    assert first.group(1) == "save"  # what Enter presses


def test_conditional_questions_appear_on_refresh(client, address):
    choice, name, field = (
        ("business_kind", "catering", "kitchen_area")
        if "食品经营" in client.get(address).content.decode()
        else ("place_kind", "lodging", "rooms")
    )
    assert f'id="f-{field}"' not in client.get(address).content.decode()
    assert f'id="f-{field}"' in client.post(address, {"do": "refresh", choice: name}).content.decode()


def test_the_list_shows_what_is_in_use(client, address):
    text = client.get("/admin/forms/").content.decode()
    assert address in text
    assert "在用" in text
    assert client.get("/admin/forms/999999/").status_code == 404


def test_a_locked_value_is_read_only_with_its_source_and_a_place_for_a_dispute(client, address):
    key = FormVersion.objects.get().key
    known = FIRM | {"agent.name": Prefilled("<b>王芳</b>", "省统一身份认证平台", AT, locked=True)}
    draft = forms.actions.open_draft(key, owner=("case", 1), prefilled=known, actor=ACTOR, at=AT)
    template = '{% import "forms/render.html" as forms with context %}{{ forms.body(screen) }}'
    text = engines["jinja2"].from_string(template).render({"screen": forms.queries.screen(draft)})
    field = re.search(r"<input[^>]*id=\"f-firm_code\"[^>]*>", text)
    assert field is not None
    assert "readonly" in field.group()
    assert "91440703MA9Q100100" in field.group()
    assert "来源：省法人库 2026" in text
    assert 'name="contest.firm_code"' in text
    assert "&lt;b&gt;王芳" in text
    assert "<b>王芳" not in text


def test_autosave_is_answered_with_the_time(client, address):
    key = FormVersion.objects.get().key
    draft = forms.actions.open_draft(key, owner=("case", 1), prefilled={}, actor=ACTOR, at=AT)
    at = dt.datetime(2026, 3, 2, 1, 31, tzinfo=dt.UTC)
    received = forms.actions.receive(draft, post(do="save"), actor=records.SYSTEM, at=at, final=False)
    request = RequestFactory().post("/", headers={"X-Autosave": "1"})
    assert web.is_autosave(request)
    assert json.loads(web.saved(received).content) == {"saved": "09:31", "at": "2026-03-02T01:31:00+00:00"}
