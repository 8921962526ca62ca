"""Codes of regions: GB/T 2260 (6 digits), towns and streets (9), villages and communities (12)."""

from .check import Check, failed, is_digits, normalise, passed


def check_region_code(text: str) -> Check:
    """A region code of 6, 9 or 12 digits. Facts: province, city, county, town, village (codes at their own length)."""
    code = normalise(text)
    if len(code) not in (6, 9, 12) or not is_digits(code) or code[0] == "0":
        return failed(code, "行政区划代码应为 6 位（县级以上）、9 位（镇街）或 12 位（村居）数字")
    facts = {"province": code[:2] + "0000", "city": code[:4] + "00", "county": code[:6]}
    if len(code) >= 9:
        facts["town"] = code[:9]
    if len(code) == 12 and code[9:] != "000":
        facts["village"] = code
    return passed(code, **facts)
