"""Front matter in TOML, between two lines of three pluses, as Hugo writes it.

Its dates and times become the text that stands there, since an archive keeps what was stated.
"""

import re
import tomllib
from datetime import date, datetime, time
from math import isfinite
from typing import Any

from service.errors import Unreadable

_OPENING = re.compile(r"\+\+\+[ \t]*\n")
_CLOSING = re.compile(r"^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE)
_LONGEST = 65_536
_FIRST = re.compile(r"\+\+\+[ \t]*\n(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(?P<name>[\w.-]+)[ \t]*=")
_LARGEST = 2**63
_DEEPEST = 40


def split_toml(text: str) -> tuple[dict[str, Any] | None, str]:
    """The fields (None without any) and the text behind them; Unreadable with a mistake in them."""
    if not text.startswith("+++"):
        return None, text
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    opening = _OPENING.match(plain)
    closing = opening and _CLOSING.search(plain, opening.end(), opening.end() + _LONGEST)
    if not opening or not closing or not _FIRST.match(plain):
        return None, text
    try:
        # The line of pluses stands above, and counts.
        fields = tomllib.loads("\n" + plain[opening.end() : closing.start()])
    except tomllib.TOMLDecodeError as fault:
        told = str(fault)
        raise Unreadable(
            f"its front matter is not valid TOML: {told[:1].lower()}{told[1:]}"
        ) from fault
    except RecursionError as fault:
        raise Unreadable("its front matter is nested too deeply") from fault
    return {name: _value(value, 0) for name, value in fields.items()}, plain[closing.end() :]


def first_name(text: str) -> str | None:
    """The name of the first field of what begins as TOML."""
    found = _FIRST.match(text[:_LONGEST].replace("\r\n", "\n").replace("\r", "\n"))
    return found["name"] if found else None


def _value(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise Unreadable("its front matter is nested too deeply")
    if isinstance(value, dict):
        return {name: _value(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_value(item, depth + 1) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    too_large = isinstance(value, int) and abs(value) >= _LARGEST
    no_number = isinstance(value, float) and not isfinite(value)
    return str(value) if too_large or no_number else value
