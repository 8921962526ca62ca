"""Pack folder ``forms``: one JSON file per form, named after its key."""

import hashlib

from yipan.kernel.packs import Finding, InstallContext, PackFile

from . import codes
from .domain import parse


class FormLoader:
    """An unchanged file changes nothing; a changed one becomes the next version, and drafts stay on theirs."""

    folder = "forms"

    def check(self, file: PackFile) -> list[Finding]:
        if file.suffix != ".json":
            return [file.finding(0, "表单应当是 .json 文件")]
        form, findings = parse(file.document, tables=codes.table if codes.known() else None)
        if form.key and form.key != file.stem:
            findings.append(file.document.finding(f"键“{form.key}”与文件名“{file.stem}”不一致", "key"))
        return findings

    def install(self, file: PackFile, context: InstallContext) -> None:
        from .models import FormVersion

        form, _ = parse(file.document)
        digest = hashlib.sha256(file.text.encode()).hexdigest()
        latest = FormVersion.objects.filter(key=form.key).order_by("-number").first()
        if latest is not None and latest.sha256 == digest:
            return
        FormVersion.objects.create(
            key=form.key,
            number=latest.number + 1 if latest else 1,
            title=form.title,
            schema=file.text,
            sha256=digest,
            pack=context.pack.key,
            installed_at=context.at,
        )
