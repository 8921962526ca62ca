"""Published decisions: versions that never change, tests before every publication, which version is in force."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.db import ProgrammingError, transaction

import yipan
from yipan.kernel.packs import InstallContext, PackFile, read_pack
from yipan.platform import decisions, records
from yipan.platform.decisions import published, queries
from yipan.platform.decisions.actions.publish import keep_tests
from yipan.platform.decisions.domain import DecisionProblem, kept_as, value_of
from yipan.platform.decisions.loader import DecisionLoader
from yipan.platform.decisions.models import DecisionModel, DecisionTests
from yipan.platform.records import audit
from yipan.platform.records.models import ActRow

from .conftest import NOW

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def model(*rules: str, key: str = "fee", policy: str = "UNIQUE", more: str = "") -> bytes:
    """One decision over the input 年龄; a rule is ``test -> value``."""
    made = "".join(
        f"<rule id='r{n}'><inputEntry><text><![CDATA[{one.split('->')[0].strip()}]]></text></inputEntry><outputEntry>"
        f"<text><![CDATA[{one.split('->')[1].strip()}]]></text></outputEntry></rule>"
        for n, one in enumerate(rules)
    )
    return (
        f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="收费" namespace="urn:{key}">'
        f'<inputData id="{key}_age" name="年龄"/><decision id="{key}" name="金额"><variable name="金额"/>'
        f'<informationRequirement><requiredInput href="#{key}_age"/></informationRequirement>'
        f'<decisionTable hitPolicy="{policy}"><input><inputExpression><text>年龄</text></inputExpression></input>'
        f'<output name="v"/>{made}</decisionTable></decision>{more}</definitions>'
    ).encode()


A, B = ("< 18 -> 0", ">= 18 -> 10"), ("< 18 -> 0", ">= 18 -> 12")


def publish(xml: bytes, at: dt.datetime = NOW, key: str = "fee", **more):
    return decisions.publish(xml, key=key, actor=records.SYSTEM, at=at, **more)


def asked(version: str, at: dt.datetime, age: int = 30):
    return decisions.resolve("fee", version, at).decide({"年龄": age}, NOW)


def test_versions_and_which_one_is_in_force():
    first, same, second = publish(model(*A), NOW - DAY), publish(model(*A)), publish(model(*B), NOW, note="涨价")
    assert (first.pk, first.version) == (same.pk, same.version)
    assert (second.version, second.note) == (2, "涨价")
    assert [asked("", NOW - DAY), asked("", NOW), asked("latest", NOW - DAY), asked("1", NOW)] == [10, 12, 12, 10]
    assert asked("", NOW - DAY * 9) == 10  # what began before the first version is decided by the first
    assert decisions.resolve("fee", "3", NOW) is None
    assert decisions.resolve("other", "", NOW) is None
    assert decisions.resolve("fee", "", NOW).label == "收费 第 2 版"
    assert ActRow.objects.filter(verb="decision.publish").count() == 2
    assert audit.verify().ok


def test_a_published_version_never_changes():
    row = publish(model(*A))
    for change in (lambda: DecisionModel.objects.filter(pk=row.pk).update(title="x"), row.delete):
        with pytest.raises(ProgrammingError, match="never changes"), transaction.atomic():
            change()


@pytest.mark.parametrize(("xml", "word"), [
    (b"<x", "XML"), (model("< 18 -> 0", "< 20 -> 5"), "会同时命中"), (model("< 18 -> 0", "1 + -> 5"), "FEEL"),
    (model("< 18 -> 0", "< 10 -> 5", policy="FIRST"), "永远不会命中"), (model("< 18 ->"), "FEEL|得到|"),
    (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" namespace="urn:x"/>', "没有决策"),
])  # fmt: skip
def test_what_may_not_be_published(xml, word):
    """Faults of the file, of the language, of whole tables: everything is named, nothing is kept."""
    if word == "FEEL|得到|":
        publish(xml)  # an empty result is null, which a model may mean
        return
    with pytest.raises(DecisionProblem, match=word):
        publish(xml)
    assert not DecisionModel.objects.exists()


def test_tests_run_before_every_publication():
    publish(model(*A))
    keep_tests("fee", [{"decision": "fee", "inputs": {"年龄": 30}, "expected": 10, "name": "成年人"}])
    with pytest.raises(DecisionProblem, match="测试“成年人”：应为 10，得到 12"):
        publish(model(*B))
    assert DecisionModel.objects.count() == 1
    keep_tests("fee", [{"decision": "fee", "inputs": {"年龄": 30}, "expected": 12}])
    assert publish(model(*B)).version == 2


def test_a_decision_has_one_home():
    """A process names a decision by its id alone."""
    publish(model(*A))
    with pytest.raises(DecisionProblem, match="“fee”在“收费”中已有"):
        publish(model(*A).replace(b"urn:fee", b"urn:copy"), key="copy")


def test_what_is_imported_stays_as_it_was():
    """A version is decided with what it imported on the day it was published."""
    publish(model(*A), NOW - DAY)
    importer = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="双倍" namespace="urn:double">'
        '<import name="f" namespace="urn:fee" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
        '<decision id="double" name="双倍"><informationRequirement><requiredDecision href="urn:fee#fee"/>'
        "</informationRequirement><literalExpression><text>f.金额 * 2</text></literalExpression></decision>"
        "</definitions>"
    ).encode()
    publish(importer, NOW, key="double")
    publish(model(*B), NOW + DAY)
    published.forget()
    found = decisions.resolve("double", "", NOW)
    assert published.model_of(found.row_id).decide("double", {}, given={("urn:fee", "年龄"): 30}).value == 20


def test_a_broken_hit_policy_is_never_a_silent_null():
    publish(model('"甲" -> 1', "string length(?) = 1 -> 2"))  # the second cannot be compared with the first beforehand
    with pytest.raises(ValueError, match="命中"):
        decisions.resolve("fee", "", NOW).decide({"年龄": "甲"}, NOW)


@pytest.mark.parametrize("value", [
    None, True, 5, "甲", '="x"', '=1.5', '=date("2026-03-01")', '=date and time("2026-03-01T09:00:00+08:00")',
    '=duration("P3D")', '=[1, "a", {"b": true}]', '=duration("P1Y2M")',
])  # fmt: skip
def test_values_of_test_cases_survive(value):
    assert value_of(kept_as(value_of(value))) == value_of(value)


# -- packs -------------------------------------------------------------------------------------------------------------
PACKS = Path(yipan.__file__).parent / "packs"


def files(**texts: str | bytes) -> list[PackFile]:
    return [PackFile("p", f"decisions/{name.replace('__', '.')}", text if isinstance(text, bytes) else text.encode())
            for name, text in texts.items()]  # fmt: skip


def test_the_decisions_of_the_packs_are_sound_and_tested(db):
    loader, seen = DecisionLoader(), 0
    for folder in sorted(path.parent for path in PACKS.glob("*/decisions")):
        pack = read_pack(folder)
        found = pack.folder("decisions")
        assert [str(one) for file in found for one in loader.check(file)] == []
        assert loader.check_all(found, pack) == []
        for file in found:
            loader.install(file, InstallContext(pack.manifest, records.SYSTEM, NOW))
        seen += len(found)
    assert seen >= 4
    assert DecisionTests.objects.count() == DecisionModel.objects.count() >= 2
    for row in DecisionModel.objects.all():
        shown = queries.published(row)
        assert shown.faults == ()
        assert all(one.passed for one in queries.results(shown.model, row.key))
    assert decisions.resolve("food_inspection", "", NOW).decide(
        {"主体业态": "集中用餐单位食堂", "仅销售预包装食品": False, "制作热食": True, "经营面积": 9}, NOW
    ) == {"mode": "现场核查", "officers": 3}


def test_faults_of_packs_have_their_lines():
    loader = DecisionLoader()
    wrong = model("< 18 -> 0", "\n1 + -> 5")
    case = "- decision: fee\n  inputs: {年龄: %s}\n  expected: 1\n"
    tests = case % 3 + case % "'=1 +'"
    fee, cases, odd = files(fee__dmn=model(*A), fee__tests__yaml=tests, notes__txt="x")
    assert [(one.line, re.sub(r"：.*", "", one.message)) for one in loader.check(cases)] == [
        (4, "测试的 年龄 无法读成 FEEL")
    ]
    assert "只放 .dmn" in loader.check(odd)[0].message
    found = loader.check_all([fee, cases], None)
    assert [(one.line, one.message) for one in found] == [(1, "测试“年龄=3”：应为 1，得到 0")]
    (broken,) = files(fee__dmn=wrong)
    assert any("FEEL" in one.message for one in loader.check_all([broken], None))
    (alone,) = files(other__tests__yaml="[]")
    assert "没有决策文件" in loader.check_all([alone], None)[0].message
    (overlap,) = files(fee__dmn=model("< 18 -> 0", "< 20 -> 5"))
    assert [one.severity for one in loader.check(overlap)] == ["error", "warning"]
    spread = overlap.content.replace(b"<rule", b"\n<rule")
    (both, gap) = loader.check(files(fee__dmn=spread)[0])
    assert (both.line, gap.line) == (3, 1)
    assert "例如 年龄 = 17" in both.message
    assert "例如 年龄 = 20" in gap.message


def test_what_a_pack_imports_is_in_it():
    loader, kind = DecisionLoader(), "https://www.omg.org/spec/DMN/20191111/MODEL/"

    def importing(key: str, *namespaces: str) -> bytes:
        lines = "".join(
            f'\n<import name="n{n}" namespace="{one}" importType="{kind}"/>' for n, one in enumerate(namespaces)
        )
        return model(*A, key=key).replace(b"<inputData", f"{lines}<inputData".encode(), 1)

    a, b = files(a__dmn=importing("a", "urn:b"), b__dmn=importing("b"))
    assert loader.check_all([a, b], None) == []
    tests = files(a__tests__yaml="[]")
    assert [file.name for file in loader.order([a, *tests, b])] == ["a.tests.yaml", "b.dmn", "a.dmn"]
    assert [(one.line, one.message[:5]) for one in loader.check_all([a], None)] == [(2, "引入的模型")]
    ring = files(a__dmn=importing("a", "urn:b"), b__dmn=importing("b", "urn:c", "urn:a"), c__dmn=importing("c"))
    assert [(one.file.rpartition("/")[2], one.line) for one in loader.check_all(ring, None)] == [
        ("a.dmn", 2),
        ("b.dmn", 3),
    ]
    (twin,) = files(twin__dmn=importing("a"))
    assert "已有" in loader.check_all([files(a__dmn=importing("a"))[0], twin], None)[0].message
