"""One sandbox process for each file of tests, on a free port, with a folder of its own: numbers of one database come
again in the next one."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

SYSTEMS = (
    "identity",
    "sms",
    "yuezhengyi",
    "elicence",
    "datashare",
    "catalogue",
    "seal",
    "acceptance",
    "rating",
    "ems",
    "locker",
)


@pytest.fixture(scope="module")
def sandbox_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("sandbox")
    source = str(Path(__file__).parents[2] / "src")
    environment = os.environ | {"PYTHONPATH": source}
    command = [sys.executable, "-m", "yipan_sandbox", "--port", str(port), "--data", str(folder)]
    process = subprocess.Popen(command, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{address}/identity/jwks", timeout=1)
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def sandbox(sandbox_address: str, settings) -> str:
    settings.SANDBOX_URL = sandbox_address
    settings.YIPAN_CONNECTORS = {name: f"{sandbox_address}/{name}" for name in SYSTEMS}
    return sandbox_address


@pytest.fixture
def inject(sandbox: str):
    """``inject("sms", "error")``: the next call of a system meets a fault."""

    def switch(system: str, kind: str, **more: object) -> None:
        httpx.post(f"{sandbox}/{system}/_faults", json={"kind": kind, **more}).raise_for_status()

    yield switch
    for system in SYSTEMS:
        httpx.delete(f"{sandbox}/{system}/_faults")
