"""Processes: definitions, running instances, tasks, timers, and everybody's one to-do.

* ``deploy(xml, key=…)`` keeps an immutable version; ``start`` runs the newest one for a subject (kind, id).
* ``complete`` does a task with its act in one transaction; ``move`` claims, transfers, returns, recalls, urges …
* ``clock``, ``terminate``, ``suspend``, ``resume``, ``correlate`` and ``signal`` are told by the rooms that own the
  subject.
* ``register_act(name, handler)``: what a task with ``yipan:act`` does to its subject; ``register_subject``: how lists
  lead there; ``register_model_check``: further rules for models.
* ``post_errand``, ``close_errand``: work of other rooms and outside systems in the same to-do (``errands``).
* ``queries`` reads lists and tasks; ``picture_for`` and ``steps_for`` show where an instance stands; ``check.verify``
  compares derived rows with states.

The engine itself is ``yipan.kernel.engine``, a pure function; this room locks, steps and writes.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import check as check
    from . import errands as errands
    from . import moving as moving
    from . import offering as offering
    from . import queries as queries
    from .actions.complete import complete as complete
    from .actions.control import clock as clock
    from .actions.control import hold as hold
    from .actions.control import resume as resume
    from .actions.control import suspend as suspend
    from .actions.control import terminate as terminate
    from .actions.correlate import correlate as correlate
    from .actions.correlate import signal as signal
    from .actions.deploy import deploy as deploy
    from .actions.errands import close_errand as close_errand
    from .actions.errands import close_errands as close_errands
    from .actions.errands import post_errand as post_errand
    from .actions.lists import follow as follow
    from .actions.lists import mark_read as mark_read
    from .actions.lists import unfollow as unfollow
    from .actions.migration import migrate as migrate
    from .actions.move import move as move
    from .actions.start import start as start
    from .actions.transactions import command as command
    from .domain.values import ActCall as ActCall
    from .domain.values import Completed as Completed
    from .domain.values import DefinitionVersion as DefinitionVersion
    from .domain.values import InstanceView as InstanceView
    from .domain.values import ModelError as ModelError
    from .domain.values import Moved as Moved
    from .domain.values import ProcessProblem as ProcessProblem
    from .handled import persons_of as persons_of
    from .pictures import picture_for as picture_for
    from .pictures import steps_for as steps_for
    from .registry import register_act as register_act
    from .registry import register_batch as register_batch
    from .registry import register_decisions as register_decisions
    from .registry import register_model_check as register_model_check
    from .registry import register_subject as register_subject
    from .rows import task_light as task_light

_WHERE = {
    "complete": "actions.complete", "start": "actions.start", "move": "actions.move", "deploy": "actions.deploy",
    "clock": "actions.control", "hold": "actions.control", "terminate": "actions.control", "suspend": "actions.control",
    "resume": "actions.control", "correlate": "actions.correlate", "signal": "actions.correlate",
    "follow": "actions.lists",
    "command": "actions.transactions", "unfollow": "actions.lists", "mark_read": "actions.lists",
    "migrate": "actions.migration",
    "ActCall": "domain.values", "Completed": "domain.values", "DefinitionVersion": "domain.values",
    "InstanceView": "domain.values", "ModelError": "domain.values", "Moved": "domain.values",
    "ProcessProblem": "domain.values", "picture_for": "pictures", "steps_for": "pictures",
    "register_act": "registry", "register_batch": "registry", "register_subject": "registry",
    "register_model_check": "registry",
    "register_decisions": "registry", "post_errand": "actions.errands", "close_errand": "actions.errands",
    "close_errands": "actions.errands",
    "task_light": "rows", "persons_of": "handled",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """The face is loaded on first use: the room is imported before Django is ready, its modules read models."""
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    if name in ("queries", "check", "errands", "moving", "offering"):
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(name)
