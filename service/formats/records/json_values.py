"""JSON from bytes, strictly: what two readers would understand differently is a fault.

A field stated twice, NaN and infinities are faults, told in words that go into a reason. A name
that is stated twice further down has both values, the second one as `name#2`.
"""

import json
from collections.abc import Container, Iterator
from typing import Any

from service.formats.decoding import Decoded, decode

_BOM = "\ufeff"
_MOST_DOUBLED = 100
_SPACE = " \t\r\n\x1e"


def text_in(data: bytes, charset: str | None = None) -> Decoded:
    """JSON is UTF-8; what is not may have been written by a program that did not know."""
    try:
        return Decoded(data.decode("utf-8").removeprefix(_BOM))
    except UnicodeDecodeError:
        return decode(data, charset)


def values_in(text: str) -> Iterator[Any]:
    """The values that stand one behind another in a text, mostly one; ValueError at a fault."""
    start = _past_space(text, 0)
    while start < len(text):
        value, end = _decoded(text, start)
        yield value
        start = _past_space(text, end)


def strict_value(text: str) -> Any:
    """The one value of a text; ValueError with what is wrong, RecursionError if too deep."""
    try:
        return _checked(_DECODER.decode(text))
    except json.JSONDecodeError as fault:
        raise ValueError(_told(fault)) from fault


def _told(fault: json.JSONDecodeError) -> str:
    text = _safe(str(fault))
    return text[0].lower() + text[1:]


def _safe(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _decoded(text: str, start: int) -> tuple[Any, int]:
    try:
        value, end = _DECODER.raw_decode(text, start)
        return _checked(value), end
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as fault:
        raise ValueError(_told(fault)) from fault


def _past_space(text: str, start: int) -> int:
    while start < len(text) and text[start] in _SPACE:
        start += 1
    return start


class _Doubled(dict[str, Any]):
    """An object that states a name twice."""

    twice = ""


def _checked(value: Any) -> Any:
    """Which of two embargoes would count? No field of a record is stated twice, nor of a list's."""
    for each in value if isinstance(value, list) else (value,):
        if isinstance(each, _Doubled):
            raise ValueError(f"“{_safe(each.twice)}” is stated twice")
    return value


def _both(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled = _Doubled()
    for name, value in pairs:
        if name in doubled:
            doubled.twice = name
            name = _numbered(name, doubled)
        doubled[name] = value
    return doubled


def _numbered(name: str, taken: Container[str]) -> str:
    number = 2
    while f"{name}#{number}" in taken:
        number += 1
        if number > _MOST_DOUBLED:
            raise ValueError(f"“{_safe(name)}” is stated more than {_MOST_DOUBLED} times")
    return f"{name}#{number}"


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    return _no_number(text[:20]) if number in (float("inf"), float("-inf")) else number


def _whole(text: str) -> int:
    # Beyond 4,300 digits Python refuses, in words of its own.
    return int(text) if len(text) <= 4_000 else int(_no_number(text[:20] + "…"))


_DECODER = json.JSONDecoder(
    object_pairs_hook=_both, parse_constant=_no_number, parse_float=_finite, parse_int=_whole
)
