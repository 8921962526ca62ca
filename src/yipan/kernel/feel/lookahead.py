"""Which tokens cannot begin an expression: tells the end of a range ``]1..5[`` from a filter ``list[1]``."""

from .lexer import END, KEYWORDS, NAME, SYMBOL, Token

_STARTERS = frozenset(["-", "(", "[", "{", "]"])
_STARTING_WORDS = frozenset(["for", "if", "some", "every", "function", "true", "false", "null", "not"])


def cannot_start(token: Token) -> bool:
    if token.kind == END:
        return True
    if token.kind == SYMBOL:
        return token.text not in _STARTERS or token.text == "]"
    return token.kind == NAME and token.text in KEYWORDS and token.text not in _STARTING_WORDS
