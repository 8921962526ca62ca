"""Check a licence without the platform and without a network: its QR code, or its sealed PDF.

    python tools/verify_licence.py KEY.JSON CODE|FILE.PDF [NOT-VALID.JSON]

KEY.JSON is /verify/key.json of the platform, fetched once over a trusted way; CODE is what the QR code says (the whole
address or only its part after ``c=``); NOT-VALID.JSON is /verify/not-valid.json, as fresh as you have it. Needs Python
and the packages gmalg and, for files, pypdf. The formats are described in KEY.JSON. A file is genuine when the seal
service signed every byte of it and the licence's own signature inside is the platform's. Exit: 0 genuine and valid as
far as these files tell, 1 genuine but expired or in the list, 2 not genuine.
"""

import base64
import binascii
import hashlib
import io
import json
import re
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import gmalg

IDENTIFIER = b"1234567812345678"
SHANGHAI = timezone(timedelta(hours=8))
LABELS = {
    "t": "证照名称", "n": "证照编号", "h": "持证人", "c": "持证人代码", "o": "发证机关", "d": "发证日期",
    "f": "有效期自", "e": "有效期至",
}  # fmt: skip


def code_in(text: str) -> str:
    """The code itself, whether the whole address or only the code was given."""
    return parse_qs(urlsplit(text).query).get("c", [text])[0] if "://" in text else text


def decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def read_der(signature: bytes) -> tuple[bytes, bytes]:
    """r and s of a DER sequence of two integers, 32 bytes each. Raises ValueError."""
    if len(signature) < 8 or signature[0] != 0x30 or signature[1] != len(signature) - 2:
        raise ValueError("not a signature")
    numbers, at = [], 2
    for _ in range(2):
        if at + 2 > len(signature) or signature[at] != 2:
            raise ValueError("not a signature")
        end = at + 2 + signature[at + 1]
        numbers.append(int.from_bytes(signature[at + 2 : end], "big").to_bytes(32, "big"))
        at = end
    if at != len(signature):
        raise ValueError("not a signature")
    return numbers[0], numbers[1]


def is_signed(keys: dict[str, str], key_id: str, data: bytes, signature: bytes) -> bool:
    """Whether one of the platform's keys signed exactly these bytes."""
    if key_id not in keys:
        return False
    try:
        r, s = read_der(signature)
        return bool(gmalg.SM2(uid=IDENTIFIER, pk=bytes.fromhex(keys[key_id])).verify(data, r, s))
    except (ValueError, OverflowError, gmalg.errors.GMError):
        return False


def sealed_by(keys: dict[str, str], pdf: bytes) -> str:
    """The unit whose seal a PDF carries, when the seal service signed exactly these bytes; "" otherwise."""
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf)
    if len(ranges) != 1:
        return ""
    begin, start, end, rest = map(int, ranges[0])
    place = pdf[start:end]
    if begin or end + rest != len(pdf) or place[:1] + place[-1:] != b"<>":
        return ""
    covered = pdf[:start] + pdf[end:]
    named = re.search(rb"/YipanKey\s*/([A-Za-z0-9-]+)", covered)
    try:
        value = bytes.fromhex(place[1:-1].decode())
    except ValueError:
        return ""
    signature = value[: value[1] + 2] if len(value) > 2 else value
    message = f"yipan-seal-1:{hashlib.sha256(covered).hexdigest()}".encode()
    if named is None or not is_signed(keys, named[1].decode(), message, signature):
        return ""
    return "".join(str(_info(pdf).get("/YipanSealName", "")).split())


def code_of(pdf: bytes) -> str:
    """The licence's code, which stands among the keywords of the file."""
    found = re.search(r"[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{40,}", str(_info(pdf).get("/Keywords", "")))
    return found.group() if found else ""


def _info(pdf: bytes) -> dict[str, Any]:
    from pypdf import PdfReader

    return dict(PdfReader(io.BytesIO(pdf)).metadata or {})


def check(keys: dict[str, str], code: str) -> dict[str, Any] | None:
    """The summary of a genuine code, or None."""
    body, _, signature = code_in(code.strip()).partition(".")
    try:
        signed, value = decode(body), decode(signature)
        summary = json.loads(signed)
    except (ValueError, binascii.Error):
        return None
    if not isinstance(summary, dict) or not is_signed(keys, str(summary.get("k")), signed, value):
        return None
    return summary


def main(arguments: list[str]) -> int:
    if len(arguments) not in (2, 3):
        print(__doc__)
        return 2
    published = json.loads(Path(arguments[0]).read_text("utf-8"))
    keys = {key["id"]: key["public"] for key in published["keys"]}
    code, unit = arguments[1], ""
    if code.lower().endswith(".pdf"):
        pdf = Path(code).read_bytes()
        unit = sealed_by({key["id"]: key["public"] for key in published.get("seal_keys", [])}, pdf)
        if not unit:
            print("✗ 文件被改动过，或者没有该平台所用的电子印章")
            return 2
        print(f"电子印章：{unit}（文件自用印后没有改动）")
        code = code_of(pdf)
    summary = check(keys, code)
    if summary is None:
        print("✗ 内容被篡改，或者不是该平台出具的证照")
        return 2
    if unit and unit != summary["o"]:
        print(f"✗ 印章是“{unit}”的，发证机关却是“{summary['o']}”")
        return 2
    for member, label in LABELS.items():
        print(f"{label}：{summary[member] or ('长期' if member == 'e' else '—')}")
    if summary["e"] and datetime.now(SHANGHAI).date() > date.fromisoformat(summary["e"]):
        print("△ 签名真实，但有效期已经届满")
        return 1
    if len(arguments) == 2:
        print("✓ 签名真实、在有效期内；是否被暂停、撤销或注销，请联网核验或者提供失效证照清单")
        return 0
    listing = json.loads(Path(arguments[2]).read_text("utf-8"))
    if not is_signed(keys, listing["key"], listing["list"].encode(), bytes.fromhex(listing["signature"])):
        print("✗ 失效证照清单的签名不对，请重新下载")
        return 2
    content = json.loads(listing["list"])
    states = {entry["s"]: entry["state"] for entry in content["licences"]}
    if summary["s"] in states:
        print(f"△ 签名真实，但证照状态为 {states[summary['s']]}（清单截至 {content['at']}）")
        return 1
    print(f"✓ 签名真实、在有效期内、不在失效清单中（清单截至 {content['at']}）")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
