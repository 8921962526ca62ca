"""Processes of this machine as /proc tells of them (Linux); one that is gone has empty answers."""

from pathlib import Path


def alive(process: int) -> bool:
    """Whether a process runs; a zombie only waits for its parent to read its exit code."""
    return _stat(process)[0] not in ("Z", "X", "")


def parent(process: int) -> int:
    return int(_stat(process)[1])


def command_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def descendants(process: int) -> list[int]:
    """Ids of all processes below one."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            children.setdefault(parent(int(entry.name)), []).append(int(entry.name))
    found, edge = [], [process]
    while edge:
        edge = [child for one in edge for child in children.get(one, [])]
        found += edge
    return found


def _stat(process: int) -> list[str]:
    """State and parent of a process; empty and 0 when it is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[:2]
    except (OSError, IndexError):
        return ["", "0"]
