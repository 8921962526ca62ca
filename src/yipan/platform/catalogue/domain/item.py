"""A service item (政务服务事项) as it is published: the elements of the national catalogue, situations and materials.

Source: 全国一体化政务服务平台 政务服务事项基本目录及实施清单 (elements), sheet of items and cases d1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yipan.kernel.clock import Limit

from .standing import Standing

INSTANT = "1"  # code table project_type
LICENSING = "01"  # code table task_type
UNIT_WORDS = {"working_days": "个工作日", "calendar_days": "日（自然日）", "hours": "小时", "months": "个月"}


@dataclass(frozen=True, slots=True)
class LimitText:
    """A legal or promised limit; ``limit`` None where the law sets none."""

    limit: Limit | None
    explain: str = ""
    basis: str = ""

    @property
    def words(self) -> str:
        if self.limit is None:
            return "法律、法规、规章未规定"
        if self.limit.amount == 0:
            return "当场办结"
        return f"{self.limit.amount}{UNIT_WORDS.get(self.limit.unit, self.limit.unit)}"


@dataclass(frozen=True, slots=True)
class Basis:
    """One legal basis (设定依据)."""

    title: str
    doc_no: str = ""
    article: str = ""
    text: str = ""
    effective: date | None = None


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the situation; asked when ``when`` (FEEL over the answers) holds."""

    key: str
    text: str
    kind: str  # yesno | choice
    options: tuple[Option, ...] = ()
    when: str = ""
    help: str = ""

    def shown(self, value: Any) -> str:
        """An answer in words."""
        if self.kind == "yesno":
            return "是" if value is True else "否"
        return next((option.label for option in self.options if option.value == value), str(value))


@dataclass(frozen=True, slots=True)
class Path:
    """A way an item is handled: the first path whose ``when`` holds. ``handled`` False: nothing to apply for here."""

    key: str
    name: str
    promise: Limit
    promised: LimitText
    process: str
    when: str = ""
    summary: str = ""
    handled: bool = True
    other_item: str = ""
    on_site: bool = False
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a material comes from: form, upload, licence, shared_data, commitment, choose.

    ``in_examination``: shared data that exist only later (an assessment, a check of means); the unit asks for them.
    """

    kind: str
    licence_type: str = ""
    data_resource: str = ""
    form: str = ""
    holder: str = ""
    in_examination: bool = False

    @property
    def exempt(self) -> bool:
        """Whether government issued it or has the data, so that the applicant hands nothing in (免提交)."""
        return self.kind in ("licence", "shared_data")

    @property
    def words(self) -> str:
        return {
            "form": "在线填写生成",
            "upload": "申请人提交",
            "licence": "电子证照调取，免提交",
            "shared_data": "数据核验，免提交",
            "commitment": "在线签署承诺",
            "choose": "在线选用样本或者提交",
        }[self.kind]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """容缺: a material that may follow within working days after acceptance, against a signed promise.

    ``on_breach``: terminate ends the case when the promise is not kept, hold only keeps the decision back.
    ``licence_first`` (先批后补): the licence may be granted before the material is there.
    """

    days: int
    note: str = ""
    on_breach: str = "terminate"
    licence_first: bool = False

    @property
    def words(self) -> str:
        when = "发证后" if self.licence_first else ""
        return f"可以容缺，{when}{self.days}个工作日内补齐"


@dataclass(frozen=True, slots=True)
class Reuse:
    """Whether what was handed in once serves again: for the same ``kind`` of material ("" for this very material only),
    within months after it was handed in. ``ask_until``: the applicant is asked until when the paper itself is valid."""

    months: int
    kind: str = ""
    ask_until: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """One material (申请材料) with what an applicant needs to prepare it."""

    code: str
    name: str
    source: Source
    when: str = ""
    explain: str = ""
    accept_stand: str = ""
    by_law: str = ""
    formats: tuple[str, ...] = ()
    max_mb: int = 0
    paper: str = "2"  # code table material_type
    medium: str = ""  # code table material_format
    copies: int = 1
    sample: str = ""
    sample_paper: str = ""  # key of the document template that draws it
    template: str = ""
    template_paper: str = ""
    commitment: str = ""
    recheck: str = ""
    tolerance: Tolerance | None = None
    reuse: Reuse | None = None
    not_needed_when: str = ""
    needed: str = "1"  # code table is_need


@dataclass(frozen=True, slots=True)
class Point:
    text: str
    kind: str  # form | substance


@dataclass(frozen=True, slots=True)
class Step:
    """One step of handling with its review points (审查要点)."""

    name: str
    role: str
    days: str
    result: str
    points: tuple[Point, ...] = ()
    when: str = ""
    act: str = ""


@dataclass(frozen=True, slots=True)
class Special:
    """A special procedure the item knows (特别程序): its kind, law and longest time in working days (0: not said).

    ``required``: a licence is not granted without it, where ``when`` (FEEL over answers and path) holds.
    """

    kind: int
    basis: str = ""
    max_days: int = 0
    required: bool = False
    when: str = ""


@dataclass(frozen=True, slots=True)
class Handling:
    """Where it is handled: here, by interface, by a jump to another system, or with a returned result."""

    place: str
    online: bool
    system: str = ""
    url: str = ""
    note: str = ""
    online_depth: str = ""
    schedule: bool = False
    express: bool = False
    terminals: bool = False

    @property
    def words(self) -> str:
        return {
            "here": "在本平台办理",
            "interface": f"在本平台申请，由{self.system or '业务系统'}办理",
            "jump": f"跳转到{self.system or '业务系统'}办理",
            "returned": f"在{self.system or '业务系统'}办理，结果回传本平台",
        }[self.place]


@dataclass(frozen=True, slots=True)
class Item:
    """One handling item (业务办理项). ``raw`` is the published document for what only the guide shows.

    ``converted``: the limit of an instant case that needs a closer look after all (即办转承诺). ``former_process``: the
    process as it was before it was redesigned, to compare with.
    """

    key: str
    title: str
    catalog_code: str
    task_code: str
    variant_code: str
    unit: str
    unit_name: str
    unit_code: str
    summary: str
    effective_from: date
    legal_limit: LimitText
    promised_limit: LimitText
    handling: Handling
    materials: tuple[Material, ...]
    questions: tuple[Question, ...]
    paths: tuple[Path, ...]
    steps: tuple[Step, ...]
    bases: tuple[Basis, ...]
    aliases: tuple[str, ...]
    process: str
    form: str
    consult_unit: str
    specials: tuple[Special, ...]
    extension_days: int
    correction_days: int
    licence_template: str
    converted: LimitText | None
    former_process: str
    personal_themes: tuple[str, ...]
    legal_themes: tuple[str, ...]
    server_types: tuple[str, ...]
    standing: Standing
    raw: Mapping[str, Any]

    @property
    def legal(self) -> Limit | None:
        return self.legal_limit.limit

    @property
    def promised(self) -> Limit | None:
        return self.promised_limit.limit

    @property
    def shortened(self) -> int | None:
        """时限压缩率: by how many per cent the promise undercuts the law; None where both cannot be compared."""
        legal, promised = self.legal_limit.limit, self.promised_limit.limit
        if legal is None or promised is None or legal.unit != promised.unit or not legal.amount:
            return None
        return round(100 * (legal.amount - promised.amount) / legal.amount)

    @property
    def applies_online(self) -> bool:
        """Whether an application can be filled in here now: a form, a process, this platform takes it, and it is in
        use."""
        return bool(self.standing.open and self.process and self.form and self.handling.place in ("here", "interface"))

    @property
    def licensing(self) -> bool:
        """行政许可: its decisions are those of the law on licences; other kinds confirm, pay or serve."""
        return self.catalog_code[2:4] == LICENSING

    @property
    def instant(self) -> bool:
        """即办件: done on the spot when everything is there."""
        return self.raw.get("project_type") == INSTANT

    @property
    def for_firms(self) -> bool:
        return any(kind != "1" for kind in self.server_types)

    @property
    def for_persons(self) -> bool:
        return "1" in self.server_types
