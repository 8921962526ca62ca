"""Check digits. Each function takes the characters without the check character and returns that character.

All raise ValueError for characters outside their alphabet."""

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: without I, O, S, V, Z
CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _values(text: str, alphabet: str, length: int | None = None) -> list[int]:
    if length is not None and len(text) != length:
        raise ValueError(f"应为 {length} 位，实际 {len(text)} 位")
    values = [alphabet.find(c) for c in text]
    if not text or min(values) < 0:
        raise ValueError(f"含有字符表以外的字符：{text!r}")
    return values


def credit_code_check(body: str) -> str:
    """18th character of a unified social credit code from its first 17 (GB 32100-2015)."""
    values = _values(body, CREDIT_ALPHABET, 17)
    return CREDIT_ALPHABET[-sum(v * w for v, w in zip(values, CREDIT_WEIGHTS, strict=True)) % 31]


def organisation_code_check(body: str) -> str:
    """9th character of an organisation code from its first 8 (GB 11714-1997)."""
    values = _values(body, BASE36, 8)
    rest = 11 - sum(v * w for v, w in zip(values, ORGANISATION_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def gb11643_check(body: str) -> str:
    """18th character of a citizen number from its first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    values = _values(body, "0123456789", 17)
    return "10X98765432"[sum(v * w for v, w in zip(values, RESIDENT_WEIGHTS, strict=True)) % 11]


def mod_11_10(body: str) -> str:
    """ISO/IEC 7064 MOD 11,10 (old business registration numbers, food licences): 0794 → 5."""
    product = 10
    for value in _values(body, "0123456789"):
        product = ((product + value) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def mod_37_36(body: str) -> str:
    """ISO/IEC 7064 MOD 37,36 (identifiers of electronic licences): A12425GABC1234002 → M."""
    product = 36
    for value in _values(body, BASE36):
        product = ((product + value) % 36 or 36) * 2 % 37
    return BASE36[(37 - product) % 36]
