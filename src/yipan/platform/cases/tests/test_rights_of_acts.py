"""Who may act on which cases: every route that changes something × role × unit × state (issue: rights matrix).

What is forbidden answers 403 or 404 and leaves no trace in the case; every route is open to somebody.
"""

import re

import pytest
import telling
from django.db import transaction
from telling import Story
from walking import routes

from yipan.platform import people
from yipan.platform.cases import queries
from yipan.platform.cases.models import Case
from yipan.platform.records.models import ActRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
# What must be sent to get as far as the right; routes that only read are not here.
ACTS = {
    "cases:ask_special": ("case.examine", {"kind": 5, "planned_days": 3, "basis": "行政许可法第四十五条"}),
    "cases:approve_special": ("case.approve_special", {"approve": "1"}),
    "cases:end_special": ("case.examine", {"result": "检测合格"}),
    "cases:hearing": ("case.examine", {"hearing": "inform"}),
    "cases:ask_extension": ("case.examine", {"days": 3, "reason": "需要进一步核实情况"}),
    "cases:decide_extension": ("case.approve_extension", {"approve": "1"}),
    "cases:ask_exception": ("case.precheck", {"reason": "首次核对时系统故障"}),
    "cases:decide_exception": ("case.approve_exception", {"approve": "1"}),
    "cases:rectify": ("case.rectify", {"step": "verify", "text": "已核实情况"}),
    "cases:verify": ("case.examine", {"code": "M3"}),
    "cases:return_tolerated": ("case.examine", {"reason": "材料不清晰"}),
    "cases:terminate": ("case.terminate", {"reason": "申请人已经注销", "law": "行政许可法第七十条"}),
    "cases:complete": ("case.handle", {"outcome": "accept", "opinion": "同意受理。", "key": "k"}),
    "cases:move": ("case.handle", {"move": "claim"}),
    "cases:dispatch": ("case.handle", {"way": "mail"}),
    "cases:settle_dispatch": ("case.handle", {"do": "resend", "reason": "地址有误，重新寄送"}),
    "cases:reveal": ("case.read", {"reason": "核对申请人身份"}),
}
LOGINS = (
    "market.window1", "market.examiner", "market.inspector1", "market.reviewer", "market.decider", "market.deputy",
    "market.producer", "market.deliverer", "market.admin", "health.window1", "health.examiner", "health.decider",
    "urban_management.opinion", "housing.opinion", "hall.clerk1", "hall.delivery", "data.efficiency", "data.admin",
    "data.items", "data.security", "office.auditor",
)  # fmt: skip


@pytest.fixture(scope="module")
def cases(house, django_db_blocker):
    """One case whose extension waits for its approval, and one of another unit in examination."""
    with django_db_blocker.unblock(), transaction.atomic():
        waiting = Story().submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
        asked = {"days": 3, "reason": "案情复杂需要延长"}
        waiting.happen("extension.ask", "2021-11-01 11:00", by="market.examiner", data=asked)
        salon = Story("salon_commitment").submit("2021-11-01 09:00")
        salon.do("precheck", "2021-11-01 10:00", "health.window1")
        telling.at("2021-11-02 12:00")
        yield {"extension": waiting.case.pk, "health": salon.case.pk}
        transaction.set_rollback(True)


def address(name, case_id):
    pattern = next(route.pattern for route in routes() if route.name == name)
    return "/" + re.sub(r"<int:(\w+)>", lambda found: str(case_id if found[1] == "case_id" else 1), pattern)


def may(login, right, case_id):
    """By the roles of the packs: he reads the case, and the right reaches its unit."""
    actor = telling.staff(login)
    if not queries.visible(actor).filter(pk=case_id).exists():
        return False
    unit = Case.objects.values_list("unit_id", flat=True).get(pk=case_id)
    return right == "case.read" or people.access.may(actor, right, unit_id=unit)


def acts_of(case_id):
    return list(ActRow.objects.filter(chain_kind="case", chain_key=str(case_id)).values_list("verb", flat=True))


def test_the_matrix_names_every_route_that_acts_on_a_case():
    posting = {
        route.name for route in routes() if route.pattern.startswith("cases/<int:case_id>/") and _refuses_get(route)
    }
    assert posting <= set(ACTS), "a new act belongs into the matrix"


def _refuses_get(route):
    """Routes that are posted to only (the methods stand in the closure of Django's decorator)."""
    view = route.view
    while view is not None:
        kept = [cell.cell_contents for cell in getattr(view, "__closure__", None) or ()]
        if ["POST"] in [one for one in kept if isinstance(one, list)]:
            return True
        view = getattr(view, "__wrapped__", None)
    return False


@pytest.mark.parametrize("login", LOGINS)
def test_what_is_not_allowed_is_refused_and_leaves_no_trace(login, cases):
    client = telling.signed_in(login)
    for case_id in cases.values():
        before = acts_of(case_id)
        for name, (right, body) in ACTS.items():
            if not may(login, right, case_id):
                assert client.post(address(name, case_id), body).status_code in (403, 404, 409), name
        assert acts_of(case_id) == before


def test_every_act_is_open_to_somebody_where_it_belongs(cases):
    open_to = {
        name: {login for login in LOGINS for case_id in cases.values() if may(login, right, case_id)}
        for name, (right, _body) in ACTS.items()
    }
    assert all(open_to.values()), {name for name, logins in open_to.items() if not logins}
    for login in ("market.admin", "data.admin", "data.items", "data.security", "office.auditor"):
        assert not {name for name, logins in open_to.items() if login in logins}, "administrators act on no case"


def test_a_request_without_sign_in_changes_nothing(client, cases):
    before = acts_of(cases["extension"])
    for name, (_right, body) in ACTS.items():
        assert client.post(address(name, cases["extension"]), body).status_code in (302, 401, 403), name
    assert acts_of(cases["extension"]) == before
