"""Fetch the front-end assets that are kept in the repository, and check them against their manifests.

A manifest names packages (name, exact version, licence) and the files taken from each with their sha256; it holds no
addresses: ``npm pack`` asks whatever registry the machine is set up for. Nothing of Node is needed at run time.

    python tools/vendor_js.py check           compare the files on disk with the manifests (no network)
    python tools/vendor_js.py fetch           fetch again; a file whose sha256 differs from the manifest is refused
    python tools/vendor_js.py fetch --update  fetch and write the new sha256 (after changing a version on purpose)

A package may have ``sprite``: one SVG file whose ``<symbol>``s are made of the named icons, so that a page loads one
small file instead of five thousand.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).parents[1]
MANIFESTS = (
    ROOT / "src/yipan/platform/ui/static/vendor/manifest.json",
    ROOT / "tests/vendor/manifest.json",
)
Package = dict[str, Any]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def targets(package: Package) -> list[dict[str, str]]:
    """Every file a package leaves on disk: copies and, where there is one, the sprite."""
    return [*package["files"], *([package["sprite"]] if "sprite" in package else [])]


def pack(package: Package, folder: Path) -> tarfile.TarFile:
    """The published archive of one exact version, fetched by npm as this machine is set up."""
    wanted = f"{package['name']}@{package['version']}"
    done = subprocess.run(
        ["npm", "pack", "--silent", "--ignore-scripts", wanted], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"npm pack {wanted} failed: {done.stderr.strip()}")
    return tarfile.open(folder / done.stdout.strip().splitlines()[-1])


def member(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        file = archive.extractfile(str(PurePosixPath("package") / name))
    except KeyError:
        file = None
    if file is None:
        sys.exit(f"{Path(str(archive.name)).name} has no file {name}")
    return file.read()


def sprite(archive: tarfile.TarFile, made: dict[str, Any]) -> bytes:
    """One SVG with a symbol per icon; strokes take the colour of the text around them."""
    symbols = []
    for name in sorted(made["icons"]):
        text = member(archive, f"{made['folder']}/{name}.svg").decode()
        text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
        inner = re.search(r"<svg[^>]*>(.*)</svg>", text, flags=re.S)
        if inner is None:
            sys.exit(f"icon {name} is no SVG")
        body = "".join(line.strip() for line in inner[1].splitlines())
        body = body.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
            f' stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def fetch(manifest: Path, update: bool) -> None:
    content = json.loads(manifest.read_text())
    with tempfile.TemporaryDirectory() as name:
        for package in content["packages"]:
            with pack(package, Path(name)) as archive:
                for entry in targets(package):
                    data = sprite(archive, entry) if "icons" in entry else member(archive, entry["from"])
                    if entry.get("sha256") != sha256(data):
                        if not update:
                            sys.exit(f"{package['name']} {entry['to']}: sha256 is not the one of the manifest")
                        entry["sha256"] = sha256(data)
                    path = manifest.parent / entry["to"]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
            print(f"{package['name']} {package['version']}")
    if update:
        manifest.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def check(manifest: Path) -> list[str]:
    """What is wrong on disk: missing or changed files, and files the manifest does not know."""
    content = json.loads(manifest.read_text())
    known = {entry["to"]: entry.get("sha256") for package in content["packages"] for entry in targets(package)}
    faults = []
    for name, digest in known.items():
        path = manifest.parent / name
        if not path.exists():
            faults.append(f"{path}: missing")
        elif sha256(path.read_bytes()) != digest:
            faults.append(f"{path}: sha256 differs from the manifest")
    for path in manifest.parent.rglob("*"):
        name = path.relative_to(manifest.parent).as_posix()
        if path.is_file() and path != manifest and name not in known:
            faults.append(f"{path}: not in the manifest")
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description="Vendored front-end assets")
    parser.add_argument("command", choices=["check", "fetch"])
    parser.add_argument("--update", action="store_true", help="write the sha256 of what was fetched")
    options = parser.parse_args()
    for manifest in MANIFESTS:
        if options.command == "fetch":
            fetch(manifest, options.update)
    faults = [fault for manifest in MANIFESTS for fault in check(manifest)]
    sys.exit("\n".join(faults) or None)


if __name__ == "__main__":
    main()
