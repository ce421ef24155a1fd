"""JSON of any shape that people give articles in, and whatever else they give instead."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article, Filed, Subheading
from service.dates import Moment
from service.errors import Unreadable
from service.formats.document import Content, Document, Found, Options, Refused
from service.formats.html_text import text_of_html
from service.formats.records import pieces
from service.formats.records.archived import _MADE
from service.formats.records.json_articles import FORMAT
from service.web.answers.articles import ArticleOut, article_out

BODY = "The council met on Monday and talked about the bridge."


def document(data: bytes | str, name: str = "dump.json", **stated: Any) -> Document:
    data = data.encode() if isinstance(data, str) else data
    return Document(origin=name, name=name, stream=io.BytesIO(data), **stated)


def contents(data: bytes | str, name: str = "dump.json", **options: Any) -> list[Content]:
    """What is read, and at the end the reason why the rest is not, as a Refused of number 0."""
    found: list[Content] = []
    try:
        found += _until_fault(document(data, name), Options(**options), found)
    except Unreadable as fault:
        found.append(Refused(fault.detail, 0))
    return found


def _until_fault(read: Document, options: Options, found: list[Content]) -> Iterator[Content]:
    for content in FORMAT.read(read, options):
        found.append(content)
    return iter(())


def one(raw: Any, **options: Any) -> Article:
    (content,) = contents(json.dumps(raw), **options)
    assert isinstance(content, Found), content
    assert content.number is None
    return content.article


def summary(found: list[Content]) -> list[tuple[int | None, str]]:
    """Number and title of an article, number and reason of what is refused."""
    return [
        (each.number, each.article.title if isinstance(each, Found) else each.reason)
        for each in found
        if isinstance(each, Found | Refused)
    ]


def item(title: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "body": BODY, **more}


A, B = json.dumps(item("A")), json.dumps(item("B"))
BOTH = [(1, "A"), (2, "B")]


@pytest.mark.parametrize(
    "data",
    [
        f"[{A},{B}]",
        f" \n[\n {A} ,\n{B}\n]\n",
        f'{{"articles": [{A}, {B}]}}',
        f'{{"status": "ok", "response": {{"total": 2, "results": [{A}, {B}], "pages": 1}}}}',
        f'{{"hits": {{"total": {{"n": 2}}, "hits": [{{"_source": {A}}}, {{"_source": {B}}}]}}}}',
        f"{A}\n{B}\n",
        f"\ufeff{A}\r\n\r\n  \r\n{B}",
        f"\x1e{A}\n\x1e{B}\n",
        f"{A}{B}",
        json.dumps(item("A"), indent=2) + json.dumps(item("B"), indent=2),
        f"[{A},{B}]".encode("utf-16"),
        f"{A}\n{B}".encode("utf-16"),
    ],
)
def test_every_shape_of_a_list(data: bytes | str) -> None:
    assert FORMAT.recognises(document(data, "x"))
    assert summary(contents(data, "x")) == BOTH


def test_a_single_object_has_no_number() -> None:
    assert one(item("A")).title == "A"
    assert summary(contents(json.dumps(item("A"), indent=1))) == [(None, "A")]


@pytest.mark.parametrize(
    "text", ["The end.", "[By Jane Doe] Text", "{curly} text", "", "---\na: b"]
)
def test_prose_is_no_json(text: str) -> None:
    assert not FORMAT.recognises(document(text, "story.txt"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        # The record that is broken, and those around it.
        (f'{A}\n{{"body": }}\n{B}', [(1, "A"), (2, "is not valid JSON: expecting"), (3, "B")]),
        (f'[{A}, {{"body": NaN}}, {B}]', [(1, "A"), (2, "NaN is no number"), (3, "B")]),
        (f'[{A}, {{"body": 1e999}}, {B}]', [(1, "A"), (2, "is no number"), (3, "B")]),
        (f'[{A}, {{"a": 1, "a": 2}}, {B}]', [(1, "A"), (2, "“a” is stated twice"), (3, "B")]),
        (f'[{A}, {{"body": {"9" * 9000}}}, {B}]', [(1, "A"), (2, "no number"), (3, "B")]),
        (f"[{A}, 5, {B}]", [(1, "A"), (2, "is no object"), (3, "B")]),
        (f'[{A}, "x, y", {B}]', [(1, "A"), (2, "is no object"), (3, "B")]),
        (f"[{A}, {{}}, {B}]", [(1, "A"), (2, "is empty"), (3, "B")]),
        (f'{A}\n{{"body": "a\\ud800b"}}\n{B}', [(1, "A"), (2, "half of a surrogate"), (3, "B")]),
        (f'{A}\n{{"body": "a\\u0000b"}}\n{B}', [(1, "A"), (2, "NUL"), (3, "B")]),
        (f'{A}\n{{"x": {"[" * 90}{"]" * 90}}}\n{B}', [(1, "A"), (2, "too deeply"), (3, "B")]),
        (f"{A}\n{'[' * 100_000}\n{B}", [(1, "A"), (2, "too deeply"), (3, "B")]),
        (f"{A}\ngarbage\n{B}", [(1, "A"), (2, "is not valid JSON"), (3, "B")]),
        (f'{{"title": "x\n{A}\n{B}', [(1, "is not valid JSON"), (2, "A"), (3, "B")]),
        # What ends too early or goes on too long.
        (f'[{A}, {{"title": "B"', [(1, "A"), (2, "the document ends in it"), (0, "ends inside")]),
        (f"[{A}, {B}", [*BOTH, (0, "ends inside its list, after record 2")]),
        (f"[{A}}}, {B}]", [(1, "A"), (0, "is not valid JSON behind record 1")]),
        (f"{A}{'}' * 9}: {B}", [(0, "is not valid JSON behind record 1")]),
        ("[]", [(0, "holds an empty list")]),
        ("", [(0, "is empty")]),
        ("{}", [(0, "is empty")]),
        ("\n \n", [(0, "is empty")]),
        ('{"body": 5}', [(0, "body: must be text")]),
        ('{"body": " "}', [(0, "body: is empty")]),
        ('{"headline": "x"}', [(0, "has no body: none of its fields is known as one (headline)")]),
        ('{"body": "x", "embargo": "soon"}', [(0, "embargo: ")]),
        ('{"body": "x", "published_at": "2018-12-16T10:00"}', [(0, "has no time zone")]),
        ('{"body": "x', [(0, "the document ends in it")]),
    ],
)
def test_what_is_broken_has_a_reason(data: str, expected: list[tuple[int, str]]) -> None:
    found = summary(contents(data))
    assert [number for number, _ in found] == [number for number, _ in expected], found
    for (_, told), (_, wanted) in zip(found, expected, strict=True):
        assert wanted in told


def test_what_is_refused_keeps_its_bytes() -> None:
    _, refused, _ = contents(f'[{A}, {{"x": NaN}}, {B}]')
    assert refused == Refused("is not valid JSON: NaN is no number", 2, b'{"x": NaN}')


@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:\\ \n1aé', max_size=60).map(str.encode))
def test_no_bytes_make_it_crash(data: bytes) -> None:
    for name in ("x.json", "x.ndjson"):
        contents(data, name)
        contents(b'[{"body": "x"},' + data, name)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
    )
)
def test_pieces_are_the_values(value: Any) -> None:
    data = json.dumps([value, value], ensure_ascii=False).encode("utf-8", "surrogatepass")
    parts = iter([data[n : n + 3] for n in range(0, len(data), 3)])
    cutter = pieces.JsonCutter(parts, 1, in_list=True)
    cut = [json.loads(piece.data.decode("utf-8", "surrogatepass")) for piece in cutter.pieces()]
    assert (cut, cutter.closed) == ([value, value], True)


class Repeated(io.RawIOBase):
    """A stream of the same bytes over and over, which are never all there."""

    def __init__(self, *parts: tuple[bytes, int]) -> None:
        self._parts = (part for part, times in parts for _ in range(times))
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._left or next(self._parts, b"")
        size = min(len(part), len(buffer))
        buffer[:size], self._left = part[:size], part[size:]
        return size


@pytest.mark.parametrize("form", ["line", "list", "key", "digits"])
def test_a_record_without_end_is_passed_over(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LARGEST_RECORD", 100_000)
    start, between, end = (b"", b"\n", b"\n") if form == "line" else (b"[", b",", b"]")
    long = {"key": (b'{"', b'": 1}'), "digits": (b"1", b"1")}.get(form, (b'{"body": "', b'"}'))
    parts = [(start + A.encode() + between + long[0], 1), (b"1" * 8_000, 400)]
    parts += [(long[1] + between + B.encode() + end, 1)]
    stream = io.BufferedReader(Repeated(*parts))
    name = "x.ndjson" if form == "line" else "x.json"
    found = list(FORMAT.read(Document(name, name, stream), Options()))
    assert summary(found) == [(1, "A"), (2, pieces.TOO_LARGE), (3, "B")]
    assert isinstance(found[1], Refused)
    assert len(found[1].data) <= 200_000


def test_many_empty_records_are_counted() -> None:
    found = FORMAT.read(document("{}\n" * 20_000, "x.ndjson"), Options())
    assert sum(isinstance(each, Refused) for each in found) == 20_000


def test_other_encodings_are_mended_and_told() -> None:
    body = "Der Rat tagte über die Brücke in Köln und hörte die Bürger an, bis es dämmerte."
    (found,) = contents(f'{{"title": "Brücke", "body": "{body}"}}'.encode("cp1252"))
    assert isinstance(found, Found)
    assert found.article.body == body
    assert found.article.extra


# Other people's names.


def test_a_guardian_answer() -> None:
    result = {
        "id": "world/2019/jan/03/envoy",
        "type": "article",
        "sectionName": "World news",
        "webPublicationDate": "2019-01-03T10:00:00Z",
        "webTitle": "Envoy missing",
        "webUrl": "https://example.org/world/envoy",
        "fields": {
            "trailText": "<b>Nobody</b> knows",
            "body": "<p>One.</p><p>Two &amp; three.</p>",
        },
    }
    wrapped = {"response": {"status": "ok", "total": 1, "results": [result]}}
    ((_, title),) = summary(found := contents(json.dumps(wrapped)))
    assert title == "Envoy missing"
    assert isinstance(found[0], Found)
    article = found[0].article
    assert (article.body, article.standfirst) == ("One.\n\nTwo & three.", "Nobody knows")
    assert article.uri == "world/2019/jan/03/envoy"
    assert article.url == "https://example.org/world/envoy"
    assert article.topics == ("World news",)
    assert article.published == Moment("2019-01-03T10:00:00Z", "second")
    assert article.extra == {"type": "article"}


def test_names_of_datasets_and_exports() -> None:
    article = one(
        {
            "_id": "nyt://article/1",
            "headline": {"main": "Envoy missing", "kicker": None},
            "byline": {"original": "By Jane Doe and John Roe", "organization": None},
            "keywords": [{"name": "place", "value": "Rome"}, {"name": "x", "value": "Envoys"}],
            "pub_date": "2019-01-03T10:00:00+0000",
            "lead_paragraph": BODY,
            "abstract": "Nobody knows",
            "source": {"id": "post", "name": "The Post"},
            "section_name": "World",
        }
    )
    assert (article.title, article.body, article.standfirst) == (
        "Envoy missing",
        BODY,
        "Nobody knows",
    )
    assert article.authors == ("Jane Doe", "John Roe")
    assert article.source == "The Post"
    assert article.uri == "nyt://article/1"
    assert article.extra["source"] == {"id": "post", "name": "The Post"}


def test_a_wordpress_post() -> None:
    article = one(
        {
            "id": 7,
            "date": "2019-01-03T11:00:00",
            "date_gmt": "2019-01-03T10:00:00",
            "guid": {"rendered": "https://example.org/?p=7"},
            "status": "publish",
            "title": {"rendered": "Mayor&#8217;s bridge"},
            "content": {"rendered": "<p>It is shut.</p>\n", "protected": False},
            "author": 3,
            "tags": [5, 6],
            "link": "https://example.org/bridge",
        }
    )
    assert (article.title, article.body) == ("Mayor’s bridge", "It is shut.")
    assert article.published == Moment("2019-01-03T10:00:00Z", "second")
    assert article.uri == "https://example.org/?p=7"
    assert (article.authors, article.topics, article.status) == ((), (), "published")
    assert {"id": 7, "author": 3, "tags": [5, 6], "status": "publish"}.items() <= (
        article.extra.items()
    )


@pytest.mark.parametrize(
    ("stated", "published", "kept"),
    [
        ({"date": "2019-01-03"}, "2019-01-03", {}),
        ({"date": "2019-01-03 10:20:30"}, "2019-01-03", {"date": "2019-01-03 10:20:30"}),
        ({"date": "January 3, 2019"}, "2019-01-03", {}),
        ({"date": "Thu, 03 Jan 2019 10:20:30 +0100"}, "2019-01-03T09:20:30Z", {}),
        ({"date": "03/04/2019"}, None, {"date": "03/04/2019"}),
        ({"date": 1546500000}, None, {"date": 1546500000}),
        ({"datePublished": "2019-01-03", "date": "2018"}, "2019-01-03", {"date": "2018"}),
    ],
)
def test_dates_are_as_precise_as_stated(
    stated: dict[str, Any], published: str | None, kept: dict[str, Any]
) -> None:
    article = one({"text": BODY} | stated)
    assert (article.published and article.published.shown) == published
    assert article.extra == kept


@pytest.mark.parametrize(
    ("stated", "uri"),
    [
        ({"guid": "a-1", "url": "https://example.org/1"}, "a-1"),
        ({"url": "https://example.org/1"}, "https://example.org/1"),
        ({"url": "https://example.org/"}, None),
        ({"url": "https://example.org"}, None),
        ({"id": 5, "source": "Post"}, "5"),
        # The number of a row in somebody's dataset is nobody's identifier.
        ({"id": 5}, None),
        ({"id": 5, "link": "https://example.org/1"}, "https://example.org/1"),
        ({"key": "k", "url": "https://example.org/1"}, None),
    ],
)
def test_what_identifies_a_record(stated: dict[str, Any], uri: str | None) -> None:
    assert one({"body": BODY} | stated).uri == uri


def test_values_that_do_not_fit_are_kept() -> None:
    article = one({"text": BODY, "lang": "english", "link": "?", "version": "2.0", "views": 3})
    assert (article.language, article.url, article.version) == (None, None, None)
    assert article.extra == {"lang": "english", "link": "?", "version": "2.0", "views": 3}
    assert one({"text": BODY, "version": 3}).version == 3


def test_names_can_be_told() -> None:
    raw = {"title": "A", "kop": "B", "inhoud": {"tekst": BODY, "x": 1}}
    article = one(raw, fields={"kop": "title", "inhoud.tekst": "body"})
    assert (article.title, article.body) == ("B", BODY)
    assert article.extra == {"title": "A", "inhoud": {"x": 1}}


def test_guessed_names_are_told_once() -> None:
    told: list[str] = []
    record = json.dumps({"headline": "A", "content": BODY, "foo": 1})
    contents(f"{record}\n{record}", "dump.ndjson", tell=told.append)
    assert told == ["fields of dump.ndjson: headline -> title, content -> body; kept as extra: foo"]
    told.clear()
    contents(A, tell=told.append)
    assert not told


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("plain", "plain"),
        ("<p>One <b>bold</b>&nbsp;x</p> <p>Two<br>lines</p>", "One bold\xa0x\n\nTwo\nlines"),
        ("One<br><br/>Two<script>no</script>", "One\n\nTwo"),
        ("<ul><li>a<li>b</ul>tail", "a\n\nb\n\ntail"),
        ("</div></p>after\x00\ufffe", "after"),
        ("<!-- no --><p></p>", ""),
    ],
)
def test_text_of_html(fragment: str, text: str) -> None:
    assert text_of_html(fragment) == text


def test_html_beyond_reason() -> None:
    with pytest.raises(Unreadable, match="nested too deeply"):
        text_of_html("<div>" * 5_000 + "x")


# What an archive gives away comes in again.

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
lists = st.lists(words, max_size=3).map(tuple)
moments = st.none() | st.sampled_from(
    [
        Moment("2018-12-16", "day"),
        Moment("2018-12-16T01:30:00Z", "minute"),
        Moment("2018-12-16T01:30:00Z", "second"),
    ]
)
articles = st.builds(
    Article,
    body=words.filter(str.strip),
    title=words,
    title_derived=st.booleans(),
    standfirst=st.none() | words,
    captions=lists,
    credits=lists,
    related=lists,
    authors=lists,
    topics=lists,
    dateline=st.none() | words,
    source=st.none() | words,
    source_derived=st.booleans(),
    url=st.sampled_from([None, "https://example.org/1"]),
    uri=st.none() | words,
    language=st.sampled_from([None, "en", "pt-BR"]),
    language_detected=st.booleans(),
    rights=st.none() | words,
    published=moments,
    updated=moments,
    embargoed_until=moments,
    status=st.sampled_from(["published", "corrected"]),
    correction=st.none() | words,
    extra=st.dictionaries(words, st.none() | words | st.integers() | lists.map(list), max_size=3),
    version=st.none() | st.integers(1, 9),
)


@given(articles)
def test_what_was_given_away_comes_back_the_same(article: Article) -> None:
    article = replace(article, subheadings=(Subheading(0, 1, article.body[0]),))
    filed = Filed(
        article=article, key="k-1", version=4, ingested_at="2019-01-01T00:00:00Z", tagger="t"
    )
    again = one(dict(article_out(filed, (), ())))
    assert again.content_hash() == article.content_hash()
    # The count of an archive is no number of the source: a correction of it may have a lower one.
    assert (again.key, again.version, again.language_detected) == ("k-1", article.version, False)
    assert again.extra == article.extra


def test_a_number_that_is_none_is_a_fault_in_what_was_given_away() -> None:
    broken = json.dumps(item("A", stated_version="2b", ingested_at="2019-01-01T00:00:00Z"))
    assert summary(contents(broken)) == [(0, "stated_version: must be a whole number from 1 on")]


def test_subheadings_that_are_sent_are_kept_once() -> None:
    heading = {"start": 0, "end": 3, "text": "The"}
    article = one(item("A", subheadings=[heading]))
    assert (article.subheadings, article.extra) == ((Subheading(0, 3, "The"),), {})
    assert one(item("A", subheadings=[heading | {"level": 2}])).extra["subheadings"]


def test_all_that_an_archive_makes_is_known() -> None:
    """A new field of the answer must be one of the article's, or named as made by the archive."""
    made = ArticleOut.__annotations__.keys() - Article.__dataclass_fields__.keys()
    assert made - {"published_at", "updated_at"} <= _MADE


def test_a_name_stated_twice_further_down_keeps_both_values() -> None:
    (found,) = contents('{"body": "x", "desk": {"name": "a", "name": "b"}}')
    assert isinstance(found, Found)
    assert found.article.extra == {"desk": {"name": "a", "name#2": "b"}}


def test_a_field_stated_twice_is_a_fault() -> None:
    with pytest.raises(Unreadable, match="stated twice"):
        list(FORMAT.read(document('{"body": "x", "pubstatus": "a", "pubstatus": "b"}'), Options()))
