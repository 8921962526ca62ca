"""Where materials come from besides uploads: the e-licence library and the data exchange, which connectors fill in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from yipan.platform import records

from .models import Case


class SourceProblem(Exception):
    """The source did not give the material; ``reason`` is kept with the case, ``text`` is shown."""

    def __init__(self, reason: str, text: str) -> None:
        self.reason, self.text = reason, text
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file from a source, with the identifier under which the source knows it and what stands on its face."""

    content: BinaryIO
    file_name: str
    identifier: str
    facts: dict[str, str]
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What the data exchange says of the applicant, and the receipt under which it keeps that it was asked."""

    receipt: str
    facts: dict[str, str]
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class DisputeAnswer:
    """What an outside keeper says of contested data: the corrected value ("" when the entry stays) and why."""

    corrected: str
    text: str


DisputeSource = Callable[[str], DisputeAnswer | None]
_disputes: DisputeSource | None = None
LicenceSource = Callable[[Case, str, records.Actor], Fetched]
DataSource = Callable[[Case, str, records.Actor], Verified]
_source: LicenceSource | None = None
_data: DataSource | None = None


def register_licence_source(source: LicenceSource) -> None:
    global _source
    _source = source


def fetch_licence_file(case: Case, licence_type: str, actor: records.Actor) -> Fetched:
    """Ask the registered library. Raises SourceProblem."""
    if _source is None:
        raise SourceProblem("未接入", "电子证照库尚未接入，")
    return _source(case, licence_type, actor)


def register_data_source(source: DataSource) -> None:
    global _data
    _data = source


def verify_by_data(case: Case, resource: str, actor: records.Actor) -> Verified:
    """Ask the registered data exchange. Raises SourceProblem."""
    if _data is None:
        raise SourceProblem("未接入", "数据共享平台尚未接入，")
    return _data(case, resource, actor)


def register_dispute_source(source: DisputeSource) -> None:
    global _disputes
    _disputes = source


def dispute_answer(remote_id: str) -> DisputeAnswer | None:
    """What became of a dispute at its outside keeper; None while it is being looked into."""
    return _disputes(remote_id) if _disputes is not None else None
