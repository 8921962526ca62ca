"""The demo as a person at a terminal lives with it: start, second start, refusals, every way to stop, a kill.

One installation goes through all of it in order, each start on the data of the one before.
"""

import contextlib
import fcntl
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import termios
from pathlib import Path

import httpx
import pytest
from processes import Started, belonging_to, clean_environment, wait_for, yipan

from yipan.house.listening import free_port
from yipan.house.places import Places, default_home
from yipan.house.process_table import alive, descendants
from yipan.house.visitor import Visitor

READY = "Ctrl-C stops everything"


class Terminal:
    """A demo in a terminal of its own; what it prints is read at the end or while waiting."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.master, slave = pty.openpty()
        self.output = ""
        self.process = subprocess.Popen(
            command, env=environment, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)
        os.set_blocking(self.master, False)

    def wait_for(self, words: str, seconds: float = 240) -> None:
        wait_for(lambda: words in self._read() or self.process.poll() is not None, f"“{words}”", seconds)
        assert words in self._read(), f"ended with {self.process.returncode}:\n{self.output[-4000:]}"

    def _read(self) -> str:
        with contextlib.suppress(BlockingIOError, OSError):
            while True:
                self.output += os.read(self.master, 65536).decode(errors="replace")
        return self.output

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def close(self) -> None:
        os.close(self.master)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    where = default_home(purpose=f"life-{os.getpid()}") if os.geteuid() == 0 else tmp_path_factory.mktemp("life")
    yield where
    for process in belonging_to(where):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    shutil.rmtree(where, ignore_errors=True)


@pytest.fixture(scope="module")
def port():
    return free_port()


def environment(home: Path, **more: str) -> dict[str, str]:
    """A shell that is as unhelpful as shells can be: no locale, a home nobody can write, its own temporary folder."""
    return clean_environment(YIPAN_DATA=str(home), LC_ALL="C", LANG="C", HOME="/nonexistent", **more)


def refused(home: Path, port: int, *words: str) -> str:
    """What a demo that does not start prints; exit code 2."""
    answer = subprocess.run(
        yipan("demo", *words), env=environment(home, PORT=str(port)), capture_output=True, text=True, timeout=120
    )
    assert answer.returncode == 2, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    return answer.stderr


def assert_nothing_left(home: Path) -> None:
    wait_for(lambda: not belonging_to(home), "every process to be gone", 15)
    assert not list(Places(home).socket.glob(".s.PGSQL.*"))


def listening_sockets(processes: list[int]) -> set[str]:
    """Addresses on which any of the processes accepts TCP connections."""
    inodes = set()
    for process in processes:
        with contextlib.suppress(OSError):
            for link in Path(f"/proc/{process}/fd").iterdir():
                with contextlib.suppress(OSError):
                    found = re.match(r"socket:\[(\d+)\]", os.readlink(link))
                    inodes |= {found[1]} if found else set()
    addresses = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        with contextlib.suppress(FileNotFoundError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == "0A" and columns[9] in inodes:
                    raw, number = columns[1].split(":")
                    packed = b"".join(bytes.fromhex(raw[i : i + 8])[::-1] for i in range(0, len(raw), 8))
                    addresses.add(f"{socket.inet_ntop(family, packed)} {int(number, 16)}")
    return addresses


def test_a_stop_while_it_is_being_set_up_leaves_no_process(home, port, tmp_path):
    demo = Started(yipan("demo", "--port", str(port)), environment(home), tmp_path / "out")
    try:
        demo.wait_for("• packs …")
        demo.end(signal.SIGTERM)
    finally:
        demo.kill_all()
    assert "stopping" in demo.output
    assert_nothing_left(home)


def test_first_start_refusals_and_a_killed_supervisor(home, port, tmp_path):
    demo = Started(yipan("demo"), environment(home, PORT=str(port), HOST="0.0.0.0"), tmp_path / "out")
    try:
        demo.wait_for(READY)
        for step in ("database", "migrations", "packs", "demo data", "web and worker"):
            assert re.search(rf"^• {step} …$", demo.output, re.M), demo.output
            assert re.search(rf"^  {step}: \d+\.\d s$", demo.output, re.M), demo.output
        assert f"http://127.0.0.1:{port}/" in demo.output
        assert re.search(r"^  market\.examiner +Yipan-2026 +区市监局 审查岗", demo.output, re.M)
        assert "Warning" not in demo.output
        assert '{"at"' not in demo.output, "log lines belong into the logs"
        processes = [demo.process.pid, *descendants(demo.process.pid)]
        assert_one_port(processes, port)
        assert_redirects_follow_the_host(port)
        assert_no_second_demo(home, port, tmp_path)
        demo.process.kill()
        demo.process.wait()
    except BaseException:
        demo.kill_all()
        raise
    assert any(alive(process) for process in processes), "the database outlives its killed supervisor"


def assert_one_port(processes: list[int], port: int) -> None:
    """Everybody may reach one port; counterparts and devices are of this machine, the database is nobody's."""
    addresses = listening_sockets(processes)
    assert f"0.0.0.0 {port}" in addresses
    others = addresses - {f"0.0.0.0 {port}"}
    assert len(others) == 2
    assert all(address.startswith("127.0.0.1 ") for address in others)


class Elsewhere(httpx.HTTPTransport):
    """Another name and port that lead to the demo, like a tunnel or a container's mapping; nothing else is reached."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert (request.url.host, request.url.port) == ("demo.example", 9999), request.url
        there = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1", port=self.port),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return super().handle_request(there)


def assert_redirects_follow_the_host(port: int) -> None:
    """A citizen signs in at the reference identity service and comes back, by a name the demo was never told."""
    with Visitor("http://demo.example:9999") as visitor:
        visitor.client = httpx.Client(
            base_url="http://demo.example:9999", transport=Elsewhere(port), follow_redirects=True, timeout=60
        )
        page = visitor.get("/login/citizen/")
        assert "/sandbox/identity/" in page.address
        page = visitor.submit({"who": "gd-0003"}, button="登录")
        assert page.address.startswith("http://demo.example:9999/")
        assert visitor.get("/me/").has("440703********0013")


def assert_no_second_demo(home: Path, port: int, tmp_path: Path) -> None:
    text = refused(home, free_port())
    assert "already running" in text
    assert f"http://127.0.0.1:{port}/" in text
    text = refused(tmp_path / "other", port)
    assert f"PORT={port} is taken" in text
    assert f"make demo PORT={port + 1}" in text


def test_the_next_start_recovers_keeps_the_data_and_ctrl_c_stops_it(home, port):
    before = (home / "demo-accounts.json").read_text(encoding="utf-8")
    demo = Terminal(yipan("demo", "--port", str(port)), environment(home, TMPDIR="/"))
    try:
        demo.wait_for(READY)
        assert "installed" not in demo.output, "the packs were installed by the start before"
        assert "demo cases" not in demo.output
        assert (home / "demo-accounts.json").read_text(encoding="utf-8") == before
        page = httpx.get(f"http://127.0.0.1:{port}/readyz").json()
        assert page["ready"], page
        demo.type(b"\x03")
        assert demo.process.wait(60) == 0
    finally:
        demo.process.kill()
        demo.close()
    assert_nothing_left(home)


def test_a_terminal_that_is_closed_stops_it(home, port):
    demo = Terminal(yipan("demo", "--port", str(port)), environment(home))
    try:
        demo.wait_for("• web and worker …")
        wait_for(lambda: len(descendants(demo.process.pid)) > 5, "all processes")
        demo.close()
        demo.process.wait(60)
    finally:
        demo.process.kill()
    assert_nothing_left(home)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--port", "99999"], "PORT=99999 is no port number"),
        (["--host", "no.such.host.invalid"], "HOST=no.such.host.invalid is no address of this machine"),
        (["--host", "192.0.2.1"], "HOST=192.0.2.1 is no address of this machine"),
    ],
)
def test_a_wrong_address_is_named(home, words, reason):
    assert reason in refused(home, free_port(), *words)


def test_leftovers_that_ignore_the_polite_signal_are_ended_by_force(tmp_path):
    """A child whose supervisor was killed and that does not end by itself is found by its environment."""
    from yipan.house.supervisor import MARK, end_leftovers, leftovers

    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(99)"
    )
    child = subprocess.Popen(
        ["python3", "-c", stubborn], env=clean_environment(**{MARK: str(tmp_path)}), stdout=subprocess.PIPE
    )
    assert child.stdout
    child.stdout.readline()
    assert leftovers(tmp_path) == [child.pid]
    assert end_leftovers(tmp_path, seconds=0.3) == 1
    assert child.wait(10) == -signal.SIGKILL
    assert leftovers(tmp_path) == []
