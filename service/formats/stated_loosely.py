"""The article of what marked-up news says: a value that does not fit its field is kept in `extra`.

Nobody can correct what an agency sent years ago, so one odd date must not cost the whole article.
An embargo that cannot be understood does: to guess would be to publish too early.
"""

import re
from collections.abc import Mapping
from typing import Any

from service.article import Article
from service.dates import Moment
from service.errors import Unreadable
from service.formats.page.dates import stated_moment
from service.formats.sidecar import from_body
from service.formats.stated_fields import checked, is_version

_DATES = frozenset({"published", "updated"})
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CLOCK = re.compile(r"\d[Tt ]\s*\d")


def article_of(said: Mapping[str, Any]) -> Article:
    """From values under our names, `published` and `updated` as the source wrote them.

    Empty ones say nothing; Unreadable without a body.
    """
    if not str(said.get("body") or "").strip():
        raise Unreadable("has a title but no text" if said.get("title") else "has no text")
    extra = {name: _clean(value) for name, value in said.get("extra", {}).items() if value}
    stated: dict[str, Any] = {}
    for name, value in said.items():
        if name == "extra" or not value:
            continue
        fitting = _fitting(name, _clean(value))
        if fitting is None:
            extra.setdefault(name, _clean(value))
        else:
            stated[name] = fitting
    return from_body(stated | ({"extra": extra} if extra else {}))


def embargo(text: str) -> Moment:
    """When it ends; Unreadable when that is not clear, a time without its zone included."""
    found = stated_moment(text)
    if found is None:
        raise Unreadable(f"is under an embargo without a clear end: “{text[:60]}”")
    if found.precision == "day" and has_clock(text):
        raise Unreadable(f"is under an embargo whose end has no time zone: “{text[:60]}”")
    return found


def has_clock(text: str) -> bool:
    return bool(_CLOCK.search(text))


def _fitting(name: str, value: Any) -> Any:
    if name in _DATES:
        return stated_moment(str(value))
    if isinstance(value, Moment):
        return value
    if name == "version":
        number = int(value) if re.fullmatch(r"[0-9]{1,18}", str(value)) else None
        return number if is_version(number) else None
    try:
        return checked(name, value)
    except ValueError:
        return None


def _clean(value: Any) -> Any:
    """Without characters that cannot be stored or shown."""
    if isinstance(value, str):
        return _UNFIT.sub("", value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(item) for name, item in value.items()}
    return value
