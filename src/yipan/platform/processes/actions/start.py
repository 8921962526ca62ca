"""Start an instance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yipan.kernel import engine
from yipan.platform.records import Actor

from .. import definitions, queries, store
from ..domain import holders
from ..domain.values import InstanceView, ProcessProblem
from ..run import Run
from .transactions import command


def start(
    *,
    definition_key: str,
    subject: tuple[str, str],
    item_key: str = "",
    business_key: str = "",
    data: Mapping[str, Any] | None = None,
    actor: Actor,
    now: datetime,
    applicant_person_id: int | None = None,
    applicant_entity_id: int | None = None,
    version: int | None = None,
    key: str = "",
) -> InstanceView:
    """Start the newest (or the named) version for a subject, in the caller's transaction if there is one.

    ``data`` are variables of the model. The applicant may do tasks of role ``applicant`` and no other task of this
    instance. ``key``: a repeat with the same idempotency key answers with the instance of the first time.
    """
    return command(
        lambda: begin(
            definition_key=definition_key,
            subject=subject,
            item_key=item_key,
            business_key=business_key,
            data=data or {},
            actor=actor,
            now=now,
            applicant=(applicant_person_id, applicant_entity_id),
            version=version,
            key=key,
        )[0]
    )


MATTER = "matter"  # the subject of processes that are about nothing that has a page


@dataclass(frozen=True, slots=True)
class Part:
    """One of very many parallel instances: the state it begins with; decisions and clock are those of its parent."""

    state: Mapping[str, Any]
    began: datetime
    clock_stopped: bool


def begin(
    *,
    definition_key: str,
    subject: tuple[str, str] | None,
    item_key: str,
    business_key: str,
    data: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    applicant: tuple[int | None, int | None],
    version: int | None = None,
    key: str = "",
    parent: tuple[int, str] | None = None,
    keep: tuple[str, ...] = (),
    element: str = "",
    tag: str = "",
    as_of: int | None = None,
    part: Part | None = None,
) -> tuple[InstanceView, Run | None]:
    """The same for this room: also answers with the run; None when it was started before. ``element``: the start event;
    ``tag`` and ``as_of`` choose the version by its tag, or the newest when another definition was deployed; ``part``
    begins with a prepared state. Without a ``subject`` the instance is a matter of its own."""
    subject = (subject[0], str(subject[1])) if subject is not None else None
    id_, head, recorded_at, definition, known = store.reserve(
        definition_key=definition_key, version=version, chain=subject if parent is None else None, start_key=key,
        tag=tag, as_of=as_of,
    )  # fmt: skip
    if known is not None:
        return queries.instance(known, repeated=True), None
    if definition is None:
        wanted = f"第 {version} 版" if version is not None else f"标签为“{tag}”的版本" if tag else ""
        raise ProcessProblem(f"流程“{definition_key}”{wanted}还没有发布，请先安装含有它的内容包。", "model")
    ready = definitions.ready(definition)
    subject = subject or (MATTER, str(id_))
    held = store.Held(
        id_, definition, subject, item_key, business_key, "running", dict(part.state) if part else engine.new_state(),
        engine.FORMAT, part is not None and part.clock_stopped, part.began if part else now, None, applicant[0],
        applicant[1], parent[0] if parent else None, parent[1] if parent else "", None, head, recorded_at, None,
        new=True,
    )  # fmt: skip
    run = Run(held, ready, actor=actor, now=now)
    run.new_instance = {
        "id": id_, "definition_id": definition, "subject_kind": subject[0], "subject_id": subject[1],
        "item_key": item_key, "business_key": business_key, "format": engine.FORMAT,
        "clock_stopped": held.clock_stopped, "started_at": held.started_at, "started_by": actor.person_id,
        "started_by_name": actor.name, "applicant_person_id": applicant[0], "applicant_entity_id": applicant[1],
        "parent_id": held.parent_id, "parent_call": held.parent_call, "start_key": key or None,
    }  # fmt: skip
    run.event("started", "", kind="process.instance")
    by = str(actor.person_id) if actor.person_id is not None else ""
    first = engine.Start(data=data, by=by, business_key=business_key, element=element, keep=keep)
    run.feed(engine.Begin() if part else first)
    if actor.person_id is not None and parent is None:
        run.lines.append(run.line("started", holders.person_key(actor.person_id)))
    run.write()
    return run.view(), run
