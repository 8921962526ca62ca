"""What completing a task of a process does to the case: task act → case acts, in the same transaction.

The handlers validate the clerk's input, call the acts and return the variables the process goes on with.
"""

from collections.abc import Callable
from typing import Any

from yipan.platform import processes

from .actions import correction, decision, examination, handing, instant, opinions, precheck, results
from .actions.core import CaseProblem, Work
from .domain.corrections import Defect
from .domain.delivery import ELECTRONIC
from .models import Case


def _work(call: processes.ActCall) -> Work:
    case = Case.objects.select_for_update().get(pk=int(call.subject[1]))
    return Work(case, call.actor, call.now)


def _precheck(work: Work, call: processes.ActCall) -> dict[str, Any]:
    if call.outcome == "accept":
        precheck.accept(work)
    elif call.outcome == "tolerate":
        precheck.accept_tolerantly(work)
    elif not _not_accepted(work, call):
        raise CaseProblem("请选择预审结果：受理、容缺受理、补正或不予受理。")
    return {"precheck": call.outcome}


def _not_accepted(work: Work, call: processes.ActCall) -> bool:
    """The two answers that do not accept; whether it was one of them."""
    data = call.data
    if call.outcome == "correct":
        precheck.notify_correction(work, [Defect(**defect) for defect in data.get("defects", [])])
    elif call.outcome == "refuse":
        precheck.refuse_acceptance(
            work,
            reason=call.opinion,
            law=data.get("law", ""),
            right_agency=data.get("right_agency", ""),
            false_materials=data.get("false_materials") == "1",
        )
    else:
        return False
    return True


def _instant(work: Work, call: processes.ActCall) -> dict[str, Any]:
    ready = False
    if call.outcome == "grant":
        ready = instant.grant(work, text=call.opinion)
    elif call.outcome == "convert":
        instant.convert(work, reason=call.opinion)
    elif not _not_accepted(work, call):
        raise CaseProblem("请选择办理结果：当场办结、转为承诺件、补正或不予受理。")
    return {"instant": call.outcome, "result_ready": ready, "e_service": work.case.e_service}


def _correct(work: Work, _call: processes.ActCall) -> dict[str, Any]:
    correction.submit_correction(work)
    return {}


def _examine(work: Work, call: processes.ActCall) -> dict[str, Any]:
    if len(call.opinion.strip()) < 2:
        raise CaseProblem("请填写审查意见。")
    work.act("examine", reason=call.opinion)
    return {}


def _inspect(work: Work, call: processes.ActCall) -> dict[str, Any]:
    qualified = call.outcome != "unqualified"
    examination.record_inspection(
        work,
        second_officer=call.data.get("second_officer", ""),
        place=call.data.get("place", ""),
        findings=call.opinion,
        qualified=qualified,
    )
    return {"inspection_result": "qualified" if qualified else "unqualified"}


def _consult(work: Work, call: processes.ActCall) -> dict[str, Any]:
    if len(call.opinion.strip()) < 2:
        raise CaseProblem("请填写回复意见。")
    examination.give_opinion(work, agrees=call.outcome != "disagree", text=call.opinion)
    return {}


def _conclude(work: Work, call: processes.ActCall) -> dict[str, Any]:
    if len(call.opinion.strip()) < 2:
        raise CaseProblem("请填写审查意见。")
    qualified = call.outcome != "unqualified"
    examination.conclude(work, qualified=qualified, text=call.opinion)
    return {"examination": "qualified" if qualified else "unqualified"}


def _review(work: Work, call: processes.ActCall) -> dict[str, Any]:
    if call.outcome not in ("pass", "return"):
        raise CaseProblem("请选择审核结果：通过或退回。")
    examination.review(work, passed=call.outcome == "pass", text=call.opinion)
    return {"review": call.outcome}


def _decide(work: Work, call: processes.ActCall) -> dict[str, Any]:
    if call.outcome == "grant":
        decision.grant(work, text=call.opinion)
    elif call.outcome == "refuse":
        decision.refuse(
            work,
            reason=call.opinion,
            law=call.data.get("law", ""),
            facts=call.data.get("facts", ""),
            false_materials=call.data.get("false_materials") == "1",
        )
    else:
        raise CaseProblem("请选择决定：准予或不予。")
    return {"decision": call.outcome}


def _produce(work: Work, _call: processes.ActCall) -> dict[str, Any]:
    results.produce(work)
    return {}


def _deliver(work: Work, call: processes.ActCall) -> dict[str, Any]:
    handing.deliver(work, way=call.data.get("way", ""), data=call.data)
    return {}


def _deliver_electronically(work: Work, _call: processes.ActCall) -> dict[str, Any]:
    receiver = work.case.agent_name or work.case.applicant_name
    handing.deliver(work, way=ELECTRONIC, data={"receiver": receiver})
    return {}


def _deem_accepted(work: Work, _call: processes.ActCall) -> dict[str, Any]:
    precheck.deem_accepted(work)
    return {"precheck": "accept", "instant": "convert"}


def _deem_withdrawn(work: Work, _call: processes.ActCall) -> dict[str, Any]:
    decision.deem_withdrawn(work)
    return {}


Handler = Callable[[Work, processes.ActCall], dict[str, Any]]
HANDLERS: dict[str, Handler] = {
    "precheck": _precheck,
    "correct": _correct,
    "examine": _examine,
    "inspect": _inspect,
    "consult": _consult,
    "conclude": _conclude,
    "review": _review,
    "decide": _decide,
    "produce": _produce,
    "deliver": _deliver,
    "instant": _instant,
    "deliver_electronically": _deliver_electronically,
    "deem_accepted": _deem_accepted,
    "deem_withdrawn": _deem_withdrawn,
}


def register() -> None:
    """Tell the processes room which act a task may name."""
    for name, handler in HANDLERS.items():
        processes.register_act(name, _bind(handler))


def _bind(handler: Handler) -> Callable[[processes.ActCall], dict[str, Any]]:
    def perform(call: processes.ActCall) -> dict[str, Any]:
        work = _work(call)
        work.said = opinions.of_call(call)
        variables = handler(work, call)
        if work.said is not None:
            raise ValueError(f"the act of task {call.task.id} recorded nothing for its opinion to stand in")
        return variables

    return perform
