"""Write an offline installer: this version's source and a wheelhouse of every locked package.

On the target: unpack, then ``UV_NO_INDEX=1 UV_FIND_LINKS=wheelhouse python3 tools/setup.py env`` (with pip:
``PIP_NO_INDEX=1 PIP_FIND_LINKS=wheelhouse``). Wheels are for this machine's platform and Python version.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent


def main() -> int:
    sys.path.insert(0, str(CLONE / "src"))
    from yipan import __version__

    target = CLONE / "dist" / f"yipan-{__version__}-offline.tar"
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        wheelhouse = Path(folder) / "wheelhouse"
        download = [sys.executable, "-m", "pip", "download", "-q", "--require-hashes", "-r", "requirements.lock"]
        if subprocess.run([*download, "-d", wheelhouse], cwd=CLONE, check=False).returncode:
            print("✗ not every package could be fetched; see above", file=sys.stderr)
            return 1
        fetch_uv = [sys.executable, "-m", "pip", "download", "-q", "uv", "-d", str(wheelhouse)]
        subprocess.run(fetch_uv, cwd=CLONE, check=True)
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=CLONE, check=True, capture_output=True, text=True)
        with tarfile.open(target, "w") as archive:
            for name in filter(None, listing.stdout.split("\0")):
                archive.add(CLONE / name, f"yipan/{name}")
            archive.add(wheelhouse, "yipan/wheelhouse")
    print(target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
