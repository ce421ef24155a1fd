"""`versions=all`: what articles said before is found, and each hit says which text matched."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from conftest import LONG, Archive, Client, examples, of_a_file, open_archive
from hypothesis import given, settings
from hypothesis import strategies as st

from service.article import Article
from service.database import Connection
from service.dates import parse_moment
from service.query import Sort
from service.result import Facet, Hit, Results
from service.search import Ask
from service.stores.documents import packed
from service.stores.pieces import file_version_pieces
from service.web.app import create_app

INSERT = """
INSERT INTO versions (article_key, version, title, body, ingested_at, content_hash, document)
VALUES (?, ?, ?, ?, '2019-01-01T00:00:00Z', ?, ?)
"""
GROUPED = """
INSERT INTO copies (article_id, group_id)
SELECT id, min(id) OVER () FROM articles WHERE key IN (SELECT value FROM json_each(?))
"""


def said_before(archive: Archive, key: str, version: int, body: str, title: str = "") -> None:
    """File a past text of an article."""
    archive.change(lambda conn: file_version(conn, key, version, body, title))


def file_version(conn: Connection, key: str, version: int, body: str, title: str = "") -> None:
    document = packed(Article(title=title, body=body))
    added = conn.execute(INSERT, (key, version, title, body, f"{key}{version}", document))
    assert added.lastrowid is not None
    file_version_pieces(conn, added.lastrowid)


def group(archive: Archive, *keys: str) -> None:
    """Make near copies of some articles."""
    archive.change(lambda conn: conn.execute(GROUPED, (json.dumps(keys),)))


def search(archive: Archive, q: str, **options: Any) -> Results:
    return archive.finder.search(Ask(q=q, **{"versions": "all", **options}))


def hits(archive: Archive, q: str, **options: Any) -> list[tuple[str, int | None]]:
    return [(hit.key, hit.version) for hit in search(archive, q, **options).hits]


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Three articles; `bridge` was corrected twice, `port` once."""
    archive = open_archive(tmp_path_factory.mktemp("corrected"))
    for key, day, body, source in [
        ("bridge", 1, "The bridge is open. Nobody was hurt.", "Post"),
        ("port", 2, "A strike closes the port.", "Times"),
        ("rain", 3, "Rain, and a strike.", "Post"),
    ]:
        published = parse_moment(f"2018-12-0{day}")
        archive.add(Article(key=key, body=body, source=source, published=published, language="en"))
    archive.add(Article(key="paris", body="Une grève", source="Le Jour", language="fr"))
    said_before(archive, "bridge", 1, "The bridge collapsed. Twelve dead.", "Disaster")
    said_before(archive, "bridge", 2, "The bridge collapsed; three hurt. 대교 붕괴, BTS는")
    said_before(archive, "port", 1, "Strikes close the port, say sailors.")
    said_before(archive, "paris", 1, "Les nations en grève")
    return archive


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("collapsed", [("bridge", 2)]),
        ("collapse", [("bridge", 2)]),
        ('"collapsed"', [("bridge", 2)]),
        ("collaps*", [("bridge", 2)]),
        ("twelve", [("bridge", 1)]),
        ("title:disaster", [("bridge", 1)]),
        ("disaster dead", [("bridge", 1)]),
        ("bridge", [("bridge", None)]),
        ("bridge dead", [("bridge", 1)]),
        ("open collapsed", []),
        ("three dead", []),
        ("collapsed -dead", [("bridge", 2)]),
        ("collapsed -hurt", [("bridge", 1)]),
        ("bridge -open", [("bridge", 2)]),
        ("source:Post -open -rain", [("bridge", 2)]),
        ('"three hurt" OR "twelve dead"', [("bridge", 2)]),
        ("collapsed source:Post", [("bridge", 2)]),
        ("collapsed source:Times", []),
        ("collapsed OR source:Times", [("port", None), ("bridge", 2)]),
        ("collapsed after:2018-12-02", []),
        ("붕괴", [("bridge", 2)]),
        ("bts", [("bridge", 2)]),
        ("collapsed 대교", [("bridge", 2)]),
        ("nations", [("paris", 1)]),
        ("nation", []),
        ("sailors", [("port", 1)]),
        ("strike", [("rain", None), ("port", None)]),
        ("", [("rain", None), ("port", None), ("bridge", None), ("paris", None)]),
        ("source:Post", [("rain", None), ("bridge", None)]),
    ],
)
def test_what_is_found(corrected: Archive, q: str, expected: list[tuple[str, int | None]]) -> None:
    """A query's words must stand in one and the same text; filters are those of the article."""
    assert sorted(hits(corrected, q, match="all"), key=str) == sorted(expected, key=str)
    for sort in ("newest", "oldest"):
        by_date = hits(corrected, q, match="all", sort=sort)
        assert sorted(by_date, key=str) == sorted(expected, key=str)


def test_only_current_texts_are_searched_unless_asked(corrected: Archive) -> None:
    assert hits(corrected, "collapsed", versions="current") == []
    assert hits(corrected, "strike sailors", match="all", versions="current") == []


def test_any_word_may_stand_in_any_text(corrected: Archive) -> None:
    """What has all of the words in its current text still comes first."""
    results = search(corrected, "strike rain dead", match="any")
    assert [(hit.key, hit.version) for hit in results.hits] == [
        *(("rain", None), ("port", None), ("bridge", 1))
    ]
    assert search(corrected, "twelve sailors").match == "any"
    assert hits(corrected, "twelve sailors") == [("port", 1), ("bridge", 1)]


def test_passages_come_from_the_text_that_matched(corrected: Archive) -> None:
    def marked(q: str) -> list[tuple[str, list[str]]]:
        (hit,) = search(corrected, q, match="all").hits
        return [(s.field, [s.text[a:b] for a, b in s.highlights]) for s in hit.snippets]

    assert marked("disaster dead") == [("title", ["Disaster"]), ("body", ["dead"])]
    assert marked("collapse") == [("body", ["collapsed"])]
    assert marked("붕괴") == [("body", ["붕괴"])]
    assert marked("BTS") == [("body", ["BTS"])]
    assert marked("nations") == [("body", ["nations"])]
    assert marked("open") == [("body", ["open"])]


def test_a_passage_of_a_long_past_text(archive: Archive) -> None:
    archive.add(Article(key="k", body="short"))
    said_before(archive, "k", 1, "word " * 10_000 + "needle " + "word " * 10_000)
    (hit,) = search(archive, "needle").hits
    (snippet,) = hit.snippets
    assert [snippet.text[a:b] for a, b in snippet.highlights] == ["needle"]


def test_what_only_a_past_text_says_comes_last_and_has_no_score(corrected: Archive) -> None:
    results = search(corrected, "port OR hurt OR sailors OR dead OR collapsed OR rain OR grève")
    assert [hit.version for hit in results.hits] == [None] * 4
    results = search(corrected, "collapsed OR rain OR sailors")
    assert [(h.key, h.version, h.score is None) for h in results.hits] == [
        ("rain", None, False),
        ("port", 1, True),
        ("bridge", 2, True),
    ]
    message = "what only a past version says has no rank: it comes last, newest first"
    assert [d.message for d in results.diagnostics] == [message]
    assert not search(corrected, "collapsed OR rain OR sailors", sort="newest").diagnostics
    assert not search(corrected, "rain").diagnostics


def test_a_score_is_explained_and_no_score_is_not(corrected: Archive) -> None:
    explained = search(corrected, "collapsed OR rain", explain=True).hits
    assert [hit.explanation is not None for hit in explained] == [True, False]
    assert explained[0].explanation is not None
    assert explained[0].score == pytest.approx(sum(p.score for p in explained[0].explanation.parts))


def test_facets_count_articles(corrected: Archive) -> None:
    ask = Ask(q="hurt OR collapsed OR rain", versions="all", facets=("source", "published"))
    facet = corrected.finder.facets(ask)["source"]
    assert isinstance(facet, Facet)
    assert [(value.value, value.count) for value in facet.values] == [("Post", 2)]


def test_spellings_of_past_texts_are_looked_for(archive: Archive) -> None:
    archive.add(Article(key="k", body="something else"))
    said_before(archive, "k", 1, "The organisation says so")
    assert hits(archive, "organization") == [("k", 1)]
    assert search(archive, "organization", versions="current").expanded == ()
    assert hits(archive, "organization", expand=False) == []


def test_words_are_completed_and_corrected_to_those_of_current_texts(corrected: Archive) -> None:
    vocabulary = corrected.engine.vocabulary
    assert vocabulary.frequencies(["collapsed", "붕괴", "bts", "open"]) == {"open": 1}
    assert vocabulary.beginning("coll", 9) == ()
    assert search(corrected, "collapsd").did_you_mean is None


def test_a_cursor_belongs_to_its_versions(corrected: Archive) -> None:
    client = Client(create_app(corrected.settings))
    asked = {"q": "collapsed OR strike", "limit": "1"}
    page = client.get("/v1/search", params={**asked, "versions": "all"}).json()
    assert (page["total"], len(page["hits"])) == (3, 1)
    following = {**asked, "cursor": page["next"]}
    assert client.get("/v1/search", params=following).status_code == 422
    assert client.get("/v1/search", params={**following, "collapse": True}).status_code == 422
    assert client.get("/v1/search", params={**following, "versions": "all"}).status_code == 200


def test_the_api_names_the_version(corrected: Archive) -> None:
    client = Client(create_app(corrected.settings))
    asked: dict[str, str] = {"q": "collapsed", "versions": "all"}
    for answer in (
        client.get("/v1/search", params=asked).json(),
        client.post("/v1/search", json=asked).json(),
    ):
        assert [(hit["key"], hit["version"]) for hit in answer["hits"]] == [("bridge", 2)]
    counts = client.get("/v1/facets", params=asked).json()["facets"]["source"]["values"]
    assert counts == [{"value": "Post", "label": "Post", "count": 1}]
    assert client.get("/v1/facets/source", params={"q": "collapsed"}).json()["values"] == []
    assert client.get("/v1/search", params={"versions": "some"}).status_code == 422


@of_a_file
def test_the_index_of_past_texts_is_checked_and_made_anew(archive: Archive) -> None:
    archive.add(Article(key="k", body="text"))
    said_before(archive, "k", 1, "한국 소식")
    assert archive.engine.faults() == []
    archive.tamper(
        "INSERT INTO versions_fts(versions_fts) VALUES ('delete-all')",
        "DELETE FROM versions_pieces",
    )
    faults = archive.engine.faults()
    assert any("versions_fts" in fault for fault in faults)
    assert "article k in version 1 is not in pieces as it is written" in faults
    archive.engine.rebuild()
    assert archive.engine.faults() == []
    assert hits(archive, "한국") == [("k", 1)]


# Over generated archives, held against a reading of each text in plain Python.

TOKENS = ["strike", "port", "fire", "대교", "rain"]
SOURCES = ["Post", "Times"]
# A text is its words, and the source of its article.
Test = Callable[[set[str]], bool]
QUERIES: dict[str, Test] = {
    "": lambda text: bool(text),
    "strike": lambda text: "strike" in text,
    "strike port": lambda text: {"strike", "port"} <= text,
    '"strike"': lambda text: "strike" in text,
    "대교": lambda text: "대교" in text,
    'strike OR "port" OR 대교': lambda text: bool({"strike", "port", "대교"} & text),
    "strike -port": lambda text: "strike" in text and "port" not in text,
    "-port": lambda text: "port" not in text,
    "fire source:Post": lambda text: {"fire", "Post"} <= text,
    "fire OR source:Post": lambda text: bool({"fire", "Post"} & text),
    "body:(fire OR rain) -대교": lambda text: bool({"fire", "rain"} & text) and "대교" not in text,
    "(strike -source:Post) OR (rain source:Post)": lambda text: (
        ("strike" in text and "Post" not in text) or {"rain", "Post"} <= text
    ),
}


@dataclass(frozen=True)
class Known:
    """An article of which all is known: its texts are from the newest to the oldest."""

    key: str
    id: int
    language: str
    texts: tuple[set[str], ...]
    group: int | None

    def matching(self, test: Test, versions: str) -> int | None:
        """The place of the first text that matches."""
        texts = self.texts if versions == "all" else self.texts[:1]
        return next((place for place, text in enumerate(texts) if test(text)), None)

    def version(self, place: int) -> int | None:
        return len(self.texts) - place if place else None


Library = tuple[Archive, dict[str, Known]]


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> list[Library]:
    return [library(open_archive(tmp_path_factory.mktemp("many")), seed) for seed in range(3)]


def library(archive: Archive, seed: int) -> Library:
    """Articles with past texts, some of them in groups of near copies."""
    rng = random.Random(seed)  # noqa: S311 - to be repeated
    texts: dict[str, list[list[str]]] = {}
    articles: list[Article] = []
    for key in (f"k{number}" for number in range(25)):
        texts[key] = [rng.choices(TOKENS, k=rng.randint(1, 3)) for _ in range(rng.randint(1, 4))]
        day = rng.choice([None, f"2018-12-0{rng.randint(1, 4)}"])
        published = parse_moment(day) if day else None
        source = rng.choice(SOURCES)
        language = rng.choice(["en", "fr"])
        body = " ".join(texts[key][0])
        articles.append(
            Article(key=key, body=body, source=source, published=published, language=language)
        )
    archive.add_all((article, ()) for article in articles)

    def file_all(conn: Connection) -> None:
        for key, said in texts.items():
            for version, past in enumerate(reversed(said[1:]), start=1):
                file_version(conn, key, version, " ".join(past))

    archive.change(file_all)
    keys = rng.sample(sorted(texts), len(texts))
    # The first library has no near copies at all.
    for number in range(0, 18 if seed else 0, 6):
        group(archive, *keys[number : number + rng.randint(2, 6)])
    rows = archive.rows(
        "SELECT a.key, a.id, s.name, a.language, group_id FROM articles a "
        "JOIN sources s ON s.id = a.source_id LEFT JOIN copies ON article_id = a.id"
    )
    known: dict[str, Known] = {}
    for key, id_, source, language, in_group in rows:
        words = tuple({*text, source} for text in texts[key])
        known[key] = Known(key, id_, language, words, in_group)
    return archive, known


def walk(archive: Archive, ask: Ask, limit: int) -> list[Results]:
    pages = [archive.finder.search(replace(ask, limit=limit))]
    while pages[-1].next is not None:
        pages.append(archive.finder.search(replace(ask, limit=limit, cursor=pages[-1].next)))
        assert len(pages) <= 40
    return pages


def shown_of(found: dict[str, int], known: dict[str, Known]) -> set[str]:
    """The first of each group, and what is in none."""
    firsts: dict[int, int] = {}
    for key in found:
        article = known[key]
        if article.group is not None:
            firsts[article.group] = min(article.id, firsts.get(article.group, article.id))
    kept = {k for k in found if known[k].group is None}
    return kept | {k for k in found if known[k].id == firsts.get(known[k].group or 0)}


def expected_copies(hit: Hit, known: dict[str, Known], among: set[str]) -> tuple[int, list[str]]:
    article = known[hit.key]
    others = [
        other
        for other in known.values()
        if other.group is not None and other.group == article.group and other.key != hit.key
    ]
    keys = [o.key for o in sorted(others, key=lambda o: o.id) if o.key in among]
    return len(keys), keys[:10]


@settings(max_examples=examples(400 if LONG else 60, 25))
@given(
    st.integers(0, 2),
    st.sampled_from([*QUERIES]),
    st.sampled_from(["relevance", "newest", "oldest"]),
    st.integers(1, 7),
    st.booleans(),
    st.sampled_from(["current", "all"]),
)
def test_a_search_finds_what_a_reading_of_all_texts_finds(
    libraries: list[Library],
    number: int,
    q: str,
    sort: Sort,
    limit: int,
    collapse: bool,
    versions: Any,
) -> None:
    archive, known = libraries[number]
    ask = Ask(q=q, match="all", sort=sort, collapse=collapse, versions=versions)
    places = {key: article.matching(QUERIES[q], versions) for key, article in known.items()}
    found = {key: place for key, place in places.items() if place is not None}
    shown = shown_of(found, known)
    pages = walk(archive, replace(ask, facets=("language",)), limit)
    seen = [hit for page in pages for hit in page.hits]
    assert len(seen) == len({hit.key for hit in seen})
    assert {hit.key for hit in seen} == (shown if collapse else set(found))
    assert {(page.total, page.groups) for page in pages} == {(len(found), len(shown))}
    for hit in seen:
        assert hit.version == known[hit.key].version(found[hit.key])
        among = set(found) if collapse else set(known)
        copied = (hit.copies, [copy.key for copy in hit.copied_in])
        assert copied == expected_copies(hit, known, among)
    facet = pages[0].facets["language"]
    assert isinstance(facet, Facet)
    counts = {v.value: v.count for v in facet.values}
    listed = [known[key].language for key in found]
    assert counts == {value: listed.count(value) for value in set(listed)}
    assert [hit.key for hit in seen] == ordered(archive, ask, {h.key for h in seen}, found, known)


def ordered(
    archive: Archive, ask: Ask, shown: set[str], found: dict[str, int], known: dict[str, Known]
) -> list[str]:
    """By date; by relevance as the plain search has it, then what only past texts say."""
    newest = sorted(shown, key=lambda key: -known[key].id)
    if ask.sort != "relevance" or ask.q in ("", "-port"):  # there is nothing to rank by
        return newest[::-1] if ask.sort == "oldest" else newest
    plain = archive.finder.search(replace(ask, collapse=False, versions="current", limit=100))
    current = [hit.key for hit in plain.hits if hit.key in shown]
    return current + [key for key in newest if found[key]]
