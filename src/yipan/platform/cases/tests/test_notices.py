"""One-time notices and special procedures: what a clerk is kept from doing."""

import datetime as dt

import pytest

from yipan.platform.cases.domain import corrections, specials
from yipan.platform.cases.domain.corrections import Defect, NoticeRefused

LAYOUT = Defect("布局流程图", "unclear", "请重新上传清晰的布局图", material_code="layout")
RULES = Defect("食品安全制度", "missing", "请上传食品安全管理制度", material_code="rules")


def check(defects, **more):
    facts = {"unchanged_since_first": frozenset(), "told_before": frozenset(), "earlier_notices": 0} | more
    corrections.check_notice(defects, **facts)


def test_a_complete_first_notice_passes():
    check([LAYOUT, RULES])


def test_a_second_notice_on_what_was_there_at_first_is_blocked():
    """Sheet 22 scenario 3: the defect was present in the first submission and was not told then."""
    with pytest.raises(NoticeRefused, match=r"食品安全制度.*一次性告知"):
        check([RULES], unchanged_since_first=frozenset({"rules"}), earlier_notices=1)


def test_an_approved_exception_lets_the_second_notice_through():
    check(
        [RULES],
        unchanged_since_first=frozenset({"rules"}),
        earlier_notices=1,
        exception_reason="首次核对时系统故障，材料无法打开，经股长批准",
    )


def test_a_told_but_unmended_defect_may_be_told_again():
    check([LAYOUT], unchanged_since_first=frozenset({"layout"}), told_before=frozenset({"layout"}), earlier_notices=1)


def test_all_faults_of_a_notice_are_named_at_once():
    with pytest.raises(NoticeRefused) as caught:
        check([Defect("布局流程图", "ugly", "改", material_code="layout"), LAYOUT])
    assert len(caught.value.faults) == 3


NOW = dt.datetime(2021, 11, 4, 2, tzinfo=dt.UTC)


def order(**more):
    facts = {
        "kind": 5,
        "longest": {4: 0, 5: 0},
        "planned_days": 10,
        "basis": "行政许可法第四十五条",
        "requested_by": 1,
        "approvers": {2},
        "now": NOW,
        "promised_due": NOW + dt.timedelta(days=5),
        "legal_due": None,
    } | more
    specials.check_order(**facts)


def test_a_statutory_test_the_item_allows_may_be_ordered():
    order()


def test_the_item_bounds_its_planned_days():
    order(longest={5: 15}, planned_days=15)
    with pytest.raises(specials.SpecialRefused, match="1 至 15"):
        order(longest={5: 15}, planned_days=16)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": 8}, "实施清单没有规定“专家评审”"),
        ({"planned_days": 0}, "1 至 120"),
        ({"basis": " "}, "依据条款"),
        ({"approvers": {3, 1}}, "不能是同一人"),
        ({"promised_due": NOW}, "超过期限"),
    ],
)
def test_what_would_misuse_the_stopped_clock_is_refused(change, reason):
    with pytest.raises(specials.SpecialRefused, match=reason):
        order(**change)
