"""Pack folder ``processes``: BPMN files, one process each; the process id is the key."""

from collections.abc import Sequence

from yipan.kernel import bpmn
from yipan.kernel.packs import Finding, InstallContext, Pack, PackFile

from .actions.deploy import deploy, findings_of

_LEVELS = {"error": "error", "warning": "warning", "note": "note"}


class ProcessLoader:
    """An unchanged file installs nothing; a changed one becomes the next version."""

    folder = "processes"

    def check(self, file: PackFile) -> list[Finding]:
        if not file.path.endswith(".bpmn"):
            return [file.finding(0, "这个文件夹只放 .bpmn 文件")]
        found = list(bpmn.check(file.content))
        if not any(finding.is_error for finding in found):
            found += findings_of(bpmn.load(file.content))
        return [_finding(file, one) for one in dict.fromkeys(found)]

    def check_all(self, files: Sequence[PackFile], pack: Pack) -> list[Finding]:  # noqa: ARG002
        """Two files of a pack must not claim one process id."""
        seen: dict[str, str] = {}
        found: list[Finding] = []
        for file in files:
            try:
                key = bpmn.load(file.content).id
            except bpmn.BpmnError:
                continue
            if seen.setdefault(key, file.place) != file.place:
                found.append(file.finding(0, f"流程“{key}”在 {seen[key]} 中已有"))
        return found

    def install(self, file: PackFile, context: InstallContext) -> None:
        deploy(file.content, key=bpmn.load(file.content).id, actor=context.actor, at=context.at)


def _finding(file: PackFile, found: bpmn.Finding) -> Finding:
    where = f"{found.element_id} " if found.element_id else ""
    name = f"“{found.element_name}”：" if found.element_name else ""
    remedy = f"（{found.remedy}）" if found.remedy else ""
    return file.finding(found.line, f"{where}{name}{found.message}{remedy}", _LEVELS[found.severity])
