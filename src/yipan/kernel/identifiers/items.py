"""Codes of service items and cases: 12 catalogue, 31 task, 33 handling item, 43 case (GB/T 39554.1-2020)."""

from dataclasses import dataclass
from datetime import date

from .check import Check, failed, is_digits, normalise, passed
from .organisations import check_credit_code

TASK_TYPES = {
    "01": "行政许可", "02": "行政处罚", "03": "行政强制", "04": "行政征收", "05": "行政给付", "06": "行政检查",
    "07": "行政确认", "08": "行政奖励", "09": "行政裁决", "10": "其他行政权力",
    "20": "公共服务", "21": "公共服务（公共企事业）",
}  # fmt: skip
LEVELS = {"1": "国家级", "2": "省级", "3": "市级", "4": "县级", "5": "镇街级", "6": "村居级"}


@dataclass(frozen=True, slots=True)
class TaskCode:
    """The parts of a task code (实施编码)."""

    credit_code: str
    level: str
    catalog_code: str

    def __str__(self) -> str:
        return f"{self.credit_code}{self.level}{self.catalog_code}"


@dataclass(frozen=True, slots=True)
class CaseNo:
    """The parts of a case number (办件编号)."""

    task: TaskCode
    day: date
    serial: int

    def __str__(self) -> str:
        return f"{self.task}{self.day:%Y%m%d}{self.serial:04d}"


def check_catalog_code(text: str) -> Check:
    """A catalogue code (基本编码): area 2, type 2, department 2, main item 3, sub-item 3; all digits.

    The department is not interpreted: its meaning depends on the area prefix and lives in a table."""
    code = normalise(text)
    if len(code) != 12 or not is_digits(code):
        return failed(code, "基本编码应为 12 位数字（区域 2、类型 2、部门 2、主项 3、子项 3）")
    warning = "" if code[2:4] in TASK_TYPES else f"事项类型“{code[2:4]}”不在代码表内"
    facts = {"area": code[:2], "type": code[2:4], "type_name": TASK_TYPES.get(code[2:4], ""), "department": code[4:6]}
    return passed(code, warning, **facts, main=code[6:9], sub=code[9:])


def check_task_code(text: str) -> Check:
    """A task code (实施编码): 18 credit code of the body, 1 level, 12 catalogue code. Facts: credit_code, level,
    catalog_code and those of the catalogue code."""
    code = normalise(text)
    if len(code) != 31:
        return failed(code, f"实施编码应为 31 位（18 位信用代码、1 位层级、12 位基本编码），实际为 {len(code)} 位")
    body, level, catalog = check_credit_code(code[:18]), code[18], check_catalog_code(code[19:])
    errors = [f"实施主体：{e}" for e in body.errors]
    if level not in LEVELS:
        errors.append(f"行使层级“{level}”应为 1 至 6")
    errors += catalog.errors
    if errors:
        return failed(code, *errors)
    facts = {**catalog.facts, "credit_code": body.normalised, "level": level, "catalog_code": catalog.normalised}
    return passed(code, *body.warnings, *catalog.warnings, **facts)


def check_handle_item(text: str) -> Check:
    """A handling item code (业务办理项编码): task code and 2 digits."""
    code = normalise(text)
    if len(code) != 33:
        return failed(code, f"业务办理项编码应为 33 位（31 位实施编码加 2 位序号），实际为 {len(code)} 位")
    task = check_task_code(code[:31])
    if not task.ok:
        return failed(code, *task.errors)
    if not is_digits(code[31:]):
        return failed(code, "业务办理项编码最后 2 位应为数字")
    return passed(code, *task.warnings, **{**task.facts, "task_code": code[:31], "handle": code[31:]})


def check_case_no(text: str) -> Check:
    """A national case number: task code, yyyymmdd, 4 digits. Facts: task_code, day, serial."""
    code = normalise(text)
    if len(code) != 43:
        return failed(code, f"办件编号应为 43 位（31 位实施编码、8 位日期、4 位流水号），实际为 {len(code)} 位")
    task = check_task_code(code[:31])
    if not task.ok:
        return failed(code, *task.errors)
    if not is_digits(code[31:]):
        return failed(code, "办件编号最后 12 位应为日期和流水号数字")
    try:
        day = date(int(code[31:35]), int(code[35:37]), int(code[37:39]))
    except ValueError:
        return failed(code, f"办件编号中的“{code[31:39]}”不是真实的日期")
    if code[39:] == "0000":
        return failed(code, "办件编号的流水号从 0001 开始")
    return passed(code, *task.warnings, task_code=code[:31], day=day, serial=int(code[39:]))


def _must(check: Check) -> Check:
    if not check.ok:
        raise ValueError(check.message)
    return check


def parse_task_code(text: str) -> TaskCode:
    """Raises ValueError with the reasons in Chinese."""
    code = _must(check_task_code(text)).normalised
    return TaskCode(code[:18], code[18], code[19:])


def parse_case_no(text: str) -> CaseNo:
    """Raises ValueError with the reasons in Chinese."""
    check = _must(check_case_no(text))
    return CaseNo(parse_task_code(check.facts["task_code"]), check.facts["day"], check.facts["serial"])


def build_task_code(credit_code: str, level: str | int, catalog_code: str) -> str:
    return _must(check_task_code(f"{normalise(credit_code)}{level}{catalog_code}")).normalised


def build_handle_item(task_code: str, number: int) -> str:
    return _must(check_handle_item(f"{task_code}{number:02d}")).normalised


def build_case_no(task_code: str, day: date, serial: int) -> str:
    """The 43 digits for the serial-th case (1 to 9999) of a task on a day."""
    if not 1 <= serial <= 9999:
        raise ValueError(f"流水号 {serial} 超出 4 位范围（1 至 9999）")
    return _must(check_case_no(f"{task_code}{day:%Y%m%d}{serial:04d}")).normalised
