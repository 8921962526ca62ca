"""Opinions and the stock phrases people keep for them."""

from yipan.platform import processes

from ..models import Opinion, Phrase
from .core import Work


def keep(work: Work, call: processes.ActCall) -> None:
    """Keep what was written at a task as an opinion of its column; tasks without text leave none."""
    if not call.opinion.strip() and not call.data.get("image_file_id"):
        return
    actor = call.actor
    Opinion.objects.create(
        case=work.case,
        column=call.task.opinion_column or call.task.name,
        text=call.opinion.strip(),
        outcome=call.outcome,
        image_file_id=call.data.get("image_file_id"),
        signature=call.data.get("signature", ""),
        person_id=actor.person_id,
        person_name=actor.name,
        deputy_for=actor.deputy_for_name,
        unit_name=actor.unit_name,
        post_name=actor.post_name,
        task_id=call.task.id,
        at=call.now,
    )


def add_phrase(account_id: int, text: str) -> None:
    """Keep a phrase (at most 30 a person, the oldest goes)."""
    text = text.strip()[:300]
    if text and not Phrase.objects.filter(account_id=account_id, text=text).exists():
        Phrase.objects.create(
            account_id=account_id, text=text, order=Phrase.objects.filter(account_id=account_id).count()
        )
        surplus = list(Phrase.objects.filter(account_id=account_id).order_by("-id").values_list("id", flat=True)[30:])
        Phrase.objects.filter(pk__in=surplus).delete()
