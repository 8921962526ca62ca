"""Pack folder ``templates``: Typst files with a YAML head in their first comment.

    /* ---
    key: case/receipt
    title: 收件凭证
    fields: [number, applicant]           # data without which nothing is printed
    qr: "/progress/?no={short_no}"        # optional: address of a QR code
    sample: {number: …, applicant: …}     # data to check the template with
    --- */

``pack check`` typesets every template with its sample and looks for characters no font has.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yipan.kernel.packs import Finding, InstallContext, Pack, PackError, PackFile, read_yaml

from . import typesetting
from .domain import DocumentProblem, missing_fields, placeholders, printed_without, split_head

_SAMPLE_AT = datetime.fromisoformat("2021-11-01T09:00:00+08:00")


@dataclass(frozen=True)
class Read:
    """A template as read; ``findings`` in lines of the file."""

    key: str = ""
    title: str = ""
    fields: list[str] = field(default_factory=list)
    qr: str = ""
    sample: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


class TemplateLoader:
    folder = "templates"

    def check(self, file: PackFile) -> list[Finding]:
        read = _read(file)
        if any(finding.is_error for finding in read.findings):
            return read.findings
        return [*read.findings, *_try(file, read)]

    def check_all(self, files: Sequence[PackFile], pack: Pack) -> list[Finding]:  # noqa: ARG002
        """One key, one template."""
        seen: dict[str, str] = {}
        found: list[Finding] = []
        for file in files:
            key = _read(file).key
            if seen.setdefault(key, file.place) != file.place:
                found.append(file.finding(1, f"模板“{key}”在 {seen[key]} 中已有"))
        return found

    def install(self, file: PackFile, context: InstallContext) -> None:
        from .models import Template

        read = _read(file)
        last = Template.objects.filter(key=read.key).order_by("-version").first()
        if last is not None and last.sha256 == file.sha256:
            return
        Template.objects.create(
            key=read.key,
            version=last.version + 1 if last else 1,
            pack=context.pack.key,
            title=read.title,
            source=file.text,
            fields=read.fields,
            qr=read.qr,
            sample=read.sample,
            sha256=file.sha256,
            installed_at=context.at,
        )


def _read(file: PackFile) -> Read:
    if file.suffix != ".typ":
        return Read(findings=[file.finding(0, "templates 文件夹只放 .typ 模板")])
    head, before = split_head(file.text)
    if not head:
        return Read(findings=[file.finding(1, "模板应以注释 /* --- … --- */ 开头，写明 key、title、fields、sample")])
    try:
        document = read_yaml(head, file.place)
    except PackError as error:
        return Read(findings=[Finding(f.file, f.line + before, f.message, f.severity) for f in error.findings])
    top = document.fields()
    key, title = top.text("key"), top.text("title")
    fields, qr = top.texts("fields"), top.text("qr", required=False)
    sample = json.loads(json.dumps(top.raw("sample") or {}, default=str))
    if not isinstance(sample, dict):
        top.fault("“sample”应当是键值表", "sample")
        sample = {}
    for name in missing_fields(fields, sample):
        top.fault(f"“sample”没有 fields 中的“{name}”", "sample")
    for name in placeholders(qr):
        if not sample.get(name):
            top.fault(f"“sample”没有二维码地址中的“{name}”", "sample")
    if qr and not qr.startswith("/"):
        top.fault("二维码地址应当是本平台内以“/”开头的路径", "qr")
    top.nothing_else()
    moved = [Finding(f.file, f.line + before if f.line else 0, f.message, f.severity) for f in top.findings]
    return Read(key, title, fields, qr, sample, moved)


def _try(file: PackFile, read: Read) -> list[Finding]:
    from .actions.make import meta

    missing = printed_without(file.text, typesetting.glyphs())
    if missing:
        line = 1 + file.text.count("\n", 0, file.text.index(missing[0]))
        return [file.finding(line, f"字体中没有字符“{missing}”")]
    try:
        typesetting.typeset(
            file.text,
            read.sample,
            meta=meta(read.title, str(read.sample.get("number", "")), qr=read.qr, data=read.sample, demo=True),
            at=_SAMPLE_AT,
        )
    except DocumentProblem as problem:
        return [file.finding(typesetting.failing_line(str(problem)), str(problem))]
    return []
