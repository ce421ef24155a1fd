"""By what documents are looked up, beside what searches and lists ask for.

`record` is the document itself, `by` the values of its fields, `near` the places of its text among
those that may be copies, `at` what it is ordered by.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from service.near_copies import bands, bucket
from service.needs import FIELDS, ORDERED, PRIVATE_FIELDS, Field
from service.working.documents import Document
from service.working.schemas import owned_by_table

RECORD = "record"
NOT_KEPT = ("by", "near", "at", "tables")

# Longer values are told apart by a hash behind their beginning: Lucene takes no term of any length.
_LONGEST = 256
_BEGINNING = _LONGEST - 20
# A text has a place in each of them.
_BANDS = len(bands(bytes(56)))

_NUMBER: dict[str, Any] = {"type": "long"}
_KEYWORD: dict[str, Any] = {"type": "keyword"}
_LOOKED_UP: dict[str, Any] = {**_KEYWORD, "doc_values": False}


def _by_table(fields: Iterable[Field], mapping: dict[str, Any]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for table, column in fields:
        tables.setdefault(table, {"properties": {}})["properties"][column] = mapping
    return {"properties": tables}


LOOKED_UP: dict[str, Any] = {
    RECORD: {"type": "object", "enabled": False},
    "key": _KEYWORD,
    "kind": _KEYWORD,
    "by": _by_table((*FIELDS, *PRIVATE_FIELDS), _LOOKED_UP),
    "near": {
        "properties": {
            "buckets": _NUMBER,
            "number": _NUMBER,
            **{f"band{number}": _NUMBER for number in range(_BANDS)},
        }
    },
}
LOOKED_UP_OF_OTHERS: dict[str, Any] = {
    **LOOKED_UP,
    "tables": _KEYWORD,
    "at": _by_table(ORDERED, {"properties": {"number": _NUMBER, "text": _KEYWORD}}),
}


def looked_up(document: Document) -> dict[str, Any]:
    """The fields of a document that is found by its values and places."""
    return {
        "key": term_of(document.key),
        "kind": document.kind,
        "by": _stated(document),
        "near": _near(document),
    }


def ordered(document: Document) -> dict[str, Any]:
    """The same of what is asked for in an order."""
    made: dict[str, Any] = {"tables": [*document.rows], "at": {}}
    for table, column in ORDERED:
        if table in document.rows:
            values = document.stated((table, column))
            at = made["at"].setdefault(table, {})
            at[column] = {
                "number": [each for each in values if isinstance(each, int)],
                "text": [term_of(each) for each in values if isinstance(each, str)],
            }
    return made


def by_field(field: Field) -> str:
    return f"by.{field[0]}.{field[1]}"


def term_of(value: str) -> str:
    """A value as it is looked up; a short one never is what a longer one becomes."""
    if len(value) <= _LONGEST:
        return value
    return value[:_BEGINNING] + hashlib.sha256(value.encode()).hexdigest()


def bucket_of(band: int) -> int:
    """What all places of a bucket share."""
    first, last = bucket(band)
    return first // (last - first + 1)


def band_field(band: int) -> str:
    """Which of the fields has the places that stand in order with this one."""
    return f"near.band{_number_of(band)}"


def _number_of(band: int) -> int:
    """Its number stands in front of all that a place is made of."""
    return band // _ALL_BELOW


def _stated(document: Document) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for table, column in (*FIELDS, *PRIVATE_FIELDS):
        if table in document.rows and owned_by_table()[table].kind == document.kind:
            values = dict.fromkeys(document.texts(table, column))
            made.setdefault(table, {})[column] = [term_of(each) for each in values]
    return made


def _near(document: Document) -> dict[str, Any]:
    places = document.places
    if not places:
        return {}
    return {
        "buckets": [bucket_of(band) for band, _ in places],
        "number": places[0][1],
        **dict(_bands(places)),
    }


def _bands(places: Iterable[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    for band, _ in places:
        yield f"band{_number_of(band)}", band


# What the second of them has above the first, which is 0.
_ALL_BELOW = bands(bytes(56))[1]
