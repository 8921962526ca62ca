"""Random block-structured processes, as trees, as BPMN, and what must happen in them.

A block has one entry and one exit. ``Plan`` renders a tree as BPMN for our engine or for SpiffWorkflow (the same
elements, conditions and scripts in their languages) and foretells which tasks are done how often.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from hypothesis import strategies as st
from models import HEAD


class Block(NamedTuple):
    """``kind``: task, script, none, seq, xor, and, or, loop (rounds), sub, several (instances)."""

    kind: str
    parts: tuple["Block", ...] = ()
    number: int = 0


TASK, NONE = Block("task"), Block("none")


def blocks(kinds: str = "seq xor and or loop sub several", leaves: int = 12) -> st.SearchStrategy[Block]:
    leaf = st.sampled_from([TASK, TASK, TASK, Block("script"), NONE])
    return st.recursive(
        leaf, lambda inner: st.one_of(*(_composed(kind, inner) for kind in kinds.split())), max_leaves=leaves
    )


def _composed(kind: str, inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    if kind == "seq":
        return st.lists(inner, min_size=2, max_size=3).map(lambda parts: Block("seq", tuple(parts)))
    if kind in ("xor", "and", "or"):
        parts = st.lists(inner, min_size=2, max_size=3)
        return st.builds(lambda parts, n: Block(kind, tuple(parts), n), parts, st.integers(0, 7))
    number = {"loop": st.integers(1, 3), "sub": st.just(0), "several": st.integers(0, 3)}[kind]
    return st.builds(lambda part, n: Block(kind, (part,), n), inner, number)


@dataclass
class Plan:
    """``xml``; ``expected``: how often each user task is completed; ``variables`` at the end of scripts."""

    block: Block
    flavour: Literal["yipan", "spiff"] = "yipan"
    expected: Counter[str] = field(default_factory=Counter)
    counter: int = 0

    def __post_init__(self) -> None:
        out: list[str] = []
        last = self._render(self.block, "s", out, 1)
        body = "\n".join(['<startEvent id="s"/>', *out, '<endEvent id="e"/>', self._flow(last, "e")])
        if self.flavour == "spiff":  # there a task without kind waits for somebody
            body = re.sub(
                r'<task (id="\w+"[^/>]*)(?:/>|></task>)', r"<scriptTask \1><script>pass</script></scriptTask>", body
            )
        self.xml = f'{HEAD}<process id="p" isExecutable="true">\n{body}\n</process>\n</definitions>\n'.encode()

    def _id(self, prefix: str) -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    def _flow(self, source: str, target: str, condition: str = "") -> str:
        key = self._id("f")
        inside = (
            f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>' if condition else ""
        )
        return f'<sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'

    def _add(self, out: list[str], before: str, tag: str, key: str, inside: str = "", more: str = "") -> str:
        out += [f'<{tag} id="{key}" name="{key}"{more}>{inside}</{tag}>', self._flow(before, key)]
        return key

    def _render(self, block: Block, before: str, out: list[str], times: int) -> str:
        """Add a block after an element; the id of its last element. ``times``: how often it is gone through."""
        return getattr(self, f"_{block.kind}")(block, before, out, times)

    def _task(self, block: Block, before: str, out: list[str], times: int) -> str:
        key = self._id("T")
        self.expected[key] += times
        role = ' yipan:role="examiner"' if self.flavour == "yipan" else ""
        return self._add(out, before, "userTask", key, more=role)

    def _script(self, block: Block, before: str, out: list[str], times: int) -> str:
        key = self._id("v")
        if self.flavour == "yipan":
            text, more = f"if {key} = null then 1 else {key} + 1", f' yipan:result="{key}"'
        else:
            text, more = f"{key} = count('{key}') + 1", ""
        return self._add(out, before, "scriptTask", key, f"<script>{text}</script>", more)

    def _none(self, block: Block, before: str, out: list[str], times: int) -> str:
        return self._add(out, before, "task", self._id("n"))

    def _seq(self, block: Block, before: str, out: list[str], times: int) -> str:
        for part in block.parts:
            before = self._render(part, before, out, times)
        return before

    def _xor(self, block: Block, before: str, out: list[str], times: int) -> str:
        split, join = self._id("x"), self._id("x")
        taken = block.number % len(block.parts)
        out += [self._flow(before, split), f'<exclusiveGateway id="{join}"/>']
        default = ""
        for i, part in enumerate(block.parts):
            last_one = i == len(block.parts) - 1
            entry = self._id("n")
            flow = self._flow(split, entry, "" if last_one else ("1 = 1" if i == taken else "1 = 2")
                              if self.flavour == "yipan" else ("" if last_one else str(i == taken)))  # fmt: skip
            default = flow.split('"')[1] if last_one else default
            out += [f'<task id="{entry}"/>', flow]
            out.append(self._flow(self._render(part, entry, out, times if i == taken else 0), join))
        out.append(f'<exclusiveGateway id="{split}" default="{default}"/>')
        return join

    def _and(self, block: Block, before: str, out: list[str], times: int) -> str:
        split, join = self._id("p"), self._id("p")
        out += [self._flow(before, split), f'<parallelGateway id="{split}"/>', f'<parallelGateway id="{join}"/>']
        for part in block.parts:
            entry = self._add(out, split, "task", self._id("n"))
            out.append(self._flow(self._render(part, entry, out, times), join))
        return join

    def _or(self, block: Block, before: str, out: list[str], times: int) -> str:
        split, join = self._id("o"), self._id("o")
        taken = [bool(block.number >> i & 1) for i in range(len(block.parts))]
        taken[-1] = not any(taken[:-1])  # the last is the default flow
        out += [self._flow(before, split), f'<inclusiveGateway id="{join}"/>']
        default = ""
        for i, part in enumerate(block.parts):
            entry, last_one = self._id("n"), i == len(block.parts) - 1
            words = ("1 = 1" if taken[i] else "1 = 2") if self.flavour == "yipan" else str(taken[i])
            flow = self._flow(split, entry, "" if last_one else words)
            default = flow.split('"')[1] if last_one else default
            out += [f'<task id="{entry}"/>', flow]
            out.append(self._flow(self._render(part, entry, out, times if taken[i] else 0), join))
        out.append(f'<inclusiveGateway id="{split}" default="{default}"/>')
        return join

    def _loop(self, block: Block, before: str, out: list[str], times: int) -> str:
        head, tail, count = self._id("x"), self._id("x"), self._id("r")
        reset = self._id("z")
        if self.flavour == "yipan":
            self._add(out, before, "scriptTask", reset, "<script>0</script>", f' yipan:result="{count}"')
        else:
            self._add(out, before, "scriptTask", reset, f"<script>{count} = 0</script>")
        out += [f'<exclusiveGateway id="{head}"/>', self._flow(reset, head)]
        last = self._render(block.parts[0], head, out, times * block.number)
        step, less = self._id("z"), f"{count} &lt; {block.number}"
        if self.flavour == "yipan":
            self._add(out, last, "scriptTask", step, f"<script>{count} + 1</script>", f' yipan:result="{count}"')
        else:
            self._add(out, last, "scriptTask", step, f"<script>{count} = {count} + 1</script>")
        after = self._id("n")
        on = self._flow(tail, after)
        default = on.split('"')[1]
        out += [self._flow(step, tail), f'<exclusiveGateway id="{tail}" default="{default}"/>']
        out += [self._flow(tail, head, less),
                f'<task id="{after}"/>', on]  # fmt: skip
        return after

    def _sub(self, block: Block, before: str, out: list[str], times: int, marker: str = "") -> str:
        key, start, end = self._id("W"), self._id("s"), self._id("e")
        inner = [f'<startEvent id="{start}"/>', f'<endEvent id="{end}"/>']
        inner.append(self._flow(self._render(block.parts[0], start, inner, times), end))
        inside = "\n".join(inner)
        return self._add(out, before, "subProcess", key, f"\n{marker}{inside}\n")

    def _several(self, block: Block, before: str, out: list[str], times: int) -> str:
        marker = (
            '<multiInstanceLoopCharacteristics isSequential="false">'
            f"<loopCardinality>{block.number}</loopCardinality></multiInstanceLoopCharacteristics>"
        )
        return self._sub(block, before, out, times * block.number, marker)
