"""Pack folder ``calendars``: one YAML file per year."""

from yipan.kernel.clock import parse_year
from yipan.kernel.packs import Finding, InstallContext, PackFile

from . import actions


class CalendarLoader:
    folder = "calendars"

    def check(self, file: PackFile) -> list[Finding]:
        year = parse_year(file.document)  # raises PackError with all findings
        if file.stem != str(year.year):
            return [file.finding(1, f"文件名应为 {year.year}.yaml")]
        return []

    def install(self, file: PackFile, context: InstallContext) -> None:
        from .queries import was_corrected_by_hand

        year = parse_year(file.document)
        if was_corrected_by_hand(year.year):
            return  # an administrator's correction is newer knowledge than the pack
        reason = f"安装内容包 {context.pack.key} {context.pack.version}"
        actions.import_year(year, actor=context.actor, at=context.at, reason=reason, check_right=False)
