"""yipan bpmn: check, run and diff as a person or a program calls them; exit codes and JSON as documented."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sketch import boundary, call, draw, end, error, mapped, message, service, timer, user

MODEL = draw(
    "s > A > x1 >[ok] C > t > e; x1 >* e2; b > B > e3",
    A=user(outcomes="pass fail", limit="P5WD"), b=boundary("A", timer("P2D")), t=service("issue", result="no"),
    C=call("inner", mapped("out paid=price")),
)  # fmt: skip
INNER = draw("s > K > e").replace(b'process id="p"', b'process id="inner"')


def yipan(*words: object, stdin: str = "") -> tuple[int, str, str]:
    command = [sys.executable, "-m", "yipan.house.cli", "bpmn", *map(str, words)]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {"model": MODEL, "inner": INNER, "broken": draw("s > t > e", t='<serviceTask id="{id}"/>')}
    for name, xml in made.items():
        (tmp_path / name).write_bytes(xml)
    return {name: tmp_path / name for name in made}


def played(files: dict[str, Path], *steps: Any, code: int = 0) -> list[dict[str, Any]]:
    words = ("run", files["model"], "--script", "-", "--with", files["inner"], "--now", "2021-11-01T09:00:00", "--json")
    exit_code, out, err = yipan(*words, stdin=json.dumps(steps))
    assert exit_code == code, err
    return json.loads(out)


def test_check(files: dict[str, Path]):
    assert yipan("check", files["model"])[0] == 0
    code, out, _ = yipan("check", files["broken"], "--json")
    (finding,) = json.loads(out)
    assert (code, finding["element_id"], finding["severity"]) == (1, "t", "error")
    assert finding["remedy"]
    assert finding["line"] > 0
    assert yipan("check", files["model"].parent / "nowhere")[0] == 2


def test_run(files: dict[str, Path]):
    """The whole way: a task with a limit, a called process, a service and its answer."""
    reports = played(
        files, {"start": {"ok": True}, "by": "7"}, {"complete": "A", "outcome": "pass", "by": "8"}, {"complete": "K",
        "data": {"price": 3}}, {"answer": "t", "data": {"result": 12}},
    )  # fmt: skip
    begin, called, back, done = [report["instances"] for report in reports]
    assert [(task["element"], task["due"]) for task in begin[0]["tasks"]] == [("A", "2021-11-09T00:00:00+08:00")]
    assert begin[0]["timers"] == [{"element": "b", "at": "2021-11-03T09:00:00+08:00"}]
    assert [(one["process"], one["parent"], one["status"]) for one in called] == [
        ("p", None, "running"),
        ("inner", 1, "running"),
    ]
    assert back[0]["calls"] == [{"element": "t", "act": "issue"}]
    assert back[0]["variables"]["paid"] == 3
    assert (done[0]["status"], done[0]["variables"]["no"]) == ("completed", 12)
    assert [event["element"] for event in done[0]["events"] if event["lifecycle"] == "completed"] == ["t", "e"]


def test_time_passes_and_moves_are_made(files: dict[str, Path]):
    reports = played(files, {"advance": "P3D"}, {"complete": "B"})
    assert [r["step"] for r in reports] == [0, 1, 2]
    assert [task["element"] for task in reports[1]["instances"][0]["tasks"]] == ["B"]
    assert reports[-1]["instances"][0]["status"] == "completed"
    reports = played(files, {"control": "suspend"}, {"control": "resume"}, {"move": "claim", "task": "A", "by": "8"})
    assert [r["instances"][0]["status"] for r in reports] == ["running", "suspended", "running", "running"]


def test_a_step_that_is_not_possible_ends_the_play(files: dict[str, Path]):
    reports = played(files, {"complete": "A", "outcome": "maybe"}, {"complete": "A", "outcome": "fail"}, code=1)
    assert "pass、fail" in reports[-1]["problem"]
    assert len(reports) == 2


@pytest.mark.parametrize(("script", "words"), [
    ('{"complete": "A"}', "列表"), ("[{}]", "第 1 步"), ('[{"complete": "A", "wen": 1}]', "wen"), ("[", "line 1"),
    ('[{"complete": "A"}, 5]', "第 2 步"),
])  # fmt: skip
def test_scripts_that_say_nonsense(files: dict[str, Path], script: str, words: str):
    code, _, err = yipan("run", files["model"], "--script", "-", stdin=script)
    assert code == 2
    assert words in err


def test_a_called_process_that_is_not_given(files: dict[str, Path]):
    code, out, _ = yipan("run", files["model"], "--script", "-", "--json",
                         stdin='[{"start": {"ok": true}}, {"complete": "A", "outcome": "pass"}]')  # fmt: skip
    assert code == 1
    assert "inner" in json.loads(out)[-1]["problem"]


def test_run_tells_a_person(files: dict[str, Path]):
    code, out, _ = yipan("run", files["model"], "--script", "-", "--with", files["inner"], stdin="[]")
    assert code == 0
    assert "task       A" in out
    assert "timer      b" in out


def test_diff(files: dict[str, Path], tmp_path: Path):
    other = tmp_path / "other"
    other.write_bytes(draw(
        "s > A > x1 >[ok = true] C > t > e; x1 >* e2; c > D > e3",
        A=user(outcomes="pass fail", limit="P3WD"), c=boundary("A", message("m")), t=service("issue", result="no"),
        C=call("inner", mapped("out paid=price")), e2=end(error("E")),
    ))  # fmt: skip
    assert yipan("diff", files["model"], files["model"])[:2] == (0, "")
    code, out, _ = yipan("diff", files["model"], other, "--json")
    found = {(one["what"], one["id"]): one["changes"] for one in json.loads(out)}
    assert code == 1
    assert {
        ("removed", "b"),
        ("removed", "B"),
        ("added", "c"),
        ("added", "D"),
        ("changed", "A"),
        ("changed", "e2"),
    } <= found.keys()
    assert found["changed", "A"] == [{"field": "work.limit.amount", "before": "5", "after": "3"}]
    assert found["changed", "x1_C"] == [{"field": "condition", "before": "ok", "after": "ok = true"}]
    assert "~ user A" in yipan("diff", files["model"], other)[1]
    assert yipan("diff", files["model"], files["broken"])[0] == 2
