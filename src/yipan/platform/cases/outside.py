"""Cases towards outside systems: the province's acceptance platform, 好差评, the e-licence library, shared data."""

import io
import time
from datetime import date

from yipan.connectors import acceptance, datashare, elicence, rating
from yipan.connectors.base import TOO_EARLY, ConnectorError, Use
from yipan.platform import people, records

from .actions import disputes
from .models import Case
from .sources import DisputeAnswer, Fetched, SourceProblem, Verified

SHORTEST = 0.5


def report_case(message: records.Outgoing) -> records.Sent:
    """Push one stage of a case; a field the platform refuses ends in the dead letters with its name.

    When the platform misses what came before, that is sent first, once more: it drops what it has by the key. (So a
    case whose beginning was only told, not sent, can go on after the history was told.)"""
    try:
        receipt = _push(message)
    except ConnectorError as problem:
        if problem.code == TOO_EARLY:
            for earlier in records.outbox.before(message):
                _push(earlier)
            receipt = _push(message)
        elif problem.permanent:
            raise records.Rejected(str(problem)) from problem
        else:
            raise
    return records.Sent(receipt.id, "received")


def _push(message: records.Outgoing) -> acceptance.Receipt:
    return acceptance.push(message.payload["stage"], dict(message.payload), key=message.key)


def report_rating(message: records.Outgoing) -> records.Sent:
    """Report an applicant's rating."""
    try:
        remote = rating.push(dict(message.payload), key=message.key)
    except ConnectorError as problem:
        if problem.permanent:
            raise records.Rejected(str(problem)) from problem
        raise
    return records.Sent(remote)


def fetch_licence(case: Case, licence_type: str, actor: records.Actor) -> Fetched:
    """The holder's licence of a type from the province's library. Raises SourceProblem."""
    holder = case.applicant_code or _resident_id(case, actor)
    if not holder:
        raise SourceProblem("申请人没有登记证件号码", "没有申请人的证件号码，不能查询电子证照，")
    # Both calls share the time an applicant is let wait; the second gets what the first has left.
    until = time.monotonic() + elicence.FETCH_SECONDS
    try:
        found = elicence.find(holder, licence_type)
        if not found:
            raise SourceProblem("电子证照库没有该证照", "电子证照库中没有找到这项证照，")
        if not found[0].valid:
            raise SourceProblem(f"电子证照{found[0].word}", f"电子证照库中的这项证照{found[0].word}，")
        licence = elicence.fetch(found[0], _use(case), seconds=max(until - time.monotonic(), SHORTEST))
    except ConnectorError as problem:
        if problem.code == "timeout":
            raise SourceProblem("超时", "电子证照库超过 5 秒没有应答，") from problem
        raise SourceProblem("电子证照库没有应答", "电子证照库暂时没有应答，") from problem
    facts = {str(name): str(value) for name, value in licence.data.items()}
    valid_to = _day(found[0].valid_to)
    return Fetched(io.BytesIO(licence.pdf), f"{licence.name}.pdf", licence.identifier, facts, valid_to)


def verify_data(case: Case, resource: str, actor: records.Actor) -> Verified:
    """What a shared data resource says of the applicant. Raises SourceProblem when it says nothing or not in time."""
    holder = case.applicant_code or _resident_id(case, actor)
    if not holder:
        raise SourceProblem("申请人没有登记证件号码", "没有申请人的证件号码，不能核验，")
    try:
        found = datashare.check(resource, holder, _use(case))
    except ConnectorError as problem:
        if problem.code == "timeout":
            raise SourceProblem("超时", "数据共享平台超过 5 秒没有应答，") from problem
        raise SourceProblem("数据共享平台没有应答", "数据共享平台暂时没有应答，") from problem
    if found is None:
        raise SourceProblem("数据共享平台没有该数据", "数据共享平台没有查到有关记录，")
    valid_to = _day(found.valid_to)
    return Verified(found.receipt, found.facts, valid_to)


def send_dispute(message: records.Outgoing) -> records.Sent:
    """Hand contested data to the platform that forwards it to the register's keeper."""
    told = dict(message.payload)
    dispute_id = int(told.pop("dispute"))
    try:
        remote = datashare.dispute(told, key=message.key)
    except ConnectorError as problem:
        if problem.permanent:
            raise records.Rejected(str(problem)) from problem
        raise
    disputes.sent(dispute_id, remote)
    return records.Sent(remote)


def dispute_answer(remote_id: str) -> DisputeAnswer | None:
    """What the keeper found; None while he looks into it, or while the platform does not answer."""
    try:
        found = datashare.dispute_state(remote_id)
    except ConnectorError:
        return None
    return DisputeAnswer(found.corrected, found.text) if found is not None else None


def _use(case: Case) -> Use:
    return Use(
        purpose=f"办理“{case.item_title}”"[:120],
        item=case.item_code,
        reference=case.case_no or f"draft-{case.pk}",
        ground="holder" if case.applicant_account_id is not None else "law",
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _resident_id(case: Case, actor: records.Actor) -> str:
    """The applicant's document number, from the vault; the read is logged for whom it was done."""
    person_id = case.applicant_person_id
    if person_id is None:
        return ""
    records.log_access(actor, ("person", str(person_id)), ["公民身份号码"], "电子证照查询")
    return people.vault.read([person_id], [people.vault.RESIDENT_ID]).get((person_id, people.vault.RESIDENT_ID), "")
