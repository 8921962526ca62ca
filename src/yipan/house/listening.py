"""The address the demo listens on: is it free, what is wrong with it, how do people on this machine open it."""

import errno
import socket
from pathlib import Path

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fault(host: str, port: int) -> str:
    """Why nobody can listen there, with the remedy; empty when one can."""
    if not 1 <= port <= 65535:
        return f"PORT={port} is no port number: choose one from 1024 to 65535, for example make demo PORT=8800"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        return f"HOST={host} is no address of this machine: use 127.0.0.1 (only this machine) or 0.0.0.0 (everybody)"
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as problem:
            return _explain(problem, host, port)
    return ""


def _explain(problem: OSError, host: str, port: int) -> str:
    another = f"Choose another one: make demo PORT={port + 1 if port < 65535 else 8700}"
    if problem.errno == errno.EADDRINUSE:
        return f"PORT={port} is taken by another program. {another}"
    if problem.errno == errno.EACCES:
        return f"PORT={port} may be used by root only. Choose one above {_privileged()}: make demo PORT=8700"
    if problem.errno == errno.EADDRNOTAVAIL:
        return f"HOST={host} is no address of this machine: use 127.0.0.1 (only this machine) or 0.0.0.0 (everybody)"
    return f"PORT={port} on HOST={host} cannot be used: {problem.strerror}. {another}"


def _privileged() -> int:
    """Ports below this number belong to root."""
    try:
        return int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    except (OSError, ValueError):
        return 1024


def local_address(host: str, port: int) -> str:
    """The address to open on this machine: one that listens everywhere is reached by the loopback."""
    name = ANY_ADDRESS.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
