"""What a person at the terminal sees of long steps. A terminal that is gone must never stop the work that goes on."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator

SIGN_OF_LIFE_SECONDS = 15.0


def say(text: str) -> None:
    """Print a line; a closed terminal (SIGHUP) or a broken pipe is no reason to fail."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


def complain(text: str) -> None:
    """Like ``say``, to the error output."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def progress(title: str) -> Iterator[None]:
    """Say that a step begins, that it still goes on, and how long it took."""
    started = time.monotonic()
    done = threading.Event()

    def sign_of_life() -> None:
        while not done.wait(SIGN_OF_LIFE_SECONDS):
            say(f"  {title}: still working, {time.monotonic() - started:.0f} s …")

    say(f"• {title} …")
    threading.Thread(target=sign_of_life, daemon=True).start()
    try:
        yield
    finally:
        done.set()
    say(f"  {title}: {time.monotonic() - started:.1f} s")
