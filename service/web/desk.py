"""What every request works with, made once from the settings."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from service.archive import Archive
from service.engines import Engine
from service.extract import Tagger, load_tagger
from service.home import Home, made_home
from service.killing import Killing
from service.result import Facet
from service.search import Ask, Finder
from service.settings import Settings
from service.similarity import Similarity
from service.stores.aliases import AliasStore
from service.stores.articles import ArticleStore
from service.stores.audit import AuditStore
from service.stores.candidates import CandidateStore
from service.stores.coverage import MOST_SOURCES, Coverage, CoverageStore
from service.stores.edits import EditStore
from service.stores.embargoes import EmbargoStore
from service.stores.entities import EntityDetail, EntityStore
from service.stores.glance import GlanceStore
from service.stores.ingests import IngestStore
from service.stores.keys import KeyStore
from service.stores.kills import KillStore
from service.stores.measures import MeasureStore
from service.stores.quarantine import QuarantineStore
from service.stores.quotes import QuoteStore
from service.stores.related import RelatedStore
from service.stores.sessions import SessionStore
from service.stores.sightings import SightingStore
from service.stores.slow_queries import SlowQueryStore
from service.stores.suggestions import SuggestionStore
from service.stores.versions import VersionStore
from service.suggestion import Suggester

# Seconds; who waits longer for an ingest to let go asks again, and holds no worker.
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Desk:
    """The archive's parts, wired together."""

    settings: Settings
    home: Home
    archive: Archive
    private: Archive
    engine: Engine
    finder: Finder
    suggester: Suggester
    similarity: Similarity
    articles: ArticleStore
    entities: EntityStore
    coverage: CoverageStore
    related: RelatedStore
    suggestions: SuggestionStore
    candidates: CandidateStore
    aliases: AliasStore
    glance: GlanceStore
    sightings: SightingStore
    edits: EditStore
    quotes: QuoteStore
    keys: KeyStore
    sessions: SessionStore
    audit: AuditStore
    embargoes: EmbargoStore
    versions: VersionStore
    quarantine: QuarantineStore
    ingests: IngestStore
    measures: MeasureStore
    slow_queries: SlowQueryStore
    kills: KillStore
    killing: Killing
    tagger: Callable[[], Tagger]  # loaded when the first article is sent
    writing: threading.Lock  # a model reads for one at a time
    threads: ThreadPoolExecutor  # what is asked often is answered in these

    def coverage_of(self, detail: EntityDetail) -> Coverage:
        """When and where an entity is named; its sources are counted as those of a search."""
        entity = detail.entity
        named = Ask(
            filters={entity.type: (entity.key,)}, facets=("source",), facet_limit=MOST_SOURCES
        )
        sources = self.finder.facets(named)["source"]
        return self.coverage.of(detail, sources if isinstance(sources, Facet) else None)


def open_desk(settings: Settings) -> Desk:
    """The desk of one archive; brings both of its files' schemas up to date."""
    home = made_home(settings)
    archive, private, engine, lists = home.archive, home.private, home.engine, home.lists
    edits = EditStore(archive, PATIENCE)
    embargoes = EmbargoStore(private, archive)
    quarantine = QuarantineStore(private)
    return Desk(
        settings=settings,
        home=home,
        archive=archive,
        private=private,
        engine=engine,
        finder=Finder(engine, lists.entities, settings.half_life, settings.limits),
        suggester=Suggester(engine.vocabulary, lists.entities),
        similarity=Similarity(engine, lists.articles, lists.entities),
        articles=lists.articles,
        entities=lists.entities,
        coverage=lists.coverage,
        related=lists.related,
        suggestions=lists.suggestions,
        candidates=lists.candidates,
        aliases=lists.aliases,
        glance=lists.glance,
        sightings=SightingStore(archive),
        edits=edits,
        quotes=lists.quotes,
        embargoes=embargoes,
        versions=VersionStore(archive),
        quarantine=quarantine,
        measures=lists.measures,
        **_private_stores(private),
        kills=lists.kills,
        killing=Killing(archive, engine, embargoes, quarantine),
        tagger=cache(partial(load_tagger, settings.tagger)),
        writing=threading.Lock(),
        threads=ThreadPoolExecutor(settings.limits.most_at_once, "answers"),
    )


def _private_stores(private: Archive) -> dict[str, Any]:
    """Those that need no other part."""
    return {
        "keys": KeyStore(private),
        "sessions": SessionStore(private, PATIENCE),
        "audit": AuditStore(private, PATIENCE),
        "ingests": IngestStore(private),
        "slow_queries": SlowQueryStore(private),
    }
