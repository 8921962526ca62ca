"""Called processes: a child is an instance of its own; parent and child tell each other when they end."""

from typing import TYPE_CHECKING

from yipan.kernel import engine
from yipan.kernel.engine import effects as fx

from .. import definitions, queries, store

if TYPE_CHECKING:
    from ..run import Run


def start_child(parent: "Run", effect: fx.StartChild) -> None:
    """Start the called process in the same transaction; when it ends at once, the parent goes on at once."""
    from .start import begin

    held = parent.held
    version = int(effect.bound) if effect.binding == "version" and effect.bound.isdigit() else None
    tag = effect.bound if effect.binding == "tag" else ""
    as_of = held.definition_id if effect.binding == "deployment" else None
    _, run = begin(
        definition_key=effect.key,
        subject=held.subject,
        item_key=held.item_key,
        business_key=effect.business_key or held.business_key,
        data=effect.data,
        actor=parent.actor,
        now=parent.now,
        applicant=(held.applicant_person_id, held.applicant_entity_id),
        version=version,
        tag=tag,
        as_of=as_of,
        parent=(held.id, effect.child),
        keep=effect.keep,
    )
    if run is not None and run.held.ended_at is not None:
        parent.feed(engine.ChildDone(effect.child, run.delta.result, run.delta.error))


def cancel_child(parent: "Run", call: str) -> None:
    """The calling activity was cancelled."""
    from ..run import Run

    child = queries.child_of(parent.held.id, call)
    held = store.lock(store.LOCK_INSTANCE, id=child) if child is not None else None
    if held is None or held.ended_at is not None:
        return
    run = Run(held, definitions.ready(held.definition_id), actor=parent.actor, now=parent.now)
    run.feed(engine.Control("terminate", "", "调用它的流程已取消"))
    run.write()


def tell_parent(child: "Run") -> None:
    """A child that ran for a while has ended: its parent goes on in the same transaction."""
    from ..run import Run

    assert child.held.parent_id is not None
    held = store.lock(store.LOCK_INSTANCE, id=child.held.parent_id)
    if held is None or held.ended_at is not None or child.delta.status == "terminated":
        return
    run = Run(held, definitions.ready(held.definition_id), actor=child.actor, now=child.now)
    run.feed(engine.ChildDone(child.held.parent_call, child.delta.result, child.delta.error))
    run.write()
