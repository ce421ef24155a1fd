"""What stores that read the archive may be asked: each of their methods, by all that is there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from service.database import Database
from service.entity import ENTITY_TYPES, EntityType
from service.names import name_key
from service.stores.candidates import CandidateStore, Spelled
from service.stores.entities import EntityDetail, EntityRow, EntityStore
from service.stores.sightings import Sighting, SightingStore
from service.stores.suggestions import SuggestionStore


@dataclass(frozen=True)
class Known:
    """What is in an archive, and what is not: all that may be asked for."""

    articles: Sequence[str]
    entities: Sequence[str]
    names: Sequence[str]
    rows: Sequence[EntityRow]
    details: Sequence[EntityDetail]

    @property
    def few(self) -> Sequence[str]:
        return self.entities[:4]


def known_in(database: Database) -> Known:
    with database.read() as conn:
        former = [row[0] for row in conn.execute("SELECT former FROM former_keys")]
        articles = [row[0] for row in conn.execute("SELECT key FROM articles ORDER BY id")]
        rows = [
            EntityRow(*row)
            for row in conn.execute("SELECT key, name, type, articles, mentions FROM entities")
        ]
        texts = [row[0] for row in conn.execute("SELECT DISTINCT text FROM aliases")]
        merged = [row[0] for row in conn.execute("SELECT entity FROM edits WHERE \"into\" <> ''")]
    store = EntityStore(database)
    return Known(
        [*articles, *former, "no-article"],
        [*(row.key for row in rows), *merged, "person-nobody", "no key"],
        [*texts, *(row.name for row in rows), "Nobody Atall", "Lee, Ann", ""],
        rows,
        [detail for row in rows if (detail := store.get(row.key)) is not None],
    )


Call = Callable[[Any], Any]


@dataclass(frozen=True)
class Case:
    """Calls whose answers few documents give, and others that go over the whole archive."""

    few: Callable[[Known], Iterable[Call]] = lambda _: ()
    whole: Callable[[Known], Iterable[Call]] = lambda _: ()


def each(method: str, of: Callable[[Known], Iterable[Any]]) -> Callable[[Known], list[Call]]:
    def calls(known: Known) -> list[Call]:
        return [partial(_called, method, value) for value in of(known)]

    return calls


def _called(method: str, value: Any, store: Any) -> Any:
    return getattr(store, method)(*(value if isinstance(value, tuple) else (value,)))


def asked(method: str, **how: Any) -> Call:
    return lambda store: getattr(store, method)(**how)


def by_article(method: str) -> Case:
    return Case(each(method, lambda known: known.articles))


def by_entity(method: str) -> Case:
    return Case(each(method, lambda known: known.entities))


def typed(known: Known, names: Iterable[str]) -> list[tuple[EntityType, str]]:
    return [(type_, name) for type_ in ENTITY_TYPES for name in names]


def quotes_in_articles(known: Known) -> list[Call]:
    speakers: list[list[str]] = [[], [known.names[0]], [known.few[0], "who"], ["WHO", "nobody"]]
    return [
        asked("page", article=key, speakers=speaker, direct=direct, limit=2, offset=offset)
        for key in known.articles[::3]
        for speaker in speakers
        for direct, offset in ((None, 0), (True, 1))
    ]


def quotes_of_all(known: Known) -> list[Call]:
    speakers: list[list[str]] = [[], *([name] for name in (*known.names, *known.entities, "who"))]
    return [
        asked("page", speakers=speaker, limit=3, offset=offset)
        for speaker in speakers
        for offset in (0, 2)
    ]


def walked(key: str, limit: int, gone: bool) -> Call:
    """All pages; with `gone` as if each page had ended in an article that is no more."""

    def walk(store: SightingStore) -> list[tuple[int, Sequence[Sighting]]]:
        page = store.page(key, limit)
        pages: list[tuple[int, Sequence[Sighting]]] = [(page.total, page.sightings)]
        while page.next is not None and len(pages) < 40:
            after = replace(page.next, key="gone") if gone else page.next
            page = store.page(key, limit, after)
            pages.append((page.total, page.sightings))
        return pages

    return walk


def walks(known: Known) -> list[Call]:
    return [
        walked(key, n, gone) for key in known.entities for n in (1, 3) for gone in (False, True)
    ]


def pages_of_entities(_: Known) -> list[Call]:
    return [
        asked("page", name=name, type_=type_, sort=sort, limit=3, offset=offset)
        for name in ("", "Kim", "Parks, Rosa")
        for type_ in (None, "person")
        for sort in ("mentions", "recent")
        for offset in (0, 3)
    ]


def others(known: Known) -> list[tuple[str, Sequence[str]]]:
    return [(key, known.articles) for key in known.articles]


def folded(known: Known) -> list[list[str]]:
    return [[name_key(name)] for name in known.names] + [[]]


def companies(store: SuggestionStore, keys: Sequence[str], common: int) -> Any:
    return dict(store.companies(keys, common))


def beside(store: CandidateStore, folded: str) -> list[Spelled]:
    """In no order: of one spelling any entity may come first."""
    return sorted(store.beside(folded, ENTITY_TYPES), key=repr)


def survivor(store: SuggestionStore, key: str) -> str | None:
    return store.decisions().survivor(key)


CASES: Mapping[str, Case] = {
    "ArticleStore.get": by_article("get"),
    "ArticleStore.has": by_article("has"),
    "ArticleStore.text_of": by_article("text_of"),
    "ArticleStore.key_since": by_article("key_since"),
    "ArticleStore.key_of_uri": Case(
        each("key_of_uri", lambda _: [*(f"urn:{n}" for n in range(9)), "urn:none"])
    ),
    "VersionStore.all": by_article("all"),
    "CopyStore.of": by_article("of"),
    "MentionedDateStore.in_article": by_article("in_article"),
    "SightingStore.page": Case(walks),
    "EntityStore.get": by_entity("get"),
    "EntityStore.has": by_entity("has"),
    "EntityStore.has_added": Case(whole=lambda _: [lambda store: store.has_added()]),
    "EntityStore.also_called": Case(
        each("also_called", lambda known: [(known.names,), *(([n],) for n in known.names)])
    ),
    "EntityStore.keys_of": Case(
        each("keys_of", lambda known: typed(known, (*known.names, *known.entities)))
    ),
    "EntityStore.keys_spelled": Case(
        whole=each("keys_spelled", lambda known: typed(known, known.names))
    ),
    "EntityStore.page": Case(whole=pages_of_entities),
    "EntityStore.beginning": Case(
        whole=each("beginning", lambda _: [("K", 3), ("par", 9), ("lee", 2, ("person",))])
    ),
    "EntityStore.shared": Case(each("shared", others)),
    "EntityStore.in_article": by_article("in_article"),
    "EntityStore.mentions_in": by_article("mentions_in"),
    "QuoteStore.page": Case(quotes_in_articles, quotes_of_all),
    "CandidateStore.spelled": Case(
        each(
            "spelled",
            lambda known: [
                (names, ENTITY_TYPES[:n], key)
                for names in folded(known)
                for n in (1, 3)
                for key in ("", known.entities[-3], known.entities[0])
            ],
        )
    ),
    "CandidateStore.beside": Case(
        whole=lambda known: [partial(beside, folded=name_key(name)) for name in known.names]
    ),
    "CandidateStore.most_mentioned": Case(whole=each("most_mentioned", lambda _: [2, 50])),
    "SuggestionStore.state": Case(lambda _: [lambda store: store.state()]),
    "SuggestionStore.articles": Case(whole=lambda _: [lambda store: store.articles()]),
    "SuggestionStore.decisions": Case(
        lambda known: [partial(survivor, key=key) for key in known.entities]
    ),
    "SuggestionStore.get": by_entity("get"),
    "SuggestionStore.most_mentioned": Case(
        whole=each("most_mentioned", lambda _: [(type_, 3) for type_ in ENTITY_TYPES])
    ),
    "SuggestionStore.same_name": Case(whole=each("same_name", lambda _: [1, 9])),
    "SuggestionStore.related": Case(
        whole=each(
            "related",
            lambda known: [(row, [name_key(row.name)], "smith", ("j", "h")) for row in known.rows],
        )
    ),
    "SuggestionStore.beginning": Case(
        whole=each("beginning", lambda known: [(row, "j") for row in known.rows])
    ),
    "SuggestionStore.companies": Case(
        lambda known: [
            partial(companies, keys=keys, common=common)
            for keys in (known.entities, known.few, [])
            for common in (3, 100)
        ]
    ),
    "SuggestionStore.together": Case(
        whole=each(
            "together",
            lambda known: [([(one, two) for one in known.rows for two in known.rows[:3]],)],
        )
    ),
    "AliasStore.every": Case(whole=lambda _: [lambda store: list(store.every())]),
    "CoverageStore.of": Case(whole=each("of", lambda known: known.details)),
    "RelatedStore.page": Case(
        whole=each(
            "page",
            lambda known: [
                (key, type_, sort, 3, offset)
                for key in known.entities
                for type_ in (None, "person")
                for sort in ("significance", "count")
                for offset in (0, 2)
            ],
        )
    ),
    "RelatedStore.among": Case(whole=each("among", lambda known: [(known.entities,)])),
    "GlanceStore.totals": Case(whole=lambda _: [lambda store: store.totals()]),
    "GlanceStore.arrivals": Case(whole=each("arrivals", lambda _: [1, 9])),
}
