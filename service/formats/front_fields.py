"""What front matter states: written by hand and for a site, so what does not fit goes to `extra`.

Only where a mistake would publish what must not be seen, or give an article another identity, is it
a fault: an embargo, a status, a key.
"""

from collections.abc import Mapping
from typing import Any

from service.errors import Unreadable
from service.formats.records.field_values import left_of, shaped
from service.formats.release import is_flag, is_public, refuse_unreleased
from service.formats.stated_fields import (
    check_text,
    checked,
    field_of_name,
    plain_name,
    read_fields,
)

_STRICT = frozenset(("embargoed_until", "key", "status"))
# Read like those of records: “one, two” is two of them.
_SHAPED = frozenset(("topics", "authors"))


def read_front(raw: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """Checked values by the name of the article's field, and the rest under `extra`.

    `mapping` tells which of our fields a name means; Unreadable for a draft, or by the field.
    """
    for name, value in raw.items():
        check_text(name, value)
    refuse_unreleased(raw)
    if not is_flag(raw.get("draft")):
        raise Unreadable("draft: must be true or false")
    told = {mapping[name] for name in raw if name in mapping}
    sent = raw.get("extra")
    extra: dict[str, Any] = dict(sent) if isinstance(sent, dict) else {}
    stated: dict[str, Any] = {}
    for name, value in raw.items():
        field = mapping.get(name) or field_of_name(name)
        if name == "extra" and isinstance(sent, dict):
            continue
        if field is None or (name not in mapping and field in told):
            extra[name] = value
            continue
        fitting = _fitting(field, name, value)
        if fitting is None and name == "published" and not is_flag(value):
            raise Unreadable("published: must be a date, or true or false")
        left = left_of(field, value) if fitting is not None else value
        if fitting is not None:
            stated[field if name in mapping else name] = fitting
        if left not in (None, "", [], {}):
            extra[name] = left
    return read_fields(stated | ({"extra": extra} if extra else {}))


def _fitting(field: str, name: str, value: Any) -> Any:
    """The value as our field takes it; None when it states nothing or is something else."""
    if field == "status" and is_public(value):
        return "published"
    if field in _STRICT:
        return value
    attempts = (_shaped, _as_it_is) if field in _SHAPED else (_as_it_is, _shaped)
    for attempt in attempts:
        try:
            fitting = attempt(field, name, value)
            return fitting if checked(field, fitting) not in (None, ()) else None
        except (ValueError, Unreadable):
            continue
    return None


def _as_it_is(_field: str, _name: str, value: Any) -> Any:
    return value


def _shaped(field: str, name: str, value: Any) -> Any:
    return shaped(field, plain_name(name), value)
