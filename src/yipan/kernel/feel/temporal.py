"""Dates, times and durations: reading and writing their ISO forms (XML Schema 1.1 as DMN uses it).

Dates are ``datetime.date``, times ``datetime.time``, days-and-time durations ``datetime.timedelta``; years-and-months
durations are :class:`YearsMonths`. Years outside 1–9999 and fractions below a microsecond are not represented.
"""

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A duration in whole months, also negative."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        sign = "-" if self.months < 0 else ""
        return f"{sign}P{f'{years}Y' if years or not months else ''}{f'{months}M' if months else ''}".replace(
            "P0Y", "P0M"
        )


_DATE = r"(\d{4})-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z_+\-]+(?:/[A-Za-z_+\-]+)*|)"
_DATE_RE = re.compile(_DATE, re.ASCII)
_TIME_RE = re.compile(rf"T?{_TIME}", re.ASCII)
_MOMENT_RE = re.compile(rf"{_DATE}(?:T{_TIME})?", re.ASCII)
_YM_RE = re.compile(r"(-?)P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
_DT_RE = re.compile(r"(-?)P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?", re.ASCII)


def parse_date(text: str) -> dt.date | None:
    match = _DATE_RE.fullmatch(text)
    return _date(match.groups()) if match else None


def parse_time(text: str) -> dt.time | None:
    match = _TIME_RE.fullmatch(text)
    return _time(match.groups()) if match else None


def parse_moment(text: str) -> dt.datetime | None:
    """``2021-10-09T08:30:00+08:00``; a date alone means its midnight, without a zone."""
    match = _MOMENT_RE.fullmatch(text)
    if not match:
        return None
    groups = match.groups()
    day = _date(groups[:3])
    time = _time(groups[3:]) if groups[3] is not None else dt.time()
    return dt.datetime.combine(day, time) if day is not None and time is not None else None


def parse_duration(text: str) -> YearsMonths | dt.timedelta | None:
    if match := _YM_RE.fullmatch(text):
        sign, years, months = match.groups()
        total = int(years or 0) * 12 + int(months or 0)
        return YearsMonths(-total if sign else total)
    if match := _DT_RE.fullmatch(text):
        sign, days, hours, minutes, seconds, fraction = match.groups()
        try:
            length = dt.timedelta(
                days=int(days or 0),
                hours=int(hours or 0),
                minutes=int(minutes or 0),
                seconds=int(seconds or 0),
                microseconds=_micros(fraction),
            )
        except OverflowError:
            return None
        return -length if sign else length
    return None


def parse_at(text: str) -> object:
    """The value of ``@"…"``: whichever kind the text is, or None."""
    for read in (parse_date, parse_moment, parse_time, parse_duration):
        value = read(text)
        if value is not None:
            return value
    return None


def show_duration(value: dt.timedelta) -> str:
    micros = value // dt.timedelta(microseconds=1)
    sign, micros = ("-", -micros) if micros < 0 else ("", micros)
    seconds, micros = divmod(micros, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    tail = f"{seconds}{f'.{micros:06d}'.rstrip('0') if micros else ''}S" if seconds or micros else ""
    clock = f"{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes else ''}{tail}"
    if not days and not clock:
        return "PT0S"
    return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"


def show_time(value: dt.time) -> str:
    return value.replace(tzinfo=None, microsecond=0).isoformat() + _fraction(value) + _zone(value)


def show_moment(value: dt.datetime) -> str:
    plain = value.replace(tzinfo=None, microsecond=0).isoformat()
    return plain + _fraction(value) + _zone(value)


def offset(value: dt.time | dt.datetime) -> dt.timedelta | None:
    """Distance from UTC; zones with summer time have none for a bare time."""
    return value.utcoffset()


def zone_name(value: dt.time | dt.datetime) -> str | None:
    if isinstance(value.tzinfo, ZoneInfo):
        return value.tzinfo.key
    return _zone(value) or None


def zone_of(text: str) -> dt.tzinfo | None:
    """A zone from ``Z``, ``+08:00`` or ``@Asia/Shanghai``. Raises ValueError for one that does not exist."""
    if not text:
        return None
    if text == "Z":
        return dt.UTC
    if text.startswith("@"):
        try:
            return ZoneInfo(text[1:])
        except (KeyError, OSError) as missing:
            raise ValueError(text) from missing
    sign = -1 if text[0] == "-" else 1
    hours, minutes, *rest = (int(part) for part in text[1:].split(":"))
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    return dt.timezone(sign * dt.timedelta(hours=hours, minutes=minutes, seconds=rest[0] if rest else 0))


def _date(groups: tuple[str | None, ...]) -> dt.date | None:
    try:
        return dt.date(*(int(part or 0) for part in groups))
    except ValueError:
        return None


def _time(groups: tuple[str | None, ...]) -> dt.time | None:
    hour, minute, second, fraction, zone = groups
    try:
        return dt.time(int(hour or 0), int(minute or 0), int(second or 0), _micros(fraction), zone_of(zone or ""))
    except ValueError:
        return None


def _micros(fraction: str | None) -> int:
    return int(((fraction or "") + "000000")[:6])


def _fraction(value: dt.time | dt.datetime) -> str:
    return f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""


def _zone(value: dt.time | dt.datetime) -> str:
    zone = value.tzinfo
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    gap = value.utcoffset() or dt.timedelta()
    if not gap:
        return "Z"
    seconds = int(gap.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    tail = f":{seconds % 60:02d}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}{tail}"
