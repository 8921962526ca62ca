"""Money is integer fen: parsing, display, splits that never lose a fen, and the capital words of cheques (大写金额).

Words follow 《正确填写票据和结算凭证的基本规定》:
整 after 元 when there is nothing smaller, 零 where digits are skipped.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

DIGITS = "零壹贰叁肆伍陆柒捌玖"
LARGEST = 10**18  # fen; ten thousand million million yuan, beyond any budget
_PLAIN = str.maketrans("〇○两圆圓正億萬弍貳貮叄參陸", "零零贰元元整亿万贰贰贰叁叁陆")


def parse_yuan(text: str) -> int:
    """Fen from yuan as written: 1,234.5 → 123450. Raises ValueError in Chinese for anything else, also for a third
    decimal that would have to be rounded."""
    clean = text.strip().replace("，", ",").replace("￥", "").replace("¥", "").removesuffix("元").strip()
    if not re.fullmatch(r"-?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]{1,2})?", clean):
        raise ValueError(f"“{text}”不是金额，应为最多两位小数的数字，如 1234.50")
    fen = int(Decimal(clean.replace(",", "")).scaleb(2))
    if abs(fen) >= LARGEST:
        raise ValueError(f"金额“{text}”超出范围")
    return fen


def format_yuan(fen: int, *, grouped: bool = True) -> str:
    """Yuan with two decimals: 123450 → 1,234.50."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    yuan, rest = divmod(fen, 100)
    return f"{sign}{yuan:,}.{rest:02d}" if grouped else f"{sign}{yuan}.{rest:02d}"


def share(fen: int, rate: Fraction | Decimal | int) -> int:
    """The rate's part of an amount, rounded half up (away from zero) to the fen."""
    exact = Fraction(fen) * Fraction(rate)
    half_up = (abs(exact.numerator) * 2 + exact.denominator) // (exact.denominator * 2)
    return half_up if exact >= 0 else -half_up


def split(fen: int, weights: Sequence[int | Decimal | Fraction]) -> list[int]:
    """Parts in proportion to the weights whose sum is exactly `fen` (largest remainder; ties to the first).

    Raises ValueError for no weights, negative weights or weights that are all zero."""
    shares = [Fraction(weight) for weight in weights]
    total = sum(shares)
    if not shares or min(shares) < 0 or total == 0:
        raise ValueError("分摊比例须为非负数且不能全为零")
    if fen < 0:
        return [-part for part in split(-fen, weights)]
    exact = [fen * weight / total for weight in shares]
    parts = [part.numerator // part.denominator for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: fen - sum(parts)]:
        parts[i] += 1
    return parts


def split_evenly(fen: int, count: int) -> list[int]:
    """`count` parts that differ by at most one fen; the first ones get the odd fen."""
    if count < 1:
        raise ValueError("份数至少为 1")
    return split(fen, [1] * count)


def _words(number: int) -> str:
    """A positive integer in capital words, without its unit."""
    for size, unit in ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾")):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if low and low < size // 10 else ""
            return f"{_words(high)}{unit}{gap}{_words(low) if low else ''}"
    return DIGITS[number]


def amount_words(fen: int, *, prefix: str = "") -> str:
    """Capital words of an amount: 10005 → 壹佰元零伍分. `prefix` is 人民币 on cheques and contracts."""
    if abs(fen) >= LARGEST:
        raise ValueError("金额超出大写范围")
    if fen < 0:
        return f"{prefix}负{amount_words(-fen)}"
    yuan, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    text = f"{_words(yuan)}元" if yuan else ""
    if not rest:
        return f"{prefix}{text or '零元'}整"
    if jiao:
        text += f"{DIGITS[jiao]}角"
    elif yuan:
        text += "零"
    if cent:
        text += f"{DIGITS[cent]}分"
    return prefix + text


_UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def _number(text: str) -> int:
    """The integer that capital words say, for any placing of 零."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit in text:
            high, _, low = text.rpartition(unit) if unit == "亿" else text.partition(unit)
            return _number(high) * size + _number(low)
    total, digit = 0, None
    for c in text:
        if c in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[c]
            digit = None
        elif c == "零":
            if digit is not None:
                raise ValueError(text)
        elif c in DIGITS and digit is None:
            digit = DIGITS.index(c)
        else:
            raise ValueError(text)
    return total + (digit or 0)


def parse_amount_words(text: str) -> int:
    """Fen from capital words; accepts the spellings that are in use (圆, 正, optional 零 and 人民币).

    Raises ValueError in Chinese when the words do not say an amount in proper order."""
    clean = "".join(text.split()).translate(_PLAIN).removeprefix("人民币")
    sign = -1 if clean.startswith("负") else 1
    clean = clean.removeprefix("负")
    body = clean.removesuffix("整")
    match = re.fullmatch(
        r"(?:([^元角分]+)元)?(?:零?([壹贰叁肆伍陆柒捌玖])角)?(?:零?([壹贰叁肆伍陆柒捌玖])分)?零?", body
    )
    try:
        if not body or match is None or (match[3] and clean.endswith("整")):
            raise ValueError(text)
        yuan = _number(match[1]) if match[1] else 0
        fen = yuan * 100 + sum(DIGITS.index(match[i]) * size for i, size in ((2, 10), (3, 1)) if match[i])
        proper = amount_words(fen).removesuffix("整")
    except ValueError as error:
        raise ValueError(f"“{text}”不是规范的大写金额") from error
    # Whatever was read must be what a careful writer would have written, apart from optional 零 and a leading 壹.
    if _bare(proper) != _bare(body):
        raise ValueError(f"“{text}”不是规范的大写金额，应写作“{amount_words(fen)}”")
    return sign * fen


def _bare(words: str) -> str:
    return re.sub(r"^壹拾", "拾", words.replace("零", ""))


def rounded(value: Decimal) -> int:
    """Fen from an exact amount in yuan, half up; for results of formulas, never for what somebody typed."""
    return int(value.scaleb(2).quantize(Decimal(1), rounding=ROUND_HALF_UP))
