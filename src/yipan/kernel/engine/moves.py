"""Approval moves of Chinese offices as engine events, with one table of what they are.

Source: the moves of the district's case standard: 签收 退签 转办 委托 退回 撤回 加签 抄送 催办 挂起 终止 跳转.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import effects as fx
from . import passing
from .compiled import N
from .errors import Refused
from .inputs import Control, Move
from .tasks import Tasks


@dataclass(frozen=True, slots=True)
class MoveRule:
    """``title`` on buttons; ``persons``: needs somebody it goes to; ``reason``: needs a reason; ``open``: the task must
    still be open (a recall works on one that was completed)."""

    title: str
    persons: bool = False
    reason: bool = False
    open: bool = True


TABLE: dict[str, MoveRule] = {
    "claim": MoveRule("签收"),
    "unclaim": MoveRule("退签"),
    "transfer": MoveRule("转办", persons=True, reason=True),
    "delegate": MoveRule("委托", persons=True, reason=True),
    "reassign": MoveRule("改派", persons=True, reason=True),
    "return": MoveRule("退回", reason=True),
    "recall": MoveRule("撤回", open=False),
    "add_before": MoveRule("前加签", persons=True),
    "add_after": MoveRule("后加签", persons=True),
    "copy": MoveRule("抄送", persons=True),
    "urge": MoveRule("催办"),
}


# Where a return to the one who began leads: the first step of the process.
STARTER = "@start"


class Moves(Tasks):
    def move(self, event: Move) -> None:
        """Make one move. Raises Refused when the table or the state does not allow it."""
        rule = TABLE.get(event.move)
        if rule is None:
            raise Refused("move", f"不认识的操作“{event.move}”。")
        if rule.reason and not event.reason.strip():
            raise Refused("reason", f"{rule.title}须写明原因。")
        if self.state["status"] == "suspended" and event.move not in ("copy", "urge"):
            raise Refused("suspended", "流程已挂起，恢复后才能操作。")
        if event.move == "recall":
            self._recall(event)
            return
        task = self.tasks.get(event.task)
        if task is None:
            raise Refused("gone", "这一环节已经办理。")
        _MOVES[event.move](self, event, task)

    def _change(self, event: Move, status: str, **changes: Any) -> None:
        task = self.tasks[event.task] = {**self.tasks[event.task], **changes}
        self.emit(fx.ChangeTask(event.task, status, task["who"], event.move, event.by, tuple(task["p"])))

    def _claim(self, event: Move, task: dict[str, Any]) -> None:
        if task["who"] and task["who"] != event.by:
            raise Refused("claimed", "这一环节已由他人签收。")
        if event.by in task["x"] or (event.on_behalf and event.on_behalf in task["x"]):
            raise Refused("separation", "您办理过与本环节不相容的环节，不能签收。")
        self._change(event, "claimed", who=event.by)

    def _unclaim(self, event: Move, task: dict[str, Any]) -> None:
        if task["who"] != event.by:
            raise Refused("claimed", "只有签收人可以退签。")
        self._change(event, "open", who="")

    def _hand_on(self, event: Move, task: dict[str, Any]) -> None:
        """Transfer, delegate and reassign: the task is somebody else's from now on."""
        persons = self.persons_named(event.to)
        barred = [person for person in persons if person in task["x"]]
        if barred:
            raise Refused("separation", "接收人办理过不相容的环节，不能转给他。")
        self._change(event, "open", p=list(persons), who="")

    def _add_before(self, event: Move, task: dict[str, Any]) -> None:
        node = self.node(task["e"])
        made = [
            self.open_task(task["t"], node, "before", (person,), parent=event.task)
            for person in self.persons_named(event.to)
        ]
        self._change(event, "waiting", before=[*task.get("before", []), *made])

    def _add_after(self, event: Move, task: dict[str, Any]) -> None:
        self._change(event, "open", after=[*task.get("after", []), *self.persons_named(event.to)])

    def _copy(self, event: Move, _task: dict[str, Any]) -> None:
        self.emit(fx.Copy(event.task, self.persons_named(event.to), event.by))

    def _urge(self, event: Move, _task: dict[str, Any]) -> None:
        self.emit(fx.Urge(event.task, event.by, event.reason))

    # -- return and recall -------------------------------------------------------------------------------------------

    def _return(self, event: Move, task: dict[str, Any]) -> None:
        """Back to a passed element; afterwards forward again, or (``then`` back) straight to where it came from."""
        key = task["t"]
        token = self.tokens[key]
        node = self.node(token["e"])
        if node.node.work.act:
            raise Refused("act", "本环节的办理会改变办件状态，请用办理结果中的“退回”。")
        target, entry = self._target(event.element, token)
        self._clear_siblings(node, token, entry)
        scope, path = entry["s"], entry["b"]
        if event.then != "back":
            passing.undo_from(self, entry)
        self.cancel_token(key, "returned")
        carry: dict[str, Any] = {"who": entry["by"], "from": node.id}
        if event.then == "back":
            carry["back"] = {"e": node.id, "who": event.by}
        self.go(target, None, scope, path, carry)

    def _target(self, element: str, token: dict[str, Any]) -> tuple[N, dict[str, Any]]:
        if element in ("", STARTER):
            element = self._ahead(token, first=element == STARTER)
        entry = passing.returnable(self, element, token["s"])
        node = self.model.nodes.get(element)
        if entry is None or node is None or node.kind != "user":
            raise Refused("target", "只能退回到本流程（或本子流程）中已经办理过的环节。")
        if node.node.work.act:
            raise Refused("act", f"“{node.node.shown}”已经改变办件状态，不能直接退回到那里。")
        return node, entry

    def _ahead(self, token: dict[str, Any], *, first: bool) -> str:
        """The step before a token, or the first step of its scope: those of its own branch, in order of completion."""
        earlier = [
            entry["e"] for entry in passing.all_returnable(self, token["s"])
            if entry["e"] != token["e"] and not self.parallel(entry["b"], token["b"])
        ]  # fmt: skip
        if not earlier:
            raise Refused("target", "前面没有可以退回的环节。")
        return min(earlier, key=self.model.order.__getitem__) if first else earlier[-1]

    def _clear_siblings(self, node: N, token: dict[str, Any], entry: dict[str, Any]) -> None:
        """Out of a parallel branch only where the model says that the other branches are cancelled."""
        inside, target = token["b"], entry["b"]
        if inside == target or inside.startswith(f"{target}/" if target else ""):
            siblings = [
                other for other, one in self.tokens.items()
                if one["s"] == token["s"] and one is not token and self.parallel(one["b"], inside)
            ]  # fmt: skip
            if inside == target or not siblings:
                return
            if not node.node.work.return_cancels_siblings:
                raise Refused("siblings", "其他并行环节还在办理，模型没有规定退回时一并撤销。")
            for other in siblings:
                if other in self.tokens:
                    self.cancel_token(other)
            return
        raise Refused("target", "不能退回到另一个并行分支的环节。")

    def _recall(self, event: Move) -> None:
        """Take one's own decision back as long as nobody has acted on it."""
        undo = self.state["undo"].get(event.task)
        if undo is None or undo["by"] != event.by:
            raise Refused("recall", "后面的环节已经处理，不能撤回。")
        claimed = [t for t in self.tasks.values() if t["t"] in undo["made"] and t["who"]]
        if claimed:
            raise Refused("recall", "后面的环节已经签收，不能撤回。")
        for key in undo["made"]:
            if key in self.tokens:
                self.cancel_token(key, "recalled")
        node = self.node(undo["e"])
        self.forget_completion(undo["s"], undo["e"])
        self.go(node, None, undo["s"], undo["b"], {"who": event.by, "from": ""})

    # -- administration ----------------------------------------------------------------------------------------------

    def control(self, event: Control) -> None:
        """suspend | resume | terminate | jump."""
        status = self.state["status"]
        if event.action == "suspend":
            if status != "running":
                raise Refused("status", "只有运行中的流程可以挂起。")
            self.state["status"] = "suspended"
        elif event.action == "resume":
            if status != "suspended":
                raise Refused("status", "流程没有挂起。")
            self.state["status"] = "running"
        elif event.action == "terminate":
            self._end_instance("terminated")
        elif event.action == "jump":
            self._jump(event)
        else:
            raise Refused("control", f"不认识的操作“{event.action}”。")

    def _jump(self, event: Control) -> None:
        task = self.tasks.get(event.task)
        node = self.model.nodes.get(event.element)
        if task is None:
            raise Refused("gone", "这一环节已经办理。")
        if node is None or not event.reason.strip():
            raise Refused("reason", "跳转须指定环节并写明原因。")
        token = self.tokens[task["t"]]
        if self.whole(task["t"]) != task["t"]:
            raise Refused("target", "这是多个实例之一，不能单独跳转。")
        if node.node.scope != self.node(token["e"]).node.scope:
            raise Refused("target", "不能跳转到子流程内外的环节。")
        flow = self._way_into(node, token)
        self.cancel_token(task["t"], "jumped")
        self.go(node, flow, token["s"], token["b"])

    def _way_into(self, node: N, token: dict[str, Any]) -> str | None:
        """The flow by which a jump arrives at a join: one that nobody waits at yet, from where the token stood."""
        if node.kind not in ("parallel", "inclusive") or len(node.ins) < 2:
            return None
        taken = {t["f"] for t in self.tokens.values() if (t["e"], t["s"], t["w"]) == (node.id, token["s"], "join")}
        free = [flow for flow in node.ins if flow not in taken]
        if not free:
            raise Refused("target", "汇聚处的每个入口都已有分支到达，不能再跳转到那里。")
        ahead = self.model.ahead(token["e"], without=node.id)
        sources = self.model.process.flows
        return next((flow for flow in free if sources[flow].source in ahead), free[0])


_MOVES: dict[str, Callable[[Moves, Move, dict[str, Any]], None]] = {
    "claim": Moves._claim,
    "unclaim": Moves._unclaim,
    "transfer": Moves._hand_on,
    "delegate": Moves._hand_on,
    "reassign": Moves._hand_on,
    "return": Moves._return,
    "add_before": Moves._add_before,
    "add_after": Moves._add_after,
    "copy": Moves._copy,
    "urge": Moves._urge,
}
