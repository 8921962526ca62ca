"""Numbers without gaps, also with many clerks at once."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, connections, transaction

import yipan
from yipan.kernel.clock import SHANGHAI
from yipan.kernel.identifiers import check_case_no
from yipan.kernel.packs import InstallContext, PackFile, read_pack
from yipan.platform import numbers, records
from yipan.platform.numbers import domain, queries
from yipan.platform.numbers.loader import NumbersLoader
from yipan.platform.numbers.models import Number, Rule, Series
from yipan.platform.records.models import ActRow

AT = datetime(2021, 11, 1, 9, 0, tzinfo=SHANGHAI)
CLERK = records.Actor(1, 1, "李梅", 2, "区市场监督管理局", 3, "综窗人员")
TASK = "11440703MB9P0004294000123016000"
PATTERN = "{prefix}许准字〔{year}〕第{number:06d}号"
CORE = Path(yipan.__file__).parent / "packs" / "core"


@pytest.fixture(autouse=True)
def _everybody_may(monkeypatch):
    monkeypatch.setattr(records.rights, "_checker", lambda actor, right, unit: actor is CLERK)


def install_rules() -> None:
    pack, loader = read_pack(CORE), NumbersLoader()
    for file in pack.folder("numbers"):
        assert loader.check(file) == []
        loader.install(file, InstallContext(pack.manifest, records.SYSTEM, AT))


def test_patterns():
    text = numbers.format_number(PATTERN, number=123, prefix="蓬市监", year=2021)
    assert text == "蓬市监许准字〔2021〕第000123号"
    assert numbers.format("{number}", number=7) == "7"
    for pattern, word in [
        ("{year}", "恰好"),
        ("{number}{number}", "恰好"),
        ("{number!r}", "花括号"),
        ("{a.b}{number}", "花括号"),
        ("{who}{number}", "who"),
    ]:
        with pytest.raises(numbers.BadPattern, match=word):
            numbers.format_number(pattern, number=1)


def test_short_codes_are_read_as_people_write_them():
    spoken = domain.new_spoken()
    assert len(spoken) == 9
    assert numbers.normalise_short(f" {spoken[:3]}-{spoken[3:6]} {spoken[6:]}　") == spoken
    wrong = spoken[:-1] + str((int(spoken[-1]) + 1) % 10)
    assert numbers.normalise_short(wrong) == "", "a misheard digit is noticed"
    code = domain.new_query_code()
    assert numbers.normalise_short(numbers.show_short(code).lower()) == code
    assert numbers.normalise_short("O0I1") == ""


@pytest.mark.django_db
def test_series_count_by_scope():
    given = [numbers.take("x", {"unit": "a"}, at=AT) for _ in range(3)]
    assert given == [1, 2, 3]
    assert numbers.take("x", {"unit": "b"}, at=AT) == 1
    assert numbers.take("y", {"unit": "a"}, at=AT) == 1


@pytest.mark.django_db
def test_document_numbers():
    """Sheet 22 c9: per unit, per kind, per year."""
    install_rules()
    give = lambda **more: numbers.document_number(**{"unit_key": "market", "word": "许准", "at": AT, **more})  # noqa: E731
    assert give() == "蓬市监许准字〔2021〕第000001号"
    assert give() == "蓬市监许准字〔2021〕第000002号"
    assert give(word="许不受") == "蓬市监许不受字〔2021〕第000001号"
    assert give(unit_key="health") == "蓬卫健许准字〔2021〕第000001号"
    assert give(at=datetime(2021, 12, 31, 16, 0, tzinfo=SHANGHAI)).startswith("蓬市监许准字〔2021〕第000003号")
    assert give(at=datetime(2022, 1, 1, 0, 0, tzinfo=SHANGHAI)) == "蓬市监许准字〔2022〕第000001号"
    with pytest.raises(numbers.NumberProblem, match="字头"):
        give(unit_key="nobody")


@pytest.mark.django_db
def test_case_numbers(django_assert_num_queries):
    """Sheet 22 d1: 43 digits, the serial counts per item and day."""
    with django_assert_num_queries(2):
        first = numbers.case_numbers(item_code=TASK, at=AT)
    second = numbers.case_numbers(item_code=TASK + "01", at=AT)
    assert first.case_no == TASK + "202111010001"
    assert second.case_no == TASK + "202111010002"
    assert check_case_no(first.case_no).ok
    assert queries.find_short(numbers.show_short(first.short_no)) == first.case_no
    assert queries.find_short(second.query_code.lower()) == second.case_no
    assert queries.find_short("000000000") == ""
    tomorrow = datetime(2021, 11, 2, 0, 0, tzinfo=SHANGHAI)
    assert numbers.case_numbers(item_code=TASK, at=tomorrow).case_no.endswith("202111020001")
    with pytest.raises(numbers.NumberProblem, match="实施编码"):
        numbers.case_numbers(item_code="123", at=AT)


@pytest.mark.django_db
def test_the_ten_thousandth_case_of_a_day_is_refused():
    scope = numbers.series._scope_text({"task": TASK, "day": "2021-11-01"})
    Series.objects.create(series="case", scope=scope, last=9998)
    assert numbers.case_numbers(item_code=TASK, at=AT).case_no.endswith("9999")
    with pytest.raises(numbers.NumberProblem, match="9999"):
        numbers.case_numbers(item_code=TASK, at=AT)


@pytest.mark.django_db
def test_short_codes_that_clash_are_drawn_again(monkeypatch):
    spoken = iter(["100000005", "100000005", "200000003"])
    monkeypatch.setattr(numbers.series, "new_spoken", lambda: next(spoken))
    first, second = (numbers.case_numbers(item_code=TASK, at=AT) for _ in range(2))
    assert (first.short_no, second.short_no) == ("100000005", "200000003")


@pytest.mark.django_db
def test_reserved_numbers_and_void_ones_are_never_given_again():
    """Sheet 22 f9 and f15: no reuse after cancel; receipt books with pre-allocated numbers."""
    book = numbers.reserve(
        "receipt", {"hall": 1}, 3, actor=CLERK, at=AT, reason="停电备用收据", pattern="收{number:04d}"
    )
    assert [one.text for one in book] == ["收0001", "收0002", "收0003"]
    assert numbers.take("receipt", {"hall": 1}, at=AT) == 4
    used = numbers.use_reserved("receipt", {"hall": 1}, 2, owner=("case", 9), actor=CLERK, at=AT)
    assert used == numbers.Issued(2, "收0002")
    with pytest.raises(numbers.NumberProblem, match="已使用"):
        numbers.use_reserved("receipt", {"hall": 1}, 2, owner=("case", 10), actor=CLERK, at=AT)
    numbers.void("receipt", {"hall": 1}, 3, actor=CLERK, at=AT, reason="写坏")
    with pytest.raises(numbers.NumberProblem, match="已作废"):
        numbers.use_reserved("receipt", {"hall": 1}, 3, owner=("case", 10), actor=CLERK, at=AT)
    with pytest.raises(numbers.NumberProblem, match="已经作废"):
        numbers.void("receipt", {"hall": 1}, 3, actor=CLERK, at=AT, reason="再来")
    with pytest.raises(numbers.NumberProblem, match="尚未发出"):
        numbers.void("receipt", {"hall": 1}, 99, actor=CLERK, at=AT, reason="x")
    assert numbers.take("receipt", {"hall": 1}, at=AT) == 5
    assert queries.gaps() == []
    assert {row.value: row.state for row in queries.register("receipt")} == {
        1: "reserved", 2: "issued", 3: "void", 4: "issued", 5: "issued",
    }  # fmt: skip
    assert [act.verb for act in ActRow.objects.order_by("id")] == [
        "numbers.reserve",
        "numbers.use_reserved",
        "numbers.void",
    ]


@pytest.mark.django_db
def test_rights():
    with pytest.raises(records.rights.Refused):
        numbers.reserve("x", {}, 1, actor=records.SYSTEM, at=AT, reason="y")
    with pytest.raises(records.rights.Refused):
        numbers.void("x", {}, 1, actor=records.SYSTEM, at=AT, reason="y")


@pytest.mark.django_db
def test_the_database_keeps_every_number():
    numbers.take("x", {}, at=AT)
    numbers.take("x", {}, at=AT)
    for statement in ("DELETE FROM numbers_number", "UPDATE numbers_number SET value = value + 10"):
        with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with connection.cursor() as cursor:  # somebody with the owner's password
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE numbers_number DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM numbers_number WHERE value = 1")
        cursor.execute("ALTER TABLE numbers_number ENABLE TRIGGER USER")
    assert queries.gaps("x") == [queries.Gap("x", "{}", (1,))]


@pytest.mark.django_db
def test_rules_of_a_pack():
    install_rules()
    install_rules()
    assert Rule.objects.count() == 1
    bad = PackFile(
        "p",
        "numbers/a.yaml",
        "rules:\n  - key: a\n    title: t\n    pattern: '{year}'\n"
        "  - key: b\n    title: t\n    pattern: '{number}{foo}'\n"
        "prefixes:\n  x: 甲\n  y: 甲\n".encode(),
    )
    found = NumbersLoader().check(bad)
    assert [(f.line, f.message[:6]) for f in found] == [(4, "“patte"), (7, "“patte"), (10, "字头“甲”已")]


def together(count: int, work: Callable[[int], None]) -> list[BaseException]:
    """Run work(0..count-1) in threads that start at the same moment; what they raised."""
    gate, raised = threading.Barrier(count), list[BaseException]()

    def run(n: int) -> None:
        try:
            gate.wait(20)
            work(n)
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


class RolledBack(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_many_at_once_and_some_roll_back():
    """Sheet 22 f9: gapless and safe when many clerks decide at once; a rolled back decision leaves no gap."""
    per_thread, threads = 25, 6
    given: list[int] = []

    def work(n: int) -> None:
        for i in range(per_thread):
            try:
                with transaction.atomic():
                    value = numbers.take("licence", {"unit": "market", "year": 2021}, at=AT)
                    if (i + n) % 5 == 0:
                        raise RolledBack
                given.append(value)
            except RolledBack:
                pass

    assert together(threads, work) == []
    assert sorted(given) == list(range(1, len(given) + 1))
    assert len(given) == threads * per_thread * 4 // 5
    assert queries.gaps() == []


@pytest.mark.django_db(transaction=True)
def test_a_reserved_number_is_used_once_by_two_at_once():
    with transaction.atomic():
        numbers.reserve("receipt", {}, 1, actor=CLERK, at=AT, reason="备用")
    raised = together(
        2, lambda n: numbers.use_reserved("receipt", {}, 1, owner=("case", n), actor=CLERK, at=AT) and None
    )
    assert [type(error) for error in raised] == [numbers.NumberProblem]
    assert Number.objects.get().state == "issued"


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_no_number_is_given():
    with pytest.raises(RuntimeError, match="transaction"):
        numbers.take("x", {}, at=AT)
