"""Prepare this clone and run the demo or the tests: ``python3 tools/setup.py env|demo|test|test-spark|shots|bundle``.

Needs Python 3.11 to 3.13 and pip, nothing else. The environment is ``.venv``; packages come hash-locked from the index
pip is configured for (``UV_DEFAULT_INDEX`` overrides it), or without any index from a folder of wheels: ``wheelhouse``
beside this clone's README (an offline bundle brings it), or ``UV_FIND_LINKS=DIR UV_NO_INDEX=1``.
uv does the work when it can be had; plain venv and pip do it otherwise (always with ``YIPAN_SETUP=pip``).
"""

from __future__ import annotations  # an older Python must get as far as the sentence that says it is too old

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

CLONE = Path(__file__).resolve().parent.parent
VENV = CLONE / ".venv"
PYTHON = VENV / "bin" / "python"
ROOMS = "src/yipan/platform"
TOOLS = CLONE / ".tools"
WHEELHOUSE = CLONE / "wheelhouse"
MARK = VENV / "yipan-env.json"
LOCKS = {"run": CLONE / "requirements.lock", "dev": CLONE / "requirements-dev.lock"}
OLDEST, NEWEST = (3, 11), (3, 13)
# The same settings in the words of pip and of uv; uv does not read pip's configuration, nor pip uv's.
INDEX_WORDS = {
    "index-url": ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"),
    "extra-index-url": ("PIP_EXTRA_INDEX_URL", "UV_INDEX"),
    "find-links": ("PIP_FIND_LINKS", "UV_FIND_LINKS"),
    "no-index": ("PIP_NO_INDEX", "UV_NO_INDEX"),
    "cert": ("PIP_CERT", "SSL_CERT_FILE"),
}


def say(text: str) -> None:
    print(f"• {text}", flush=True)


def fail(text: str, code: int = 2) -> NoReturn:
    print(f"✗ {text}", file=sys.stderr, flush=True)
    raise SystemExit(code)


def run(*command: str | Path, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], check=check, text=True, cwd=CLONE, **options)


def index_settings(given: dict[str, str], pip_configuration: str) -> dict[str, str]:
    """Where packages come from, told to both pip and uv: by the environment ``given`` (uv's words before pip's), then
    by pip's configuration. A wheelhouse that came with the clone goes before what the machine is configured with."""
    configured: dict[str, str] = {}
    for line in pip_configuration.splitlines():
        key, _, value = line.partition("=")
        configured[key.split(".")[-1]] = value.strip().strip("'\"")
    found: dict[str, str] = {}
    for word, (for_pip, for_uv) in INDEX_WORDS.items():
        value = given.get(for_uv) or given.get(for_pip) or configured.get(word, "")
        if value:
            found |= {for_pip: value, for_uv: value}
    if WHEELHOUSE.is_dir() and not {"UV_DEFAULT_INDEX", "UV_FIND_LINKS", "UV_NO_INDEX"} & given.keys():
        found |= dict.fromkeys(INDEX_WORDS["find-links"], str(WHEELHOUSE))
        found |= dict.fromkeys(INDEX_WORDS["no-index"], "1")
    return found


def environment() -> dict[str, str]:
    """The variables for uv and pip; nothing needs a writable home folder."""
    answer = run(sys.executable, "-m", "pip", "config", "list", check=False, capture_output=True)
    variables = {**os.environ, **index_settings(dict(os.environ), answer.stdout)}
    variables.update(UV_PYTHON_DOWNLOADS="never", UV_LINK_MODE="copy", PIP_DISABLE_PIP_VERSION_CHECK="1")
    # pip takes the best version from all its indexes; with locked hashes that is safe for uv, too.
    variables.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    home = Path(os.environ.get("HOME", "/nonexistent"))
    if not os.access(home, os.W_OK):
        variables.update(UV_CACHE_DIR=str(TOOLS / "cache"), PIP_NO_CACHE_DIR="1", HOME=str(TOOLS))
    return variables


def find_uv(variables: dict[str, str]) -> Path | None:
    """An installed uv, or one installed beside the clone; None when neither can be had."""
    if os.environ.get("YIPAN_SETUP") == "pip":
        return None
    on_path = shutil.which("uv")
    if on_path:
        return Path(on_path)
    local = TOOLS / "bin" / "uv"
    if not local.exists():
        say("installing uv into .tools")
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", TOOLS, "uv"]
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


def install_with_pip(lock: Path, variables: dict[str, str]) -> bool:
    say("setting it up with venv and pip (uv is not to be had or failed)")
    shutil.rmtree(VENV, ignore_errors=True)
    if run(sys.executable, "-m", "venv", VENV, env=variables, check=False).returncode != 0:
        fail(f"{sys.executable} cannot make an environment: install Debian's python3-venv, or uv, and try again.", 1)
    steps: list[list[str | Path]] = [
        [PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock],
        [PYTHON, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", CLONE],
    ]
    return all(run(*step, check=False, env=variables).returncode == 0 for step in steps)


def fingerprint() -> dict[str, str]:
    prints = {kind: hashlib.sha256(path.read_bytes()).hexdigest() for kind, path in LOCKS.items()}
    return {**prints, "python": sys.version.split()[0], "clone": str(CLONE)}


def check_python() -> None:
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    names = [f"python{major}.{minor}" for major, minor in ((3, 12), (3, 13), (3, 11))]
    other = next((name for name in names if shutil.which(name)), None)
    remedy = (
        f"This machine has {other}: make {' '.join(sys.argv[1:2])} PYTHON={other}"
        if other
        else "Install one of them beside it, then name it: make demo PYTHON=python3.12"
    )
    fail(f"Yipan needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]} ({sys.executable}). {remedy}")


def read_mark() -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        mark = json.loads(MARK.read_text())
        if isinstance(mark, dict) and isinstance(mark.get("fingerprint"), dict):
            return mark
    return {"kind": "", "fingerprint": {}}


def up_to_date(mark: dict[str, Any], wanted: dict[str, str], kind: str) -> bool:
    current = mark["fingerprint"]
    if any(current.get(key) != wanted[key] for key in ("run", "python", "clone")):
        return False
    return kind == "run" or (mark["kind"] == "dev" and current.get("dev") == wanted["dev"])


def prepare(kind: str) -> None:
    """Make ``.venv`` agree with the lock; a second call costs nothing, two calls at once wait for each other."""
    check_python()
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "setup.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        _prepare(kind)


def _prepare(kind: str) -> None:
    wanted, mark = fingerprint(), read_mark()
    if up_to_date(mark, wanted, kind):
        return
    if mark["kind"] == "dev":
        kind = "dev"
    started = time.monotonic()
    say(f"setting up .venv from {LOCKS[kind].name} (the first time takes about a minute)")
    MARK.unlink(missing_ok=True)  # until all is done, nothing is known about what lies there
    if any(mark["fingerprint"].get(key, wanted[key]) != wanted[key] for key in ("python", "clone")):
        shutil.rmtree(VENV, ignore_errors=True)  # scripts and links inside name the old place or the old Python
    variables = environment()
    uv = find_uv(variables)
    done = uv is not None and install_with_uv(uv, LOCKS[kind], variables)
    if not done and not install_with_pip(LOCKS[kind], variables):
        fail(
            "Not every package could be installed; the reason stands above. Without internet: set UV_DEFAULT_INDEX to "
            "an index of your own, or UV_NO_INDEX=1 UV_FIND_LINKS=FOLDER; see docs/operations.md.",
            1,
        )
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


def check_source(variables: dict[str, str]) -> list[str]:
    """Format, lint, types and imports; the names of those that failed."""
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
    return failed


def report_skipped(lines: Path) -> bool:
    """Print what was skipped in all runs, and return whether browser tests are missing for want of a browser."""
    sys.path.insert(0, str(CLONE / "tests" / "support"))
    from skipped import summary  # type: ignore[import-not-found]

    entries = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()] if lines.exists() else []
    for line in summary(entries):
        say(line)
    return any(entry["kind"] == "browser" and "Chromium" in entry["reason"] for entry in entries)


def tests(arguments: list[str]) -> int:
    """Format, lint, types, imports, then every test; the last lines say what was skipped and why."""
    prepare("dev")
    started = time.monotonic()
    chromium = find_chromium()
    required = os.environ.get("YIPAN_REQUIRE_BROWSER") == "1"
    if not chromium and required:
        fail("YIPAN_REQUIRE_BROWSER=1, but no Chromium was found and none could be installed.", 1)
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        skipped = Path(folder) / "skipped"
        variables = {**os.environ, "YIPAN_SKIPPED": str(skipped)}
        if chromium:
            variables["YIPAN_CHROMIUM"] = chromium
        if not arguments:
            failed += check_source(variables)
        command = [PYTHON, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder"]
        # No code names a schema: the rooms' tests run in one that is not the default, all others in the default one.
        rooms = [] if arguments else [f"--ignore={ROOMS}"]
        if run(*command, *arguments, *rooms, check=False, env=variables).returncode != 0:
            failed.append("pytest")
        if not arguments:
            say("the rooms' tests, in a schema of their own (cell_a)")
            if run(*command, ROOMS, check=False, env={**variables, "YIPAN_SCHEMA": "cell_a"}).returncode != 0:
                failed.append("pytest in schema cell_a")
        if report_skipped(skipped) and required:
            failed.append("browser tests are required")
    if failed:
        print(f"✗ failed: {', '.join(failed)} ({time.monotonic() - started:.0f} s)", file=sys.stderr)
        return 1
    say(f"all passed in {time.monotonic() - started:.0f} s")
    return 0


def spark_tests(arguments: list[str]) -> int:
    """The tests of set-wise rules on Spark; its environment lies beside the other one."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        fail("make test-spark needs a Java 17 or newer: install openjdk-17-jre-headless, or set JAVA_HOME.")
    variables = environment()
    uv = find_uv(variables)
    if uv is None:
        fail("make test-spark needs uv, which could not be installed.", 1)
    home = CLONE / ".venv-spark"
    python = home / "bin" / "python"
    for step in (
        [uv, "venv", "-q", "--python", sys.executable, "--allow-existing", home],
        [uv, "pip", "sync", "-q", "--require-hashes", CLONE / "requirements-spark.lock", "--python", python],
        [uv, "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--python", python, "-e", CLONE],
    ):
        if run(*step, check=False, env=variables).returncode != 0:
            fail("the environment for Spark could not be made.", 1)
    return run(python, "-m", "pytest", "-q", "tests/analysis", *arguments, check=False, env=variables).returncode


def main() -> int:
    command, *arguments = sys.argv[1:] or ["help"]
    # Five processes start from this environment: compiled modules are kept, whatever the shell prefers for its own.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if command == "env":
        prepare("run")
        say("run .venv/bin/yipan --help")
        return 0
    if command == "demo":
        prepare("run")
        os.execv(PYTHON, [str(PYTHON), "-m", "yipan.house.cli", "demo", *arguments])  # noqa: S606
    if command == "test":
        return tests(arguments)
    if command == "test-spark":
        return spark_tests(arguments)
    if command == "shots":
        prepare("dev")
        chromium = find_chromium()
        if not chromium:
            fail("make shots needs Chromium: set YIPAN_CHROMIUM, or install the package chromium.")
        variables = {**os.environ, "YIPAN_CHROMIUM": str(chromium)}
        return run(PYTHON, "tools/shots.py", *arguments, check=False, env=variables).returncode
    if command == "bundle":
        check_python()
        # By the Python that has pip: an environment made by uv has none.
        return run(sys.executable, "tools/bundle.py", *arguments, check=False, env=environment()).returncode
    print(__doc__)
    if command in ("help", "-h", "--help"):
        return 0
    print(f"✗ unknown command “{command}”: use env, demo, test, test-spark, shots or bundle", file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        code = main()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
