"""Publish a model: a new immutable version, after its findings, contradictions and test cases were looked at."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from yipan.kernel import dmn
from yipan.kernel.dmn import model as m
from yipan.platform import records
from yipan.platform.records import Actor

from ..domain import ERRORS, Case, DecisionProblem, cases_of, failures, faults_of, run_cases
from ..models import DecisionModel, DecisionTests
from ..published import imported_by


@transaction.atomic
def publish(xml: bytes, *, key: str, actor: Actor, at: datetime, pack: str = "") -> DecisionModel:
    """The new version, or the known one when the content is the same. Raises DecisionProblem with everything wrong."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"decisions.publish/{key}"])
    newest = DecisionModel.objects.filter(key=key).order_by("-version").first()
    digest = hashlib.sha256(xml).hexdigest()
    if newest is not None and newest.sha256 == digest:
        return newest
    document = sound(xml, tests_of(key))
    row = DecisionModel.objects.create(
        key=key, version=(newest.version if newest else 0) + 1, title=document.name or key,
        namespace=document.namespace, xml=xml, sha256=digest, pack=pack, published_at=at,
        decisions=[{"id": n.id, "name": n.name} for n in document.nodes.values() if isinstance(n, m.Decision)],
        published_by=actor.account_id, published_by_name=actor.name,
    )  # fmt: skip
    records.act(
        chain=("decision", key), verb="decision.publish", actor=actor, at=at, subject=("decision", key),
        payload={"version": row.version, "sha256": digest, "title": row.title},
    )  # fmt: skip
    return row


def sound(xml: bytes, cases: Sequence[Case]) -> m.Document:
    """The document of a model that may be published."""
    try:
        document = dmn.read(xml)
        model = dmn.load(xml, imported_by(document))
    except dmn.DmnError as problem:
        raise DecisionProblem(str(problem)) from problem
    wrong = [str(finding) for finding in model.findings]
    wrong += [f"“{name}”：{fault.message}" for name, fault in faults_of(document) if fault.kind in ERRORS]
    wrong += failures(run_cases(model, cases))
    if wrong:
        raise DecisionProblem("\n".join(wrong))
    return document


def tests_of(key: str) -> list[Case]:
    kept = DecisionTests.objects.filter(key=key).values_list("cases", flat=True).first()
    return cases_of(kept or [])[0]


def keep_tests(key: str, cases: list) -> None:
    """Test cases of a model, in place of those before."""
    DecisionTests.objects.update_or_create(key=key, defaults={"cases": cases})
