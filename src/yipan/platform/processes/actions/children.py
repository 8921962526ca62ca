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
    _told(parent, effect.child, run)


def start_part(parent: "Run", effect: fx.StartPart) -> None:
    """Start one of very many parallel instances: on the parent's version, with what the parent has prepared for it."""
    from .start import Part, begin

    held = parent.held
    _, run = begin(
        definition_key=parent.ready.key,
        version=parent.ready.version,
        subject=held.subject,
        item_key=held.item_key,
        business_key=held.business_key,
        data={},
        actor=parent.actor,
        now=parent.now,
        applicant=(held.applicant_person_id, held.applicant_entity_id),
        parent=(held.id, effect.child),
        part=Part(effect.state, held.started_at, held.clock_stopped),
    )
    _told(parent, effect.child, run)


def _told(parent: "Run", child: str, run: "Run | None") -> None:
    """A child that ended at once."""
    if run is not None and run.held.ended_at is not None and engine.awaits_child(parent.held.state, child):
        parent.feed(engine.ChildDone(child, run.delta.result, run.delta.error))


def cancel_child(parent: "Run", call: str) -> None:
    """The calling activity was cancelled, or needs the rest of its parts no more."""
    from ..run import Run

    for child in queries.children_of(parent.held.id, call):
        held = store.lock(store.LOCK_INSTANCE, id=child)
        if held is None or held.ended_at is not None:
            continue
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
    if not engine.awaits_child(held.state, child.held.parent_call):
        return
    run = Run(held, definitions.ready(held.definition_id), actor=child.actor, now=child.now)
    run.feed(engine.ChildDone(child.held.parent_call, child.delta.result, child.delta.error))
    run.write()
