"""Parameters in: every name, limit and default of a request, and what it asks of the search."""

import base64
import binascii
import hashlib
import json
from dataclasses import astuple, replace
from math import isfinite
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from service.dates import parse_zone, range_of
from service.entity import EntityType
from service.errors import InvalidRequest, Problem
from service.limits import Limits
from service.parser import MAX_LENGTH
from service.query import DATE_FACETS, FACET_FIELDS, Cursor, MatchMode, Sort, Versions
from service.search import Ask
from service.stores.entities import EntitySort
from service.stores.related import RelatedSort

FACETS = (*FACET_FIELDS, *DATE_FACETS)
REPEATABLE = frozenset({*FACET_FIELDS, *(f"not.{name}" for name in FACET_FIELDS), "speaker"})


class Strict(BaseModel):
    """Parameters: an unknown one is an error."""

    model_config = ConfigDict(extra="forbid")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _joined(value: object) -> object:
    return ",".join(map(str, value)) if isinstance(value, list) else value


Name = Annotated[str, Field(max_length=1_000)]
_Listed = Annotated[list[Name], Field(max_length=100)]
# One alone need not be in a list.
Names = Annotated[_Listed, BeforeValidator(_listed, json_schema_input_type=_Listed | Name)]


def _date(text: str) -> str:
    range_of(text, None, ZoneInfo("UTC"))
    return text


def _zone(name: str) -> str:
    try:
        return parse_zone(name).key
    except InvalidRequest as exc:
        raise ValueError(exc.detail) from exc


def _facets(text: str) -> str:
    for name in filter(None, map(str.strip, text.split(","))):
        if name not in FACETS:
            raise ValueError(f"“{name}” is none of {', '.join(FACETS)}")
    return text


# A length is looked at first, and with it that the text is text: half of a surrogate pair is none.
Date = Annotated[str, Field(max_length=100), AfterValidator(_date)]
Zone = Annotated[str, Field(max_length=100), AfterValidator(_zone)]


def _filter(what: str, alias: str | None = None) -> Any:
    return Field(default_factory=list, alias=alias, description=what)


class FilterParams(Strict):
    """What every search, facet and export is narrowed by."""

    q: str = Field("", max_length=MAX_LENGTH, description="The query; empty means everything.")
    match: MatchMode = Field("auto", description="all words, any, or what finds enough")
    strict: bool = Field(False, description="true: a mistake in `q` is 422 with its place")
    source: Names = _filter("Only from these sources")
    person: Names = _filter("Only with these people, by key or any of their names")
    organization: Names = _filter("Only with these organisations, by key or name")
    place: Names = _filter("Only with these places, by key or name")
    topic: Names = _filter("Only on these topics; `economy` includes `economy/…`")
    author: Names = _filter("Only by these authors")
    language: Names = _filter("Only in these languages (BCP 47)")
    mentions_date: Names = _filter("Only where the text mentions it; `2018` includes `2018-…`")
    not_source: Names = _filter("Not from these sources", alias="not.source")
    not_person: Names = _filter(
        "Not with these people, by key or any of their names", alias="not.person"
    )
    not_organization: Names = _filter(
        "Not with these organisations, by key or name", alias="not.organization"
    )
    not_place: Names = _filter("Not with these places, by key or name", alias="not.place")
    not_topic: Names = _filter(
        "Not on these topics; `economy` includes `economy/…`", alias="not.topic"
    )
    not_author: Names = _filter("Not by these authors", alias="not.author")
    not_language: Names = _filter("Not in these languages (BCP 47)", alias="not.language")
    not_mentions_date: Names = _filter(
        "Not where the text mentions it; `2018` includes `2018-…`", alias="not.mentions_date"
    )
    from_: Date | None = Field(None, alias="from", description="Published from this date on")
    to: Date | None = Field(None, description="Published up to this date, that day included")
    tz: Zone | None = Field(None, description="The zone of dates without one")
    expand: bool = Field(True, description="false: no other spellings of words and names")
    versions: Versions = Field(
        "current", description="`all` also finds what an article said before"
    )

    def ask(self, timezone: str) -> Ask:
        """The same in the terms of the search."""
        named = {name: tuple(getattr(self, name)) for name in FACET_FIELDS}
        excluded = {name: tuple(getattr(self, f"not_{name}")) for name in FACET_FIELDS}
        return Ask(
            q=self.q,
            match=self.match,
            strict=self.strict,
            filters={name: values for name, values in named.items() if values},
            excluded={name: values for name, values in excluded.items() if values},
            start=self.from_,
            end=self.to,
            tz=self.tz or timezone,
            expand=self.expand,
            versions=self.versions,
        )


class FacetParams(FilterParams):
    """The parameters of a facet."""

    facet_limit: int = Field(10, ge=1, le=100, description="Values a field")
    contains: str = Field("", max_length=200, description="Only values that contain this")

    def ask_of(self, fields: tuple[str, ...], timezone: str) -> Ask:
        """The counts of these fields."""
        return replace(
            self.ask(timezone),
            facets=fields,
            facet_limit=self.facet_limit,
            contains=self.contains,
        )


class SearchParams(FilterParams):
    """The parameters of a search; POST takes the same as JSON."""

    sort: Sort | None = Field(None, description="`relevance`, or `newest` when `q` is empty")
    rank: Literal["auto", "exact"] = Field("auto", description="`exact` ranks every match")
    collapse: bool = Field(False, description="true: a group of near copies is one hit")
    explain: bool = Field(False, description="true: each hit's score by parts")
    facets: Annotated[
        str,
        BeforeValidator(_joined, json_schema_input_type=Name | list[str]),
        AfterValidator(_facets),
    ] = Field(
        "",
        max_length=1_000,
        description="Fields to count, comma-separated",
        examples=["person,source"],
    )
    facet_limit: int = Field(10, ge=1, le=100, description="Values a field")
    limit: int = Field(20, ge=1, le=100, description="Hits a page")
    cursor: str | None = Field(None, description="`next` of the page before")

    def facet_fields(self) -> tuple[str, ...]:
        """The fields asked for, each once."""
        return tuple(dict.fromkeys(f.strip() for f in self.facets.split(",") if f.strip()))

    def ask(self, timezone: str) -> Ask:
        return replace(
            super().ask(timezone),
            sort=self.sort,
            facets=self.facet_fields(),
            facet_limit=self.facet_limit,
            limit=self.limit,
            cursor=read_cursor(self.cursor) if self.cursor is not None else None,
            explain=self.explain,
            exact=self.rank == "exact",
            collapse=self.collapse,
        )


class SuggestParams(Strict):
    """The parameters of suggestions."""

    q: str = Field("", max_length=1_000, description="What has been typed so far")
    limit: int = Field(8, ge=1, le=20, description="Suggestions at most")


def refuse_long_page(limit: int, limits: Limits) -> None:
    """InvalidRequest for a page of more than a setting allows."""
    if limit > limits.longest_page:
        told = f"is more than the {limits.longest_page} of CUTTINGS_LONGEST_PAGE"
        raise InvalidRequest("The page is too long", problems=(Problem("limit", told),))


class ListParams(Strict):
    """The parameters of any list that is paged through; `what` names a list among others."""

    limit: int = Field(20, ge=1, le=100, description="Entries a page")
    cursor: str | None = Field(None, description="`next` of the page before")

    def after(self, what: str) -> Cursor | None:
        """Where the page before ended; InvalidRequest for another list's cursor."""
        if self.cursor is None:
            return None
        cursor = read_cursor(self.cursor)
        if cursor.digest != _digest(what):
            problem = Problem("cursor", "belongs to another list")
            raise InvalidRequest("The cursor belongs to another list", problems=(problem,))
        return cursor

    def offset(self, what: str) -> int:
        """How many came before this page."""
        cursor = self.after(what)
        return cursor.offset if cursor is not None else 0

    def next(self, what: str) -> str:
        """The cursor of the page after this one."""
        offset = self.offset(what) + self.limit
        return self.going_on(what, Cursor(0, offset, "", 0, None, "all", ""))

    @staticmethod
    def going_on(what: str, place: Cursor) -> str:
        """The cursor of a list that goes on after a place in it."""
        return write_cursor(replace(place, digest=_digest(what)))


def _digest(what: str) -> str:
    return hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class EntityParams(ListParams):
    """The parameters of the list of entities."""

    name: str = Field(
        "", max_length=1_000, description="Only those with a name like this, in any spelling"
    )
    type: EntityType | None = Field(None, description="Only those of this type")
    sort: EntitySort = Field(
        "mentions", description="most mentions, or the most `recent` article, first"
    )

    @property
    def what(self) -> str:
        return f"entities\n{self.name}\n{self.type}\n{self.sort}"


class RelatedParams(ListParams):
    """The parameters of the list of entities named beside another."""

    type: EntityType | None = Field(None, description="Only those of this type")
    sort: RelatedSort = Field(
        "significance",
        description="together most beyond chance, or in the greatest `count` of articles, first",
    )

    def what(self, key: str) -> str:
        return f"related\n{key}\n{self.type}\n{self.sort}"


class UriParams(Strict):
    """Finds an article by the source's own identifier."""

    uri: str = Field(max_length=10_000, description="The source's own identifier")


class NoParams(Strict):
    """A path that takes none."""


def read_cursor(text: str) -> Cursor:
    """The cursor that `write_cursor` wrote; InvalidRequest for anything else."""
    try:
        packed = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        values = json.loads(packed)
        cursor = Cursor(*values)
        kinds = (int, int, str, int, str | None, str, str, float | None)
        typed = all(isinstance(v, k) for v, k in zip(astuple(cursor), kinds, strict=True))
        numbers = [v for v in values if isinstance(v, int)]
        if not typed or any(isinstance(n, bool) or not 0 <= n < 1 << 62 for n in numbers):
            raise ValueError("not a cursor")
        if cursor.match not in ("all", "any") or not isfinite(cursor.score or 0):
            raise ValueError("not a cursor")
        f"{cursor.key}{cursor.published}".encode()  # half of a surrogate pair is a ValueError
    except (ValueError, TypeError, binascii.Error, RecursionError) as exc:
        problem = Problem("cursor", "is none of ours: take `next` of the page before")
        raise InvalidRequest("The cursor cannot be read", problems=(problem,)) from exc
    return cursor


def write_cursor(cursor: Cursor) -> str:
    """A cursor as opaque text that is safe in a URL."""
    packed = json.dumps(astuple(cursor), separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")
