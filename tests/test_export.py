"""Articles out again: what each format writes, and that a walk takes every article once."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from conftest import Archive, open_archive
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article, Filed, Subheading
from service.dates import parse_moment
from service.entity import EntityName, Mention
from service.errors import Unreadable
from service.export import EXPORT_FORMATS
from service.export.exported import Exported, urn_of
from service.export.ndjson import as_line, fields_of
from service.export.ninjs import item_of
from service.export.table import COLUMNS
from service.export.walk import Page, Walk, written
from service.formats.document import Document, Found, Options
from service.formats.records import json_articles, table
from service.formats.records.ninjs import read_ninjs
from service.formats.sidecar import from_body
from service.formats.stated_fields import read_fields
from service.search import Ask
from service.spreadsheets import armed, disarmed
from service.stores.articles import ArticleStore
from service.stores.entities import EntityRow, EntityStore
from service.web.answers.articles import article_out

FULL = Article(
    body="The mayor spoke.\n\nWhat next\n\nNobody knows.",
    title="Mayor speaks",
    standfirst="A long speech.",
    subheadings=(Subheading(18, 27, "What next"),),
    captions=("The mayor", "The town hall"),
    credits=("Photo: Jane Doe",),
    related=("An older speech",),
    authors=("Jane Doe", "Ján Kováč"),
    dateline="ROME",
    source="The Post",
    url="https://example.org/mayor",
    uri="tag:example.org,2019:mayor",
    key="mayor",
    version=7,
    origin="/in/mayor.json",
    language="en",
    topics=("politics", "politics/cities"),
    rights="© The Post",
    published=parse_moment("2019-01-03T10:30Z"),
    updated=parse_moment("2019-01-04T11:00:01Z"),
    status="corrected",
    correction="An earlier text named another mayor.",
    embargoed_until=parse_moment("2019-01-03T09:00Z"),
    extra={"desk": "cities", "words": [1, 2.5, None]},
)
PEOPLE = (
    EntityRow("person-janedoe", "Jane Doe", "person", 1, 2),
    EntityRow("place-rome", "Rome", "place", 1, 1),
)


def exported(article: Article, key: str = "k", entities: tuple[EntityRow, ...] = ()) -> Exported:
    filed = Filed(
        article=article,
        key=article.key or key,
        version=1,
        ingested_at="2020-02-02T02:02:02Z",
        tagger=None,
    )
    return Exported(filed, entities, "an archive")


def again(name: str, text: str) -> Article:
    """The article in a file that an export has written, read by the archive's own readers."""
    document = Document(origin="/in", name=name, stream=io.BytesIO(text.encode("utf-8")))
    form = table.FORMAT if name.endswith(".csv") else json_articles.FORMAT
    assert form.recognises(document)
    (found,) = form.read(document, Options())
    assert isinstance(found, Found)
    return found.article


def as_file(name: str, *articles: Article) -> str:
    pages = [Page(tuple(exported(article) for article in articles), len(articles))]
    return b"".join(written(EXPORT_FORMATS[name], iter(pages))).decode("utf-8")


# The walk.


def numbered(archive: Archive, count: int) -> None:
    for number in range(count):
        date = parse_moment(f"2019-01-{1 + number // 2:02}") if number % 5 else None
        archive.add(Article(key=f"k{number}", body=f"Text {number}", published=date))


def keys(pages: Iterator[Page]) -> list[str]:
    return [found.filed.key for page in pages for found in page.articles]


def walk(archive: Archive) -> Walk:
    return Walk(archive.database, archive.engine, EntityStore(archive.database))


@pytest.mark.parametrize("size", [1, 5, 12])
@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_every_article_comes_once(archive: Archive, size: int, sort: Any) -> None:
    numbered(archive, 12)
    found = keys(walk(archive).pages(Ask(sort=sort), size))
    assert sorted(found) == sorted(f"k{number}" for number in range(12))
    dates = [row[0] or "" for key in found for row in archive.rows(DATE, key)]
    assert dates == sorted(dates, reverse=sort == "newest")


DATE = "SELECT published_at FROM articles WHERE key = ?"


def test_nothing_found_is_one_page_without_articles(archive: Archive) -> None:
    assert list(walk(archive).pages(Ask(q="nothing"))) == [Page((), 0)]


def test_by_date_unless_told_otherwise(archive: Archive) -> None:
    archive.add(Article(key="old", body="port port port", published=parse_moment("2001-01-01")))
    archive.add(Article(key="new", body="port", published=parse_moment("2002-01-01")))
    assert keys(walk(archive).pages(Ask(q="port"))) == ["new", "old"]


def test_no_snapshot_is_held_between_pages(archive: Archive) -> None:
    """Else whoever reads slowly would keep the archive from shrinking, and see what was killed."""
    numbered(archive, 4)
    pages = walk(archive).pages(Ask(), 2)
    first = next(pages)
    left = sorted({f"k{number}" for number in range(4)} - {e.filed.key for e in first.articles})
    archive.tamper(f"DELETE FROM articles WHERE key = '{left[0]}'")
    assert archive.rows("SELECT count(*) FROM articles") == [(3,)]
    assert keys(pages) == [left[1]]


def test_the_names_come_along(archive: Archive) -> None:
    jane = EntityName("person-janedoe", "Jane Doe", "person")
    mention = Mention("body", 0, 8, "Jane Doe", "Jane Doe", "person", jane, "model", 0.9)
    archive.add(Article(key="k", body="Jane Doe spoke."), [mention])
    (page,) = walk(archive).pages(Ask())
    (found,) = page.articles
    assert [(e.name, e.mentions) for e in found.entities] == [("Jane Doe", 1)]
    assert found.entities == EntityStore(archive.database).in_article("k")


# NDJSON.


def test_ndjson_has_all_that_the_api_answers_but_the_mentions() -> None:
    out = dict(article_out(exported(FULL).filed, PEOPLE, ()))
    del out["mentions"]
    assert json.loads(as_line(fields_of(exported(FULL, entities=PEOPLE)))) == out


def test_ndjson_is_one_line_for_every_reader() -> None:
    text = "one\ntwo\rthree\x85four\u2028five\u2029six\x0b"
    lines = as_file("ndjson", Article(body=text), Article(body="조성길")).split("\n")
    assert [json.loads(line)["body"] for line in lines[:-1]] == [text, "조성길"]
    assert lines[-1] == ""
    assert "\u2028" not in lines[0]
    assert "조성길" in lines[1]


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
lists = st.lists(words, max_size=3)
dates = st.sampled_from(["2018-12-16", "2018-12-16T10:30+09:00", "2018-12-16T10:30:05Z", None])
stated = st.fixed_dictionaries(
    {"body": words.filter(lambda text: text.strip())},
    optional={
        **dict.fromkeys(("title", "standfirst", "dateline", "source", "rights"), words),
        **dict.fromkeys(("correction", "uri"), words),
        **dict.fromkeys(("captions", "credits", "related", "authors", "topics"), lists),
        **dict.fromkeys(("published_at", "updated_at", "embargoed_until"), dates),
        "key": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,9}", fullmatch=True),
        "url": st.just("https://example.org/1?q=ä#b"),
        "language": st.sampled_from(["en", "pt-BR"]),
        "status": st.sampled_from(["published", "corrected"]),
        "extra": st.dictionaries(words, st.one_of(words, lists, st.integers()), max_size=3),
    },
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return open_archive(tmp_path_factory.mktemp("shared"))


@given(fields=stated)
def test_a_line_of_ndjson_is_the_same_article_again(
    shared: Archive, fields: dict[str, Any]
) -> None:
    """Through the archive, so that what it cannot hold would show."""
    article = from_body(read_fields(fields))
    shared.tamper("DELETE FROM articles")
    shared.add(article)
    (page,) = walk(shared).pages(Ask())
    (line,) = b"".join(written(EXPORT_FORMATS["ndjson"], iter([page]))).decode().splitlines()
    read = again("a.ndjson", line)
    assert read.content_hash() == article.content_hash()
    assert read.key == page.articles[0].filed.key


@pytest.mark.parametrize(
    "article",
    [
        FULL,
        replace(FULL, language_detected=True),
        replace(FULL, source_derived=True, title_derived=True, title="The mayor spoke."),
        Article(body=" indented\n\n", title="two  spaces", extra={"text_said": {"authors": []}}),
    ],
)
def test_what_was_derived_stays_derived(article: Article) -> None:
    read = again("cuttings.ndjson", as_file("ndjson", article))
    assert read.content_hash() == article.content_hash()
    assert (read.key, read.version) == (article.key or "k", article.version)


# CSV.


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Mayor speaks", "Mayor speaks"),
        ("", ""),
        ("a = b", "a = b"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠a", "'＠a"),
        ("'quoted'", "'quoted'"),
        ("'=1", "''=1"),
        ("''@", "'''@"),
    ],
)
def test_cells_that_a_spreadsheet_would_calculate(text: str, cell: str) -> None:
    assert disarmed(text) == cell


@given(st.text("'=+-@\t\r\n＝＋－＠a", max_size=6))
def test_an_apostrophe_can_be_taken_off_again(text: str) -> None:
    assert armed(disarmed(text)) == text
    assert disarmed(text)[:1] not in set("=+-@\t\r\n＝＋－＠") - {""}


def test_the_table_is_rfc_4180_with_a_mark() -> None:
    text = 'Two "lines",\nof text; that is all'
    table = as_file("csv", replace(FULL, title="=HYPERLINK()", body=text), Article(body="-"))
    assert table.startswith("\ufeffkey,uri,title,")
    assert table.endswith("\r\n")
    header, full, bare = csv.reader(io.StringIO(table[1:], newline=""), strict=True)
    assert tuple(header) == COLUMNS
    row = dict(zip(header, full, strict=True))
    assert row["title"] == "'=HYPERLINK()"
    assert row["body"] == text
    assert row["authors"] == "Jane Doe; Ján Kováč"
    assert row["captions"] == '["The mayor", "The town hall"]'
    assert row["credits"] == "Photo: Jane Doe"
    assert json.loads(row["extra"]) == FULL.extra
    assert (row["title_derived"], row["version"], row["stated_version"]) == ("false", "1", "7")
    assert (row["published_at"], row["published_precision"]) == ("2019-01-03T10:30Z", "minute")
    assert dict(zip(header, bare, strict=True))["body"] == "'-"
    assert dict(zip(header, bare, strict=True))["source"] == ""


@pytest.mark.parametrize(
    "article",
    [
        FULL,
        replace(FULL, title="-", body="=1+1\n'\n\"", subheadings=(), topics=("@home", "＝")),
        replace(FULL, language_detected=True, standfirst="\t＠", rights="''-1"),
        replace(FULL, authors=("A; B", " [C"), captions=("[d]",), credits=("e; f",), topics=("g",)),
        Article(body="a\t'=x", title="'=a'", title_derived=True),
    ],
)
def test_a_row_is_the_same_article_again(article: Article) -> None:
    read = again("cuttings.csv", as_file("csv", article))
    assert (read.content_hash(), read.version) == (article.content_hash(), article.version)


def test_the_table_has_every_field_but_the_names() -> None:
    assert set(COLUMNS) == set(fields_of(exported(FULL))) - {"entities"}


def test_an_empty_table_has_its_header() -> None:
    assert as_file("csv") == "\ufeff" + ",".join(COLUMNS) + "\r\n"


# ninjs. The schema is a small one of our own, of what is used of 3.0.


def listed(*required: str, **properties: Any) -> dict[str, Any]:
    names = {name: {"type": "string"} for name in required} | properties
    item = {"properties": names, "required": list(required), "additionalProperties": False}
    return {"type": "array", "minItems": 1, "items": {"type": "object", **item}}


TEXT, DATE_TIME = {"type": "string", "minLength": 1}, {"type": "string", "format": "date-time"}
URI = {"type": "string", "format": "uri"}
NINJS = {
    "type": "object",
    "required": ["uri"],
    "additionalProperties": False,
    "properties": {
        "standard": {"type": "object", "required": ["name", "version", "schema"]},
        "uri": URI,
        "type": {"enum": ["text"]},
        "representationType": {"enum": ["full", "partial"]},
        "pubStatus": {"enum": ["usable", "withheld", "canceled"]},
        **dict.fromkeys(("version", "language", "copyrightNotice", "edNote", "by"), TEXT),
        **dict.fromkeys(("firstCreated", "versionCreated", "embargoedUntil"), DATE_TIME),
        "headlines": listed("role", "value"),
        "descriptions": listed("role", "contentType", "value"),
        "bodies": listed("role", "contentType", "value", charCount={"type": "integer"}),
        "subjects": listed("name"),
        **dict.fromkeys(("people", "organisations", "places"), listed("name", "rel", "literal")),
        "infoSources": listed("name"),
        "renditions": listed("name", href=URI),
        "altIds": listed("role", "value"),
    },
}
VALID = jsonschema_rs.Draft202012Validator(NINJS, validate_formats=True)


def test_ninjs_of_an_article_with_everything() -> None:
    item = item_of(exported(FULL, entities=PEOPLE))
    assert [fault.message for fault in VALID.iter_errors(item)] == []
    assert item["uri"] == "tag:example.org,2019:mayor"
    assert item["headlines"] == [{"role": "main", "value": "Mayor speaks"}]
    assert item["firstCreated"] == "2019-01-03T10:30:00Z"
    assert item["versionCreated"] == "2019-01-04T11:00:01Z"
    assert item["by"] == "Jane Doe, Ján Kováč"
    assert item["edNote"] == "Correction: An earlier text named another mayor."
    assert [part["role"] for part in item["descriptions"]] == [
        *("standfirst", "caption", "caption", "credit")
    ]
    (body,) = item["bodies"]
    assert (body["contentType"], body["value"]) == ("text/plain", FULL.body)
    assert body["charCount"] == len(FULL.body)
    assert item["people"] == [{"name": "Jane Doe", "rel": "mentions", "literal": "person-janedoe"}]
    assert item["places"][0]["name"] == "Rome"
    assert "organisations" not in item
    assert item["infoSources"] == [{"name": "The Post"}]
    assert item["version"] == "7"
    assert item["altIds"] == [
        {"role": "cuttings", "value": "mayor"},
        {"role": "urn", "value": urn_of("an archive", "mayor")},
        {"role": "source", "value": "tag:example.org,2019:mayor"},
    ]


def test_ninjs_tells_nothing_that_nobody_stated() -> None:
    bare = Article(
        body="Asia Times has learned",
        title="Asia Times has learned",
        title_derived=True,
        source="Asia Times",
        source_derived=True,
        language="en",
        language_detected=True,
    )
    item = item_of(exported(bare))
    assert [fault.message for fault in VALID.iter_errors(item)] == []
    assert set(item) == {
        *("standard", "uri", "type", "representationType", "pubStatus", "bodies", "altIds"),
    }
    assert item["uri"].startswith("urn:uuid:")


@pytest.mark.parametrize(
    ("published", "updated", "first", "version", "note"),
    [
        ("2019-01-03", None, None, None, "Published on 2019-01-03"),
        ("2019-01-03T10:30Z", None, "2019-01-03T10:30:00Z", "2019-01-03T10:30:00Z", None),
        (
            "2019-01-03",
            "2019-01-04T00:01Z",
            None,
            "2019-01-04T00:01:00Z",
            "Published on 2019-01-03",
        ),
        ("2019-01-03", "2019-01-04", None, None, "Published on 2019-01-03\nUpdated on 2019-01-04"),
    ],
)
def test_ninjs_makes_up_no_time(
    published: str, updated: str | None, first: str | None, version: str | None, note: str | None
) -> None:
    article = Article(
        body="b",
        published=parse_moment(published),
        updated=parse_moment(updated) if updated else None,
    )
    item = item_of(exported(article))
    assert [fault.message for fault in VALID.iter_errors(item)] == []
    told = (item.get("firstCreated"), item.get("versionCreated"), item.get("edNote"))
    assert told == (first, version, note)


@pytest.mark.parametrize(
    ("uri", "kept"),
    [
        ("https://example.org/1", True),
        ("urn:newsml:example.org:20190103:1", True),
        ("https://example.org/%20a", True),
        ("story 17", False),
        ("17", False),
        ("https://example.org/ä", False),
        ("https://example.org/%zz", False),
    ],
)
def test_ninjs_identifies_by_uris_only(uri: str, kept: bool) -> None:
    item = item_of(exported(Article(body="b", uri=uri)))
    assert [fault.message for fault in VALID.iter_errors(item)] == []
    assert (item["uri"] == uri) is kept
    assert {"role": "source", "value": uri} in item["altIds"]


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("https://example.org/조?a=%20", "https://example.org/%EC%A1%B0?a=%20"),
        ("https://example.org/{a}|b", "https://example.org/%7Ba%7D%7Cb"),
    ],
)
def test_ninjs_links_are_uris(url: str, href: str) -> None:
    item = item_of(exported(Article(body="b", url=url)))
    assert item["renditions"] == [{"name": "web", "href": href}]
    assert [fault.message for fault in VALID.iter_errors(item)] == []


@pytest.mark.parametrize(
    "article",
    [
        replace(FULL, related=(), subheadings=(), extra={}, dateline=None),
        replace(FULL, related=(), subheadings=(), extra={}, dateline=None, version=None, uri="17"),
        Article(body="<b> a & b </b>\n\n<i>", title="A <b> & C", credits=("A, B",)),
        Article(body="One. Two.", title="One.", title_derived=True, authors=("Doe, Jane", "X")),
        Article(body="b", title="t", published=parse_moment("2019-01-03")),
        Article(
            body="b",
            title="t",
            published=parse_moment("2019-01-03"),
            updated=parse_moment("2019-01-04"),
            status="corrected",
            correction="One.\n\nTwo.",
        ),
        Article(body="t. More", title="b", standfirst="t.", captions=("t.",), language="pt-BR"),
    ],
    ids=range(7),
)
def test_ninjs_read_again_is_the_article_with_its_key(article: Article) -> None:
    read = again("cuttings-ninjs.ndjson", as_file("ninjs", article))
    known = {name: getattr(article, name) for name in ("title", "standfirst", "body", "captions")}
    assert {name: getattr(read, name) for name in known} == known
    assert (read.key, read.uri, read.version) == (article.key or "k", article.uri, article.version)
    assert replace(read, published=None, updated=None, embargoed_until=None) == replace(
        article,
        key=read.key,
        origin=None,
        published=None,
        updated=None,
        embargoed_until=None,
    )
    for name in ("published", "updated", "embargoed_until"):
        was, now = getattr(article, name), getattr(read, name)
        assert (was and was.iso) == (now and now.iso), name


def test_ninjs_read_again_is_no_second_article(archive: Archive, tmp_path: Path) -> None:
    archive.add(replace(FULL, updated=None))
    archive.add(Article(body="Undated", title="b", key="k2"))
    (page,) = walk(archive).pages(Ask())
    page = replace(page, articles=tuple(replace(e, archive="other") for e in page.articles))
    file = tmp_path / "given.ndjson"
    file.write_bytes(b"".join(written(EXPORT_FORMATS["ninjs"], iter([page]))))
    archive.ingest(file)
    assert archive.rows("SELECT key, updated_at FROM articles ORDER BY key") == [
        *(("k2", None), ("mayor", None))
    ]


def test_ninjs_of_this_archive_does_not_come_back() -> None:
    """It would replace a text with one that lacks what ninjs has no place for."""
    item = item_of(exported(FULL))
    with pytest.raises(Unreadable, match="was given away by this archive"):
        read_ninjs(item, "an archive")
    assert isinstance(read_ninjs(item, "another"), Article)
    assert isinstance(read_ninjs(item), Article)


def test_identifiers_stay() -> None:
    """Whoever has read them knows the articles by them."""
    assert urn_of("an archive", "mayor") == "urn:uuid:6fc3584f-81ef-5fad-b583-beaf9471b509"
    assert urn_of("an archive", "mayor") != urn_of("another", "mayor")


def test_what_is_exported_is_what_is_kept(archive: Archive, tmp_path: Path) -> None:
    archive.add(FULL)
    (page,) = walk(archive).pages(Ask())
    assert page.articles[0].filed == ArticleStore(archive.database).get("mayor")
    assert page.articles[0].filed.article.content_hash() == FULL.content_hash()
