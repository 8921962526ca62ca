"""Where an installation keeps its things: database cluster, files, keys, logs.

One clone is one installation unless ``YIPAN_DATA`` says otherwise. A clone that root works in keeps its data below
``/var/lib/yipan`` (PostgreSQL runs as ``nobody`` and must be able to traverse the path), everybody else in ``var/``.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

CLONE = Path(__file__).resolve().parents[3]
LONGEST_SOCKET = 100


@dataclass(frozen=True, slots=True)
class Places:
    """Folders of one installation; nothing is created by asking for a path."""

    home: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "postgres" / "data"

    @property
    def binaries(self) -> Path:
        """Where binaries are copied when the environment's folder cannot be reached by the server's user."""
        return self.home / "postgres" / "program"

    @property
    def passwords(self) -> Path:
        """JSON file (mode 0600) with the generated passwords of the embedded server's roles."""
        return self.home / "postgres-roles.json"

    @property
    def files(self) -> Path:
        return self.home / "files"

    @property
    def keys(self) -> Path:
        """Signing and encryption keys (mode 0700); never inside the database."""
        return self.home / "keys"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def socket(self) -> Path:
        """The folder of the server's Unix socket, whose whole name may have 107 bytes: beside the data where that is
        short enough, never in a temporary folder of one shell's choice (TMPDIR), which another would not find."""
        beside = self.home / "postgres" / "socket"
        if len(os.fsencode(beside / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET:
            return beside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path("/tmp") / f"yipan-{digest}"  # noqa: S108 - mode 0700 and its owner are checked

    def prepare(self) -> None:
        """Create the folders with the modes they need, whatever the shell's umask is."""
        made = [folder for folder in [self.home, *self.home.parents] if not folder.exists()]
        self.home.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            for folder in made:
                folder.chmod(0o755)  # PostgreSQL runs as nobody, who must get through
        for path, mode in ((self.files, 0o700), (self.keys, 0o700), (self.logs, 0o700)):
            path.mkdir(exist_ok=True)
            path.chmod(mode)


def default_home(*, purpose: str = "") -> Path:
    """The home folder of this clone; ``purpose`` sets tests apart from the demo."""
    configured = os.environ.get("YIPAN_DATA")
    if configured:
        base = Path(configured).expanduser().resolve()
        return base / purpose if purpose else base
    if os.geteuid() == 0:
        digest = hashlib.sha256(str(CLONE).encode()).hexdigest()[:12]
        return Path("/var/lib/yipan") / (f"{digest}-{purpose}" if purpose else digest)
    return CLONE / "var" / purpose if purpose else CLONE / "var"


def current() -> Places:
    """The places of the running process (``YIPAN_HOME`` is handed down by the supervisor and the tests)."""
    home = os.environ.get("YIPAN_HOME")
    return Places(Path(home)) if home else Places(default_home())
