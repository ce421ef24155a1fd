"""What a search answers: it knows no request, no URL and no engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from service.dates import Moment
from service.query import Cursor, Diagnostic

# Field (`title`, `body`, `captions[0]`) -> what matched there, as (start, end) in code points of
# the field's text, in order and without overlap.
Places = Mapping[str, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage of a field; highlights are (start, end) in code points of `text`."""

    field: str
    text: str
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ScorePart:
    """What a word or phrase, two words side by side or a name as written adds to a score.

    `fields` are those that a word or phrase stands in.
    """

    text: str
    why: Literal["words", "nearness", "as written"]
    score: float
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score: the sum of its parts, times `recency`."""

    parts: tuple[ScorePart, ...]
    recency: float


@dataclass(frozen=True, slots=True)
class Copy:
    """A near copy of a hit, and where it was published."""

    key: str
    source: str | None
    published: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article that matched; `score` is None where the order is by date.

    `copies` is the number of its near copies: in a collapsed search those that matched too and for
    which it stands, else those in the archive; `copied_in` are the oldest of them. `version` is the
    past version that matched, if the current text does not.
    """

    key: str
    title: str
    title_derived: bool
    source: str | None
    source_derived: bool
    authors: tuple[str, ...]
    published: Moment | None
    url: str | None
    language: str | None
    score: float | None
    snippets: tuple[Snippet, ...]
    copies: int = 0
    copied_in: tuple[Copy, ...] = ()
    version: int | None = None
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value (an entity's key, or the name itself), how it is shown, and in how many articles."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts of a field's values, the largest first; `more` when there are others."""

    values: tuple[FacetValue, ...]
    more: bool
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Bin:
    """Articles published from `start` to `end`, both dates inclusive."""

    start: str
    end: str
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Articles by publication date in UTC, in bins of a year, month or day."""

    interval: Literal["year", "month", "day"]
    values: tuple[Bin, ...]
    undated: int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline, the newest article that has it, and how many have."""

    key: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a text may become; `key` is that of the entity or of the headline's newest article."""

    text: str
    kind: Literal["word", "headline", "entity"]
    count: int
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Expansion:
    """What was looked for beside a word as typed, and why."""

    source: str
    to: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A page of hits, and where the next one begins.

    `total` counts the articles that match, `groups` a group of near copies among them once.
    """

    total: int
    groups: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Facet | Histogram] = field(default_factory=dict)
    match: Literal["all", "any"] = "all"
    understood: str = ""
    expanded: tuple[Expansion, ...] = ()
    did_you_mean: str | None = None
    next: Cursor | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A person, organisation or place that two articles name."""

    key: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Similar:
    """An article like another, how much (0 to 1), and what they share, the most telling first."""

    hit: Hit
    likeness: float
    words: tuple[str, ...]
    entities: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class SimilarArticles:
    """A page of `total` articles like another."""

    total: int
    articles: tuple[Similar, ...]
    more: bool
