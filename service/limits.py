"""How much of anything one request may ask for: rows like those of the settings, which hold them.

What the public contract promises (a query of 10,000 characters, a page of 100) is the highest
value; a setting only lowers it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from service.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit with its default; a field is called as its setting."""

    longest_query: int = 10_000
    most_words: int = 500
    deepest_query: int = 32
    most_spellings: int = 1_000
    most_filters: int = 100
    longest_page: int = 100
    longest_address: int = 200_000
    largest_body: int = 1_000_000
    largest_batch: int = 16_000_000
    most_articles: int = 5_000
    most_at_once: int = 16
    most_at_once_each: int = 12
    most_waiting: int = 200
    most_waiting_each: int = 100
    wait_seconds: int = 10
    sql_seconds: int = 10
    sql_rows: int = 1_000
    sql_at_once: int = 2
    sql_largest: int = 10_000_000
    sqlite_memory: int = 500_000_000


AS_DELIVERED = Limits()

# (field, lowest, highest, what it does)
_ROWS: tuple[tuple[str, int, int, str], ...] = (
    ("longest_query", 1, 10_000, "Characters that a query may have; a longer one is refused."),
    ("most_words", 1, 500, "Words that are looked for; those after them are left out."),
    ("deepest_query", 1, 32, "Levels of parentheses in a query; deeper ones are left out."),
    (
        "most_spellings",
        0,
        10_000,
        "Other spellings that are looked for beside a query's words; further ones are left out.",
    ),
    ("most_filters", 1, 100, "Values that one filter may be given."),
    ("longest_page", 20, 100, "Hits or entries that a page may have."),
    ("longest_address", 1_000, 1_000_000, "Bytes of a request's address; a longer one is 414."),
    ("largest_body", 1_000, 100_000_000, "Bytes of a request's body, but for articles."),
    ("largest_batch", 1_000, 1_000_000_000, "Bytes of articles sent in one request."),
    ("most_articles", 1, 1_000_000, "Articles sent in one request."),
    ("most_at_once", 2, 64, "Requests that a worker works on at once; others wait in line."),
    ("most_at_once_each", 1, 64, "Of these, how many may be of one key or address."),
    ("most_waiting", 0, 10_000, "Requests that may wait in line."),
    ("most_waiting_each", 0, 10_000, "Of these, how many may be of one key or address."),
    ("wait_seconds", 1, 600, "How long a request waits in line."),
    ("sql_seconds", 1, 86_400, "When a statement in the SQL room is stopped, in seconds."),
    ("sql_rows", 1, 100_000, "Rows of an answer in the SQL room."),
    ("sql_at_once", 1, 16, "Requests to the SQL room that are worked on at once."),
    ("sql_largest", 10_000, 1_000_000_000, "Bytes of an answer in the SQL room."),
    (
        "sqlite_memory",
        100_000_000,
        1_000_000_000_000,
        "Bytes that SQLite may hold in a worker; what needs more is refused.",
    ),
)


def name_of(field: str) -> str:
    """The setting of a limit, as its error names it."""
    return f"CUTTINGS_{field.upper()}"


# As rows of the settings: name, default, what it does.
LIMITS = tuple((name_of(f), str(getattr(AS_DELIVERED, f)), help_) for f, _, _, help_ in _ROWS)


def read_limits(given: Mapping[str, str]) -> Limits:
    """The limits in an environment; Misconfigured names the setting that cannot be used."""
    return Limits(
        **{
            field: whole_number(name_of(field), given[name_of(field)], lowest, highest)
            for field, lowest, highest, _ in _ROWS
        }
    )


def as_written(limits: Limits) -> dict[str, str]:
    """The same as environment variables."""
    return {name_of(each.name): str(getattr(limits, each.name)) for each in fields(limits)}


def whole_number(name: str, text: str, lowest: int, highest: int) -> int:
    """Misconfigured for what is none between the two, both included."""
    if not (text.isascii() and text.isdigit() and lowest <= int(text[:20]) <= highest):
        raise Misconfigured(
            f"{name}: “{text}” is not a whole number from {lowest:,} to {highest:,}"
        )
    return int(text)
