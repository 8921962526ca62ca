"""Reading the search fields of the audit screens; what cannot be read is said, never ignored."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import QueryDict

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Search:
    """Texts as they were typed, the two days as moments (the end is exclusive), and faults by field."""

    values: dict[str, str]
    since: dt.datetime | None
    until: dt.datetime | None
    errors: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values[name]


def read(query: QueryDict, names: tuple[str, ...]) -> Search:
    values = {name: query.get(name, "").strip()[:100] for name in (*names, "since", "until")}
    errors: dict[str, str] = {}
    days: dict[str, dt.datetime | None] = {}
    for name, title in (("since", "起始日期"), ("until", "截止日期")):
        days[name] = None
        if values[name]:
            try:
                days[name] = dt.datetime.combine(dt.date.fromisoformat(values[name]), dt.time(), SHANGHAI)
            except ValueError:
                errors[name] = f"{title}“{values[name]}”不是日期，请按 2026-03-02 的格式填写"
    since, until = days["since"], days["until"]
    if until:
        until += dt.timedelta(days=1)
    if since and until and since >= until:
        errors["until"] = "截止日期早于起始日期"
    return Search(values, since, until, errors)
