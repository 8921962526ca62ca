"""Virus scanners: a registry, and the client of ClamAV's INSTREAM protocol."""

import socket
import struct
from collections.abc import Callable
from typing import BinaryIO

from .domain import FileRef, Verdict

Scanner = Callable[[BinaryIO, FileRef], Verdict]
CHUNK = 64 * 1024

_scanners: dict[str, Scanner] = {}


def register_scanner(name: str, scanner: Scanner) -> None:
    """Every registered scanner looks at every file; the worst verdict counts."""
    _scanners[name] = scanner


def unregister_scanner(name: str) -> None:
    _scanners.pop(name, None)


def scanners() -> dict[str, Scanner]:
    return dict(_scanners)


class ClamAV:
    """clamd at ``host:port`` or ``unix:/path``; sends the content, so clamd needs no access to the files."""

    def __init__(self, address: str, *, timeout: float = 60) -> None:
        self.address, self.timeout = address, timeout

    def __call__(self, content: BinaryIO, ref: FileRef) -> Verdict:  # noqa: ARG002 - the protocol of scanners
        try:
            answer = self._ask(content)
        except (OSError, ValueError) as error:
            return Verdict("failed", f"查毒服务不可用：{error}")
        if answer.endswith("FOUND"):
            return Verdict("infected", answer.removeprefix("stream:").removesuffix("FOUND").strip())
        if answer.endswith("OK"):
            return Verdict("clean")
        return Verdict("failed", f"查毒服务答复异常：{answer[:200]}")

    def _connect(self) -> socket.socket:
        if self.address.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self.timeout)
            connection.connect(self.address.removeprefix("unix:"))
            return connection
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), self.timeout)

    def _ask(self, content: BinaryIO) -> str:
        with self._connect() as connection:
            connection.sendall(b"zINSTREAM\0")
            try:
                while chunk := content.read(CHUNK):
                    connection.sendall(struct.pack("!I", len(chunk)) + chunk)
                connection.sendall(struct.pack("!I", 0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # clamd closes early when its size limit is reached; its answer says so
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < 4096:
                part = connection.recv(4096)
                if not part:
                    break
                answer += part
        return answer.rstrip(b"\0\n").decode("utf-8", "replace")
