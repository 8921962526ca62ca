"""Public verification of licences for programs, by the rules of the page /verify/."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from yipan.platform.ui import interface
from yipan.platform.ui.errors import Unprocessable

from . import verification
from .domain.seal import LONGEST

room = interface.Room("licences", "证照")


class Claim(Schema):
    """Either ``code`` (the content of the QR code), or ``number`` with ``holder`` (name or credit code, in full)."""

    code: Annotated[str, Field(max_length=LONGEST)] = ""
    number: Annotated[str, Field(max_length=120)] = ""
    holder: Annotated[str, Field(max_length=200)] = ""


class FactOut(Schema):
    label: str
    value: str


class FindingOut(Schema):
    """``code``: valid, early, expired, suspended, revoked, withdrawn, cancelled, replaced, unknown or tampered."""

    code: str
    word: str
    text: str
    good: bool
    checked: str
    facts: list[FactOut]


@room.post("/licences/verify", "证照核验", door=interface.PUBLIC, answer=FindingOut)
def verify(request: HttpRequest, claim: Claim) -> FindingOut:  # noqa: ARG001
    """Whether a licence is genuine and in force. Persons are masked; a number alone opens nothing."""
    if claim.code.strip():
        found = verification.by_code(claim.code.strip())
    else:
        faults = {}
        if not claim.number.strip():
            faults["number"] = "请填写证照编号，或者二维码内容（code）"
        if not claim.holder.strip():
            faults["holder"] = "请填写持证人名称或者统一社会信用代码"
        if faults:
            raise Unprocessable("核验所需内容不完整。", faults)
        found = verification.by_number(claim.number, claim.holder)
    return FindingOut(
        code=found.verdict.code,
        word=found.verdict.word,
        text=found.verdict.text,
        good=found.verdict.good,
        checked=found.how,
        facts=[FactOut(label=label, value=value) for label, value in found.facts],
    )
