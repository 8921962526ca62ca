"""One act on many rows, each in its own transaction and each with its own answer."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ..errors import Conflict

log = logging.getLogger("yipan.ui.batch")
MOST_ROWS = 200


class Refusal(Exception):
    """The row cannot be handled; the text (Chinese) says why."""


def _elsewhere(_request: HttpRequest, _row: str, _reason: str) -> str | None:
    raise Refusal("请在列表中重新勾选后办理")


@dataclass(frozen=True)
class BatchAction:
    """``run(request, row_key, reason)`` does one row and returns what to say ("已签收").

    A refusal is any of ``Refusal``, ``Conflict``, ``PermissionDenied``, ``ValidationError`` or ``refusals``: the row
    is left as it was and its reason is shown. ``confirm``: a question asked first; ``reason``: the label of a required
    text; ``pick_label`` and ``pick``: something to be chosen, posted as ``picked``. ``right``: who sees the button (the
    act itself checks again). ``hand_over``: a page of the room's own takes the ticked rows, instead of ``run``.
    """

    key: str
    label: str
    run: Callable[[HttpRequest, str, str], str | None] = _elsewhere
    icon: str = "checks"
    right: str | None = None
    confirm: str = ""
    reason: str = ""
    kind: str = "plain"
    refusals: tuple[type[Exception], ...] = ()
    pick_label: str = ""
    pick: Callable[[HttpRequest], Sequence[tuple[Any, str]]] | None = None
    hand_over: Callable[[HttpRequest, Sequence[str]], HttpResponseBase] | None = None

    @property
    def asks(self) -> bool:
        """Whether a page comes between the button and the act."""
        return bool(self.confirm or self.reason or self.pick)

    def faults(self, reason: str, picked: str) -> dict[str, str]:
        """What is missing before the act, by field."""
        missing = {"picked": f"请选择{self.pick_label}"} if self.pick and not picked else {}
        return missing | ({"reason": f"请填写{self.reason}"} if self.reason and not reason else {})


@dataclass(frozen=True)
class Outcome:
    row: str
    label: str
    done: bool
    message: str


def perform(action: BatchAction, request: HttpRequest, rows: Sequence[tuple[str, str]], reason: str) -> list[Outcome]:
    """Handle ``rows`` (key, label) one by one. An unexpected fault costs only its own row, and is logged."""
    expected = (Refusal, Conflict, PermissionDenied, *action.refusals)
    outcomes = []
    for key, label in rows:
        try:
            with transaction.atomic():
                message = action.run(request, key, reason) or "已完成"
            outcomes.append(Outcome(key, label, True, message))
        except ValidationError as error:
            outcomes.append(Outcome(key, label, False, "；".join(error.messages)))
        except expected as error:
            outcomes.append(Outcome(key, label, False, str(error) or "不能办理"))
        except Exception:
            log.exception("batch %s failed on row %s", action.key, key)
            number = getattr(request, "request_id", "")
            outcomes.append(Outcome(key, label, False, f"系统出错，没有办理（请求编号 {number}）"))
    return outcomes
