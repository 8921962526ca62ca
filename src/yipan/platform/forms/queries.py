"""Every read of forms. Who may read is decided by the owner of a draft before it asks here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import codes, stored
from .domain import posting, printing, screens, validate
from .domain.schema import Form
from .domain.screens import Screen
from .domain.validation import Result
from .models import Draft, FormVersion, SubmissionVersion


class UnknownForm(LookupError):
    """No pack brought a form of this key."""


@dataclass(frozen=True, slots=True)
class Version:
    """A finished version in short."""

    id: int
    number: int
    at: datetime
    actor_name: str
    sha256: str


def current(key: str) -> FormVersion:
    """The newest version of a form. Raises UnknownForm."""
    version = FormVersion.objects.filter(key=key).order_by("-number").first()
    if version is None:
        raise UnknownForm(f"没有安装表单“{key}”")
    return version


def screen(draft_id: int, *, now: datetime | None = None) -> Screen:
    """The page of a draft as it stands, without complaints about what is not filled in yet."""
    return screen_of(Draft.objects.select_related("form").get(pk=draft_id), errors={}, now=now)


def judge(draft: Draft, form: Form, now: datetime | None) -> tuple[dict[str, Any], Result]:
    """The draft's answers with the rows a page shows from the start, and what they are worth."""
    raw = screens.with_rows(form, draft.raw)
    result = validate(
        form, raw, draft.context, now=now or draft.saved_at, tables=codes.table, locked=stored.locked_of(draft)
    )
    return raw, result


def screen_of(draft: Draft, *, errors: Mapping[str, str], now: datetime | None = None) -> Screen:
    form = stored.form_of(draft.form)
    raw, result = judge(draft, form, now)
    known = screens.Known(stored.prefilled_of(draft), stored.remarks_of(draft), errors, codes.table)
    parts = screens.parts(form, raw, result, known)
    return Screen(
        draft_id=draft.pk,
        title=form.title,
        intro=form.intro,
        sections=parts,
        errors=dict(errors),
        labels=screens.labels(parts),
        conditional=form.conditional,
        saved_at=draft.saved_at,
        versions=draft.versions,
    )


@dataclass(frozen=True, slots=True)
class Published:
    """One published version of a form, for lists."""

    id: int
    key: str
    number: int
    title: str
    pack: str
    sha256: str
    installed_at: datetime
    in_use: bool


def published() -> list[Published]:
    """Every version of every form, the newest of a form first."""
    rows = FormVersion.objects.defer("schema").order_by("key", "-number")
    seen: set[str] = set()
    found: list[Published] = []
    for row in rows:
        found.append(
            Published(
                row.pk, row.key, row.number, row.title, row.pack, row.sha256, row.installed_at, row.key not in seen
            )
        )
        seen.add(row.key)
    return found


def trial(version_id: int, posted: posting.Posted | None, *, now: datetime) -> tuple[FormVersion, Screen]:
    """A form as applicants see it, tried out with posted answers and kept nowhere. Raises FormVersion.DoesNotExist."""
    version = FormVersion.objects.get(pk=version_id)
    form = stored.form_of(version)
    draft = Draft(form=version, key=version.key)
    errors: dict[str, str] = {}
    if posted is not None:
        draft.raw = posting.merge(form, {}, posted, locked={})
        button = posting.last(posted, "do") or ""
        posting.press(form, draft.raw, button)
        if button == "next":
            errors = judge(draft, form, now)[1].errors
    return version, screen_of(draft, errors=errors, now=now)


def data_of(version_id: int) -> dict[str, Any]:
    """The cleaned data of a version: texts, whole numbers, decimals as text, money in fen, ISO dates, codes."""
    return SubmissionVersion.objects.values_list("data", flat=True).get(pk=version_id)


def values_of(version_id: int) -> dict[str, Any]:
    """The data with codes and dates in words, for licences and letters: {field: shown text}; groups stay as data."""
    version = _version(version_id)
    return printing.in_words(stored.form_of(version.form), version.data, codes.table)


def print_rows(version_id: int, *, masked: bool = False) -> list[printing.PrintSection]:
    """Sections ``{"title", "rows": [[label, shown value, source], …]}`` of a version, as plain JSON."""
    version = _version(version_id)
    form = stored.form_of(version.form)
    return printing.sections(form, version.data, version.sources, codes.table, masked=masked)


def reading(version_id: int, *, masked: bool = True) -> list[printing.ReadSection]:
    """A version for reading on screen: pairs and tables by section, numbers of persons covered unless asked for."""
    version = _version(version_id)
    form = stored.form_of(version.form)
    return printing.reading(form, version.data, version.sources, codes.table, masked=masked)


def saved_at(version_id: int) -> datetime:
    """When this version was finished."""
    return SubmissionVersion.objects.values_list("at", flat=True).get(pk=version_id)


def draft_saved_at(draft_id: int) -> datetime | None:
    """When the draft was last kept; None while nothing was."""
    return Draft.objects.values_list("saved_at", flat=True).get(pk=draft_id)


def differences(before: int, after: int) -> list[tuple[str, str, str]]:
    """Label, value before, value after of everything that changed between two versions of one form."""
    both = SubmissionVersion.objects.select_related("form").in_bulk([before, after])
    form = stored.form_of(both[after].form)
    return printing.differences(form, both[before].data, both[after].data, codes.table)


def versions(owner: tuple[str, object], key: str = "") -> list[Version]:
    """All finished versions of an owner, oldest first."""
    rows = SubmissionVersion.objects.filter(draft__owner_kind=owner[0], draft__owner_id=str(owner[1]))
    rows = rows.filter(draft__key=key) if key else rows
    return [Version(r.pk, r.number, r.at, r.actor_name, r.sha256) for r in rows.order_by("id")]


def latest(owner: tuple[str, object], key: str = "") -> Version | None:
    """The newest finished version of an owner."""
    found = versions(owner, key)
    return found[-1] if found else None


def contested(draft_id: int) -> dict[str, dict[str, str]]:
    """Disputed fields: {field: {label, value, remark, by, at}} with the value as shown."""
    draft = Draft.objects.select_related("form").get(pk=draft_id)
    fields = stored.form_of(draft.form).fields
    return {key: {"label": fields[key].label, **one} for key, one in draft.contested.items() if key in fields}


@dataclass(frozen=True, slots=True)
class Contested:
    """A value of a register that the one who handed the form in says is wrong."""

    field: str
    label: str
    value: str
    source: str
    remark: str


def contested_in(version_id: int) -> list[Contested]:
    """What was contested in a finished version, with the value and where it came from."""
    version = SubmissionVersion.objects.select_related("form", "draft").get(pk=version_id)
    fields, known = stored.form_of(version.form).fields, stored.prefilled_of(version.draft)
    return [
        Contested(key, fields[key].label, str(known[key].value), known[key].source, one["remark"])
        for key, one in version.contested.items()
        if key in fields and key in known
    ]


def _version(version_id: int) -> SubmissionVersion:
    return SubmissionVersion.objects.select_related("form").get(pk=version_id)
