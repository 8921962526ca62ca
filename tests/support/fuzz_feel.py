"""Coverage-guided fuzzing of FEEL, run as a program of its own: a text and data → no error but the language's own.

python tests/support/fuzz_feel.py -runs=50000 -timeout=5 CORPUS
"""

import sys
from decimal import Decimal

import atheris

with atheris.instrument_imports(include=["yipan.kernel.feel", "yipan.kernel.dmn"]):
    from yipan.kernel import feel

BUDGET = 20_000
CONTEXT = {
    "a": Decimal(5), "b": "甲", "c": None, "d": [Decimal(1), "x", None, [True]], "e": {"k": Decimal(2), "名 称": "值"},
    "名 称": True,
}  # fmt: skip
# What texts are made of when the bytes do not give them by themselves: libFuzzer finds sequences sooner than letters.
WORDS = """
if then else for some every in return satisfies and or not between instance of function ( ) [ ] { } , .. . :
+ - * / **
= != < <= > >= 1 0.1 1e9 -1 "a" "\u4e00" null true false a b c d e ? item partial 名 称 string length date and
time duration
years months number list context any sum count contains split matches replace sort
reverse substring concatenate index decimal floor now today date("2026-02-29") @"P1D" @"2026-03-01T09:00:00+08:00"
get entries range overlaps before
""".split()  # noqa: SIM905


def text_of(data: bytes) -> str:
    """Odd first byte: a text as it is; even: words by number."""
    if not data:
        return ""
    if data[0] % 2:
        return data[1:].decode("utf-8", "replace")
    return " ".join(WORDS[byte % len(WORDS)] for byte in data[1:400])


def one(data: bytes) -> None:
    text = text_of(data)
    for read in (feel.compile, feel.compile_unary_tests):
        try:
            made = read(text, ("名 称",))
        except feel.FeelError as problem:
            if not 0 <= problem.position <= len(text) + 1:
                raise AssertionError((text, problem.position)) from problem
            continue
        try:
            value = (
                made.evaluate(CONTEXT, budget=BUDGET)
                if isinstance(made, feel.Expression)
                else made.evaluate(Decimal(3), CONTEXT, budget=BUDGET)
            )
            feel.literal(value)
        except feel.FeelError:
            continue


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
