"""What an input is to the archive: added, changed, unchanged or a duplicate; counts that hold."""

import pytest
from conftest import Archive

from service.article import Article, Subheading
from service.dates import parse_moment
from service.entity import EntityName, Mention
from service.errors import InvalidRequest, Misconfigured
from service.stores.articles import ArticleStore
from service.stores.entities import EntityStore

KIM = EntityName("person-kimjongun", "Kim Jong Un", "person")


def named(text: str, start: int, entity: EntityName | None = KIM, alias: str = "") -> Mention:
    return Mention(
        "body", start, start + len(text), text, alias or text, "person", entity, "model", 0.9
    )


def test_everything_comes_back_as_it_went_in(archive: Archive) -> None:
    article = Article(
        body="One.\n\nTwo parts.",
        title="A title",
        standfirst="Stand\u00a0first",
        subheadings=(Subheading(6, 16, "Two parts."),),
        captions=("A caption, née", "another"),
        credits=("AFP",),
        related=("More", "and more"),
        authors=("Jane Doe", "John Roe"),
        dateline="SEOUL, Jan 3",
        source="Asia Times",
        url="https://example.org/1",
        uri="urn:1",
        key="the-key",
        origin="a.txt",
        language="en",
        language_detected=True,
        topics=("economy/trade",),
        rights="©",
        published=parse_moment("2018-12-16T10:30Z"),
        updated=parse_moment("2018-12-17"),
        status="corrected",
        correction="A name was wrong",
        extra={"desk": ["foreign", 1]},
    )
    archive.add(article)
    filed = ArticleStore(archive.database).get("the-key")
    assert filed is not None
    assert filed.article == article
    assert filed.article.content_hash() == article.content_hash()
    assert (filed.version, filed.tagger) == (1, "test")


def test_a_detected_language_is_nothing_that_the_source_said() -> None:
    bare = Article(body="one").content_hash()
    assert Article(body="one", language="en", language_detected=True).content_hash() == bare
    assert Article(body="one", language="en").content_hash() != bare


def test_identity_by_path_and_text(archive: Archive) -> None:
    first = archive.add(Article(body="one", origin="a.txt"))
    assert first.outcome == "added"
    assert archive.add(Article(body="one", origin="a.txt")).outcome == "unchanged"
    assert archive.add(Article(body="one", origin="b.txt")).outcome == "duplicates"
    changed = archive.add(Article(body="two", origin="c.txt"))
    assert changed.outcome == "added"
    assert archive.add(Article(body="two!", origin="c.txt")).key == changed.key
    assert archive.rows("SELECT version FROM articles WHERE body = 'two!'") == [(2,)]


def test_a_copy_that_is_edited_leaves_the_other_path_its_text(archive: Archive) -> None:
    first = archive.add(Article(body="one", origin="a.txt"))
    archive.add(Article(body="one", origin="b.txt"))
    edited = archive.add(Article(body="one, edited", origin="b.txt"))
    assert edited.outcome == "changed"
    assert edited.key != first.key
    assert archive.add(Article(body="one", origin="a.txt")).outcome == "unchanged"
    assert archive.add(Article(body="one, edited", origin="b.txt")).outcome == "unchanged"
    assert archive.rows("SELECT count(*) FROM articles") == [(2,)]


def test_identity_by_the_sources_own_identifier(archive: Archive) -> None:
    one = archive.add(Article(body="one", uri="1", source="A", origin="a.txt"))
    assert archive.add(Article(body="one", uri="1", source="A", origin="z.txt")).outcome == (
        "unchanged"
    )
    other = archive.add(Article(body="one", uri="1", source="B", origin="b.txt"))
    assert (other.outcome, other.key == one.key) == ("added", False)
    assert archive.add(Article(body="1", uri="1", source="A", origin="c.txt")).key == one.key
    assert archive.add(Article(body="k", key="mine")).key == "mine"
    assert archive.add(Article(body="k2", key="mine")).outcome == "changed"


def test_a_text_that_was_replaced_can_come_back_elsewhere(archive: Archive) -> None:
    first = archive.add(Article(body="one", origin="a.txt"))
    archive.add(Article(body="two", origin="a.txt"))
    again = archive.add(Article(body="one", origin="b.txt"))
    assert again.outcome == "added"
    assert again.key != first.key


def test_the_name_shown_is_the_most_frequent_full_spelling(archive: Archive) -> None:
    texts = ["Kim Jong-un", "Kim Jong Un", "Kim Jong-un", "Kim"]
    for number, text in enumerate(texts):
        archive.add(Article(body=f"{text} {number}", key=f"k{number}"), [named(text, 0)])
    detail = EntityStore(archive.database).get(KIM.key)
    assert detail is not None
    assert (detail.entity.name, detail.entity.articles, detail.entity.mentions) == (
        "Kim Jong-un",
        4,
        4,
    )
    assert [(a.text, a.count) for a in detail.aliases] == [
        ("Kim Jong-un", 2),
        ("Kim", 1),
        ("Kim Jong Un", 1),
    ]


def test_an_article_counts_once_and_names_go_with_their_last_mention(archive: Archive) -> None:
    store = EntityStore(archive.database)
    archive.add(
        Article(body="Kim Jong Un Kim", key="k"), [named("Kim Jong Un", 0), named("Kim", 12)]
    )
    detail = store.get(KIM.key)
    assert detail is not None
    assert (detail.entity.articles, detail.entity.mentions) == (1, 2)
    archive.add(Article(body="nobody", key="k"))
    assert store.get(KIM.key) is None
    assert archive.rows("SELECT count(*) FROM aliases") == [(0,)]
    assert archive.rows("SELECT count(*) FROM article_entities") == [(0,)]


def test_an_open_mention_belongs_to_nobody(archive: Archive) -> None:
    archive.add(Article(body="Kim", key="k"), [named("Kim", 0, None)])
    assert archive.rows("SELECT count(*) FROM entities") == [(0,)]
    (mention,) = EntityStore(archive.database).mentions_in("k")
    assert (mention.entity, mention.text) == (None, "Kim")


def test_a_corrected_date_takes_names_along(archive: Archive) -> None:
    body = "Kim Jong Un"
    archive.add(Article(body=body, key="k", authors=("Jane",)), [named(body, 0)])
    dated = Article(body=body, key="k", authors=("Jane",), published=parse_moment("2018-12-16"))
    archive.tamper("UPDATE articles SET id = 77 WHERE key = 'k'")
    assert archive.rows("SELECT DISTINCT article_id FROM mentions") == [(77,)]
    archive.add(dated, [named(body, 0)])
    (entity,) = EntityStore(archive.database).in_article("k")
    assert (entity.key, entity.mentions) == (KIM.key, 1)
    assert archive.rows("SELECT count(*) FROM article_entities") == [(1,)]


def test_names_lead_to_keys_in_any_spelling(archive: Archive) -> None:
    archive.add(
        Article(body="Kim Jong-un Kim", key="k"), [named("Kim Jong-un", 0), named("Kim", 12)]
    )
    store = EntityStore(archive.database)
    for name in (KIM.key, "kim jong un", "KIM JONG‑UN", "Kim"):
        assert store.keys_of("person", name) == (KIM.key,)
    assert store.keys_of("place", "Kim") == ()
    assert store.keys_of("person", "") == ()


def test_a_made_key_gives_way_to_a_stated_one_and_no_other(archive: Archive) -> None:
    made = archive.add(Article(body="one", uri="u", origin="a.txt"))
    assert archive.add(Article(body="one", uri="u", key="mine", origin="a.txt")).key == "mine"
    assert archive.rows("SELECT key, key_made FROM articles") == [("mine", 0)]
    assert made.key != "mine"
    with pytest.raises(InvalidRequest, match="its uri belongs to the article mine"):
        archive.add(Article(body="one", uri="u", key="yours"))
    archive.add(Article(body="two", key="yours"))
    with pytest.raises(InvalidRequest, match="cannot become yours"):
        archive.add(Article(body="two", uri="u", key="yours"))
    assert archive.rows("SELECT count(*) FROM articles") == [(2,)]


def test_a_path_that_is_used_again_for_another_article(archive: Archive) -> None:
    archive.add(Article(body="Monday", key="monday", origin="today.txt"))
    assert (
        archive.add(Article(body="Tuesday", key="tuesday", origin="today.txt")).outcome == "added"
    )
    assert archive.rows("SELECT count(*) FROM articles") == [(2,)]
    assert archive.rows("SELECT article_key FROM origins") == [("tuesday",)]


BROKEN = [
    "UPDATE articles SET published_at = '2018-02-31', published_precision = 'day'",
    "UPDATE articles SET published_at = '2018-02-01T10:00Z', published_precision = 'minute'",
    "UPDATE articles SET subheadings = '{}'",
    "UPDATE articles SET extra = 'nonsense'",
    "UPDATE articles SET updated_at = 'soon'",
    "UPDATE articles SET body = x'00'",
]


@pytest.mark.parametrize("statement", BROKEN)
def test_the_file_itself_refuses_what_no_reader_could_read(
    archive: Archive, statement: str
) -> None:
    archive.add(Article(body="one", key="k"))
    with pytest.raises(Misconfigured):
        archive.tamper(statement)
