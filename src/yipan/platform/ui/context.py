"""What the shell needs to know from rooms further right, as hooks that they fill at start-up.

Every template gets ``page``, a :class:`Page`. Its parts are asked for only when a template uses them, once a request.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.backends.utils import csrf_input_lazy
from django.utils import timezone

from . import display


@dataclass(frozen=True)
class Post:
    """A post the signed-in person may act in; switching is a POST of ``post`` to ``SignedIn.switch_url``."""

    id: int | str
    title: str
    current: bool = False


@dataclass(frozen=True)
class Link:
    title: str
    url: str
    icon: str = ""
    note: str = ""


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, as the user menu shows it. ``kind``: "staff", "person" (citizen) or "entity" (for a firm)."""

    name: str
    kind: str = "staff"
    unit: str = ""
    post: str = ""
    posts: tuple[Post, ...] = ()
    switch_url: str = ""
    logout_url: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class SignIn:
    """One way to sign in, shown to visitors ("个人登录", "法人登录", "工作人员登录")."""

    title: str
    url: str
    icon: str = "user"


Hook = Callable[[HttpRequest], Any]

_hooks: dict[str, Hook] = {}
DEFAULTS: dict[str, Hook] = {
    "user": lambda _request: None,  # -> SignedIn | None
    "sign_in": lambda _request: (),  # -> tuple[SignIn, ...]
    "unread": lambda _request: 0,  # -> int
    "messages_url": lambda _request: "",  # -> address of the message list
    "search_url": lambda _request: "",  # -> address that takes ?q= (global search of staff)
    # Production settings refuse a database of kind demo or test, and only they do: no need to ask the database.
    "demo": lambda _request: settings.ENVIRONMENT != "production",
    "now": lambda _request: timezone.now(),  # -> the business clock
    "may": lambda _request: lambda _right: False,  # -> (right name) -> bool
}


def provide(name: str, hook: Hook) -> None:
    """Fill the hook ``name`` (a key of ``DEFAULTS``) with ``hook(request)``."""
    if name not in DEFAULTS:
        raise ValueError(f"no hook {name!r}; there are {', '.join(DEFAULTS)}")
    _hooks[name] = hook


def once(request: HttpRequest, name: str, make: Callable[[], Any]) -> Any:
    """What ``make`` gives, made once a request however many parts of the page ask for it."""
    kept: dict[str, Any] = request.__dict__.setdefault("yp_once", {})
    if name not in kept:
        kept[name] = make()
    return kept[name]


def ask(name: str, request: HttpRequest) -> Any:
    return _hooks.get(name, DEFAULTS[name])(request)


FACE_KEY = "yp_face"


class Page:
    """The ``page`` of a template: everything about the request that the shell shows.

    ``face`` chooses the side menu; without it, the face whose home was opened last. ``bare`` asks nobody (error pages).
    """

    def __init__(self, request: HttpRequest, face: str = "", bare: bool = False) -> None:
        self.request = request
        self.bare = bare
        self._face = face

    @cached_property
    def face(self) -> str:
        session = getattr(self.request, "session", None)
        if self._face or self.bare or session is None:
            return self._face or "workbench"
        return session.get(FACE_KEY, "workbench")

    def _ask(self, name: str) -> Any:
        return DEFAULTS[name](self.request) if self.bare else ask(name, self.request)

    @cached_property
    def display(self) -> display.Display:
        return display.of(self.request)

    @cached_property
    def user(self) -> SignedIn | None:
        return self._ask("user")

    @cached_property
    def sign_in(self) -> tuple[SignIn, ...]:
        return self._ask("sign_in")

    @cached_property
    def unread(self) -> int:
        return self._ask("unread")

    @cached_property
    def messages_url(self) -> str:
        return self._ask("messages_url")

    @cached_property
    def search_url(self) -> str:
        return self._ask("search_url")

    @cached_property
    def demo(self) -> bool:
        return self._ask("demo")

    @cached_property
    def now(self) -> datetime:
        return self._ask("now")

    @cached_property
    def may(self) -> Callable[[str], bool]:
        return self._ask("may")

    @cached_property
    def csrf_input(self) -> Any:
        """The hidden field of a form, for macros, which do not see the context of the page."""
        return csrf_input_lazy(self.request)

    @property
    def face_title(self) -> str:
        from . import navigation

        return navigation.title(self.face)

    @cached_property
    def notices(self) -> tuple[Any, ...]:
        """What the request before left to say ("已保存"), once."""
        from . import notices

        return () if self.bare else notices.take(self.request)

    @property
    def request_id(self) -> str:
        return getattr(self.request, "request_id", "")

    @property
    def path(self) -> str:
        return self.request.path

    @property
    def full_path(self) -> str:
        return self.request.get_full_path()

    @cached_property
    def site(self) -> Any:
        from . import site

        return site.Site() if self.bare else site.current()

    def menu(self) -> Any:
        """Groups of the face's side menu, with what this person may open (see ``navigation``)."""
        from . import navigation

        return () if self.bare else navigation.menu(self.request, self.face)

    def faces(self) -> Any:
        from . import navigation

        return () if self.bare else navigation.faces(self.request)

    def zone(self, face: str, group: str) -> Any:
        """Entries of one group of a face; an empty tuple when nothing is registered there."""
        from . import navigation

        return () if self.bare else navigation.zone(self.request, face, group)


def account_id(request: HttpRequest) -> int | None:
    """Id of the signed-in account, of staff (``request.actor``) or of a citizen (``request.principal``)."""
    for name in ("actor", "principal"):
        person = getattr(request, name, None)
        if person is not None:
            return person.account_id
    return None


def person_line(request: HttpRequest) -> str:
    """Who is asking, in words for exports and prints: "区市场监管局 李敏"."""
    actor = getattr(request, "actor", None) or getattr(request, "principal", None)
    if actor is None:
        return "未登录访问者"
    return " ".join(part for part in (getattr(actor, "unit_name", ""), actor.name) if part)
