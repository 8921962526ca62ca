"""Memory is read from real processes; the limits name what does not keep them."""

import subprocess
import sys

from yipan.house import memory

HOLDS = "held = bytearray(80 * 1024 * 1024); print('up', flush=True); input()"
# Bears the server's name in its command line and has a child that does, too, as granian has.
SERVER = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLDS!r}, 'granian'])"


def test_a_web_worker_is_a_child_of_the_server():
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, "granian"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout
        assert server.stdout.readline() == "up\n"
        (worker,) = memory.of_web_workers(server.pid)
        assert 80 <= worker < 160
        assert memory.of_all(server.pid) >= 80
    finally:
        server.communicate("\n", timeout=20)


def test_what_is_too_much_is_named():
    assert memory.too_much(memory.ALL_TOGETHER, [memory.WEB_WORKER]) == []
    assert memory.too_much(1, [0]) == ["no web worker was found to be measured"]
    assert memory.too_much(1025, [250, 301]) == [
        "a web worker holds 301 MB, more than 300 MB",
        "the demo takes 1025 MB, more than 1024 MB",
    ]
