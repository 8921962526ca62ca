"""What government looks up while it examines (审查时核验): by the unit that examines, and by nobody else."""

import pytest
import telling
from any_item import answers_of, drafted, step

from yipan.platform import processes
from yipan.platform.cases.actions import drafts, submission
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import Case, CaseMaterial
from yipan.platform.cases.stories import moment
from yipan.platform.catalogue import queries as catalogue
from yipan.platform.records.rights import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
AT = "2022-12-05 09:00"
ALIVE = "M4"  # 生存认证信息


@pytest.fixture
def case():
    telling.at(AT)
    item = catalogue.item_at("senior_allowance", moment(AT)).item
    case = drafted(item, answers_of(item, False), moment(AT))
    submission.submit(case.pk, key="k", actor=telling.staff("hall.clerk1"), now=moment(AT))
    return case


def examined(case):
    (task,) = processes.queries.open_tasks(("case", str(case.pk)))
    assert task.act == "precheck"
    step(case, task, moment(AT))
    assert State(Case.objects.get(pk=case.pk).state) is State.EXAMINATION


def verify(case, login):
    return drafts.verify_data(case.pk, ALIVE, actor=telling.staff(login), now=moment(AT))


def test_it_waits_for_the_examination(case):
    with pytest.raises(CaseProblem, match="在审查时由办理单位核验"):
        verify(case, "civil_affairs.examiner")


def test_only_the_examining_unit_may_ask(case):
    examined(case)
    for login in ("hall.clerk1", "market.examiner"):
        with pytest.raises(Refused):
            verify(case, login)
    with pytest.raises(CaseProblem, match="请通过其他方式核实"):  # no exchange answers in this house
        verify(case, "civil_affairs.examiner")
    kept = CaseMaterial.objects.get(case=case, code=ALIVE, replaced=False)
    assert not kept.source
    assert not kept.exempt_reason  # the applicant is not asked for a paper instead


def test_the_page_offers_it_to_the_examiner_only(case):
    examined(case)
    address = f"/cases/{case.pk}/verify/"
    assert address in telling.signed_in("civil_affairs.examiner").get(f"/cases/{case.pk}/").content.decode()
    assert address not in telling.signed_in("hall.clerk1").get(f"/cases/{case.pk}/").content.decode()
    assert telling.signed_in("hall.clerk1").post(address, {"code": ALIVE}).status_code == 403
