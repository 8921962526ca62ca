"""Tasks of people: who gets them, how several people decide one, what a decision does."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from . import effects as fx
from . import passing
from .compiled import N
from .errors import Refused
from .inputs import Complete
from .values import pack
from .waiting import Waiting

AGREED = "agree"


def _texts(value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(str(one) for one in value if one not in (None, ""))
    return (str(value),)


class Tasks(Waiting):
    actor = ""  # who caused this step

    # -- opening -----------------------------------------------------------------------------------------------------

    def open_tasks(self, key: str, node: N, carry: Any) -> None:
        """Open the task of a token, or one for each signer."""
        token = self.set_token(key, w="task")
        scope, work = token["s"], node.node.work
        if isinstance(carry, Mapping) and carry.get("back"):
            token = self.set_token(key, r=carry["back"])
        signers = _texts(self.value(node.signers, token, scope, node.id)) if node.signers is not None else ()
        self.emit(fx.Log(node.id, "started" if signers else "offered", key))
        if signers and work.sign_off.mode != "single":
            self.set_token(key, sg={"all": list(signers), "said": {}, "next": 0})
            count = 1 if work.sign_off.mode == "sequential" else len(signers)
            for _ in range(count):
                self._next_signer(key, node)
            return
        persons = signers or self._persons(node, token, carry)
        if work.skip_same_person and persons and persons == (self.actor,):
            self.emit(fx.Log(node.id, "skipped", key, detail=self.actor))
            self.finish(key)
            return
        returned = carry.get("from", "") if isinstance(carry, Mapping) else ""
        self.open_task(key, node, "work", persons, returned_from=returned)

    def _persons(self, node: N, token: dict[str, Any], carry: Any) -> tuple[str, ...]:
        if isinstance(carry, Mapping) and carry.get("who"):
            return (carry["who"],)
        if node.person is None:
            return ()
        return _texts(self.value(node.person, token, token["s"], node.id))

    def open_task(
        self, key: str, node: N, kind: str, persons: tuple[str, ...], *, parent: str = "", returned_from: str = ""
    ) -> str:
        token = self.tokens[key]
        scope, work = token["s"], node.node.work
        roles = _texts(node.role if isinstance(node.role, str) else self.value(node.role, token, scope, node.id))
        unit = self.value(node.unit, token, scope, node.id) if node.unit is not None else None
        due = self.legal_due(work.limit, self.env.now, node.id) if work.limit is not None else None
        task = self.next_id()
        excluded = self._excluded(node, scope) if kind == "work" else ()
        self.tasks[task] = {
            "t": key, "e": node.id, "k": kind, "p": list(persons), "who": "", "from": self.env.now.isoformat(),
            "due": due.isoformat() if due else None, "x": list(excluded), **({"parent": parent} if parent else {}),
        }  # fmt: skip
        limit = f"{work.limit.amount} {work.limit.unit}" if work.limit is not None else ""
        self.emit(
            fx.OpenTask(
                task, key, node.id, node.node.shown, kind, persons, roles if kind in ("work", "sign") else (),
                pack(unit), work.act if kind in ("work", "sign") else "", work.form, due, excluded, parent,
                returned_from, limit,
            )
        )  # fmt: skip
        return task

    def _excluded(self, node: N, scope: str) -> tuple[str, ...]:
        """Whoever did one of the named elements, and whom he stood in for, may not do this one."""
        found: list[str] = []
        for element in node.node.work.not_same_as:
            for entry in passing.meant(self, element, scope):
                found += [entry["by"], entry.get("for", ""), *entry.get("also", ())]
        return tuple(dict.fromkeys(person for person in found if person))

    def _next_signer(self, key: str, node: N) -> None:
        sign = self.tokens[key]["sg"]
        person = sign["all"][sign["next"]]
        self.set_token(key, sg={**sign, "next": sign["next"] + 1})
        self.open_task(key, node, "sign", (person,))

    # -- completing --------------------------------------------------------------------------------------------------

    def complete(self, event: Complete) -> None:
        task = self.tasks.get(event.task)
        if task is None:
            raise Refused("gone", "这一环节已经办理。")
        if self.state["status"] == "suspended":
            raise Refused("suspended", "流程已挂起，恢复后才能办理。")
        if task.get("before"):
            raise Refused("before", "加签的人还没有办理。")
        excluded = set(task["x"])
        if event.by in excluded or (event.on_behalf and event.on_behalf in excluded):
            raise Refused("separation", "您办理过与本环节不相容的环节，不能再办理本环节。")
        key = task["t"]
        node = self.node(task["e"])
        outcomes = node.node.work.outcomes
        if outcomes and task["k"] in ("work", "sign") and event.outcome not in outcomes:
            raise Refused("outcome", f"请选择办理结果（{'、'.join(outcomes)}）。")
        del self.tasks[event.task]
        self.emit(fx.CloseTask(event.task, "done", event.outcome, event.by, event.on_behalf))
        if task["k"] in ("before", "after"):
            self._added_done(task, event)
        elif task["k"] == "sign":
            self._signed(key, node, event)
        elif task.get("after"):
            self.set_token(key, after=[], held=self._held(event))
            for person in task["after"]:
                made = self.open_task(key, node, "after", (person,), parent=event.task)
                self.set_token(key, after=[*self.tokens[key]["after"], made])
        else:
            self.decided(key, node, event)

    @staticmethod
    def _held(event: Complete) -> dict[str, Any]:
        return {
            "task": event.task, "by": event.by, "o": event.outcome, "d": pack(dict(event.data)), "for": event.on_behalf
        }  # fmt: skip

    def _added_done(self, task: dict[str, Any], event: Complete) -> None:
        """An added signer has answered: the task that waits for him may go on."""
        key, parent = task["t"], task["parent"]
        if task["k"] == "before":
            waiting = self.tasks.get(parent)
            if waiting is not None:
                self.tasks[parent] = {**waiting, "before": [t for t in waiting["before"] if t != event.task]}
            return
        token = self.tokens[key]
        left = [t for t in token["after"] if t != event.task]
        token = self.set_token(key, after=left)
        if not left:
            held = token["held"]
            self.decided(
                key, self.node(token["e"]), Complete(held["task"], held["by"], held["o"], held["d"], held["for"])
            )

    def _signed(self, key: str, node: N, event: Complete) -> None:
        """One of several signers has spoken; decide as soon as the outcome is certain (or all spoke, to collect)."""
        sign = self.tokens[key]["sg"]
        said = {**sign["said"], event.by: event.outcome}
        self.set_token(key, sg={**sign, "said": said})
        outcome = self._decision(node, sign["all"], said)
        if outcome is None:
            if node.node.work.sign_off.mode == "sequential":
                self._next_signer(key, node)
            return
        for other, entry in list(self.tasks.items()):
            if entry["t"] == key:
                del self.tasks[other]
                self.emit(fx.CloseTask(other, "cancelled"))
        self.decided(key, node, event._replace(outcome=outcome, data={**event.data, "signatures": dict(said)}))

    @staticmethod
    def _decision(node: N, signers: list[str], said: dict[str, str]) -> str | None:
        """The outcome of a sign-off, None while it is open."""
        rule = node.node.work.sign_off
        agreed = sum(outcome in rule.agree for outcome in said.values())
        refused = len(said) - agreed
        open_ = len(signers) - len(said)
        no = next((outcome for outcome in said.values() if outcome not in rule.agree), "disagree")
        if rule.collect and open_:
            return None
        if rule.mode == "any":
            return AGREED if agreed else (no if not open_ else None)
        if rule.mode == "ratio":
            needed = rule.ratio * len(signers)
            if Decimal(agreed) >= needed:
                return AGREED
            return no if Decimal(agreed + open_) < needed else None
        if refused:
            return no
        return AGREED if not open_ else None

    def decided(self, key: str, node: N, event: Complete) -> None:
        """The task of a token is decided: keep who did it, carry out its act, go on."""
        token = self.tokens[key]
        passing.remember(self, key, event)
        if self.model.uses_results:
            self.put("results", node.id, pack({**event.data, "outcome": event.outcome, "by": event.by}))
        if event.data:
            self.write(event.data, token, node.id)
        if node.node.work.act:
            self.set_token(key, w="call")
            self.emit(
                fx.Perform(key, node.id, node.node.work.act, event.task, event.outcome, event.by, dict(event.data))
            )
            return
        if node.node.work.recallable:
            self.recallable = (event.task, node.id, event.by, token["s"], token["b"])
        self.finish(key)

    recallable: tuple[str, str, str, str, str] | None = None

    def persons_named(self, to: Iterable[str]) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(person for person in to if person))
        if not found:
            raise Refused("person", "请选择人员。")
        return found
