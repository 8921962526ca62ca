"""Opinions (意见) and the stock phrases people keep for them.

An opinion is one object: column, text, outcome, whose it is (and for whom a deputy wrote it), an optional picture of
handwriting, and a reference to its signature. What it says is part of an act in the case's chain, so that a change
behind the program's back is found; ``verify`` compares the rows with the chain.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from yipan.platform import files, processes, records
from yipan.platform.records import queries as record_queries

from ..models import Opinion, Phrase
from .core import Said, Work

MOST_PHRASES = 30
CHAINED = "act"


def of_call(call: processes.ActCall) -> Said | None:
    """What was written at a task, for the act that it performs; None when nothing was."""
    said = _said(
        call.subject, call.task.opinion_column or call.task.name, call.opinion, call.outcome,
        call.data.get("image_file_id"), call.actor.deputy_for_name,
    )  # fmt: skip
    if said is None:
        return None
    return Said(said, lambda work, act: _keep(work, said, act, call.task.id, call.data))


def _said(
    subject: tuple[str, object], column: str, text: str, outcome: str, image: int | None, deputy_for: str
) -> dict[str, Any] | None:
    if not text.strip() and not image:
        return None
    digest = files.ref(image, subject).sha256 if image else ""
    return {"column": column, "text": text.strip(), "outcome": outcome, "image": digest, "deputy_for": deputy_for}


def keep_plain(work: Work, *, column: str, text: str, outcome: str, task_id: int, data: Mapping[str, Any]) -> None:
    """An opinion at a task that changes nothing of the case (added signers): it becomes an act of its own."""
    subject = ("case", str(work.case.pk))
    said = _said(subject, column, text, outcome, data.get("image_file_id"), work.actor.deputy_for_name)
    if said is None:
        return
    act = records.act(
        chain=subject,
        verb="case.opinion",
        actor=work.actor,
        at=work.now,
        subject=subject,
        reason=said["text"],
        payload={"opinion": said},
    )
    _keep(work, said, act, task_id, data)


def _keep(work: Work, said: Mapping[str, Any], act: records.Act, task_id: int | None, data: Mapping[str, Any]) -> None:
    actor = work.actor
    Opinion.objects.create(
        case=work.case,
        column=said["column"],
        text=said["text"],
        outcome=said["outcome"],
        image_file_id=data.get("image_file_id"),
        signature=data.get("signature") or f"{CHAINED}:{act.id}:{act.head.hex()}",
        person_id=actor.person_id,
        person_name=actor.name,
        deputy_for=actor.deputy_for_name,
        unit_name=actor.unit_name,
        post_name=actor.post_name,
        task_id=task_id,
        at=work.now,
    )


def verify() -> Iterator[str]:
    """Opinions that differ from what their act in the chain says, one sentence each; erased acts cannot be compared."""
    for opinion in Opinion.objects.filter(signature__startswith=f"{CHAINED}:").order_by("id").iterator():
        act_id = int(opinion.signature.split(":")[1])
        said = record_queries.payload_of(act_id)
        if said is None:
            continue
        chained = said.get("opinion") or {}
        shown = {"column": opinion.column, "text": opinion.text, "outcome": opinion.outcome,
                 "deputy_for": opinion.deputy_for}  # fmt: skip
        wrong = [name for name, value in shown.items() if chained.get(name) != value]
        case_id = opinion.case_id  # type: ignore[attr-defined]
        picture = files.ref(opinion.image_file_id, ("case", case_id)).sha256 if opinion.image_file_id else ""
        if picture != chained.get("image"):
            wrong.append("image")
        if wrong:
            yield f"opinion {opinion.pk} of case {case_id}: {', '.join(wrong)} differ from act {act_id}"


def add_phrase(account_id: int, text: str) -> None:
    """Keep a phrase (at most 30 a person, the oldest goes)."""
    text = text.strip()[:300]
    if text and not Phrase.objects.filter(account_id=account_id, text=text).exists():
        Phrase.objects.create(
            account_id=account_id, text=text, order=Phrase.objects.filter(account_id=account_id).count()
        )
        kept = Phrase.objects.filter(account_id=account_id).order_by("-id").values_list("id", flat=True)
        Phrase.objects.filter(pk__in=list(kept[MOST_PHRASES:])).delete()


def drop_phrase(account_id: int, phrase_id: int) -> None:
    Phrase.objects.filter(account_id=account_id, pk=phrase_id).delete()


def raise_phrase(account_id: int, phrase_id: int) -> None:
    """Put a phrase first: it gets the key Alt+1."""
    ids = list(Phrase.objects.filter(account_id=account_id).order_by("order", "id").values_list("id", flat=True))
    if phrase_id in ids:
        ids.remove(phrase_id)
        for place, pk in enumerate([phrase_id, *ids]):
            Phrase.objects.filter(pk=pk).update(order=place)
