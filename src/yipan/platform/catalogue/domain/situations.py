"""The situation of an applicant: which questions are open, which path and which materials follow from the answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yipan.kernel.feel import Expression, compile

from .item import Item, Material, Path, Question


class AnswerRefused(Exception):
    """An answer that the question does not offer; ``faults`` by question key."""

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        super().__init__("；".join(faults.values()))


@dataclass(frozen=True, slots=True)
class Needed:
    """A material the situation asks for.

    ``status`` is required or commitment (a signed promise may replace it); one with a tolerance may follow later;
    ``exempt``: the applicant hands nothing in, government fetches it; ``written``: it comes out of the form that is
    filled in here; ``why``: one line for the applicant.
    """

    material: Material
    status: str
    exempt: bool
    why: str

    @property
    def written(self) -> bool:
        return self.material.source.kind == "form"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A material of the item that this applicant does not need, with the reason."""

    material: Material
    why: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """What follows from the answers; ``unanswered`` are the questions still open, in their order."""

    path: Path
    materials: tuple[Needed, ...]
    left_out: tuple[LeftOut, ...]
    unanswered: tuple[Question, ...]
    explanations: tuple[str, ...]


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Expression:
    return compile(text)


def holds(text: str, context: Mapping[str, Any]) -> bool | None:
    """A condition over the answers: true, false, or None while it cannot be told."""
    value = _compiled(text).evaluate(dict(context))
    return value if isinstance(value, bool) else None


def open_questions(item: Item, answers: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions to ask now that have no answer yet."""
    return tuple(question for question in item.questions if question.key not in answers and _asked(question, answers))


def _asked(question: Question, answers: Mapping[str, Any]) -> bool:
    return not question.when or holds(question.when, answers) is True


def check_answers(item: Item, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that count: known questions that are asked. Raises AnswerRefused for values that are not offered."""
    kept: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for question in item.questions:
        if question.key not in given or not _asked(question, kept):
            continue
        value = given[question.key]
        if question.kind == "yesno":
            value = {"yes": True, "no": False, True: True, False: False}.get(value)
            if value is None:
                faults[question.key] = f"“{question.text}”请选择是或否"
        elif value not in {option.value for option in question.options}:
            faults[question.key] = f"“{question.text}”请从选项中选择"
        kept[question.key] = value
    if faults:
        raise AnswerRefused(faults)
    return kept


def path_of(item: Item, answers: Mapping[str, Any]) -> Path:
    """The first path whose condition holds; the last one otherwise."""
    for path in item.paths:
        if not path.when or holds(path.when, answers) is True:
            return path
    return item.paths[-1]


def materials_for(item: Item, answers: Mapping[str, Any]) -> Checklist:
    """The checklist of a situation. A material whose condition cannot be told yet is listed, never silently lost."""
    path = path_of(item, answers)
    context = {**{question.key: None for question in item.questions}, **answers, "path": path.key}
    needed: list[Needed] = []
    left_out: list[LeftOut] = []
    open_ = open_questions(item, answers)
    waiting = {question.key for question in item.questions if question.key not in answers} if open_ else set()
    for material in item.materials:
        undecided = bool(material.when) and not waiting.isdisjoint(_compiled(material.when).names)
        if material.when and not undecided and holds(material.when, context) is False:
            left_out.append(LeftOut(material, _why_not(item, material, answers)))
        else:
            needed.append(_needed(material, path))
    explanations = tuple(
        f"{question.text}{question.shown(answers[question.key])}"
        for question in item.questions
        if question.key in answers
    )
    return Checklist(path, tuple(needed), tuple(left_out), open_, explanations)


def required_specials(item: Item, answers: Mapping[str, Any]) -> tuple[int, ...]:
    """Kinds of special procedures without which nothing is granted in this situation."""
    context = {**{question.key: None for question in item.questions}, **answers, "path": path_of(item, answers).key}
    return tuple(
        one.kind for one in item.specials if one.required and (not one.when or holds(one.when, context) is True)
    )


def _needed(material: Material, path: Path) -> Needed:
    exempt = material.source.exempt
    if material.source.kind == "commitment":
        return Needed(material, "commitment", False, "在线阅读并签署承诺书")
    if material.commitment and path.variables.get("commitment") is True:
        return Needed(material, "commitment", exempt, f"可以告知承诺代替：{material.commitment}")
    if material.tolerance:
        return Needed(material, "required", exempt, material.tolerance.words)
    return Needed(material, "required", exempt, material.explain)


def _why_not(item: Item, material: Material, answers: Mapping[str, Any]) -> str:
    """Which answer makes a material unnecessary, in words."""
    if material.not_needed_when:
        return material.not_needed_when
    names = _compiled(material.when).names
    said = [f"{q.text}{q.shown(answers[q.key])}" for q in item.questions if q.key in names and q.key in answers]
    return "；".join(said) or "您选择的办理方式不需要"
