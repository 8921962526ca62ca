"""A pack on disk: its manifest and its files."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .findings import Finding, PackError
from .reading import Document, read_json, read_yaml

MANIFEST = "pack.yaml"
MAX_FILE_BYTES = 8 * 1024 * 1024
_KEY = re.compile(r"^[a-z][a-z0-9_-]{1,39}$")
_VERSION = re.compile(r"^[0-9]+(\.[0-9]+){0,2}$")


@dataclass(frozen=True)
class PackFile:
    """One file of a pack; `path` is relative to the pack folder with forward slashes, e.g. ``items/food.yaml``."""

    pack: str
    path: str
    content: bytes = field(repr=False)

    @property
    def folder(self) -> str:
        return self.path.split("/", 1)[0] if "/" in self.path else ""

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def stem(self) -> str:
        return self.name.rsplit(".", 1)[0]

    @property
    def suffix(self) -> str:
        return "." + self.name.rsplit(".", 1)[-1].lower() if "." in self.name else ""

    @property
    def place(self) -> str:
        """How findings name the file: pack key and path."""
        return f"{self.pack}/{self.path}"

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def text(self) -> str:
        """The content as UTF-8 (a byte order mark is dropped). Raises PackError naming the line of the bad byte."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            raise PackError([Finding(self.place, line, "文件不是 UTF-8 编码，请另存为 UTF-8")]) from error

    @cached_property
    def document(self) -> Document:
        """The parsed YAML or JSON with lines. Raises PackError."""
        read = read_json if self.suffix == ".json" else read_yaml
        return read(self.text, self.place)

    def finding(self, line: int, message: str, severity: str = "error") -> Finding:
        return Finding(self.place, line, message, severity)  # type: ignore[arg-type]


@dataclass(frozen=True)
class PackManifest:
    """`plan_task` is the number of the plan's task the pack serves (0: shared base); `requires` names other packs."""

    key: str
    title: str
    version: str
    lead_units: tuple[str, ...] = ()
    plan_task: int = 0
    requires: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Pack:
    manifest: PackManifest
    files: tuple[PackFile, ...]

    @property
    def key(self) -> str:
        return self.manifest.key

    def folder(self, name: str) -> tuple[PackFile, ...]:
        return tuple(file for file in self.files if file.folder == name)

    @cached_property
    def sha256(self) -> str:
        """Digest over the sorted paths and contents: two packs with equal digests are the same pack."""
        digest = hashlib.sha256()
        for file in sorted(self.files, key=lambda f: f.path):
            digest.update(f"{file.path}\0{file.sha256}\n".encode())
        return digest.hexdigest()


def parse_manifest(file: PackFile) -> PackManifest:
    """Read pack.yaml. Raises PackError with every fault found."""
    fields = file.document.fields()
    key = fields.text("key")
    if key and not _KEY.match(key):
        fields.fault(f"键“{key}”只能用小写字母、数字、连字符和下划线，以字母开头，2 至 40 个字符", "key")
    elif key and file.pack and key != file.pack:
        fields.fault(f"键“{key}”与文件夹名“{file.pack}”不一致", "key")
    version = fields.text("version")
    if version and not _VERSION.match(version):
        fields.fault(f"版本“{version}”应当形如 1.2.0（加引号）", "version")
    plan_task = fields.integer("plan_task", required=False)
    if not 0 <= plan_task <= 20:
        fields.fault("“plan_task”应当是 1 至 20 的任务序号，公共基础内容写 0", "plan_task")
    manifest = PackManifest(
        key=key,
        title=fields.text("title"),
        version=version,
        lead_units=tuple(fields.texts("lead_units")),
        plan_task=plan_task,
        requires=tuple(fields.texts("requires")),
        description=fields.text("description", required=False),
    )
    fields.nothing_else()
    if key and key in manifest.requires:
        fields.fault("内容包不能依赖自身", "requires")
    if fields.findings:
        raise PackError(fields.findings)
    return manifest


def read_pack(folder: Path) -> Pack:
    """Read a pack folder: pack.yaml and every file of its sub-folders. Hidden files are skipped.

    Raises PackError: no manifest, a bad manifest, a file too large, a link that leads out of the folder."""
    folder = Path(folder)
    key = folder.name
    home = folder.resolve()
    files: list[PackFile] = []
    findings: list[Finding] = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if not path.is_file() or any(part.startswith((".", "__")) for part in relative.parts) or path.suffix == ".py":
            continue
        place = f"{key}/{relative.as_posix()}"
        if not path.resolve().is_relative_to(home):
            findings.append(Finding(place, 0, "链接指向内容包之外，请换成真实文件"))
        elif path.stat().st_size > MAX_FILE_BYTES:
            findings.append(Finding(place, 0, f"文件超过 {MAX_FILE_BYTES // 1024 // 1024} MB 上限"))
        else:
            files.append(PackFile(key, relative.as_posix(), path.read_bytes()))
    manifest_file = next((file for file in files if file.path == MANIFEST), None)
    if manifest_file is None:
        raise PackError([*findings, Finding(f"{key}/{MANIFEST}", 0, "缺少 pack.yaml")])
    manifest = parse_manifest(manifest_file)
    if findings:
        raise PackError(findings)
    return Pack(manifest, tuple(files))


def order_packs(packs: Iterable[Pack], *, installed: Sequence[str] = ()) -> list[Pack]:
    """Packs so that each comes after those it requires. Raises PackError: unknown requirement, circle, same key."""
    by_key: dict[str, Pack] = {}
    findings: list[Finding] = []
    for pack in packs:
        if pack.key in by_key:
            findings.append(Finding(f"{pack.key}/{MANIFEST}", 0, f"内容包键“{pack.key}”重复"))
        by_key[pack.key] = pack
    for pack in by_key.values():
        for need in pack.manifest.requires:
            if need not in by_key and need not in installed:
                findings.append(Finding(f"{pack.key}/{MANIFEST}", 0, f"依赖的内容包“{need}”不存在"))
    if findings:
        raise PackError(findings)
    result: list[Pack] = []
    done: set[str] = set(installed) - set(by_key)
    waiting = sorted(by_key)
    while waiting:
        ready = [key for key in waiting if set(by_key[key].manifest.requires) <= done]
        if not ready:
            circle = "、".join(waiting)
            raise PackError([Finding(f"{waiting[0]}/{MANIFEST}", 0, f"内容包互相依赖，无法排序：{circle}")])
        result.extend(by_key[key] for key in ready)
        done.update(ready)
        waiting = [key for key in waiting if key not in done]
    return result
