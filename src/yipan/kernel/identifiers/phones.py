"""Telephone numbers of the mainland, Hong Kong and Macao."""

import re

from .check import Check, failed, normalise, passed

_AREAS = {"852": "香港", "853": "澳门"}


def check_phone(text: str, *, region: str = "") -> Check:
    """A number as people write it. `region`: cn, hk or mo where the form asks for it; needed for 8 bare digits.

    Normalised: 11 digits for mainland mobiles, 0750-1234567 for landlines, +85291234567 for Hong Kong and Macao.
    Facts: region (内地, 香港, 澳门), mobile (may receive messages)."""
    number = re.sub(r"[-‐‑–—().\s]", "", normalise(text))
    number = re.sub(r"^00(?=85[23]|86)", "+", number)
    if re.fullmatch(r"[0-9]{8}", number) and region in ("hk", "mo"):
        number = ("+852" if region == "hk" else "+853") + number
    elif re.fullmatch(r"85[23][0-9]{8}", number):
        number = "+" + number
    match = re.fullmatch(r"\+(85[23])([0-9]{8})", number)
    if match:
        return _special_region(number, match[1], match[2])
    local = re.sub(r"^\+?86(?=1[3-9]|0|[2-9])", "", number) if number.startswith(("+86", "861")) else number
    if re.fullmatch(r"1[3-9][0-9]{9}", local):
        return passed(local, region="内地", mobile=True)
    landline = re.fullmatch(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))([2-9][0-9]{6,7})", local)
    if landline:
        return passed(f"{landline[1]}-{landline[2]}", region="内地", mobile=False)
    if re.fullmatch(r"[0-9]{7,8}", local):
        return failed(number, "请补充区号：内地固定电话加区号（如 0750），香港加 +852，澳门加 +853")
    return failed(
        number, "电话号码不符合内地手机（11 位）、固定电话（区号加号码）或港澳电话（+852/+853 加 8 位）的格式"
    )


def _special_region(number: str, code: str, rest: str) -> Check:
    mobile = rest[0] in "456789" if code == "852" else rest[0] == "6"
    landline = rest[0] in "23" if code == "852" else rest[0] in "28"
    if not (mobile or landline):
        return failed(number, f"{_AREAS[code]}电话号码首位不正确")
    return passed(number, region=_AREAS[code], mobile=mobile)
