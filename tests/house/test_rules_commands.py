"""yipan feel and yipan dmn as a person or a program calls them; exit codes and JSON as documented."""

import json
from pathlib import Path

import pytest
from dmns import decision, given, model, table, text

from yipan.house import cli

FEE = table("age", "fee", "<18 -> 0", "[18..60) -> 12")
TWICE = decision("twice", text("fee * 2"), "d_fee")


@pytest.fixture
def yipan(capsys, monkeypatch):
    def call(*words: object, stdin: str = "") -> tuple[int, str, str]:
        import io

        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = cli.main([str(word) for word in words])
        told = capsys.readouterr()
        return code, told.out.strip(), told.err.strip()

    return call


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {
        "fee": model(given("age"), decision("fee", FEE, "i_age"), TWICE),
        "newer": model(given("age"), decision("fee", FEE.replace(">12<", ">13<"), "i_age"), TWICE),
        "twisted": model(given("age"), decision("fee", table("age", "fee", "<18 -> 0", "<20 -> 5"), "i_age")),
        "broken": model(given("age"), decision("fee", text("1 +"))), "other": b"<x",
    }  # fmt: skip
    for name, xml in made.items():
        (tmp_path / name).write_bytes(xml)
    return {name: tmp_path / name for name in (*made, "none")}


@pytest.mark.parametrize(("words", "out"), [
    (["1 + 2"], "3"), (["0.1 + 0.2"], "0.3"), (['"a"'], '"a"'), (['date("2026-03-01")'], 'date("2026-03-01")'),
    (["收入 > 500", "--context", '{"收入": 600.5}'], "true"), (["上年 收入 + 1", "--context", '{"上年 收入": 1}'], "2"),
    (["b - a", "--context", '{"a": "=date(\\"2026-03-01\\")", "b": "=date(\\"2026-03-03\\")"}'], 'duration("P2D")'),
    (["< 18, [60..70]", "--test", "65"], "true"), (["< 18", "--test", "null"], "null"),
    (["x", "--context", '{"x": [1, {"y": 2}]}'], '[1, {"y": 2}]'),
])  # fmt: skip
def test_feel_eval(yipan, words, out):
    assert yipan("feel", "eval", *words) == (0, out, "")


def test_feel_eval_for_a_program(yipan):
    code, out, _ = yipan("feel", "eval", "-", "--json", stdin='[1.5, true, date("2026-03-01")]')
    assert (code, json.loads(out)) == (
        0,
        {"value": '[1.5, true, date("2026-03-01")]', "json": [1.5, True, "2026-03-01"]},
    )
    code, out, _ = yipan("feel", "eval", "1 +", "--json")
    assert (code, json.loads(out)["problem"]["position"]) == (1, 3)


def test_feel_faults(yipan):
    code, _, err = yipan("feel", "eval", "1 +")
    assert (code, "第 4 个字符" in err) == (1, True)
    assert yipan("feel", "eval", "1", "--context", "[1]")[0] == 2
    code, _, err = yipan("feel", "eval", "1", "--context", "{")
    assert (code, "is not JSON" in err) == (2, True)


def test_dmn_check(yipan, files):
    code, out, _ = yipan("dmn", "check", files["fee"])
    assert (code, out.splitlines()) == (0, ["warning “fee”：有的情况没有规则命中，也没有默认结果（例如 age = 60）"])
    code, out, _ = yipan("dmn", "check", files["twisted"], "--json")
    found = json.loads(out)
    assert (code, [(one["kind"], one["rules"]) for one in found]) == (1, [("conflict", [1, 2]), ("gap", [])])
    code, out, _ = yipan("dmn", "check", files["broken"])
    assert (code, "FEEL" in out) == (1, True)
    assert yipan("dmn", "check", files["other"])[0] == 2
    assert "problem" in json.loads(yipan("dmn", "check", files["other"], "--json")[1])
    assert yipan("dmn", "check", files["none"])[0] == 2


def test_dmn_run(yipan, files):
    assert yipan("dmn", "run", files["fee"], "--context", '{"age": 30}') == (
        0, "24\n  t：age = 30 → 规则 2\n    差一点：规则 1，age 须满足 <18", "",
    )  # fmt: skip
    code, out, _ = yipan(
        "dmn", "run", files["fee"], "--decision", "d_fee", "--context", "-", "--json", stdin='{"age": null}'
    )
    told = json.loads(out)
    assert (code, told["json"], told["fired"][0]["rules"]) == (0, None, [])
    assert [one["unknown"] for one in told["fired"][0]["near"]] == [True, True]
    code, _, err = yipan("dmn", "run", files["fee"], "--decision", "nothing")
    assert (code, "d_fee, d_twice" in err) == (2, True)
    code, out, _ = yipan("dmn", "run", files["twisted"], "--context", '{"age": 3}')
    assert (code, "多条规则同时命中" in out) == (1, True)
    assert yipan("dmn", "run", files["fee"], "--context", "3")[0] == 2


def test_dmn_diff(yipan, files):
    assert yipan("dmn", "diff", files["fee"], files["fee"]) == (0, "", "")
    code, out, _ = yipan("dmn", "diff", files["fee"], files["newer"])
    assert (code, out.splitlines()[1:]) == (1, ["    ~ rule 2 → 2", "        fee: 12 → 13"])
    (node,) = json.loads(yipan("dmn", "diff", files["fee"], files["newer"], "--json")[1])
    assert node["rules"] == [
        {"what": "changed", "before": 2, "after": 2, "cells": [{"column": "fee", "before": "12", "after": "13"}]}
    ]
