"""Taking, reserving and voiding numbers.

One statement moves the counter and writes the number. The counter's row stays locked until the caller's transaction
ends: that is what makes a series gapless, and why a series should be no wider than it must (unit, word, year).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction

from yipan.kernel.clock import day_of
from yipan.kernel.identifiers import check_task_code
from yipan.platform import records

from .domain import ISSUED, RESERVED, VOID, Pattern, cut, new_query_code, new_spoken

if TYPE_CHECKING:  # this module is the room's face, which is read before Django's tables can be
    from .models import Number, Rule

Scope = Mapping[str, object]
Owner = tuple[str, object]
NOBODY: Owner = ("", "")

_TAKE = """
WITH counter AS (
  INSERT INTO numbers_series (series, scope, last) VALUES (%(series)s, %(scope)s, %(count)s)
  ON CONFLICT (series, scope) DO UPDATE SET last = numbers_series.last + %(count)s
  RETURNING id, last
), given AS (
  INSERT INTO numbers_number (series_id, value, text, state, owner_kind, owner_key, reason, actor_name, at)
  SELECT id, n, CASE WHEN %(width)s = 0 THEN '' ELSE
           %(before)s || lpad(n::text, greatest(%(width)s, length(n::text)), '0') || %(after)s END,
         %(state)s, %(owner_kind)s, %(owner_key)s, %(reason)s, %(actor)s, %(at)s
  FROM counter, generate_series(last - %(count)s + 1, last) AS n
  RETURNING value, text
)
SELECT value, text FROM given ORDER BY value
"""


class NumberProblem(Exception):
    """A number that cannot be given, used or voided; the text is Chinese."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A number: its value in the series and its written form ("" when the series has no pattern)."""

    value: int
    text: str


@dataclass(frozen=True, slots=True)
class CaseNumbers:
    """The numbers of a case: the national one, one to say, one to look it up with."""

    case_no: str
    short_no: str
    query_code: str


def _scope_text(scope: Scope | None) -> str:
    return json.dumps(dict(scope or {}), ensure_ascii=False, sort_keys=True, default=str)


def _take(
    series: str,
    scope: Scope | None,
    pattern: Pattern | None,
    *,
    at: datetime,
    count: int = 1,
    state: str = ISSUED,
    owner: Owner = NOBODY,
    actor: records.Actor = records.SYSTEM,
    reason: str = "",
) -> list[Issued]:
    if not connection.in_atomic_block:
        raise RuntimeError("numbers are taken inside the transaction of the act that uses them")
    cut_up = pattern or Pattern("", 0, "")
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {
                "series": series, "scope": _scope_text(scope), "count": count, "state": state,
                "before": cut_up.before, "width": cut_up.width, "after": cut_up.after,
                "owner_kind": owner[0], "owner_key": str(owner[1]), "reason": reason, "actor": actor.name, "at": at,
            },
        )  # fmt: skip
        return [Issued(value, text) for value, text in cursor.fetchall()]


def take(
    series: str,
    scope: Scope | None = None,
    *,
    at: datetime,
    owner: Owner = NOBODY,
    actor: records.Actor = records.SYSTEM,
) -> int:
    """The next number of a series in a scope, starting with 1; inside the caller's transaction."""
    return _take(series, scope, None, at=at, owner=owner, actor=actor)[0].value


def issue(
    series: str,
    scope: Scope | None,
    pattern: str,
    *,
    at: datetime,
    owner: Owner = NOBODY,
    actor: records.Actor = records.SYSTEM,
    **values: object,
) -> Issued:
    """The next number with its written form. ``pattern`` as in ``format_number``; the year of ``at`` is known."""
    filled = cut(pattern, {"year": day_of(at).year, **(scope or {}), **values})
    return _take(series, scope, filled, at=at, owner=owner, actor=actor)[0]


def _rule(key: str) -> "Rule":
    from .models import Rule

    rule = Rule.objects.filter(key=key).order_by("-revision").first()
    if rule is None:
        raise NumberProblem(f"缺少编号规则“{key}”，请安装内容包中的 numbers 文件夹")
    return rule


def _rule_for(key: str, unit_key: str) -> "tuple[Rule, str]":
    rule = _rule(key)
    if unit_key not in rule.prefixes:
        raise NumberProblem(f"编号规则“{key}”没有单位“{unit_key}”的发文字头，请在内容包 numbers 文件夹中补充")
    return rule, rule.prefixes[unit_key]


def document_number(
    *,
    unit_key: str,
    word: str,
    at: datetime,
    owner: Owner = NOBODY,
    actor: records.Actor = records.SYSTEM,
    rule: str = "document",
) -> str:
    """The next number of a unit's kind of document in the year of ``at``: 蓬市监许准字〔2021〕第000123号."""
    found, prefix = _rule_for(rule, unit_key)
    scope = {"unit": unit_key, "word": word, "year": day_of(at).year}
    return issue(rule, scope, found.pattern, at=at, owner=owner, actor=actor, prefix=prefix).text


def case_numbers(*, item_code: str, at: datetime, owner: Owner = NOBODY) -> CaseNumbers:
    """Numbers of a new case of a task (31 characters; 33 of a handling item are cut): the serial counts per task and
    day. Raises NumberProblem for a code that is none and for the ten-thousandth case of a day."""
    task = check_task_code(item_code[:31])
    if not task.ok:
        raise NumberProblem(f"事项实施编码“{item_code}”不正确：{task.message}")
    day = day_of(at)
    pattern = Pattern(f"{task.normalised}{day:%Y%m%d}", 4, "")
    given = _take("case", {"task": task.normalised, "day": day.isoformat()}, pattern, at=at, owner=owner)[0]
    if given.value > 9999:
        raise NumberProblem(f"该事项 {day.isoformat()} 的办件已超过 9999 件，编号位数用尽")
    spoken, query = short_codes(given.text, at)
    return CaseNumbers(given.text, spoken, query)


def short_codes(target: str, at: datetime) -> tuple[str, str]:
    """Two codes nobody has yet. A clash is a matter of one in millions; then both are drawn again."""
    for _ in range(20):
        codes = [new_spoken(), new_query_code()]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO numbers_shortcode (code, target, at) SELECT c, %s, %s FROM unnest(%s::text[]) AS c "
                "WHERE NOT EXISTS (SELECT FROM numbers_shortcode WHERE code = ANY(%s)) "
                "ON CONFLICT DO NOTHING RETURNING code",
                [target, at, codes, codes],
            )
            if {row[0] for row in cursor.fetchall()} == set(codes):
                return codes[0], codes[1]
            cursor.execute("DELETE FROM numbers_shortcode WHERE code = ANY(%s) AND target = %s", [codes, target])
    raise NumberProblem("查询码生成失败，请重试")


def reserve(
    series: str,
    scope: Scope | None,
    count: int,
    *,
    actor: records.Actor,
    at: datetime,
    reason: str,
    pattern: str = "",
    **values: object,
) -> list[Issued]:
    """Set the next ``count`` numbers aside (receipt books, papers printed ahead). Needs numbers.manage."""
    records.rights.require(actor, "numbers.manage")
    if not 1 <= count <= 1000:
        raise NumberProblem("一次可预留 1 至 1000 个编号")
    if not reason.strip():
        raise NumberProblem("预留编号须写明用途")
    filled = cut(pattern, {"year": day_of(at).year, **(scope or {}), **values}) if pattern else None
    with transaction.atomic():
        given = _take(series, scope, filled, at=at, count=count, state=RESERVED, actor=actor, reason=reason.strip())
        span = {"first": given[0].value, "last": given[-1].value}
        _record("numbers.reserve", series, scope, actor, at, reason, span)
    return given


def reserve_documents(
    *, unit_key: str, word: str, count: int, actor: records.Actor, at: datetime, reason: str, rule: str = "document"
) -> list[Issued]:
    """Set document numbers of the current year aside for a unit, as its forms and receipt books show them."""
    found, prefix = _rule_for(rule, unit_key)
    scope = {"unit": unit_key, "word": word, "year": day_of(at).year}
    return reserve(rule, scope, count, actor=actor, at=at, reason=reason, pattern=found.pattern, prefix=prefix)


def _locked(series: str, scope: Scope | None, value: int) -> "Number":
    from .models import Number

    number = (
        Number.objects.select_for_update()
        .filter(series__series=series, series__scope=_scope_text(scope), value=value)
        .first()
    )
    if number is None:
        raise NumberProblem(f"编号 {value} 尚未发出")
    return number


def use_reserved(
    series: str, scope: Scope | None, value: int, *, owner: Owner, actor: records.Actor, at: datetime
) -> Issued:
    """Give a reserved number to what it was used for; the number's time stays that of the reservation. Once only."""
    with transaction.atomic():
        number = _locked(series, scope, value)
        if number.state != RESERVED:
            raise NumberProblem(f"编号 {value} {number.get_state_display()}，不能再次使用")
        number.state, number.owner_kind, number.owner_key = ISSUED, owner[0], str(owner[1])
        number.save(update_fields=["state", "owner_kind", "owner_key"])
        _record("numbers.use_reserved", series, scope, actor, at, "", {"value": value, "owner": list(map(str, owner))})
    return Issued(number.value, number.text)


def use_reserved_document(
    *, unit_key: str, word: str, text: str, owner: Owner, actor: records.Actor, at: datetime
) -> Issued:
    """Give a reserved document number of this year or the last, as it stands on the paper. Raises NumberProblem."""
    for year in (day_of(at).year, day_of(at).year - 1):
        scope = {"unit": unit_key, "word": word, "year": year}
        value = _reserved_value("document", scope, text)
        if value is not None:
            return use_reserved("document", scope, value, owner=owner, actor=actor, at=at)
    raise NumberProblem(f"{text}不是预留的编号，或者已经使用、作废")


def _reserved_value(series: str, scope: Scope, text: str) -> int | None:
    from .models import Number

    found = Number.objects.filter(
        series__series=series, series__scope=_scope_text(scope), text=text, state=RESERVED
    ).values_list("value", flat=True)
    return found.first()


def void(series: str, scope: Scope | None, value: int, *, actor: records.Actor, at: datetime, reason: str) -> None:
    """Declare a number void. It stays used up: nothing ever gets it again. Needs numbers.manage."""
    records.rights.require(actor, "numbers.manage")
    if not reason.strip():
        raise NumberProblem("作废编号须写明原因")
    with transaction.atomic():
        number = _locked(series, scope, value)
        if number.state == VOID:
            raise NumberProblem(f"编号 {value} 已经作废")
        number.state, number.reason = VOID, reason.strip()
        number.save(update_fields=["state", "reason"])
        _record("numbers.void", series, scope, actor, at, reason, {"value": value, "text": number.text})


def _record(
    verb: str, series: str, scope: Scope | None, actor: records.Actor, at: datetime, reason: str, payload: dict
) -> None:
    key = f"{series} {_scope_text(scope)}"
    records.act(
        chain=("number", key), verb=verb, actor=actor, at=at, subject=("number", key), reason=reason, payload=payload
    )
