"""Install and export packs. Installing is one transaction per pack: all of it, or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from yipan.kernel.packs import (
    Finding,
    InstallContext,
    Pack,
    PackError,
    check_pack,
    install_plan,
    order_packs,
    read_pack,
)
from yipan.platform import records

from . import queries
from .models import PackContent, PackVersion


@dataclass
class InstallReport:
    """Which packs were written, which were already there, and every finding that is no error."""

    installed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def built_in_folders(*, with_demo: bool) -> list[Path]:
    """The packs that come with the product; those named ``demo_…`` only where demo data are wanted."""
    folders = sorted(path.parent for path in queries.BUILT_IN.glob("*/pack.yaml"))
    return [path for path in folders if with_demo or not path.name.startswith("demo_")]


def check(folders: Iterable[Path]) -> list[Finding]:
    """Every finding of the packs and of their requirements; an empty list means installable.

    Needs no database: a pack may require those checked with it and those that come with the product.
    """
    findings: list[Finding] = []
    packs: list[Pack] = []
    for folder in folders:
        try:
            pack = read_pack(folder)
        except PackError as error:
            findings.extend(error.findings)
        else:
            packs.append(pack)
            findings.extend(check_pack(pack))
    try:
        order_packs(packs, installed=[folder.name for folder in built_in_folders(with_demo=True)])
    except PackError as error:
        findings.extend(error.findings)
    return findings


def install(folders: Sequence[Path], *, actor: records.Actor, at: datetime) -> InstallReport:
    """Install packs in the order of their requirements. Raises PackError with every error before anything is written.

    A pack whose content is already in use is skipped; a changed one becomes the next version, and each room's loader
    decides what that means for its own things (running cases keep the versions they began with).
    """
    packs = order_packs([read_pack(folder) for folder in folders], installed=queries.installed_keys())
    report = InstallReport()
    for pack in packs:
        if queries.digest_in_use(pack.key) == pack.sha256:
            report.unchanged.append(pack.key)
            continue
        findings = check_pack(pack)
        errors = [finding for finding in findings if finding.is_error]
        if errors:
            raise PackError(errors)
        report.findings.extend(findings)
        _install_one(pack, actor=actor, at=at)
        report.installed.append(pack.key)
    return report


def _install_one(pack: Pack, *, actor: records.Actor, at: datetime) -> None:
    with transaction.atomic():
        records.act(
            chain=("pack", pack.key),
            verb="pack.install",
            actor=actor,
            at=at,
            subject=("pack", pack.key),
            payload={"version": pack.manifest.version, "sha256": pack.sha256, "files": len(pack.files)},
        )
        row = PackVersion.objects.create(
            key=pack.key,
            version=pack.manifest.version,
            title=pack.manifest.title,
            plan_task=pack.manifest.plan_task,
            sha256=pack.sha256,
            installed_at=at,
            installed_by=actor.name,
        )
        PackContent.objects.bulk_create(
            PackContent(pack=row, path=file.path, sha256=file.sha256, content=file.content) for file in pack.files
        )
        context = InstallContext(pack.manifest, actor, at)
        for loader, file in install_plan(pack):
            loader.install(file, context)


def export(key: str, target: Path) -> int:
    """Write the pack in use below ``target/key`` and return the number of files. Raises LookupError."""
    version = queries.in_use(key)
    if version is None:
        raise LookupError(f"内容包“{key}”没有安装")
    count = 0
    for content in version.files.all():
        path = target / key / content.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(content.content))
        count += 1
    return count
