"""Write an offline installer: this version's source and a wheelhouse of every locked package, in one tar file.

On the target, without any network: unpack it and say ``make demo`` or ``make env`` there; the set-up finds the
wheelhouse beside it. Wheels are for this machine's platform and Python version; ``--dev`` adds what tests need.
"""

import argparse
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent
NOT_PART = {".git", ".venv", ".tools", "var", "dist", "build", "__pycache__", ".pytest_cache", ".ruff_cache"}


def source_files() -> list[str]:
    """The files of this version, relative to the clone: what git knows, or all but what set-up and tests make."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=CLONE, check=False, capture_output=True, text=True)
    if listing.returncode == 0:
        return [name for name in listing.stdout.split("\0") if name and (CLONE / name).exists()]
    found = (path.relative_to(CLONE) for path in sorted(CLONE.rglob("*")) if path.is_file())
    return [str(path) for path in found if not NOT_PART & set(path.parts)]


def download(lock: str, wheelhouse: Path) -> bool:
    """Fetch every locked package as a wheel, and uv, which makes the environment on the target."""
    pip = [sys.executable, "-m", "pip", "download", "-q", "--only-binary=:all:", "-d", str(wheelhouse)]
    if subprocess.run([*pip, "--require-hashes", "-r", lock], cwd=CLONE, check=False).returncode:
        return False
    return subprocess.run([*pip, "--no-deps", "uv"], cwd=CLONE, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what make test needs")
    parser.add_argument("--target", type=Path, help="file to write (default: dist/yipan-<version>-offline.tar)")
    arguments = parser.parse_args()
    sys.path.insert(0, str(CLONE / "src"))
    from yipan import __version__

    target = arguments.target or CLONE / "dist" / f"yipan-{__version__}-offline.tar"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        wheelhouse = Path(folder) / "wheelhouse"
        if not download("requirements-dev.lock" if arguments.dev else "requirements.lock", wheelhouse):
            print("✗ not every package could be fetched; see above", file=sys.stderr)
            return 1
        unfinished = Path(folder) / "bundle.tar"
        with tarfile.open(unfinished, "w") as archive:
            for name in source_files():
                archive.add(CLONE / name, f"yipan/{name}", recursive=False)
            archive.add(wheelhouse, "yipan/wheelhouse")
        unfinished.replace(target)
    print(f"{target} ({target.stat().st_size // 1_000_000} MB): unpack it on the target, then make env or make demo")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
