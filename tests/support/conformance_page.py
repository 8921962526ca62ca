"""The generated parts of docs/conformance.md: ``python tests/support/conformance_page.py`` writes them anew.

A cell of the construct table says that the model of this construct in this situation is played by
tests/kernel/engine/test_everywhere.py; the test of this page fails when a cell is empty or the page is not of today.
"""

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import fragments
from lxml import etree
from situations import SITUATIONS

from yipan.house import tck
from yipan.kernel import bpmn
from yipan.kernel.bpmn.names import KINDS

PAGE = Path(__file__).resolve().parents[2] / "docs/conformance.md"
GROUPS = {
    "Activities": fragments.ACTIVITIES, "Gateways and conditional flows": fragments.GATEWAYS,
    "Intermediate and end events": fragments.EVENTS, "Boundary events": fragments.BOUNDARY_EVENTS,
    "Event sub-processes": fragments.EVENT_SUBPROCESSES,
}  # fmt: skip


def constructs() -> str:
    """Construct × situation: ✓ where a model is built and played."""
    lines = [
        _row("construct", "§", *(str(i + 1) for i in range(len(SITUATIONS)))),
        _row(*["---"] * (len(SITUATIONS) + 2)),
    ]
    count = 0
    for title, group in GROUPS.items():
        lines.append(_row(f"**{title}**", *[""] * (len(SITUATIONS) + 1)))
        for name, fragment in group.items():
            models = [situation.models(fragment) for situation in SITUATIONS]
            count += len(models)
            lines.append(_row(name, fragment.section, *("✓" if made else "" for made in models)))
    legend = "\n".join(f"{i + 1}. {situation.title}" for i, situation in enumerate(SITUATIONS))
    return f"{legend}\n\n{count} models.\n\n" + "\n".join(lines)


def miwg(folder: Path) -> str:
    """Every reference model: loads, or the first reason why not and how many there are."""
    lines = [_row("model", "process", "result", "first reason", "line"), _row(*["---"] * 5)]
    for path in sorted(folder.glob("*.bpmn")):
        for process in processes(path.read_bytes()):
            errors = [f for f in bpmn.check(path.read_bytes(), process) if f.is_error]
            result = f"refused, {len(errors)} findings" if errors else "loads"
            first = (errors[0].message.replace("|", "\\|")[:90], str(errors[0].line)) if errors else ("", "")
            lines.append(_row(path.stem, process, result, *first))
    return "\n".join(lines)


def decisions(outcomes: list[tck.Outcome]) -> str:
    """The DMN kit: how many of each level passed, and every case that did not, with its reason."""
    own = [one for one in outcomes if not one.external]
    lines = [_row("level", "cases", "passed", "share"), _row(*["---"] * 4)]
    for level in sorted({one.level for one in own}):
        of_level = [one for one in own if one.level == level]
        passed = sum(not one.reason for one in of_level)
        lines.append(_row(level, str(len(of_level)), str(passed), f"{passed / len(of_level):.2%}"))
    lines += ["", f"{len(outcomes) - len(own)} cases need functions written in Java and are counted apart.", ""]
    lines += [_row("model", "case", "reason"), _row(*["---"] * 3)]
    failed = [one for one in own if one.reason]
    return "\n".join([*lines, *(_row(one.model, one.case, one.reason.replace("|", "\\|")[:120]) for one in failed)])


def processes(xml: bytes) -> list[str]:
    """Ids of the processes of a document that have elements."""
    root = etree.fromstring(xml)
    found = root.findall("b:process", {"b": "http://www.omg.org/spec/BPMN/20100524/MODEL"})
    return [p.get("id", "") for p in found if any(etree.QName(child).localname in KINDS for child in p)]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def put(page: str, part: str, text: str) -> str:
    """The page with one generated part replaced."""
    pattern = rf"(<!-- {part} -->\n)(?:.*?\n)??(<!-- end -->)"
    assert re.search(pattern, page, re.DOTALL), part
    return re.sub(pattern, lambda found: f"{found[1]}{text}\n{found[2]}", page, count=1, flags=re.DOTALL)


def parts() -> Iterable[tuple[str, str]]:
    yield "constructs", constructs()
    suite = os.environ.get("YIPAN_CONFORMANCE")
    if suite:
        yield "miwg", miwg(Path(suite) / "bpmn-miwg")


if __name__ == "__main__":
    text = PAGE.read_text()
    for part_, made_ in parts():
        text = put(text, part_, made_)
    if os.environ.get("YIPAN_CONFORMANCE"):
        text = put(text, "dmn", decisions(list(tck.run(Path(os.environ["YIPAN_CONFORMANCE"]) / "dmn-tck"))))
    PAGE.write_text(text)
    sys.stdout.write(f"{PAGE} written\n")
