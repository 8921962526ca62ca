"""Publish a model: a new immutable version, after its findings, contradictions and test cases were looked at."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from yipan.kernel import dmn
from yipan.kernel.dmn import health
from yipan.kernel.dmn import model as m
from yipan.kernel.feel import normalise
from yipan.platform import records
from yipan.platform.records import Actor

from .. import queries
from ..domain import Case, DecisionProblem, failures, kept_as, run_cases
from ..models import DecisionModel, DecisionTests


@transaction.atomic
def publish(
    xml: bytes, *, key: str, actor: Actor, at: datetime, pack: str = "", note: str = "",
    cases: Sequence[Case] | None = None,
) -> DecisionModel:  # fmt: skip
    """The new version, or the known one when the content is the same. Raises DecisionProblem with everything wrong.
    ``cases``: test cases in place of those that are kept."""
    lock(key)
    newest = queries.newest(key)
    digest = hashlib.sha256(xml).hexdigest()
    if newest is not None and newest.sha256 == digest:
        return newest
    document = sound(xml, queries.cases(key) if cases is None else cases, at)
    decisions = [{"id": n.id, "name": n.name} for n in document.nodes.values() if isinstance(n, m.Decision)]
    _not_elsewhere(key, document.namespace, [one["id"] for one in decisions])
    row = DecisionModel.objects.create(
        key=key, version=(newest.version if newest else 0) + 1, title=document.name or key,
        namespace=document.namespace, xml=xml, sha256=digest, decisions=decisions, pack=pack, note=note,
        published_at=at, published_by=actor.account_id, published_by_name=actor.name,
    )  # fmt: skip
    records.act(
        chain=("decision", key), verb="decision.publish", actor=actor, at=at, subject=("decision", key), reason=note,
        payload={"version": row.version, "sha256": digest, "title": row.title},
    )  # fmt: skip
    return row


def lock(key: str) -> None:
    """One publication of a model at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"decisions.publish/{key}"])


def _not_elsewhere(key: str, namespace: str, ids: Sequence[str]) -> None:
    """A process names a decision by its id alone: only one model may have it."""
    for row in DecisionModel.objects.exclude(key=key).defer("xml").order_by("key", "-version").distinct("key"):
        twice = [one["id"] for one in row.decisions if one["id"] in ids]
        if twice:
            raise DecisionProblem(f"决策标识“{twice[0]}”在“{row.title}”中已有，请改用另一个标识。")
        if row.namespace == namespace:
            raise DecisionProblem(f"命名空间“{namespace}”已由“{row.title}”使用，请改用另一个。")


def sound(xml: bytes, cases: Sequence[Case], at: datetime) -> m.Document:
    """The document of a model that may be published."""
    try:
        model = queries.loaded(xml, at)
    except dmn.DmnError as problem:
        raise DecisionProblem(str(problem)) from problem
    document = model.document
    wrong = [str(finding) for finding in model.findings]
    wrong += [f"“{name}”：{fault}" for name, fault in health.faults_of(document) if fault.is_error]
    wrong += [text for _, text in failures(run_cases(model, cases))]
    if not any(isinstance(node, m.Decision) for node in document.nodes.values()):
        wrong.append("文件中没有决策")
    if wrong:
        raise DecisionProblem("\n".join(wrong))
    return document


def _plain(value: Any) -> Any:
    """As JSON keeps it: a text is written as it stands, what JSON has no word for as FEEL."""
    return value if isinstance(value, str) else kept_as(normalise(value))


def keep_tests(key: str, cases: Sequence[Mapping[str, Any]]) -> None:
    """Test cases of a model, in place of those before."""
    plain = [
        {**case, "inputs": {name: _plain(value) for name, value in case["inputs"].items()},
         "expected": _plain(case.get("expected"))}
        for case in cases
    ]  # fmt: skip
    DecisionTests.objects.update_or_create(key=key, defaults={"cases": plain})
