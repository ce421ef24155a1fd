"""What is asked for: the query's tree, and a search made of it.

Every node prints itself in the query language, so that a tree can be shown and typed again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from service.dates import DateRange

MatchMode = Literal["all", "any", "auto"]
Sort = Literal["relevance", "newest", "oldest"]
Versions = Literal["current", "all"]

# Fields of text that a query can be limited to, as typed and as they are called in an article.
TEXT_FIELDS: Mapping[str, str] = {
    "title": "title",
    "standfirst": "standfirst",
    "body": "body",
    "caption": "captions",
}
# Fields whose values are counted and filtered by.
FACET_FIELDS = (
    *("source", "person", "organization", "place", "topic", "author", "language"),
    "mentions_date",
)
DATE_FACETS = ("published",)


@dataclass(frozen=True, slots=True)
class Word:
    """One word as typed; it may hold punctuation (`Song-gil`, `AT&T`).

    `inside`: where it stands in a run of a script without spaces, as BTS in `BTS는`. `form`: for
    another word of its stem.
    """

    text: str
    inside: bool = False
    form: bool = False

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so."""

    text: str

    def __str__(self) -> str:
        return f"{self.text}*"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side, in this order."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Near:
    """All words of the text, in any order, with at most `distance` words between them."""

    text: str
    distance: int

    def __str__(self) -> str:
        return f'"{self.text}"~{self.distance}'


@dataclass(frozen=True, slots=True)
class In:
    """A part that must match in one field of text."""

    field: str
    part: "Node"

    def __str__(self) -> str:
        return f"{self.field}:{_grouped(self.part)}"


@dataclass(frozen=True, slots=True)
class Filter:
    """Only articles with this facet value, under any of its names."""

    field: str
    value: str

    def __str__(self) -> str:
        bare = self.value[:1].isalnum() and not set(self.value) & set(' "():*~\t')
        bare = bare and self.value not in ("AND", "OR", "NOT")
        return f"{self.field}:{self.value}" if bare else f'{self.field}:"{self.value}"'


@dataclass(frozen=True, slots=True)
class Dated:
    """Only articles published from (`after`) or before a date: a year, a month or a day.

    `range` is what that is in the searcher's zone.
    """

    side: Literal["after", "before"]
    date: str
    range: DateRange = field(default=DateRange(), compare=False)

    def __str__(self) -> str:
        return f"{self.side}:{self.date}"


@dataclass(frozen=True, slots=True)
class And:
    """Every part. `typed` tells a written AND, which match `any` leaves alone, from mere words."""

    parts: tuple["Node", ...]
    typed: bool = False

    def __str__(self) -> str:
        return (" AND " if self.typed else " ").join(_grouped(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part; `same` when the parts are spellings of one thing, as typed first.

    `folded` when they are even one word, in letters that an index keeps apart.
    """

    parts: tuple["Node", ...]
    same: bool = False
    folded: bool = False

    def __str__(self) -> str:
        return " OR ".join(_grouped(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Without:
    """What matches, less what is excluded; `match` is None for everything."""

    match: "Node | None"
    excluded: "Node"

    def __str__(self) -> str:
        left = f"{_grouped(self.match)} " if self.match else ""
        return f"{left}-{_grouped(self.excluded)}"


Node = Word | Prefix | Phrase | Near | In | Filter | Dated | And | Or | Without


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or | Without) else str(node)


def mapped(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """The tree with every node that `change` answers for replaced, from the top down."""
    changed = change(node)
    if changed is not None:
        return changed
    match node:
        case And(parts, typed):
            return And(tuple(mapped(part, change) for part in parts), typed)
        case Or(parts, same, folded):
            return Or(tuple(mapped(part, change) for part in parts), same, folded)
        case In(name, part):
            return In(name, mapped(part, change))
        case Without(kept, excluded):
            left = mapped(kept, change) if kept is not None else None
            return Without(left, mapped(excluded, change))
        case _:
            return node


def leaves_of(node: Node) -> Iterator["Word | Prefix | Phrase | Near"]:
    """What the tree looks for in texts, from left to right, negated parts included."""
    match node:
        case Word() | Prefix() | Phrase() | Near():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves_of(part)
        case In(_, part):
            yield from leaves_of(part)
        case Without(kept, excluded):
            if kept is not None:
                yield from leaves_of(kept)
            yield from leaves_of(excluded)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What was done with a mistake in the query; offset and length in code points of its text."""

    message: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended.

    `mark` is the archive's generation when page 1 was made. By date a walk goes on after the
    article `key`, or if that is gone or has another date now, after the date and arrival that it
    had; by relevance after `offset` hits, or after the article, if it still has about its `score`.
    `digest` names the search that the cursor belongs to.
    """

    mark: int
    offset: int
    key: str
    arrival: int
    published: str | None
    match: Literal["all", "any"]
    digest: str
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search ready for an engine: `tree` is None for everything.

    `any_tree` is the same query with any of its words enough; None when that is no other query.
    `filters` and `excluded` map a facet field to values; values of one field are alternatives,
    different fields must all hold. Values of person, organization and place are entity keys.
    `half_life` is the age in days at which a score counts half; 0 for no such rule. `nearness`
    lets words side by side, and names as they are typed, count for more; without `snippets` hits
    have none. `exact` ranks every match, however many there are. With `versions` all, a past text
    of an article is enough, if it matches as a whole;
    `collapse` makes one hit of a group of near copies.
    """

    tree: Node | None = None
    any_tree: Node | None = None
    match: MatchMode = "auto"
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    published: DateRange | None = None
    sort: Sort = "relevance"
    facets: tuple[str, ...] = ()
    facet_limit: int = 10
    contains: str = ""
    limit: int = 20
    cursor: Cursor | None = None
    half_life: float = 0.0
    nearness: bool = True
    snippets: bool = True
    explain: bool = False
    exact: bool = False
    collapse: bool = False
    versions: Versions = "current"
    digest: str = ""
