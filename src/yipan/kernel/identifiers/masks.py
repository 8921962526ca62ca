"""Masking on output (sheet 00 X5): enough to recognise one's own data, too little to use another's."""

import re


def mask_id(text: str) -> str:
    """440703********0013; other document numbers keep two characters at each end."""
    if not text:
        return ""
    if re.fullmatch(r"[0-9]{17}[0-9Xx]([1-7][1-4](B[0-9]+)?)?", text):
        return text[:6] + "*" * 8 + text[14:18] + "*" * (len(text) - 18)
    if re.fullmatch(r"[0-9]{15}", text):
        return text[:6] + "*" * 6 + text[12:]
    if len(text) <= 4:
        return "*" * len(text)
    return text[:2] + "*" * (len(text) - 4) + text[-2:]


def mask_phone(text: str) -> str:
    """138****5678; +852****4567; landlines 0750-***4567."""
    if not text:
        return ""
    if re.fullmatch(r"1[0-9]{10}", text):
        return f"{text[:3]}****{text[-4:]}"
    if re.fullmatch(r"\+85[23][0-9]{8}", text):
        return f"{text[:4]}****{text[-4:]}"
    if "-" in text:
        area, _, rest = text.rpartition("-")
        return f"{area}-{'*' * max(len(rest) - 4, 1)}{rest[-4:] if len(rest) > 4 else ''}"
    return "*" * (len(text) - 4) + text[-4:] if len(text) > 7 else "*" * len(text)


def mask_name(text: str) -> str:
    """张*三, 张*, 欧**娜. The first character stays, and the last of three or more."""
    text = text.strip()
    if len(text) <= 1:
        return "*" * len(text)
    if len(text) == 2:
        return text[0] + "*"
    return text[0] + "*" * (len(text) - 2) + text[-1]
