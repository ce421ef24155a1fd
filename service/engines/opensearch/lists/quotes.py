"""Who said what in the whole archive: pages are counted by the cluster, the quotes themselves come
with their articles off the shelf.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.archive import Archive
from service.dates import Moment
from service.engines.fields import nocase
from service.engines.opensearch.compiling import Query
from service.engines.opensearch.lists.asking import NEWEST_FIRST, WholeArchive, either, growing
from service.engines.opensearch.lists.fields import ANYBODY, quote_term, speaker_of, term_of
from service.engines.opensearch.lists.known import KnownEntities
from service.stores.edits import EditStore
from service.stores.entities import EntityStore
from service.stores.quotes import PlacedQuote, QuotePage, QuoteStore
from service.working.documents import Document
from service.working.shelf import Shelf

_COLUMNS = (
    *("position", "entity_id", "speaker_name", "verb", "text", "direct", "field"),
    *("start_offset", "end_offset"),
)
# The score of an article is how many of its quotes are meant.
_TOTAL = {"total": {"sum": {"script": {"lang": "expression", "source": "_score"}}}}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Meant:
    """Whose quotes are asked for, and which: None is everybody, and either kind."""

    keys: frozenset[str] | None
    names: frozenset[bytes]
    direct: bool | None

    def has(self, quote: Row) -> bool:
        if self.direct is not None and bool(quote["direct"]) != self.direct:
            return False
        if self.keys is None:
            return True
        if quote["entity_id"] is not None:
            return quote["entity_id"] in self.keys
        return quote["speaker_name"] is not None and nocase(quote["speaker_name"]) in self.names


class OpenSearchQuotes(QuoteStore):
    """Reads quotes of the cluster."""

    def __init__(
        self,
        archive: Archive,
        entities: EntityStore,
        edits: EditStore,
        whole: WholeArchive,
        shelf: Shelf,
    ) -> None:
        super().__init__(archive, entities, edits)
        self._whole = whole
        self._shelf = shelf
        self._known = KnownEntities(whole)

    def page(
        self,
        *,
        speakers: Sequence[str] = (),
        article: str | None = None,
        direct: bool | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> QuotePage:
        keys, names = self._speakers(speakers)
        meant = _Meant(frozenset(keys) if speakers else None, frozenset(map(nocase, names)), direct)
        terms = [*map(term_of, keys), *map(speaker_of, names)] if speakers else [ANYBODY]
        query = _scored({quote_term(each, direct=direct) for each in terms}, article)
        made = self._whole.asked(self._whole.articles, query, _TOTAL)
        total = round(made["total"]["value"])
        placed = [*self._placed(query, offset, limit)] if offset < total else []
        quotes = tuple(self._quotes(placed, meant))
        return QuotePage(total, quotes, offset + len(quotes) < total)

    def _placed(self, query: Query, offset: int, limit: int) -> Iterator[tuple[str, int, int]]:
        """Articles of a page, newest first: from which to which of its quotes that are meant."""
        body = {
            "query": query,
            "sort": NEWEST_FIRST,
            "track_scores": True,
            "_source": False,
        }
        begun, end = 0, offset + limit
        for piece in self._whole.pieces(self._whole.articles, body, growing(limit, 10_000)):
            for hit in piece:
                count = round(hit["_score"])
                start, stop = max(0, offset - begun), min(count, end - begun)
                if start < stop:
                    yield hit["_id"], start, stop
                begun += count
                if begun >= end:
                    return

    def _quotes(
        self, placed: Sequence[tuple[str, int, int]], meant: _Meant
    ) -> Iterator[PlacedQuote]:
        found = {each.key: each for each in self._shelf.get(("article", key) for key, *_ in placed)}
        rows = {
            key: [row for row in _rows(found[key]) if meant.has(row)][start:stop]
            for key, start, stop in placed
            if key in found
        }
        said_by = {row["entity_id"] for each in rows.values() for row in each}
        known = self._known.of_keys(said_by - {None})
        names = {key: each.entity.name for key, each in known.items()}
        for key, each in rows.items():
            yield from (_quote(found[key], row, names) for row in each)


def _scored(terms: Iterable[str], article: str | None) -> Query:
    """Articles with these quotes, each with the number of them."""
    counted = either({"term": {"lists.quotes": term}} for term in sorted(terms))
    if article is None:
        return counted
    return {"bool": {"must": [counted], "filter": [{"term": {"key": article}}]}}


def _rows(article: Document) -> list[Row]:
    values = zip(*(article.values("quotes", column) for column in _COLUMNS), strict=True)
    return [dict(zip(_COLUMNS, row, strict=True)) for row in values]


def _quote(article: Document, row: Row, names: Mapping[str, str]) -> PlacedQuote:
    def only(column: str) -> Any:
        return next(iter(article.values("articles", column)), None)

    iso = only("published_at")
    return PlacedQuote(
        speaker=row["entity_id"],
        name=names.get(row["entity_id"]),
        speaker_name=row["speaker_name"],
        verb=row["verb"],
        text=row["text"],
        direct=bool(row["direct"]),
        article=article.key,
        title=only("title"),
        source=only("source_id"),
        published=Moment(iso, only("published_precision")) if iso is not None else None,
        field=row["field"],
        start=row["start_offset"],
        end=row["end_offset"],
        number=row["position"],
    )
