"""Bundles (一件事): several items that people apply for at once. What belongs to one is decided here, from content.

A bundle asks its own few questions once; conditions and the answers of each item are FEEL over these shared answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yipan.kernel.feel import FeelError, compile
from yipan.kernel.packs import Document, Fields, Finding

from .states import ENDED, State


@dataclass(frozen=True, slots=True)
class Question:
    """One shared question; without options it is one of yes and no."""

    key: str
    text: str
    help: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BundleItem:
    """An item of the bundle: when it belongs (FEEL), what it waits for, and how its own questions are answered."""

    key: str
    title: str
    when: str
    after: tuple[str, ...]
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SharedMaterial:
    """One paper that several items ask for: code of the material by item."""

    key: str
    name: str
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as the pack describes it."""

    key: str
    title: str
    summary: str
    lead: str
    promise: str
    guide: tuple[str, ...]
    questions: tuple[Question, ...]
    items: tuple[BundleItem, ...]
    shared: tuple[SharedMaterial, ...]

    def chosen(self, answers: Mapping[str, Any]) -> list[BundleItem]:
        """The items that belong under these answers, in the bundle's order."""
        return [one for one in self.items if not one.when or compile(one.when).evaluate(answers) is True]

    def faults(self, given: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with answers as they were posted, by question."""
        return {one.key: "请选择一项" for one in self.questions if given.get(one.key) not in dict(choices(one))}

    def read(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Posted answers as values: yes and no become true and false."""
        return {
            one.key: given[one.key] if one.options else given[one.key] == "yes"
            for one in self.questions
            if one.key in given
        }


def choices(question: Question) -> tuple[tuple[str, str], ...]:
    return question.options or (("yes", "是"), ("no", "否"))


def answers_of(item: BundleItem, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The item's own questions, answered from the shared answers."""
    return {key: compile(text).evaluate(answers) for key, text in item.answers.items()}


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What the master needs to know of one sub-case."""

    state: State
    promised_due: datetime | None
    legal_due: datetime | None
    decided: bool

    @property
    def running(self) -> bool:
        return self.state not in ENDED and self.state is not State.DRAFT and not self.decided


@dataclass(frozen=True, slots=True)
class MasterClock:
    """The due instants of a master: those of its slowest sub-case. ``complete`` is False while a sub-case that has no
    limit yet (not accepted, or waiting for another) may still make them later."""

    promised: datetime | None
    legal: datetime | None
    complete: bool


def master_clock(parts: Iterable[PartFacts]) -> MasterClock:
    """The slowest sub-case sets the dates; decided ones keep theirs, ended without a decision set none."""
    counted = [part for part in parts if part.decided or part.state not in ENDED]
    promised = [part.promised_due for part in counted if part.promised_due]
    legal = [part.legal_due for part in counted if part.legal_due]
    return MasterClock(
        max(promised, default=None), max(legal, default=None), all(part.promised_due is not None for part in counted)
    )


def read_bundle(document: Document) -> tuple[Bundle | None, list[Finding]]:
    """One file of a pack; the bundle is None when there is a fault."""
    fields = document.fields()
    key, title, summary = fields.text("key"), fields.text("title"), fields.text("summary")
    lead, promise = fields.text("lead"), fields.text("promise")
    guide = tuple(fields.texts("guide"))
    questions = tuple(_question(one) for one in fields.maps("questions"))
    items = tuple(_item(one) for one in fields.maps("items", required=True))
    shared = tuple(_shared(one, {item.key for item in items}) for one in fields.maps("shared"))
    _check_order(fields, items)
    fields.nothing_else()
    found = Bundle(key, title, summary, lead, promise, guide, questions, items, shared)
    return (None if any(one.is_error for one in fields.findings) else found), fields.findings


def _question(fields: Fields) -> Question:
    options = tuple((one.text("value"), one.text("label")) for one in fields.maps("options"))
    found = Question(fields.text("key"), fields.text("text"), fields.text("help", required=False), options)
    fields.nothing_else()
    return found


def _item(fields: Fields) -> BundleItem:
    when = fields.text("when", required=False)
    answers = fields.raw("answers", {}) or {}
    for key, text in [("when", when), *answers.items()]:
        try:
            compile(str(text)) if text else None
        except FeelError as problem:
            fields.fault(f"“{text}”无法读成 FEEL：{problem}", key if key == "when" else "answers")
    found = BundleItem(
        fields.text("item"), fields.text("title"), when, tuple(fields.texts("after")),
        {str(key): str(text) for key, text in answers.items()},
    )  # fmt: skip
    fields.nothing_else()
    return found


def _shared(fields: Fields, known: set[str]) -> SharedMaterial:
    codes = fields.raw("codes", {}) or {}
    if len(codes) < 2:
        fields.fault("共用材料至少对应两个事项", "codes")
    for item in codes:
        if item not in known:
            fields.fault(f"共用材料指向的事项“{item}”不在这件事里", "codes")
    found = SharedMaterial(fields.text("key"), fields.text("name"), {str(k): str(v) for k, v in codes.items()})
    fields.nothing_else()
    return found


def _check_order(fields: Fields, items: tuple[BundleItem, ...]) -> None:
    """An item may wait only for one that is named before it: so no two wait for each other."""
    before: set[str] = set()
    for at, item in enumerate(items):
        if item.key in before:
            fields.fault(f"事项“{item.key}”重复出现", "items", at)
        for prior in item.after:
            if prior not in before:
                fields.fault(f"“{item.key}”要等的“{prior}”应当写在它前面", "items", at)
        before.add(item.key)
