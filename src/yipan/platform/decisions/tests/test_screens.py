"""Screens: list, versions, trial, editor, two editors, rights."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yipan.kernel import dmn
from yipan.kernel.dmn.model import table_of
from yipan.platform.decisions.actions.publish import keep_tests
from yipan.platform.decisions.models import DecisionDraft, DecisionModel, DecisionTests

from .test_publishing import A, B, model, publish

pytestmark = pytest.mark.django_db
VIEW, MANAGE = "decisions.view", "decisions.manage"


@pytest.fixture
def editor(people, signed_in):
    return signed_in(people("张编辑", VIEW, MANAGE))


def page(client, name: str, *args, status: int = 200) -> str:
    answer = client.get(reverse(f"decisions:{name}", args=args))
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def table(draft: DecisionDraft | None = None, key: str = "fee"):
    draft = draft or DecisionDraft.objects.get(key=key)
    return table_of(dmn.read(bytes(draft.xml)).nodes[key])


def form(key: str = "fee", do: str = "save", **changes) -> dict:
    """What the editor's form of the draft posts, as a browser would."""
    draft = DecisionDraft.objects.get(key=key)
    one = table(draft, key)
    posted = {
        "node": key, "revision": draft.revision, "do": do, "policy": one.hit_policy, "note": list(one.annotations),
        "in-id": [c.id for c in one.inputs], "in-label": [c.label for c in one.inputs],
        "in-text": [c.expression.text for c in one.inputs], "in-type": [c.expression.type_ref for c in one.inputs],
        "in-allowed": [c.allowed for c in one.inputs], "out-id": [c.id for c in one.outputs],
        "out-name": [c.name for c in one.outputs], "out-label": [c.label for c in one.outputs],
        "out-type": [c.type_ref for c in one.outputs], "out-allowed": [c.allowed for c in one.outputs],
        "out-default": [c.default.text if c.default else "" for c in one.outputs],
        "rule": [r.id for r in one.rules],
        "cell": [text for r in one.rules for text in (*r.tests, *r.outputs, *r.annotations)],
    }  # fmt: skip
    return posted | changes


def save(client, key: str = "fee", **changes):
    return client.post(reverse("decisions:edit", args=[key]), form(key, **changes))


def test_pages_of_a_model(people, signed_in):
    publish(model(*A))
    publish(model("< 18 -> 0", "[18..60) -> 12", "> 70 -> 3"))
    keep_tests("fee", [{"decision": "fee", "inputs": {"年龄": 30}, "expected": 12, "name": "成年人"}])
    client = signed_in(people("看的人", VIEW))
    text = page(client, "list")
    for word in ("收费", "金额", "fee"):
        assert word in text
    assert "新建或上传" not in text
    text = page(client, "model", "fee")
    for word in ("第 2 版", "[18..60)", "遗漏", "例如", "成年人", "通过", "<svg", "试算", "与本版比较"):
        assert word in text, word
    assert "编辑" not in re.sub(r"<title>.*?</title>", "", text.split("<main")[1])
    assert "这是旧版" in page(client, "version", "fee", 1)
    page(client, "version", "fee", 9, status=404)
    page(client, "model", "other", status=404)
    text = page(client, "compare", "fee", 2, 1)
    for word in ("规则 2", "&gt;= 18", "[18..60)", "新增"):
        assert word in text, word
    assert client.get(reverse("decisions:file", args=["fee", 1])).content == model(*A)


def test_a_trial_tells_why(people, signed_in):
    publish(model("< 18 -> 0", "[18..60) -> 12"))
    client = signed_in(people("看的人", VIEW))
    address = reverse("decisions:try", args=["fee", 1])

    def tried(age: str) -> str:
        return re.sub(r"\s+", " ", client.post(address, {"decision": "fee", "given-年龄": age}).content.decode())

    assert "命中第 2 条规则" in tried("30")
    text = tried("61")
    assert "没有规则命中" in text
    assert "第 2 条：“年龄”须满足 <code>[18..60)</code>" in text
    assert "缺少数据" in tried("")
    assert "不是一个值" in tried("30 +")
    assert client.post(address, {"decision": "none"}).status_code == 404


def test_a_trial_offers_what_a_column_allows(people, signed_in):
    """Other tools write types and allowed values at the columns only; several results have their titles."""
    xml = model('"甲" -> 1', '"乙" -> 2').decode()
    xml = xml.replace("</inputExpression>", '</inputExpression><inputValues><text>"甲","乙"</text></inputValues>')
    xml = xml.replace('<output name="v"/>', '<output name="v" label="档次"/><output name="w" label="天数"/>')
    xml = xml.replace("</outputEntry>", "</outputEntry><outputEntry><text>5</text></outputEntry>")
    publish(xml.encode())
    client = signed_in(people("看的人", VIEW))
    assert '<option value="乙">乙</option>' in page(client, "model", "fee")
    answer = client.post(reverse("decisions:try", args=["fee", 1]), {"decision": "fee", "given-年龄": "乙"})
    text = re.sub(r"<[^>]*>|\s+", "", answer.content.decode())
    assert "结果档次2，天数5" in text
    text = client.post(reverse("decisions:try", args=["fee", 1]), {"decision": "fee"}).content.decode()
    assert "没有结果" in text


def test_all_decisions_of_a_model_are_tried_in_one_form(people, signed_in):
    """What the model is for is offered first; a quotient without end is not written out."""
    need = "<informationRequirement><required{}/></informationRequirement>".format
    share = (
        f'<decision id="share" name="占比"><variable name="占比"/>{need("""Input href="#fee_age" """)}'
        "<literalExpression><text>年龄 / 3</text></literalExpression></decision>"
    )
    xml = model("< 18 -> 0", ">= 18 -> 10", more=share).decode()
    xml = xml.replace("<decisionTable", need('Decision href="#share"') + "<decisionTable")
    xml = xml.replace("<text>年龄</text>", "<text>占比</text>")
    publish(xml.encode())
    client = signed_in(people("看的人", VIEW))
    text = page(client, "model", "fee")
    assert '<option value="fee" selected>金额</option>' in text
    assert text.count('name="given-年龄"') == 1
    answer = client.post(reverse("decisions:try", args=["fee", 1]), {"decision": "fee", "given-年龄": "100"})
    assert "占比 = 约 33.3333" in re.sub(r"\s+", " ", answer.content.decode())


def test_notes_that_differ_are_shown(people, signed_in):
    noted = model(*A).replace(b"<rule id='r1'>", b"<rule id='r1'><description>%s</description>")
    for law in ("旧办法第三条", "新办法第五条"):
        publish(noted.replace(b"%s", law.encode()))
    text = page(signed_in(people("看的人", VIEW)), "compare", "fee", 1, 2)
    assert re.search(r"说明：<code>旧办法第三条</code>.*说明：<code>新办法第五条</code>", text, re.DOTALL)


def test_from_an_empty_table_to_a_version(editor):
    """New table, columns, rules, publication: the decision is given the data its columns name."""
    answer = editor.post(reverse("decisions:new"), {"key": "level", "title": "补贴档次"})
    assert answer["Location"] == "/decisions/level/edit/"
    for do in ("add-input", "add-rule", "add-rule", "add-note"):
        assert save(editor, "level", do=do).status_code == 302
    assert save(editor, "level", **{
        "in-label": ["行业"], "in-text": ["行业"], "in-type": ["string"], "out-name": ["level"], "out-label": ["档次"],
        "cell": ['"工业"', '"一档"', "见办法第三条", '"农业"', '"二档"', ""], "policy": "FIRST",
    }).status_code == 302  # fmt: skip
    one = table(key="level")
    assert (one.hit_policy, [rule.tests for rule in one.rules]) == ("FIRST", [('"工业"',), ('"农业"',)])
    tried = editor.post(reverse("decisions:edit_try", args=["level"]), {"decision": "level", "given-行业": "农业"})
    assert "二档" in tried.content.decode()
    answer = editor.post(reverse("decisions:tests", args=["level"]),
                         {"decision": "level", "given-行业": "农业", "name": "农业"})  # fmt: skip
    assert DecisionTests.objects.get().cases == [
        {"decision": "level", "inputs": {"行业": "农业"}, "expected": "二档", "name": "农业"}
    ]
    revision = DecisionDraft.objects.get().revision
    publish_ = reverse("decisions:publish", args=["level"])
    assert "请写明" in editor.post(publish_, {"revision": revision}).content.decode()
    answer = editor.post(publish_, {"revision": revision, "note": "首次发布，依据惠企办法"})
    assert (answer.status_code, answer["Location"]) == (302, "/decisions/level/")
    row = DecisionModel.objects.get()
    assert (row.version, row.note, row.published_by_name) == (1, "首次发布，依据惠企办法", "张编辑")
    assert not DecisionDraft.objects.exists()


def test_rows_and_columns(editor):
    publish(model(*A))
    page(editor, "edit", "fee")
    for do, rules in (("down:1", [">= 18", "< 18"]), ("up:2", ["< 18", ">= 18"]), ("copy:1", ["< 18", "< 18", ">= 18"]),
                      ("drop-rule:1", ["< 18", ">= 18"]), ("drop-rule:9", ["< 18", ">= 18"])):  # fmt: skip
        save(editor, do=do)
        assert [rule.tests[0] for rule in table().rules] == rules, do
    save(editor, do="add-input")
    save(editor, do="add-output")
    assert [[*rule.tests, *rule.outputs] for rule in table().rules] == [
        ["< 18", "-", "0", ""],
        [">= 18", "-", "10", ""],
    ]
    save(editor, do="drop-input:1")
    save(editor, do="drop-output:2")
    save(editor, do="drop-output:1")  # the last one stays
    save(editor, do="add-note")
    assert table().annotations == ("说明",)
    save(editor, do="drop-note:1")
    assert [[*rule.tests, *rule.outputs] for rule in table().rules] == [["-", "0"], ["-", "10"]]


def test_bad_forms_keep_nothing(editor):
    publish(model(*A))
    page(editor, "edit", "fee")
    before = bytes(DecisionDraft.objects.get().xml)
    for changes, word in (
        ({"cell": ["1"]}, "没有完整送到"), ({"in-label": []}, "没有完整送到"), ({"out-name": [""]}, "须有名称"),
        ({"revision": "x"}, "保存过这份草稿"), ({"node": "other"}, "不是一张表"),
    ):  # fmt: skip
        answer = save(editor, **changes)
        assert (answer.status_code, word in answer.content.decode()) == (409, True), changes
    assert bytes(DecisionDraft.objects.get().xml) == before
    text = save(editor, **{"out-name": [""], "cell": ["< 3", "7", ">= 3", "8"]}).content.decode()
    assert 'value="&lt; 3"' in text  # what was typed is still there
    assert save(editor, node="fee_age").status_code == 409


def test_two_editors(editor, people, signed_in):
    """The second is told who has changed it; his own text stays on his screen, and he may write over the other's."""
    publish(model(*A))
    page(editor, "edit", "fee")
    mine = form(cell=["< 16", "0", ">= 16", "10"])
    editor.post(reverse("decisions:edit", args=["fee"]), form(cell=["< 17", "0", ">= 17", "10"]))
    second, address = signed_in(people("李编辑", VIEW, MANAGE)), reverse("decisions:edit", args=["fee"])
    answer = second.post(address, mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "张编辑在" in text
    assert 'value="&lt; 16"' in text
    assert table().rules[0].tests == ("< 17",)
    over = re.search(r'name="over" value="(\d+)"', text)[1]
    assert second.post(address, mine | {"over": over}).status_code == 302
    assert table().rules[0].tests == ("< 16",)
    assert second.post(address, mine | {"over": over}).status_code == 409


def test_a_file_does_not_write_over_the_draft_of_somebody_else(editor, people, signed_in):
    publish(model(*A))
    page(editor, "edit", "fee")
    for _ in range(2):  # one's own draft may be replaced
        answer = editor.post(reverse("decisions:new"), {"key": "fee", "file": SimpleUploadedFile("a.dmn", model(*B))})
        assert answer.status_code == 302
    other = signed_in(people("李编辑", VIEW, MANAGE))
    answer = other.post(reverse("decisions:new"), {"key": "fee", "file": SimpleUploadedFile("a.dmn", model(*A))})
    assert (answer.status_code, "张编辑在" in answer.content.decode()) == (409, True)
    assert bytes(DecisionDraft.objects.get().xml) == model(*B)


def test_a_table_larger_than_a_form(editor):
    """A browser packs the cells into one field: more than a thousand fields no form may have."""
    publish(model(*A))
    page(editor, "edit", "fee")
    posted = form(policy="COLLECT")
    cells = [text for number in range(600) for text in (f"= {number}", str(number))]
    posted |= {"grid": json.dumps([[""] * 600, cells])}
    del posted["rule"], posted["cell"]
    assert editor.post(reverse("decisions:edit", args=["fee"]), posted).status_code == 302
    assert len(table().rules) == 600
    answer = editor.post(reverse("decisions:edit", args=["fee"]), posted | {"revision": 2, "grid": "[1"})
    assert "没有完整送到" in answer.content.decode()


def test_a_draft_of_an_old_version_is_not_published(editor):
    publish(model(*A))
    page(editor, "edit", "fee")
    publish(model(*B))
    answer = editor.post(reverse("decisions:publish", args=["fee"]), {"revision": 1, "note": "改动"})
    assert "其间已发布第 2 版" in answer.content.decode()
    assert editor.post(reverse("decisions:discard", args=["fee"]), {"revision": 1}).status_code == 302
    assert not DecisionDraft.objects.exists()


def test_a_publication_says_everything_wrong(editor):
    publish(model(*A))
    page(editor, "edit", "fee")
    save(editor, cell=["< 18", "0", "< 20", "10"])
    text = editor.post(reverse("decisions:publish", args=["fee"]), {"revision": 2, "note": "改动"}).content.decode()
    assert "规则 1 与规则 2 会同时命中" in text
    assert DecisionModel.objects.count() == 1


def test_cells_are_checked_while_typed(editor):
    publish(model(*A))
    page(editor, "edit", "fee")

    def problems(kind: str, *texts: str):
        posted = {"node": "fee", "kind": kind, "texts": json.dumps(texts)}
        return editor.post(reverse("decisions:check", args=["fee"]), posted).json()["problems"]

    assert problems("tests", "< 18", "-", "", '"甲","乙"', "[1..3]", "? > 年龄") == [None] * 6
    wrong, name = problems("tests", "< 18 +", "甲")
    assert wrong["position"] >= 5
    assert "没有“甲”这项数据" in name["message"]
    assert '"甲"' in name["remedy"]
    assert problems("value", '"甲"', "年龄 * 2", "sum([1,2])") == [None] * 3
    assert problems("value", "1 +")[0]["message"]
    assert editor.post(reverse("decisions:check", args=["fee"]), {"node": "no", "texts": '["1"]'}).status_code == 404


def test_files_of_other_tools(editor):
    """A file of dmn-js becomes a draft and goes out again with its drawing."""
    drawn = model(*A, more="<dmndi:DMNDI xmlns:dmndi='https://www.omg.org/spec/DMN/20191111/DMNDI/'/>")
    upload = SimpleUploadedFile("fee.dmn", drawn)
    answer = editor.post(reverse("decisions:new"), {"key": "fee", "file": upload})
    assert answer.status_code == 302
    assert editor.get(reverse("decisions:draft_file", args=["fee"])).content == drawn
    save(editor, cell=["< 16", "0", ">= 16", "10"])
    assert b'DMNDI/"/>' in bytes(DecisionDraft.objects.get().xml)
    answer = editor.post(reverse("decisions:new"), {"key": "bad", "file": SimpleUploadedFile("x.dmn", b"<x")})
    assert "不是正确的 XML" in answer.content.decode()
    answer = editor.post(reverse("decisions:new"), {"key": "坏 键", "title": "x"})
    assert "标识只能用英文字母" in answer.content.decode()


def test_expressions_are_edited_too(editor):
    more = (
        '<decision id="twice" name="双倍"><informationRequirement><requiredDecision href="#fee"/>'
        "</informationRequirement><literalExpression><text>金额 * 2</text></literalExpression></decision>"
    )
    publish(model(*A, more=more))
    page(editor, "edit", "fee")
    answer = editor.post(reverse("decisions:edit", args=["fee"]), {"node": "twice", "revision": 1, "text": "金额 * 3"})
    assert answer.status_code == 302
    assert dmn.load(bytes(DecisionDraft.objects.get().xml)).decide("双倍", {"年龄": 30}).value == 30


def test_who_may_not(people, signed_in, client):
    publish(model(*A))
    viewer = signed_in(people("看的人", VIEW))
    for name, args in (("new", ()), ("edit", ("fee",)), ("draft_file", ("fee",))):
        assert viewer.get(reverse(f"decisions:{name}", args=args)).status_code == 403
    for name in ("publish", "discard", "tests", "check", "edit_try"):
        assert viewer.post(reverse(f"decisions:{name}", args=["fee"])).status_code == 403
    assert signed_in(people("路人", "task.view")).get(reverse("decisions:list")).status_code == 403


def test_statements_of_the_list(editor):
    """As many for three models as for two."""
    counted = []
    for number in range(3):
        publish(model(*A, key=f"k{number}"), key=f"k{number}")
        with CaptureQueriesContext(connection) as asked:
            page(editor, "list")
        counted.append(len(asked))
    assert counted[1] == counted[2]
