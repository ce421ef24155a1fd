"""An archive with many names, in a file and in the cluster, and all its lists from either."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from conftest import Archive

from service.article import Article
from service.dates import parse_moment
from service.engines.lists import Lists
from service.engines.opensearch.client import Client
from service.engines.opensearch.lists.asking import WholeArchive
from service.engines.opensearch.lists.made import lists_in
from service.engines.opensearch.shelf.bodies import body_of
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Parts
from service.entity import EntityName, EntityType, Mention, entity_key
from service.findings import Findings, Quote
from service.stores.articles import put
from service.stores.edits import Author, EditStore
from service.working.rows import no_ids, read
from service.working.shared import SharedArchive
from service.working.shelf import Changes, MemoryShelf

ONLY_THERE = """
SELECT e.key, a.key FROM entities e JOIN article_entities ae ON ae.entity_id = e.id
JOIN articles a ON a.id = ae.article_id WHERE e.articles = 1 ORDER BY e.key
"""
ANN = Author("Ann", "as it seems")
FIRST = ("John", "Jon", "Mary", "Kim Jong", "Łucja", "José", "Anne-Marie")
LAST = ("Smith", "Un", "Park", "Ødegård", "O'Brien", "Washington", "Kim")
MIDDLE = ("", "A. ", "Quincy ")
OTHERS: tuple[tuple[EntityType, str], ...] = (
    *(("place", name) for name in ("Washington", "Paris", "Seoul", "New York", "North Korea")),
    *(("organization", n) for n in ("Washington", "United Nations", "UN", "Reuters", "Paris Club")),
)
DATES = ("2018-06-12", "2018-06-12T01:30Z", "2018-06-12T01:30:20Z", "2018-06-13", "2018-09-01")
SOURCES = ("Post", "post", "Daily Öl", "daily öl", "The Times", None)
DESCRIBED = ("an official", "An Official", "witnesses", "ÖFFENTLICH", "öffentlich")


@dataclass(frozen=True)
class BothLists:
    """The lists of one archive, as a file has them and as the cluster does."""

    archive: Archive
    here: Lists
    there: Lists


@contextmanager
def both_lists(client: Client, name: str, archive: Archive) -> Iterator[BothLists]:
    """The file's documents put into indices of their own, which are gone behind the block."""
    with archive.database.read() as conn:
        documents = read(conn, no_ids())
    shelf = MemoryShelf()
    shelf.commit(0, Changes(documents, frozenset()))
    indices = Indices(name)
    indices.create(client, Parts(2))
    for index in indices.of_documents:
        own = [each for each in documents.values() if indices.of(each) == index]
        client.put(index, [(indices.id_in(index, each.name), body_of(each)) for each in own])
    whole = WholeArchive(client, indices.articles, indices.entities, indices.others)
    try:
        for index in indices.of_documents:
            client.refresh(index)
        held = archive.home.lists.measures.private().embargoed
        there = lists_in(SharedArchive(shelf), archive.private, whole, shelf, lambda: held)
        yield BothLists(archive, archive.home.lists, there)
    finally:
        client.delete(f"{indices.of_any_version},{indices.head}")


def fill_with_names(archive: Archive, seed: int, articles: int) -> None:
    """Articles that name people, places and organisations, quote them, and are edited."""
    rng = random.Random(seed)  # noqa: S311 - to be repeated
    for number in range(articles):
        article, findings = _article(rng, number)
        tagger = rng.choice(("one", "another"))
        with archive.database.write() as conn:
            put(conn, article, findings, tagger)
    gone = _edit(archive, rng)
    for number, key in enumerate({gone, *rng.sample(_keys(archive, "articles"), articles // 20)}):
        archive.killing.kill(key, f"reason {number}")


def _article(rng: random.Random, number: int) -> tuple[Article, Findings]:
    mentions = tuple(_mention(rng) for _ in range(rng.randint(0, 9)))
    day = rng.choice((*DATES, None, f"20{rng.randint(10, 19)}-0{rng.randint(1, 9)}-15"))
    article = Article(
        key=f"k{number}",
        title=f"Article {number}",
        title_derived=rng.random() < 0.2,
        body="text " * rng.randint(1, 5) + str(number),
        source=rng.choice(SOURCES),
        origin=f"/in/{number % 7}.xml#{number}",
        published=parse_moment(day) if day else None,
    )
    return article, Findings(mentions, tuple(_quotes(rng, mentions)))


def _mention(rng: random.Random) -> Mention:
    if rng.random() < 0.4:
        kind, name = rng.choice(OTHERS)
    else:
        middle = rng.choice(MIDDLE) if rng.random() < 0.4 else ""
        kind, name = "person", f"{rng.choice(FIRST)} {middle}{rng.choice(LAST)}"
    key = entity_key(kind, name)
    assert key is not None
    last = name.split()[-1]
    alias = rng.choice((name, name, name.upper(), f"Mr {last}" if kind == "person" else name))
    is_open = rng.random() < 0.05
    entity = None if is_open else EntityName(key, name, kind)
    return Mention("body", 0, 4, "text", alias, kind, entity, "test", 0.9)


def _quotes(rng: random.Random, mentions: tuple[Mention, ...]) -> Iterator[Quote]:
    for number in range(rng.randint(0, 3)):
        speaker = rng.randrange(len(mentions)) if mentions and rng.random() < 0.6 else None
        described = rng.choice((*DESCRIBED, None)) if speaker is None else mentions[speaker].alias
        is_direct = rng.random() < 0.5
        yield Quote("body", 0, 4, f"said {number}", speaker, described, "said", is_direct)


def _edit(archive: Archive, rng: random.Random) -> str:
    """Returns an article without which somebody whom an editor has named is there no more."""
    edits = EditStore(archive.database)
    one, other, third, fourth, fifth = rng.sample(_keys(archive, "entities"), 5)
    edits.merge(one, other, ANN)
    edits.rename(third, "Zoë Again", ANN)
    edits.add_alias(fourth, "The Fourth", ANN)
    edits.annotate(fifth, "a note", ANN)
    rare, article = archive.rows(ONLY_THERE)[0]
    edits.add_alias(rare, "Somebody Rare", ANN)
    return str(article)


def _keys(archive: Archive, table: str) -> list[str]:
    return [str(key) for (key,) in archive.rows(f"SELECT key FROM {table} ORDER BY key")]
