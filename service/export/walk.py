"""A whole result, a page after another: by date, so that each article comes exactly once.

Each page is read in a snapshot of its own, which has ended before the page is handed on: however
slowly somebody reads, no old state of the archive is kept for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from service.archive import Archive
from service.database import Connection
from service.engines import Engine
from service.export.exported import Exported, ExportFormat
from service.limits import AS_DELIVERED, Limits
from service.needs import NOTHING, of_articles, with_entities
from service.query import Cursor
from service.search import Ask, Finder
from service.stores.articles import ArticleStore
from service.stores.entities import EntityStore

# So many are in the memory at a time, with their texts.
_ARTICLES_A_PAGE = 200


@dataclass(frozen=True, slots=True)
class Page:
    """`total` is how many articles the whole result had when this page was read."""

    articles: tuple[Exported, ...]
    total: int


class Walk:
    """Goes through results. What is taken out of the archive meanwhile does not come any more."""

    def __init__(
        self,
        archive: Archive,
        engine: Engine,
        entities: EntityStore,
        limits: Limits = AS_DELIVERED,
    ) -> None:
        self._archive = archive
        self._engine = engine
        self._articles = ArticleStore(archive)
        self._entities = entities
        self._finder = Finder(engine, entities, limits=limits)

    def pages(self, ask: Ask, size: int = _ARTICLES_A_PAGE) -> Iterator[Page]:
        """At least one page, which may be empty. Raises what a search raises."""
        going_on: Ask | None = replace(ask, limit=size, sort=ask.sort or "newest")
        while going_on is not None:
            # Nothing is yielded inside: the snapshot would last as long as whoever reads.
            page, following = self._archive.look(NOTHING, partial(self._page, going_on))
            yield page
            going_on = replace(going_on, cursor=following) if following else None

    def _page(self, ask: Ask, _: Connection) -> tuple[Page, Cursor | None]:
        results = self._finder.search(ask)
        archive, _number = self._engine.generation()
        keys = [hit.key for hit in results.hits]
        with self._archive.read(with_entities(of_articles(keys))):
            articles = (self._exported(archive, key) for key in keys)
            return Page(tuple(found for found in articles if found), results.total), results.next

    def _exported(self, archive: str, key: str) -> Exported | None:
        filed = self._articles.get(key)
        if filed is None:
            return None
        return Exported(filed, self._entities.in_article(key), archive)


def written(form: ExportFormat, pages: Iterator[Page]) -> Iterator[bytes]:
    """The file in pieces, one a page."""
    beginning = form.beginning
    for page in pages:
        yield (beginning + "".join(map(form.write, page.articles))).encode("utf-8")
        beginning = ""
