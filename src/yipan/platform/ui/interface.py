"""How rooms declare their part of the JSON interface (``<room>/api.py``): doors, answers, limits of what is taken in.

    room = interface.Room("cases", "办件")

    @room.get("/cases", "办件列表", door=interface.staff("case.read", scope="cases.read"), answer=CasePage)
    def cases(request, asked: Query[Asked]): ...

Every operation names its door (who may enter, as ``access`` does for screens) and its answer; refusals have one shape
(``Problem``). Operations call the same actions and queries as the screens. Screens enter with their session (and its
CSRF token when they write), other systems with a key that has the scope (the room ``exchange`` reads keys).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Header
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf
from pydantic import AfterValidator, AwareDatetime, Field

from . import access, intake

Id = Annotated[int, Field(ge=1, le=intake.LARGEST_KEY)]
Size = Annotated[int, Field(ge=1, le=100)]
Place = Annotated[str, Field(max_length=400)]


def _in_utc(moment: datetime) -> datetime:
    """Zones of programs may be stranger than the database takes (+16:11), and years further away."""
    if not 1900 < moment.year < 2200:
        raise ValueError("应当在 1901 至 2199 年之间")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
RepeatKey = Annotated[
    str, Header(alias="Idempotency-Key", min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")
]  # a repeated call with the same key changes nothing and gets the first answer


class Fault(Schema):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Schema):
    """Why a request was refused: a code for programs, a sentence for people, the faults field by field."""

    code: str
    message: str
    faults: list[Fault]
    request_id: str


class LightOut(Schema):
    """The light of a limit, always with its word."""

    code: str
    word: str
    text: str


def light(found: Any) -> LightOut | None:
    return LightOut(code=found.code, word=found.word, text=found.text) if found is not None else None


# -- doors -----------------------------------------------------------------------------------------------------------
KeyReader = Callable[[HttpRequest, str, str], Any]
_key_reader: KeyReader | None = None
_scopes: dict[str, str] = {}


def set_key_reader(reader: KeyReader) -> None:
    """``reader(request, key, scope)`` sets ``request.actor`` and answers the application, or None for a wrong key."""
    global _key_reader
    _key_reader = reader


def scope(name: str, title: str, *, right: str = "") -> None:
    """Declare what a key can be issued for; within its units the key then has ``right``."""
    known = _scopes.setdefault(name, title)
    _rights.setdefault(name, right)
    if (known, _rights[name]) != (title, right):
        raise ValueError(f"scope {name} is already declared as {known}")


_rights: dict[str, str] = {}


def scopes() -> list[tuple[str, str]]:
    return sorted(_scopes.items())


def right_of(scope_name: str) -> str:
    return _rights.get(scope_name, "")


class Session(APIKeyCookie):
    """The session of a screen; whoever writes also sends the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, requirement: str) -> None:
        super().__init__()
        self.requirement = requirement

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(self.param_name)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        # No browser sends this header by itself: whoever does means his key, and the session counts for nothing.
        if "Authorization" in request.headers or not key or access.authorizer() is None:
            return None
        if not request.user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise PermissionDenied("请求没有带有效的 CSRF 令牌（X-CSRFToken），请刷新页面后重试。")
        answer = access.authorizer()(request, self.requirement)  # type: ignore[misc]
        if answer is not None:
            raise PermissionDenied("登录还差一步（动态口令或者修改口令），请先在页面上完成。")
        return request.user


class Key(HttpBearer):
    """The key of another system with a scope."""

    def __init__(self, scope_name: str) -> None:
        super().__init__()
        self.scope = scope_name

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return _key_reader(request, token, self.scope) if _key_reader is not None else None


def anyone(_request: HttpRequest) -> bool:
    """The door of what is public; such calls are counted by address."""
    return True


@dataclass(frozen=True, slots=True)
class Door:
    """Who may enter: ``right`` as on screens, and applications with ``scope`` ("" keeps them out)."""

    right: str
    scope: str = ""

    def ways(self) -> list[Callable[[HttpRequest], Any]]:
        if self.right == access.PUBLIC:
            return [anyone]
        ways: list[Callable[[HttpRequest], Any]] = [Session(self.right)]
        if self.scope:
            ways.append(Key(self.scope))
        return ways

    def described(self) -> dict[str, Any]:
        """What the OpenAPI document says of the door beside its ways."""
        said: dict[str, Any] = {"x-right": self.right}
        if self.right == access.PUBLIC:
            said["security"] = []
        return said | ({"x-scope": self.scope} if self.scope else {})


PUBLIC, SIGNED_IN, CITIZEN = Door(access.PUBLIC), Door(access.SIGNED_IN), Door(access.CITIZEN)


def staff(right: str, *, scope: str = "") -> Door:
    return Door(right, scope)


# -- operations ------------------------------------------------------------------------------------------------------
_NOT_AN_IDENTIFIER = re.compile(r"\W")


class Room:
    """The operations of one room. ``router`` is what ``house.api`` puts below /api/v1/."""

    def __init__(self, key: str, title: str) -> None:
        self.key = key
        self.router = Router(tags=[title])

    def get(self, path: str, title: str, *, door: Door, answer: Any) -> Callable[[Any], Any]:
        return self._operation("GET", path, title, door, answer)

    def post(self, path: str, title: str, *, door: Door, answer: Any) -> Callable[[Any], Any]:
        return self._operation("POST", path, title, door, answer)

    def _operation(self, method: str, path: str, title: str, door: Door, answer: Any) -> Callable[[Any], Any]:
        refusals: dict[Any, Any] = {(400, 404, 409, 413, 422, 429): Problem}
        if door.right != access.PUBLIC:
            refusals[401, 403] = Problem

        def declare(function: Callable[..., Any]) -> Callable[..., Any]:
            name = _NOT_AN_IDENTIFIER.sub("_", function.__name__)
            self.router.add_api_operation(
                path,
                [method],
                function,
                auth=door.ways(),
                response={200: answer, **refusals},
                operation_id=f"{self.key}_{name}",
                summary=title,
                openapi_extra=door.described(),
            )
            return function

        return declare


def actor(request: HttpRequest) -> Any:
    """Who calls, as records keep it: a person, or an application with its unit."""
    return request.actor  # type: ignore[attr-defined]


# -- problems of rooms -----------------------------------------------------------------------------------------------
_problems: dict[type[Exception], int] = {}


def answer_with(status: int, *problems: type[Exception]) -> None:
    """Refusals of a room's actions (Chinese texts) that the interface answers with this status."""
    for problem in problems:
        _problems[problem] = status


def problems() -> Sequence[tuple[type[Exception], int]]:
    return tuple(_problems.items())
