"""Hand a result over with proof: who received it, and how that was checked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yipan.kernel import identifiers
from yipan.platform import people

from .. import sheets
from ..domain.delivery import COUNTER, ELECTRONIC, LEFT, WAITING, WAYS, Receiver, left_faults
from ..domain.states import State
from ..models import Case, Dispatch
from . import letters, results, tolerance
from .core import CaseProblem, Work


def deliver(work: Work, *, way: str, data: Mapping[str, Any]) -> None:
    """Hand over at the desk, or by what a carrier proved (``data["dispatch"]``)."""
    case = work.case
    if way not in WAYS:
        raise CaseProblem("请选择送达方式。")
    if case.state == State.PRODUCTION:
        raise CaseProblem("证照正在制作和用印，完成后才能送达。")
    if way in WAITING:
        _carried(work, way, data)
        return
    if Dispatch.objects.filter(case=case, state__in=("ordered", "sent")).exists():
        raise CaseProblem(
            "结果已经寄出、存入自助柜或者正在公告，收到签收后自动送达；需要改变方式的，请等退回以后再办。"
        )
    told = Receiver.of(data)
    if not told.name:
        raise CaseProblem("请填写签收人。")
    _hand_over(work, way, told.name, work.now, _proof(work, way, told))


def _proof(work: Work, way: str, told: Receiver) -> dict[str, str]:
    """What is written on the 送达回证 besides way and receiver. Raises CaseProblem."""
    if way == ELECTRONIC:
        if not work.case.e_service:
            raise CaseProblem("申请人没有同意电子送达，请选择其他送达方式。")
        return {}
    if way == LEFT:
        faults = left_faults(told)
        if faults:
            raise CaseProblem("；".join(faults) + "。")
        return {"place": told.place, "remark": f"拒绝签收：{told.reason}。见证人：{'、'.join(told.witnesses)}"}
    assert way == COUNTER, "every other way waits for its event"
    return _identity(work, told)


def _identity(work: Work, told: Receiver) -> dict[str, str]:
    """Whoever stands at the window is the holder or acts for him: by the number of his document, or by a power."""
    number = told.id_no.upper().replace(" ", "")
    if len(number) < 6:
        raise CaseProblem("请核对领取人的证件，读卡或者填写证件号码。")
    case, shown = work.case, identifiers.mask_id(number)
    relations = _relations(case, work.now)
    known = next((person for person in people.vault.find_any(number) if person in relations), None)
    if known is None:
        if len(number) == 18 and not identifiers.check_resident_id(number).ok:
            raise CaseProblem("证件号码不正确，请核对后重新填写。")
        if len(told.authority) < 4:
            raise CaseProblem("证件号码与申请人、经办人登记的不符；他人代领的，请填写授权委托书的编号或者内容。")
        return {"relation": "受托人", "id_no": shown, "remark": f"受托人代领，证件 {shown}，授权：{told.authority}"}
    name = people.queries.at_work.names_of_persons([known])[known]
    if told.name != name:
        raise CaseProblem(f"证件号码登记的是“{name}”，与签收人“{told.name}”不符，请核对。")
    return {"relation": relations[known], "id_no": shown, "remark": f"{relations[known]}领取，证件核验一致（{shown}）"}


def _relations(case: Case, now: datetime) -> dict[int, str]:
    """Who may take the result by his own document: person → what he is to the applicant."""
    found = {}
    if case.applicant_entity_id is not None:
        found = dict.fromkeys(
            people.queries.at_work.agents_for(case.applicant_entity_id, case.item_key, now), "企业授权经办人"
        )
    if case.agent_person_id is not None:
        found[case.agent_person_id] = "经办人"
    if case.applicant_person_id is not None:
        found[case.applicant_person_id] = "本人"
    return found


def _carried(work: Work, way: str, data: Mapping[str, Any]) -> None:
    """By mail, locker or announcement: only what the carrier, or the end of the announcement, has proved."""
    proved = Dispatch.objects.filter(case=work.case, pk=data.get("dispatch") or 0, way=way, state="signed").first()
    if proved is None or proved.ended_at is None:
        raise CaseProblem(f"{WAYS[way]}在办件页办理，签收以后自动送达，不用在这里登记。")
    proof = {"place": proved.place, "remark": f"单号 {proved.number}" if proved.number else proved.reason}
    _hand_over(work, way, proved.receiver, proved.ended_at, {name: text for name, text in proof.items() if text})


def _hand_over(work: Work, way: str, receiver: str, at: datetime, proof: dict[str, str]) -> None:
    case = work.case
    case.delivered_at, case.delivery_way = at, way
    facts = {"way": WAYS[way], "receiver": receiver, "delivered_at": at.isoformat(), **proof}
    work.act("deliver", payload=facts, public={"way": WAYS[way]})
    told = {"way": WAYS[way], "receiver": receiver, **{key: proof[key] for key in ("place", "remark") if key in proof}}
    papers = {"papers": sheets.delivered_papers(case), "delivered_at": sheets.moment(at)}
    letters.order(work, "delivery", data=told | papers)
    if not tolerance.waits(case):
        results.conclude(work)
