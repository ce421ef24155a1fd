"""The table of Slavic given names and of the parts of Arabic ones, given_names.csv.

Each row is one name in all its spellings, best first. `telling` is 2 if a search for it alone is
a search for a person, 1 if it gives the language away, 0 if other languages have it too.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("given_names.csv")


@dataclass(frozen=True, slots=True)
class GivenName:
    """`key` is its first spelling; `native` holds the spellings in its own script."""

    key: str
    telling: int
    spellings: tuple[str, ...]
    native: tuple[str, ...]


def load(script: str) -> tuple[GivenName, ...]:
    """The rows of one script; Arabic names may be two words in their own script."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["script"] == script]
    return tuple(_row(row["telling"], row["spellings"], row["native"], script) for row in rows)


def _row(telling: str, spellings: str, native: str, script: str) -> GivenName:
    every = tuple(spellings.split())
    own = (native,) if script == "arabic" else tuple(native.split())
    return GivenName(every[0].replace("'", ""), int(telling), every, own)
