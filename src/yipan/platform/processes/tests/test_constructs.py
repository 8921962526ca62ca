"""Every construct of BPMN on rows: the same models as in tests/kernel/engine, started, driven and finished through the
room's actions; after every step the rows equal the state, and the picture says where the instance stands."""

import re

import fragments
import pytest
from playing import Doubling
from sketch import draw

from yipan.kernel.engine.timers import duration
from yipan.platform import calendar, processes, records
from yipan.platform.processes import check, pictures, queries, registry
from yipan.platform.processes.actions import timers
from yipan.platform.processes.domain.values import ModelError
from yipan.platform.processes.models import Instance
from yipan.platform.records.models import EventRow

from .office import NOW

pytestmark = pytest.mark.django_db
MARKS = {"completed": "", "cancelled": "~", "returned": "<"}
OPEN = {"active", "overdue", "paused", "waiting"}


@pytest.fixture
def people(office):
    return [office.add(name, "examiner") for name in ("王", "李", "张")]


def act(call):
    """The service of the models; that of the error boundary event fails with its code."""
    if call.subject[1] == "error boundary event of a service":
        raise ModelError("E1", "试")
    return {}


@pytest.fixture
def services(monkeypatch):
    monkeypatch.setattr(registry, "acts", {**registry.acts, "act": act, "accept": lambda _call: {}})
    monkeypatch.setattr(registry, "model_checks", [])
    monkeypatch.setattr(registry, "decisions", lambda key, _version, _at: Doubling() if key == "doubling" else None)


def model(xml: bytes, key: str, people) -> bytes:
    """A sketch as this office runs it: under its key, in its unit, signed by its people."""
    text = xml.decode().replace('process id="p"', f'process id="{key}" yipan:unit="unit"')
    signers = "[" + ", ".join(f'"{one.person_id}"' for one in people) + "]"
    return text.replace("[&quot;1&quot;, &quot;2&quot;, &quot;3&quot;]", signers.replace('"', "&quot;")).replace(
        """'["1", "2", "3"]'""", f"'{signers}'"
    ).encode()  # fmt: skip


def do(word: str, people) -> None:
    if word[0] == "!":
        processes.correlate(word[1:], "bk", now=calendar.now())
    elif word[0] == "^":
        processes.signal(word[1:], now=calendar.now())
    elif word[0] == "+":
        calendar.set_clock(duration(word[1:], calendar.now()), frozen=True)
        while timers.sweep():
            pass
    elif word[0] != "#":  # services answer by themselves
        element, outcome, data = re.match(r"(\w+)(?:=(\w+))?(?:\{(\w+):(\d+)\})?$", word).group(1, 2, 3)
        number = re.search(r":(\d+)\}", word)
        task = queries.Task.objects.filter(element_id=element, ended_at=None).order_by("id").first()
        actor = next((one for one in people if one.person_id in task.persons), people[0])
        processes.complete(
            task_id=task.pk, actor=actor, now=calendar.now(), outcome=outcome or "",
            data={data: int(number[1])} if data else {},
        )  # fmt: skip


def told(instance: Instance) -> str:
    rows = (
        EventRow.objects.filter(instance_id=str(instance.pk), lifecycle__in=MARKS).exclude(element_id="").order_by("id")
    )
    return " ".join(MARKS[life] + element for element, life in rows.values_list("element_id", "lifecycle"))


def sound(subject) -> Instance:
    """Rows equal the states; every open element is marked so in the picture, others that were passed are marked so."""
    assert check.verify() == []
    instance = Instance.objects.get(subject_kind=subject[0], subject_id=subject[1], parent=None)
    marks = pictures.marks_of(instance)
    standing = {token["e"] for token in instance.state["tokens"].values()}
    assert {element for element, mark in marks.items() if mark in OPEN} == standing
    passed = set(
        EventRow.objects.filter(instance_id=str(instance.pk), lifecycle="completed").values_list(
            "element_id", flat=True
        )
    )
    assert passed - {""} <= marks.keys()
    picture = processes.picture_for(instance.pk)
    assert all(f'data-element="{element}"' in picture for element in marks)
    return instance


@pytest.mark.parametrize("construct", fragments.ALL)
def test_a_construct_on_rows(construct: str, office, people, services):
    fragment = fragments.ALL[construct]
    for key, called in fragment.calls.items():
        processes.deploy(model(called, key, people), key=key, actor=records.SYSTEM, at=NOW)
    xml = draw(f"s > Y > {fragment.entry}; {fragment.body}; {fragment.exit} > e", **fragment.elements)
    processes.deploy(model(xml, "it", people), key="it", actor=records.SYSTEM, at=NOW)
    subject = ("thing", construct)
    processes.start(definition_key="it", subject=subject, business_key="bk", data={"unit": "market", "n": 1},
                    actor=records.SYSTEM, now=NOW)  # fmt: skip
    sound(subject)
    for word in ["Y", *fragment.script.split()]:
        do(word, people)
        instance = sound(subject)
    assert told(instance) == " ".join(f"s Y {fragment.told} e".split())
    assert instance.status == "completed"
    assert OPEN.isdisjoint(pictures.marks_of(instance).values())
