"""People at their browsers while the house is shaken: they wait, try again, click twice, and remember what they saw."""

import random
import re
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from yipan.house.visitor import JourneyError, Page, Visitor
from yipan.house.walks import Hotel, sign_in_citizen, sign_in_staff

PATIENCE_SECONDS = 240  # how long a person keeps trying one click
DOUBLE_CLICKS = 0.1  # share of clicks that arrive twice although the first was answered
SHOWN_NUMBER = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{43}(?![0-9A-Z])")


@dataclass(slots=True)
class Noted:
    """One journey as its people remember it: acknowledged steps, and the page of the receipt with its numbers."""

    kind: str
    case: int = 0
    receipt: str = ""
    steps: list[str] = field(default_factory=list)
    finished: bool = False

    @property
    def numbers(self) -> list[str]:
        return sorted(set(SHOWN_NUMBER.findall(self.receipt)))


@dataclass(slots=True)
class Counts:
    """What the network did to everybody together."""

    requests: int = 0
    unanswered: int = 0
    failed: int = 0
    doubled: int = 0


class Stubborn(httpx.BaseTransport):
    """Sends a request again when no answer came or the server failed, exactly as it was, like F5 and 重新提交.

    An answer carries the extension ``again`` when the same request had been sent before.
    """

    def __init__(self, chance: random.Random, counts: Counts) -> None:
        self.wire = httpx.HTTPTransport(retries=0)
        self.chance, self.counts = chance, counts

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        deadline = time.monotonic() + PATIENCE_SECONDS
        tries, why = 0, ""
        while time.monotonic() < deadline:
            tries += 1
            self.counts.requests += 1
            try:
                answer = self.wire.handle_request(request)
                answer.read()
            except httpx.TransportError as problem:
                self.counts.unanswered += 1
                why = f"{type(problem).__name__}: {problem}"
                time.sleep(self.chance.uniform(0.2, 0.8))
                continue
            if answer.status_code == 429:
                time.sleep(min(int(answer.headers.get("Retry-After", "5")), 60))
                continue
            if answer.status_code >= 500:
                self.counts.failed += 1
                why = f"{answer.status_code}: {answer.text[:2000]}"
                time.sleep(self.chance.uniform(0.3, 1.0))
                continue
            if tries == 1 and self._twice(request):
                self.counts.doubled += 1
                continue
            answer.extensions["again"] = tries > 1
            return answer
        raise JourneyError(f"{request.method} {request.url}: no good answer in {PATIENCE_SECONDS} s; the last: {why}")

    def _twice(self, request: httpx.Request) -> bool:
        inside = request.method == "POST" and not request.url.path.startswith(("/login", "/sandbox"))
        return inside and self.chance.random() < DOUBLE_CLICKS

    def close(self) -> None:
        self.wire.close()


class Patient(Visitor):
    """A visitor who, told that it was done already after trying twice, looks at the page again as the text advises."""

    def _take(self, answer: httpx.Response, status: int) -> Page:
        again = any(one.extensions.get("again") for one in (*answer.history, answer))
        if again and status == 200 and answer.status_code in (409, 422):
            first = (*answer.history, answer)[0]
            return super()._take(self.client.get(first.request.headers["Referer"]), status)
        return super()._take(answer, status)


class Purse:
    """Who has signed in stays signed in, on every browser of the crowd: offices do not sign in for every case."""

    def __init__(self) -> None:
        self._cookies: dict[str, list[tuple[str, str]]] = {}
        self._lock = threading.Lock()

    def open(self, visitor: Visitor, who: str, sign_in: object) -> None:
        with self._lock:
            if who not in self._cookies:
                sign_in(visitor, who)  # type: ignore[operator]
                jar = visitor.client.cookies.jar
                self._cookies[who] = [(cookie.name, cookie.value or "") for cookie in jar if cookie.path == "/"]
                return
        for name, value in self._cookies[who]:
            visitor.client.cookies.set(name, value)


class Walk(Hotel):
    """A hotel's journey by stubborn people whose every acknowledged step is noted."""

    def __init__(
        self, base: str, crowd: "Crowd", noted: Noted, *, agent: str, mark: str, chance: random.Random
    ) -> None:
        super().__init__(base, self._note, agent=agent, mark=mark, patience=crowd.patience)
        self.crowd, self.noted, self.chance = crowd, noted, chance

    def browser(self) -> Visitor:
        return Patient(self.base, transport=Stubborn(self.chance, self.crowd.counts))

    def sign_in(self) -> Visitor:
        self.agent = self.browser()
        self.crowd.purse.open(self.agent, self.who, sign_in_citizen)
        return self.agent

    @contextmanager
    def desk(self, login: str) -> Iterator[Visitor]:
        if login not in self._desks:
            visitor = self.browser()
            self.crowd.purse.open(visitor, login, sign_in_staff)
            self._desks[login] = visitor
        yield self._desks[login]

    @contextmanager
    def _note(self, title: str) -> Iterator[None]:
        yield
        if not self.case:
            return
        if not self.noted.case:
            self.noted.case = int(self.case)
            self.noted.receipt = self.agent.page.text if self.agent and self.agent.page else ""
        self.noted.steps.append(title)
        self.crowd.on_step(self.noted)


KINDS = {"food": Hotel.food_licence, "hygiene": Hotel.hygiene_licence, "refused": Hotel.hygiene_refused}
# One draft per account and item: who applies for the same item at the same time needs an account of his own.
AGENTS = {"food": "gd-0002", "hygiene": "gd-0001", "refused": "gd-0002"}


class Crowd:
    """One thread per kind of journey; each walks one after the other until it is told that this one is the last."""

    def __init__(self, base: str, seed: int, *, patience: float) -> None:
        self.base, self.seed, self.patience = base, seed, patience
        self.counts, self.purse = Counts(), Purse()
        self.journeys: list[Noted] = []
        self.problems: list[str] = []
        self._enough = threading.Event()
        self._firsts = {kind: threading.Event() for kind in KINDS}
        self._threads = [
            threading.Thread(target=self._keep_walking, args=(kind,), name=kind, daemon=True) for kind in KINDS
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def first_round_is_over(self) -> bool:
        return bool(self.problems) or all(event.is_set() for event in self._firsts.values())

    def last_round(self, seconds: float) -> None:
        """Let everybody finish what he is at, and wait for it."""
        self._enough.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))
            if thread.is_alive():
                self.problems.append(f"{thread.name}: stuck, its journey did not end in {seconds:.0f} s")

    def on_step(self, noted: Noted) -> None:
        """Called after every acknowledged step."""

    def walk(self, kind: str, mark: str, chance: random.Random) -> None:
        """One journey from beginning to end, noted."""
        noted = Noted(kind)
        self.journeys.append(noted)
        walk = Walk(self.base, self, noted, agent=AGENTS[kind], mark=mark, chance=chance)
        try:
            KINDS[kind](walk)
            noted.finished = True
        finally:
            walk.close()

    def _keep_walking(self, kind: str) -> None:
        chance = random.Random(f"{self.seed}-{kind}")
        number = 0
        while not self._enough.is_set() and not self.problems:
            number += 1
            try:
                self.walk(kind, f"（{self.seed}-{number}号）", chance)
            except Exception as problem:
                story = self.journeys and [n for n in self.journeys if n.kind == kind][-1]
                self.problems.append(f"{kind} {number}, {story}: {problem}\n{traceback.format_exc()[-1500:]}")
            self._firsts[kind].set()
