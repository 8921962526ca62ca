"""What a demo needs before its processes start: migrations, packs, demo data.

The supervisor runs this as one child process, so that Django is loaded once and never in the supervisor itself, which
stays small. Every step is a transaction of its own and says nothing new when there is nothing to do.
"""

import sys

from . import cli
from .progress import progress
from .session import installation

STEPS = (
    ("migrations", ["migrate"]),
    ("packs", ["pack", "install", "--all"]),
    ("demo data", ["pack", "seed"]),
)


def main() -> int:
    """Run the steps in order; the exit code of the first that fails, else 0."""
    with progress("program"), installation(owner=True):
        pass
    for title, command in STEPS:
        with progress(title):
            code = cli.main(command)
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
