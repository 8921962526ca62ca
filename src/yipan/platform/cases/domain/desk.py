"""What a clerk is asked at each task of a case: the question, its possible answers, what the opinion is called.

The process model names the act of a task and the outcomes it knows; here stands how the screens put them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """One outcome: its code in the process, its words, its tone; ``hint`` says what the opinion must then contain."""

    outcome: str
    title: str
    tone: str = "green"
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """``opinion`` is the label of the opinion's field; "" where a task takes none."""

    title: str = ""
    answers: tuple[Answer, ...] = ()
    opinion: str = "办理意见"


QUESTIONS: dict[str, Question] = {
    "precheck": Question(
        "预审结果",
        (
            Answer("accept", "受理"),
            Answer("tolerate", "容缺受理", hint="申请人已承诺按期补齐暂缺的材料，期限自受理起计算"),
            Answer("correct", "一次性告知补正", "orange", "可以补充说明，告知书以上面列出的内容为准"),
            Answer("refuse", "不予受理", "red", "写明不予受理的理由，至少 6 个字"),
        ),
        "受理意见",
    ),
    "instant": Question(
        "办理结果",
        (
            Answer("grant", "当场办结"),
            Answer("convert", "转为承诺件", "orange", "写明为什么不能当场办结，至少 6 个字，会告知申请人"),
            Answer("correct", "一次性告知补正", "orange", "可以补充说明，告知书以上面列出的内容为准"),
            Answer("refuse", "不予受理", "red", "写明不予受理的理由，至少 6 个字"),
        ),
        "办理意见",
    ),
    "examine": Question(opinion="审查意见"),
    "inspect": Question(
        "核查结论", (Answer("qualified", "符合"), Answer("unqualified", "不符合", "red")), "现场核查情况"
    ),
    "consult": Question(
        "回复", (Answer("agree", "同意"), Answer("disagree", "不同意", "red", "写明不同意的理由")), "回复意见"
    ),
    "conclude": Question(
        "审查结论",
        (Answer("qualified", "符合条件"), Answer("unqualified", "不符合条件", "red", "写明不符合的具体条件")),
        "审查意见",
    ),
    "review": Question(
        "审核结果",
        (Answer("pass", "通过"), Answer("return", "退回审查", "orange", "写明退回原因和需要完善的内容")),
        "审核意见",
    ),
    "decide": Question(
        "决定",
        (Answer("grant", "准予"), Answer("refuse", "不予", "red", "写明不予的理由")),
        "决定意见",
    ),
    "produce": Question(opinion=""),
    "deliver": Question(opinion=""),
}
PLAIN = Question()
# The one-time notice says everything itself.
WITHOUT_OPINION = frozenset({"correct"})


def question(act: str, outcomes: Collection[str]) -> Question:
    """The question of a task whose model knows ``outcomes``; an act without one of its own asks for an opinion."""
    known = QUESTIONS.get(act, PLAIN)
    if not outcomes:
        return known
    return Question(known.title, tuple(a for a in known.answers if a.outcome in outcomes), known.opinion)


def possible(act: str, outcomes: Collection[str], *, follows: bool) -> list[str]:
    """The outcomes that make sense: whether something follows later decides between 受理 and 容缺受理."""
    unfit = "accept" if follows and "tolerate" in outcomes else "tolerate"
    return [one for one in outcomes if act != "precheck" or one != unfit]


def suggestions(act: str, texts: Mapping[str, str], answers: Iterable[Answer]) -> dict[str, str]:
    """Outcome → the opinion that is usual for it ("" where none is); ``texts`` by "act.outcome" or "act"."""
    found = {answer.outcome: texts.get(f"{act}.{answer.outcome}", "") for answer in answers}
    return found or {"": texts.get(act, "")}


def contradiction(outcome: str, opinion: str, usual: Mapping[str, str]) -> bool:
    """The opinion is the usual one of another outcome: somebody changed the outcome and forgot the text."""
    text = opinion.strip()
    return bool(text) and any(text == other and key != outcome for key, other in usual.items())
