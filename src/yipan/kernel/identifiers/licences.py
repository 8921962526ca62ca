"""Identifiers of electronic licences (GB/T 36904-2018) and numbers of food licences."""

import re
from dataclasses import dataclass

from .check import Check, failed, is_digits, normalise, passed
from .digits import mod_11_10, mod_37_36

ROOT = "1.2.156.3005.2"
FOOD_KINDS = {"1": "食品销售", "2": "餐饮服务", "3": "单位食堂"}


@dataclass(frozen=True, slots=True)
class LicenceIdentifier:
    """The parts of a licence identifier: type (18 credit code of the defining body + 3), issuer, number, version."""

    type_code: str
    issuer: str
    number: str
    version: str
    check: str

    def __str__(self) -> str:
        return ".".join((ROOT, self.type_code, self.issuer, self.number, self.version, self.check))


def licence_identifier(type_code: str, issuer: str, number: str, version: str = "001") -> str:
    """The identifier with its check character over all parts, without root and dots (MOD 37,36).

    Raises ValueError in Chinese for parts of wrong length or with characters other than letters and digits; signs
    inside a licence number (〔〕, hyphens) are left out, as the standard's alphabet has only 36 characters."""
    type_code, issuer, version = normalise(type_code), normalise(issuer), normalise(version)
    number = re.sub(r"[^0-9A-Z]", "", normalise(number))
    if len(type_code) != 21:
        raise ValueError("证照类型代码应为 21 位（18 位定义机构信用代码加 3 位）")
    if len(issuer) != 18:
        raise ValueError("颁发机构代码应为 18 位统一社会信用代码")
    if not re.fullmatch(r"[0-9]{3}", version):
        raise ValueError("证照版本号应为 3 位数字")
    if not number:
        raise ValueError("证照编号不含字母或数字，无法生成电子证照标识")
    check = mod_37_36(type_code + issuer + number + version)
    return str(LicenceIdentifier(type_code, issuer, number, version, check))


def check_licence_identifier(text: str) -> Check:
    """A written identifier. Facts: type_code, issuer, number, version."""
    code = normalise(text)
    if not code.startswith(ROOT + "."):
        return failed(code, f"电子证照标识应以 {ROOT} 开头")
    parts = code[len(ROOT) + 1 :].split(".")
    if len(parts) != 5:
        return failed(code, "电子证照标识应含类型代码、颁发机构代码、编号、版本号、校验位五段")
    try:
        expected = licence_identifier(*parts[:4])
    except ValueError as error:
        return failed(code, str(error))
    if expected != code:
        return failed(code, "电子证照标识校验位不符")
    return passed(code, type_code=parts[0], issuer=parts[1], number=parts[2], version=parts[3])


def check_licence_number(text: str) -> Check:
    """A food licence number (食品经营许可证编号): JY, kind 1-3, 6 region, 6 sequence, 1 check (MOD 11,10).

    Facts: kind, kind_name, region, sequence."""
    code = normalise(text)
    if not code.startswith("JY") or len(code) != 16 or not is_digits(code[2:]):
        return failed(code, "食品经营许可证编号应为 JY 加 14 位数字")
    if code[2] not in FOOD_KINDS:
        return failed(code, "食品经营许可证编号第 3 位业态应为 1（销售）、2（餐饮）或 3（单位食堂）")
    if mod_11_10(code[2:15]) != code[15]:
        return failed(code, "食品经营许可证编号校验位不符，请核对是否有错字")
    return passed(code, kind=code[2], kind_name=FOOD_KINDS[code[2]], region=code[3:9], sequence=int(code[9:15]))


def build_licence_number(kind: str | int, region: str, sequence: int) -> str:
    """The food licence number for the sequence-th licence (1 to 999999) of a kind in a region."""
    if str(kind) not in FOOD_KINDS or not re.fullmatch(r"[0-9]{6}", region) or not 1 <= sequence <= 999_999:
        raise ValueError("业态应为 1 至 3，区划应为 6 位数字，顺序号应为 1 至 999999")
    body = f"{kind}{region}{sequence:06d}"
    return f"JY{body}{mod_11_10(body)}"
