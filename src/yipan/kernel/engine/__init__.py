"""The token engine: ``step(process, state, event, env) -> (state, effects)``, a pure function.

    state, effects = step(process, new_state(), Start(data={"amount": 5}, by="7"), Env(now, calendar))

- ``inputs``: what can happen (Start, Begin, Complete, Move, Control, Fire, Receive, CallDone, CallFailed, ChildDone,
  Clock)
- ``effects``: what the surroundings do (open and close tasks, arm timers, subscribe, perform acts, start children, log)
- ``Env``: time, calendars, published decisions, facts; immutable
- ``Refused``: not possible now, nothing has happened; ``EngineError``: the model cannot go on

State is one JSON document; ids come from a counter in it. Semantics: BPMN 2.0.2 chapter 13.
"""

from . import effects, inputs
from .compiled import Compiled, compiled
from .core import State
from .environment import Decision, Env
from .errors import EngineError, Refused
from .formats import FORMAT, upgrade
from .inputs import Begin, CallDone, CallFailed, ChildDone, Clock, Complete, Control, Fire, Input, Move, Receive, Start
from .migrating import Plan, Problem, Spawn, migrate
from .moves import TABLE, MoveRule
from .stepping import ENDED, awaits, awaits_child, new_state, step

__all__ = [
    "ENDED", "FORMAT", "TABLE", "Begin", "CallDone", "CallFailed", "ChildDone", "Clock", "Compiled", "Complete",
    "Control", "Decision", "EngineError", "Env", "Fire", "Input", "Move", "MoveRule", "Plan", "Problem", "Receive",
    "Refused", "Spawn", "Start", "State", "awaits", "awaits_child", "compiled", "effects", "inputs", "migrate",
    "new_state", "step", "upgrade",
]  # fmt: skip
