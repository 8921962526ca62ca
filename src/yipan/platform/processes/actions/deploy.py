"""Deploy a model: a new immutable version, or the known one when the content is the same."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from yipan.kernel import bpmn
from yipan.platform import records
from yipan.platform.records import Actor

from .. import registry
from ..domain.outlines import outline_of
from ..domain.values import DefinitionVersion, ProcessProblem
from ..models import Definition
from .starts import listen


@transaction.atomic
def deploy(xml: bytes, *, key: str, actor: Actor, at: datetime) -> DefinitionVersion:
    """Check and keep a model. Running instances stay on their version. Raises ProcessProblem with every finding."""
    digest = hashlib.sha256(xml).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"processes.deploy/{key}"])
    known = Definition.objects.filter(key=key, sha256=digest).first()
    if known is not None:
        if not Definition.objects.filter(key=key, version__gt=known.version).exists():
            listen(known, at)
        return DefinitionVersion(known.pk, key, known.version, known.name, digest)
    process = read(xml)
    if process.id != key:
        raise ProcessProblem(f"文件中的流程标识是“{process.id}”，与“{key}”不同。", "model")
    _decisions_are_there(process, at)
    last = Definition.objects.filter(key=key).order_by("-version").values_list("version", flat=True).first() or 0
    row = Definition.objects.create(
        key=key,
        version=last + 1,
        name=process.name,
        version_tag=process.version_tag,
        xml=xml,
        sha256=digest,
        outline=outline_of(process),
        deployed_at=at,
        deployed_by=actor.account_id,
        deployed_by_name=actor.name,
    )
    records.act(
        chain=("process", key),
        verb="process.deploy",
        actor=actor,
        at=at,
        subject=("process", key),
        payload={"version": row.version, "sha256": digest, "name": process.name},
    )
    listen(row, at)
    return DefinitionVersion(row.pk, key, row.version, row.name, digest, new=True)


def _decisions_are_there(process: bpmn.Process, at: datetime) -> None:
    """A case must not find out on its way that the table it is to be decided by was never published."""
    if registry.decisions is None:
        return
    for node in process.nodes.values():
        if node.decision is None or node.decision.is_expression:
            continue
        if registry.decisions(node.decision.text, node.decision_version, at) is None:
            wanted = f"第 {node.decision_version} 版" if node.decision_version.isdigit() else ""
            raise ProcessProblem(
                f"“{node.shown}”引用的决策表“{node.decision.text}”{wanted}没有发布，请先发布它，或改正引用。", "model"
            )


def read(xml: bytes) -> bpmn.Process:
    """The graph of a sound model."""
    try:
        process = bpmn.load(xml)
    except bpmn.BpmnError as problem:
        raise ProcessProblem(f"流程模型不能运行：\n{problem}", "model") from problem
    errors = [finding for finding in findings_of(process) if finding.is_error]
    if errors:
        raise ProcessProblem("流程模型不能运行：\n" + "\n".join(map(str, errors)), "model")
    return process


def findings_of(process: bpmn.Process) -> Sequence[bpmn.Finding]:
    """What other rooms have to say about a sound graph: acts that nobody performs or that cannot follow each other."""
    found = [
        bpmn.Finding(node.id, node.name, node.line, "error", f"没有登记办理动作“{node.work.act}”", "请改为已有的动作")
        for node in process.nodes.values()
        if node.work.act and node.work.act not in registry.acts
    ]
    for check in registry.model_checks:
        found += check(process)
    return found
