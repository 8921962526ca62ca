"""What shakes the house: ``kill -9`` of its processes at random moments, and outside systems that fail."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

import httpx
from demo_house import House
from processes import wait_for

KILLS = int(os.environ.get("YIPAN_KILLS", "10"))
SEED = int(os.environ.get("YIPAN_SEED", "0")) or random.SystemRandom().randrange(1, 10_000)
# In the short run pauses and leases are declared over after the kills; the long run lives through them.
LONG = KILLS > 20
RECOVERY_SECONDS = 240
# How often each kind is hit, of ten; every kind is hit at least once.
SHARES = {"web": 3, "server": 1, "worker": 2, "postmaster": 2, "backend": 2}
# Systems the worker calls. The identity service and the library of licences are asked inside a request, by a person
# who then reads what happened; their faults are walked in tests/outside.
SYSTEMS = ("sms", "yuezhengyi", "acceptance", "rating", "seal")
FAULTS = ("error", "error", "slow", "duplicate", "reorder", "timeout")


def plan(kills: int, chance: random.Random) -> list[str]:
    """What is killed, in order."""
    rounds = -(-kills // sum(SHARES.values()))
    wanted = [kind for kind, share in SHARES.items() for _ in range(share * rounds)]
    chance.shuffle(wanted)
    first = list(SHARES)
    chance.shuffle(first)
    rest = list(wanted)
    for kind in first:
        rest.remove(kind)
    order = (first + rest)[:kills]
    chance.shuffle(order)
    return order


class Killer:
    """Kills one process after the other and waits until the house serves again; sometimes it does not wait."""

    def __init__(self, house: House, chance: random.Random, *, between: tuple[float, float]) -> None:
        self.house, self.chance, self.between = house, chance, between
        self.done: list[str] = []
        self.recovery: list[float] = []

    def kill(self, kind: str, *, wait: bool = True) -> None:
        time.sleep(self.chance.uniform(*self.between))
        targets = wait_for(lambda: self.house.pids(kind), f"a {kind} to kill", RECOVERY_SECONDS)
        victim = self.chance.choice(targets)
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            return self.kill(kind, wait=wait)  # a backend may have ended by itself meanwhile
        self.done.append(kind)
        if wait:
            started = time.monotonic()
            wait_for(
                lambda: victim not in self.house.pids(kind) and self.whole(), f"recovery after {kind}", RECOVERY_SECONDS
            )
            self.recovery.append(time.monotonic() - started)
        return None

    def whole(self) -> bool:
        """Every process is there again and the house says that it can serve."""
        there = {kind: len(self.house.pids(kind)) for kind in ("sandbox", "worker", "server", "web", "postmaster")}
        return there == {"sandbox": 1, "worker": 1, "server": 1, "web": 2, "postmaster": 1} and self.house.ready()

    def run(self, order: list[str], *, trouble: Callable[[], bool]) -> None:
        """All kills of a plan; stops early when the crowd is in trouble already."""
        for number, kind in enumerate(order):
            if trouble():
                return
            last = number == len(order) - 1
            self.kill(kind, wait=last or self.chance.random() > 0.15)

    def text(self) -> str:
        counted = ", ".join(f"{number}× {kind}" for kind, number in sorted(Counter(self.done).items()))
        longest = max(self.recovery, default=0.0)
        return f"{len(self.done)} kills ({counted}), longest recovery {longest:.1f} s"


class Troublemaker:
    """Has outside systems fail now and then until it is stopped; ``refuse_once`` makes one dead letter."""

    def __init__(self, address: str, chance: random.Random, *, every: tuple[float, float] = (1.0, 3.0)) -> None:
        self.address, self.chance, self.every = address, chance, every
        self.injected: Counter[str] = Counter()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep_failing, name="troublemaker", daemon=True)

    def __enter__(self) -> "Troublemaker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for system in SYSTEMS:
            httpx.delete(f"{self.address}/{system}/_faults").raise_for_status()

    def inject(self, system: str, kind: str, **more: object) -> None:
        httpx.post(f"{self.address}/{system}/_faults", json={"kind": kind, **more}, timeout=30).raise_for_status()
        self.injected[f"{system} {kind}"] += 1

    def _keep_failing(self) -> None:
        timeouts = 0
        while not self._stop.wait(self.chance.uniform(*self.every)):
            system, kind = self.chance.choice(SYSTEMS), self.chance.choice(FAULTS)
            if kind == "timeout":
                timeouts += 1
                if timeouts % 4 != 1:
                    continue  # each one stops the worker's deliveries for ten seconds
            self.inject(system, kind, seconds=12 if kind == "timeout" else 1)
