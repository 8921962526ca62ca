"""What the demo's processes take of the machine's memory, read from /proc (Linux)."""

from pathlib import Path

from .process_table import command_of, descendants, parent

# In MB: everything together, and what one web worker may hold resident.
ALL_TOGETHER, WEB_WORKER = 1024, 300


def of_all(process: int) -> int:
    """Proportional memory of a process and all its descendants in MB (shared pages are counted once)."""
    return sum(_held(pid) for pid in [process, *descendants(process)]) // 1024


def of_web_workers(process: int) -> list[int]:
    """Resident memory in MB of every web worker at or below a process: the children of the server (granian)."""
    server = [pid for pid in [process, *descendants(process)] if "granian" in command_of(pid)]
    workers = [pid for pid in server if parent(pid) in server]
    return [_kilobytes(pid, "status", "VmRSS:") // 1024 for pid in workers]


def too_much(together: int, web_workers: list[int]) -> list[str]:
    """The limits that are not kept, in words; without a web worker nothing was measured."""
    if not any(web_workers):
        return ["no web worker was found to be measured"]
    found = [f"a web worker holds {mb} MB, more than {WEB_WORKER} MB" for mb in web_workers if mb > WEB_WORKER]
    if together > ALL_TOGETHER:
        found.append(f"the demo takes {together} MB, more than {ALL_TOGETHER} MB")
    return found


def _held(process: int) -> int:
    """Kilobytes; everything resident where the kernel does not tell the share."""
    return _kilobytes(process, "smaps_rollup", "Pss:") or _kilobytes(process, "status", "VmRSS:")


def _kilobytes(process: int, name: str, key: str) -> int:
    try:
        lines = Path(f"/proc/{process}/{name}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(key)), 0)
