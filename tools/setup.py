"""Prepare this clone and run the demo or the tests: ``python3 tools/setup.py env|demo|test|shots|bundle``.

Needs Python 3.11 to 3.13 and pip, nothing else. The environment is ``.venv``; packages come hash-locked from the index
pip is configured for (``UV_DEFAULT_INDEX`` overrides it), or from a wheelhouse (``UV_FIND_LINKS=DIR UV_NO_INDEX=1``).
uv does the work when it can be had; plain venv and pip do it otherwise.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

CLONE = Path(__file__).resolve().parent.parent
VENV = CLONE / ".venv"
PYTHON = VENV / "bin" / "python"
MARK = VENV / "yipan-env.json"
LOCKS = {"run": CLONE / "requirements.lock", "dev": CLONE / "requirements-dev.lock"}


def say(text: str) -> None:
    print(f"• {text}", flush=True)


def fail(text: str, code: int = 2) -> None:
    print(f"✗ {text}", file=sys.stderr, flush=True)
    raise SystemExit(code)


def run(*command: str | Path, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], check=check, text=True, cwd=CLONE, **options)


def pip_settings() -> dict[str, str]:
    """What pip is configured with, in the words uv understands (uv does not read pip.conf)."""
    answer = run(sys.executable, "-m", "pip", "config", "list", check=False, capture_output=True)
    found: dict[str, str] = {}
    for line in answer.stdout.splitlines():
        key, _, value = line.partition("=")
        found[key.split(".")[-1]] = value.strip("'\"")
    words = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    for name in words:
        value = os.environ.get("PIP_" + name.upper().replace("-", "_"))
        if value:
            found[name] = value
    return {variable: found[name] for name, variable in words.items() if name in found and variable not in os.environ}


def environment() -> dict[str, str]:
    """The variables for uv and pip; nothing needs a writable home folder."""
    variables = dict(os.environ) | pip_settings()
    variables |= {"UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "copy", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    # pip takes the best version from all its indexes; with locked hashes that is safe for uv, too.
    variables.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    home = Path(os.environ.get("HOME", "/nonexistent"))
    if not os.access(home, os.W_OK):
        tools = CLONE / ".tools"
        variables |= {"UV_CACHE_DIR": str(tools / "cache"), "PIP_NO_CACHE_DIR": "1", "HOME": str(tools)}
    return variables


def find_uv(variables: dict[str, str]) -> Path | None:
    """An installed uv, or one installed beside the clone; None when neither can be had."""
    on_path = shutil.which("uv")
    if on_path:
        return Path(on_path)
    local = CLONE / ".tools" / "bin" / "uv"
    if not local.exists():
        say("installing uv into .tools")
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", CLONE / ".tools", "uv"]
        answer = run(*command, check=False, env=variables, capture_output=True)
        if answer.returncode != 0 or not local.exists():
            return None
    return local


def install_with_uv(uv: Path, lock: Path, variables: dict[str, str]) -> bool:
    steps: list[list[str | Path]] = [
        [uv, "venv", "-q", "--python", sys.executable, "--allow-existing", VENV],
        [uv, "pip", "sync", "-q", "--require-hashes", lock, "--python", PYTHON],
        [uv, "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--python", PYTHON, "-e", CLONE],
    ]
    return all(run(*step, check=False, env=variables).returncode == 0 for step in steps)


def install_with_pip(lock: Path, variables: dict[str, str]) -> None:
    say("uv could not set it up here: using venv and pip")
    shutil.rmtree(VENV, ignore_errors=True)
    run(sys.executable, "-m", "venv", VENV, env=variables)
    run(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock, env=variables)
    run(PYTHON, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", CLONE, env=variables)


def fingerprint() -> dict[str, str]:
    prints = {kind: hashlib.sha256(path.read_bytes()).hexdigest() for kind, path in LOCKS.items()}
    return prints | {"python": sys.version.split()[0], "clone": str(CLONE)}


def prepare(kind: str) -> None:
    """Make ``.venv`` agree with the lock; a second call costs nothing."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        fail(f"Yipan needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]} ({sys.executable}).")
    wanted = fingerprint()
    with contextlib.suppress(OSError, ValueError, KeyError):
        mark = json.loads(MARK.read_text())
        current = mark["fingerprint"]
        same = all(current[key] == wanted[key] for key in ("run", "python", "clone"))
        if same and (kind == "run" or (mark["kind"] == "dev" and current["dev"] == wanted["dev"])):
            return
        if mark["kind"] == "dev":
            kind = "dev"
    started = time.monotonic()
    say(f"setting up .venv from {LOCKS[kind].name} (the first time takes about a minute)")
    variables = environment()
    uv = find_uv(variables)
    if uv is None or not install_with_uv(uv, LOCKS[kind], variables):
        install_with_pip(LOCKS[kind], variables)
    MARK.write_text(json.dumps({"kind": kind, "fingerprint": wanted}))
    say(f".venv is ready ({time.monotonic() - started:.0f} s)")


def find_chromium() -> str | None:
    """YIPAN_CHROMIUM, else the search path, else Debian's package when root may install it."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("YIPAN_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing Debian's chromium for the browser tests")
        variables = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (("update", "-q"), ("install", "-y", "-q", "--no-install-recommends", "chromium")):
            run("apt-get", *command, check=False, env=variables, capture_output=True)
        found = shutil.which("chromium")
    return found


def tests(arguments: list[str]) -> int:
    """Format, lint, types, imports, then every test; the last lines say what was skipped and why."""
    prepare("dev")
    chromium = find_chromium()
    variables = os.environ | ({"YIPAN_CHROMIUM": chromium} if chromium else {})
    if not chromium and os.environ.get("YIPAN_REQUIRE_BROWSER") == "1":
        fail("YIPAN_REQUIRE_BROWSER=1, but no Chromium was found and none could be installed.", 1)
    bin_folder = VENV / "bin"
    checks: list[tuple[str, list[str | Path]]] = [
        ("format", [bin_folder / "ruff", "format", "--check", "--quiet", "."]),
        ("lint", [bin_folder / "ruff", "check", "--quiet", "."]),
        ("imports", [bin_folder / "lint-imports", "--no-cache"]),
        ("types", [bin_folder / "basedpyright", "--level", "error"]),
    ]
    failed = []
    for name, command in checks:
        started = time.monotonic()
        answer = run(*command, check=False, capture_output=True, env=variables)
        say(f"{name}: {'ok' if answer.returncode == 0 else 'FAILED'} ({time.monotonic() - started:.0f} s)")
        if answer.returncode != 0:
            failed.append(name)
            print(answer.stdout[-6000:], answer.stderr[-3000:])
    command = [PYTHON, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *arguments]
    if run(*command, check=False, env=variables).returncode != 0:
        failed.append("pytest")
    if not arguments:
        say("the rooms' tests once more, in a schema of their own (cell_a)")
        again = [*command, "-m", "not browser and not resilience", "src/yipan/platform"]
        if run(*again, check=False, env=variables | {"YIPAN_SCHEMA": "cell_a"}).returncode != 0:
            failed.append("pytest in schema cell_a")
    if not chromium:
        say("browser tests were skipped: no Chromium (set YIPAN_CHROMIUM, or install the package chromium)")
    for variable, suite in (("YIPAN_CONFORMANCE", "public conformance suites"), ("YIPAN_LOGS", "public event logs")):
        if not os.environ.get(variable):
            say(f"{suite} were skipped: {variable} is not set")
    if failed:
        print(f"✗ failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def main() -> int:
    command, *arguments = sys.argv[1:] or ["help"]
    if command == "env":
        prepare("run")
        say("run .venv/bin/yipan --help")
        return 0
    if command == "demo":
        prepare("run")
        os.execv(PYTHON, [str(PYTHON), "-m", "yipan.house.cli", "demo", *arguments])  # noqa: S606
    if command == "test":
        return tests(arguments)
    if command == "shots":
        prepare("dev")
        chromium = find_chromium()
        if not chromium:
            fail("make shots needs Chromium: set YIPAN_CHROMIUM, or install the package chromium.")
        variables = os.environ | {"YIPAN_CHROMIUM": str(chromium)}
        return run(PYTHON, "tools/shots.py", *arguments, check=False, env=variables).returncode
    if command == "bundle":
        prepare("run")
        return run(PYTHON, "tools/bundle.py", *arguments, check=False).returncode
    print(__doc__)
    return 0 if command in ("help", "-h", "--help") else 2


if __name__ == "__main__":
    raise SystemExit(main())
