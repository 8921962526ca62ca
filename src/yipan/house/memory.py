"""What the demo's processes take of the machine's memory, read from /proc (Linux)."""

from pathlib import Path

# In MB: everything together, and what one web worker may hold resident.
ALL_TOGETHER, WEB_WORKER = 1024, 300


def of_all(process: int) -> int:
    """Proportional memory of a process and all its descendants in MB (shared pages are counted once)."""
    return sum(_kilobytes(pid, "smaps_rollup", "Pss:") for pid in [process, *descendants(process)]) // 1024


def of_web_workers(process: int) -> list[int]:
    """Resident memory in MB of every web worker below a process: the children of the server (granian)."""
    server = [pid for pid in descendants(process) if "granian" in _command(pid)]
    workers = [pid for pid in server if _parent(pid) in server]
    return [_kilobytes(pid, "status", "VmRSS:") // 1024 for pid in workers]


def too_much(together: int, web_workers: list[int]) -> list[str]:
    """The limits that are not kept, in words."""
    found = [f"a web worker holds {mb} MB, more than {WEB_WORKER} MB" for mb in web_workers if mb > WEB_WORKER]
    if together > ALL_TOGETHER:
        found.append(f"the demo takes {together} MB, more than {ALL_TOGETHER} MB")
    return found


def descendants(process: int) -> list[int]:
    """Ids of all processes below one."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            children.setdefault(_parent(int(entry.name)), []).append(int(entry.name))
    found, edge = [], [process]
    while edge:
        edge = [child for parent in edge for child in children.get(parent, [])]
        found += edge
    return found


def _parent(process: int) -> int:
    """0 for a process that is gone."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return 0


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _kilobytes(process: int, name: str, key: str) -> int:
    try:
        lines = Path(f"/proc/{process}/{name}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(key)), 0)
