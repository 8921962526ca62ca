"""Numbers of natural persons' documents."""

import re
from datetime import date

from .check import Check, failed, is_digits, normalise, passed
from .digits import gb11643_check

OLDEST = 130
_RESIDENCE = {"810000": "香港", "820000": "澳门", "830000": "台湾"}
_IMPAIRMENTS = {"1": "视力", "2": "听力", "3": "言语", "4": "肢体", "5": "智力", "6": "精神", "7": "多重"}


def _birth(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _eighteen(number: str, what: str, on: date | None, *warnings: str) -> Check:
    """The common part of all 18-digit numbers built on GB 11643: region, birth, sequence, check."""
    if not is_digits(number[:17]) or not (is_digits(number[17]) or number[17] == "X"):
        return failed(number, f"{what}前 17 位应为数字，最后一位为数字或 X")
    if number[0] == "0":
        return failed(number, f"{what}前 6 位不是行政区划码")
    birth = _birth(number[6:14])
    if birth is None:
        return failed(number, f"{what}第 7 至 14 位“{number[6:14]}”不是真实的出生日期")
    if on is not None and birth > on:
        return failed(number, f"{what}中的出生日期 {birth.isoformat()} 晚于今天")
    if on is not None and on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day)) > OLDEST:
        return failed(number, f"{what}中的出生日期 {birth.isoformat()} 距今超过 {OLDEST} 年")
    if gb11643_check(number[:17]) != number[17]:
        return failed(number, f"{what}校验位不符，请核对是否有错字")
    residence = _RESIDENCE.get(number[:6], "")
    return passed(
        number,
        *warnings,
        birth=birth,
        sex="男" if int(number[16]) % 2 else "女",
        region=number[:6],
        kind="residence_permit" if residence else "resident_id",
    )


def check_resident_id(text: str, *, on: date | None = None) -> Check:
    """A citizen number (公民身份号码), also in its old form of 15 digits, which is converted (19 + year).

    `on` is today's business date: with it, births in the future or more than 130 years ago are refused. Numbers of
    residence permits (810000/820000/830000) have the same form and pass, with kind `residence_permit`.
    Facts: birth, sex (男/女), region, kind."""
    number = normalise(text)
    if len(number) == 15 and is_digits(number):
        body = number[:6] + "19" + number[6:]
        return _eighteen(body + gb11643_check(body), "居民身份证号码", on, f"15 位旧号码 {number} 已换算为 18 位")
    if len(number) != 18:
        return failed(number, f"居民身份证号码应为 18 位，实际为 {len(number)} 位")
    return _eighteen(number, "居民身份证号码", on)


def check_residence_permit(text: str, *, on: date | None = None) -> Check:
    """A residence permit for people from Hong Kong, Macao and Taiwan (港澳台居民居住证, 18 digits)."""
    number = normalise(text)
    if len(number) != 18 or number[:6] not in _RESIDENCE:
        return failed(number, "港澳台居民居住证号码应为 18 位，以 810000（香港）、820000（澳门）或 830000（台湾）开头")
    return _eighteen(number, "港澳台居民居住证号码", on)


def check_hk_macao_permit(text: str) -> Check:
    """A mainland travel permit for Hong Kong and Macao residents (回乡证): H or M and 8 digits.

    Old cards print two more digits (times renewed); they do not belong to the number and are cut off."""
    number = normalise(text)
    match = re.fullmatch(r"([HM])([0-9]{8})([0-9]{2})?", number)
    if not match:
        return failed(number, "港澳居民来往内地通行证号码应为 H（香港）或 M（澳门）加 8 位数字")
    warning = "末两位换证次数已略去，号码以前 9 位为准" if match[3] else ""
    return passed(match[1] + match[2], warning, region="香港" if match[1] == "H" else "澳门")


def check_taiwan_permit(text: str) -> Check:
    """A mainland travel permit for Taiwan residents (台胞证): 8 digits; older booklets 10 digits and a letter."""
    number = re.sub(r"[()]", "", normalise(text))
    if re.fullmatch(r"[0-9]{8}", number):
        return passed(number, region="台湾")
    if re.fullmatch(r"[0-9]{10}[A-Z]?", number):
        return passed(number, "本式台胞证（10 位数字加字母）已停止签发，请核对是否仍在有效期内", region="台湾")
    return failed(number, "台湾居民来往大陆通行证号码应为 8 位数字")


def check_passport(text: str) -> Check:
    """A passport of any country (ICAO 9303: letters and digits, no check digit in the printed number)."""
    number = normalise(text)
    if not re.fullmatch(r"(?=.*[0-9])[A-Z0-9]{5,17}", number):
        return failed(number, "护照号码应为 5 至 17 位字母和数字，请按护照资料页填写")
    return passed(number)


def check_foreigner_residence(text: str, *, on: date | None = None) -> Check:
    """A foreigner's permanent residence card: 18 digits starting with 9 (since 2023), before 3 letters + 12 digits."""
    number = normalise(text)
    if len(number) == 18 and number[0] == "9":
        return _eighteen(number, "外国人永久居留身份证号码", on)
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
        return passed(number, "旧版证件（3 位字母加 12 位数字），请核对是否仍在有效期内", nationality=number[:3])
    return failed(number, "外国人永久居留身份证号码应为 9 开头的 18 位号码，或 3 位字母加 12 位数字（旧版）")


def check_disabled_card(text: str, *, on: date | None = None) -> Check:
    """A disabled person's card (残疾人证): 18 digits of the ID, kind 1-7, degree 1-4, and B1, B2 … when re-issued."""
    number = normalise(text)
    match = re.fullmatch(r"([0-9]{17}[0-9X])([1-7])([1-4])(B[1-9][0-9]?)?", number)
    if not match:
        return failed(number, "残疾人证号应为 20 位：18 位身份证号、1 位类别（1-7）、1 位等级（1-4），补证加 B1、B2…")
    identity = _eighteen(match[1], "残疾人证号中的身份证号码", on)
    if not identity.ok:
        return failed(number, *identity.errors)
    facts = {**identity.facts, "resident_id": match[1], "impairment": _IMPAIRMENTS[match[2]], "degree": int(match[3])}
    return passed(number, **facts)
