"""What a piece of work looks at, told before it begins.

A file has it all, and ignores this. Where nobody has a whole archive it is what is fetched: so it
has to be all that a decision asks for. What follows from decisions (counts of entities, neighbours
among copies, mentions that an edit moves) is found out by `working.consequences`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from service.edits import is_open, reading_of
from service.entity import ENTITY_TYPES, Mention
from service.names import name_key

ArchiveKind = Literal["archive", "article", "entity", "source", "edit"]
# Of what stands beside it, for its owner's eyes only.
PrivateKind = Literal[
    "key", "session", "held", "aside", "fetch", "ingest", "line", "slow", "sums", "number"
]
Kind = Literal[ArchiveKind, PrivateKind]
Name = tuple[Kind, str]
"""A document by its kind and key: all that belongs to one article, entity, source or edit; or to a
key, a session, a held article, an input put aside, a fetch, an ingest, a line of the audit log, a
slow query. `sums` has what is counted of them, a `number` the last that any of its table was given.
"""
Place = tuple[int, int]
"""A band and a number: where a text stands among those that may be copies of each other."""
Field = tuple[str, str]
"""A table and a column of it."""

FORMER = ("former_keys", "former")
URI = ("articles", "uri")
ORIGIN = ("origins", "origin")
TEXT = ("articles", "content_hash")
KILLED = ("killed_identities", "digest")
READING = ("mentions", "reading_id")
LATER = ("tombstones", "later_key")
GROUP = ("copies", "group_id")
SPELLING = ("aliases", "folded")
NAMED = ("article_entities", "entity_id")
SPEAKER = ("quotes", "entity_id")
SOURCE = ("articles", "source_id")
KEY_HASH = ("api_keys", "hash")
SESSION_KEY = ("sessions", "key")
HELD_URI = ("embargoed", "uri")
HELD_ORIGIN = ("embargoed", "origin")
HELD_TEXT = ("embargoed", "content_hash")
HELD_PUBLIC = ("embargoed", "public_key")
ASIDE_ORIGIN = ("quarantine", "origin")
FIELDS: tuple[Field, ...] = (
    *(FORMER, URI, ORIGIN, TEXT, KILLED, READING, LATER, GROUP, SPELLING, NAMED, SPEAKER, SOURCE),
)
"""Those that documents are looked up by; what a column refers to is called by its key."""
PRIVATE_FIELDS: tuple[Field, ...] = (
    *(KEY_HASH, SESSION_KEY, HELD_URI, HELD_ORIGIN, HELD_TEXT, HELD_PUBLIC, ASIDE_ORIGIN),
)
"""The same of what stands beside the archive; numbers are looked up as they are written."""
ENDS = ("sessions", "ends_at")
HELD_UNTIL = ("embargoed", "embargoed_until")
ASIDE = ("quarantine", "id")
ASIDE_DIGEST = ("quarantine", "digest")
ASIDE_INGEST = ("quarantine", "ingest")
ASIDE_NUMBER = ("quarantine", "number")
INGEST = ("ingests", "id")
LINE = ("audit", "id")
LINE_AT = ("audit", "at")
SLOW = ("slow_queries", "id")
SLOW_AT = ("slow_queries", "at")
ORDERED: tuple[Field, ...] = (
    *(ENDS, HELD_UNTIL, ASIDE, ASIDE_ORIGIN, ASIDE_DIGEST, ASIDE_INGEST, ASIDE_NUMBER),
    *(INGEST, LINE, LINE_AT, SLOW, SLOW_AT),
)
"""Those that a `Span` names. Some are the number by which the document is called."""


class Edge(NamedTuple):
    """A place in the order of articles: when one was published (""; unknown), when it got that
    date (`articles.dated_in`), and its key.
    """

    published: str
    dated_in: int
    key: str


@dataclass(frozen=True, slots=True)
class Newest:
    """So many of the newest articles that have a value in a field, or of all (None).

    `before` an edge, which itself is not among them; `oldest` first instead, and then after it.
    `dated` leaves out those of which nobody knows when they were published.
    """

    count: int
    field: Field | None = None
    value: str = ""
    before: Edge | None = None
    oldest: bool = False
    dated: bool = False


class Condition(NamedTuple):
    """What stands in a field: from `least` to `most`, both included; one of some; or nothing."""

    field: Field
    least: str | int | None = None
    most: str | int | None = None
    one_of: frozenset[str] | None = None
    nothing: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """So many documents for which all conditions hold, or with 0 all of these, in the order of a
    field and then of their keys; from its end if it is the `last` that are wanted.
    """

    order: Field
    count: int = 0
    where: tuple[Condition, ...] = ()
    last: bool = False


class Linked(NamedTuple):
    """Articles, and what a field of theirs names: entities, or with `copies.group_id` all of their
    groups. With `most` only so many of each, those that are named most often first.
    """

    of: "Needs"
    field: Field
    most: int = 0


@dataclass(frozen=True, slots=True)
class Needs:
    """Documents by name, all that have a value in a field, all near a place among copies, and some
    of the newest articles; of `kinds`, of which there are few, every one; some in the order of
    a field; and what others name.

    `near` tells how many neighbours on either side.
    """

    names: frozenset[Name] = frozenset()
    fields: frozenset[tuple[Field, str]] = frozenset()
    near: frozenset[tuple[Place, int]] = frozenset()
    newest: frozenset[Newest] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    spans: frozenset[Span] = frozenset()
    linked: frozenset[Linked] = frozenset()

    def __or__(self, other: "Needs") -> "Needs":
        return Needs(
            self.names | other.names,
            self.fields | other.fields,
            self.near | other.near,
            self.newest | other.newest,
            self.kinds | other.kinds,
            self.spans | other.spans,
            self.linked | other.linked,
        )

    def __sub__(self, other: "Needs") -> "Needs":
        return Needs(
            self.names - other.names,
            self.fields - other.fields,
            self.near - other.near,
            self.newest - other.newest,
            self.kinds - other.kinds,
            self.spans - other.spans,
            self.linked - other.linked,
        )

    def __bool__(self) -> bool:
        some = self.names or self.fields or self.near or self.newest
        return bool(some or self.kinds or self.spans or self.linked)


NOTHING = Needs()
"""But what is always there: the archive's name and number, and the editors' log."""


class Whole:
    """What needs are to whoever has a whole archive: nothing."""

    @property
    def has_all(self) -> bool:
        return True

    def want(self, needs: Needs) -> None:
        """It is there."""

    def parts(self, span: Span, count: int) -> Iterator[Needs]:  # noqa: ARG002 - it has all
        """All at once."""
        yield NOTHING

    def before_again(self, undo: Callable[[], None]) -> None:
        """Nothing is done again."""


def together(all_: Iterable[Needs]) -> Needs:
    """All of many, each set made but once."""
    every = [*all_]
    sets = ([getattr(each, name) for each in every] for name in Needs.__slots__)
    return Needs(*(frozenset().union(*each) for each in sets))


def of_mentions(mentions: Iterable[Mention]) -> Needs:
    """Whom a text names, as far as editors have not decided otherwise."""
    read = {reading_of(mention) for mention in mentions}
    return of_entities(reading for reading in read if not is_open(reading))


def of_keys(keys: Iterable[str]) -> Needs:
    """The articles that have these keys, or had them."""
    keys = frozenset(keys)
    return Needs(
        frozenset(("article", key) for key in keys), frozenset((FORMER, key) for key in keys)
    )


def of_articles(keys: Iterable[str]) -> Needs:
    """The articles that have these keys now."""
    return Needs(frozenset(("article", key) for key in keys))


def of_entities(keys: Iterable[str]) -> Needs:
    """The entities with these keys, or those that they were merged into."""
    return Needs(frozenset(("entity", key) for key in keys))


def of_spelling(text: str) -> Needs:
    """Who is called so."""
    return Needs(fields=frozenset({(SPELLING, name_key(text))}))


def of_names(folded: Iterable[str]) -> Needs:
    """Who has one of these folded names, or is called so anywhere: a key is made of the name."""
    folded = frozenset(folded)
    keys = (f"{type_}-{name}" for type_ in ENTITY_TYPES for name in folded)
    return of_entities(keys) | Needs(fields=frozenset((SPELLING, name) for name in folded))


def of_whole(keys: Iterable[str]) -> Needs:
    """Entities with the first and the last dated article that names each."""
    keys = frozenset(keys)
    seen = (Newest(1, NAMED, key, oldest=o, dated=True) for key in keys for o in (False, True))
    return of_entities(keys) | Needs(newest=frozenset(seen))


def with_entities(needs: Needs, most: int = 0) -> Needs:
    """Articles with those whom they name, or with the `most` named of each."""
    return Needs(linked=frozenset({Linked(needs, NAMED, most)}))
