"""How financial wires mark firms: a ticker behind the name, `Acme Corp <ACM.N>`, `(NYSE: ACM)`.

The ticker is no name of anybody; what stands in front of it is a firm, whatever it sounds like.
"""

import re

_SYMBOL = r"[A-Z][A-Z0-9&]{0,6}(?:[.-][A-Z]{1,2})?"
_EXCHANGE = r"(?:NYSE|NASDAQ|Nasdaq|AMEX|Amex|LSE|TSX|ASX|OTC)"
_BEHIND = re.compile(
    rf"[ \n]{{1,2}}(?:<{_SYMBOL}>|\({_EXCHANGE}: ?{_SYMBOL}\)|\([A-Z0-9]{{1,6}}\.[A-Z]{{1,2}}\))"
)
_BRACKETED = re.compile(rf"<{_SYMBOL}>")
_OF_EXCHANGE = re.compile(rf"\({_EXCHANGE}: ?$")
_REACH = 10  # characters: the longest name of an exchange with its marks


def is_ticker(flat: str, start: int, end: int) -> bool:
    """Whether the span is a ticker, or a part of one."""
    if end - start > _REACH:
        return False
    opened = flat.rfind("<", max(0, start - _REACH), start + 1)
    if opened >= 0 and (symbol := _BRACKETED.match(flat, opened)):
        return end <= symbol.end()
    return flat[end : end + 1] == ")" and bool(
        _OF_EXCHANGE.search(flat, max(0, start - _REACH), start)
    )


def is_listed(flat: str, start: int, end: int) -> bool:
    """Whether a ticker follows, or the whole name stands in angle brackets: `<Acme Foods Ltd>`."""
    if flat[end : end + 1] == ">":
        return flat[start - 1 : start] == "<"
    return flat[end : end + 2] in {" <", " (", "\n<"} and bool(_BEHIND.match(flat, end))
