"""Tables: what tells one, which column is what, and rows that are none."""

import csv
import io
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article
from service.errors import Unreadable
from service.formats.document import Content, Document, Found, Options, Refused
from service.formats.records import table
from service.formats.records.table import FORMAT

BODY = "The council met on Monday, and talked about the bridge."


def document(data: bytes | str, name: str = "dump", **stated: Any) -> Document:
    data = data.encode() if isinstance(data, str) else data
    return Document(name, name, io.BytesIO(data), **stated)


def contents(data: bytes | str, name: str = "dump.csv", **options: Any) -> list[Content]:
    return list(FORMAT.read(document(data, name), Options(**options)))


def articles(data: bytes | str, **options: Any) -> list[Article]:
    return [each.article for each in contents(data, **options) if isinstance(each, Found)]


def written(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


ROWS = [["title", "content"], ["A", BODY], ["B", 'One\n\n“two”, three; "four"|five']]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_kind_of_table(delimiter: str, end: str, codec: str) -> None:
    data = written(ROWS, delimiter, end).encode(codec)
    assert FORMAT.recognises(document(data))
    found = contents(data, "dump")
    assert [each.number for each in found if isinstance(each, Found)] == [1, 2]
    assert [(article.title, article.body) for article in articles(data)] == [
        (row[0], row[1]) for row in ROWS[1:]
    ]


def test_line_ends_of_an_old_mac() -> None:
    assert [article.title for article in articles("title,text\rA,one\rB,two\r")] == ["A", "B"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "The text, the body\n",
        "Bread, text, and wine\nThe mayor spoke of all three.\n\nNobody listened.\n",
        "a,b\n1,2\n3,4\n",
        "\x00\xff\x00",
    ],
)
def test_what_is_no_table(text: str) -> None:
    assert not FORMAT.recognises(document(text, "story.txt"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "is no table"),
        ("text\nx\n", "is no table"),
        ("a,b\n1,2\n", "say which with --map NAME=body"),
        ("title,text\n", "has no rows"),
    ],
)
def test_tables_without_a_text(data: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        contents(data)


def test_columns_of_a_dataset() -> None:
    told: list[str] = []
    data = written(
        [
            ["", "id", "title", "publication", "author", "date", "url", "content", "tags", "views"],
            ["0", "17", "A", "Post", "Jane Doe; John Roe", "2019-01-03", "", BODY, "a|b", "5"],
        ]
    )
    (article,) = articles(data, tell=told.append)
    assert article == Article(
        title="A",
        body=BODY,
        source="Post",
        uri="17",
        authors=("Jane Doe", "John Roe"),
        topics=("a", "b"),
        published=article.published,
        extra={"column 1": "0", "views": "5"},
    )
    assert article.published
    assert article.published.shown == "2019-01-03"
    (said,) = told
    assert said.startswith("fields of dump.csv: ")
    assert "content -> body" in said
    assert said.endswith("; kept as extra: column 1, views")


def test_columns_can_be_told() -> None:
    data = "kop,inhoud,title\nA,the text,B\n"
    (article,) = articles(data, fields={"kop": "title", "inhoud": "body"})
    assert (article.title, article.body, article.extra) == ("A", "the text", {"title": "B"})


def test_lists_in_cells() -> None:
    rows = [["text", "authors", "keywords", "captions"]]
    rows += [[BODY, "['Jane Doe', 'John Roe']", '["a", "b"]', "One; two"]]
    (article,) = articles(written(rows))
    assert article.authors == ("Jane Doe", "John Roe")
    assert (article.topics, article.captions) == (("a", "b"), ("One; two",))


def test_what_an_archive_has_written() -> None:
    rows = [["key", "title", "title_derived", "body", "language", "language_detected"]]
    rows[0] += ["version", "stated_version"]
    rows += [["k", "A", "true", BODY, "en", "true", "2", "7"]]
    (article,) = articles(written(rows))
    assert article == Article(key="k", title="A", title_derived=True, body=BODY, version=7)


def test_rows_of_another_width() -> None:
    first, short, long, last = contents("title,text\nA,one\nB\nC,x,y\n\nD,two\n")
    assert isinstance(first, Found)
    names = b"title,text\n"
    assert short == Refused("has 1 cells where the first row has 2", 2, names + b"B\n")
    assert long == Refused("has 3 cells where the first row has 2", 3, names + b"C,x,y\n")
    assert isinstance(last, Found)
    assert last.number == 4


@pytest.mark.parametrize(
    "row", ["B\n", "C,x,y\n", "D,\n", 'E,"a\0b"\n'], ids=["short", "long", "empty", "NUL"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_row_kept_aside_has_the_same_reason_alone(row: str, encoding: str) -> None:
    """It is read again without its file, whose first row tells what its cells are."""
    _, refused, _ = contents(f"title,text\nA,one\n{row}Z,end\n".encode(encoding))
    assert isinstance(refused, Refused)
    (again,) = contents(refused.data)
    assert again == Refused(refused.reason, 1, refused.data)


def test_a_quote_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it swallows is refused as one row; what stands behind that is read."""
    monkeypatch.setattr(table, "LARGEST_RECORD", 2_000)
    data = 'title,text\nA,one\nB,"two\n' + "C,three\n" * 1_000
    found = contents(data)
    assert isinstance(found[0], Found)
    assert isinstance(found[1], Refused)
    assert found[1].data.startswith(b'title,text\nB,"two\nC,three\n')
    assert len(found[1].data) <= 2_000 + len("title,text\n")
    assert isinstance(found[2], Found)


def test_odd_characters_are_refused_or_mended() -> None:
    nul, fine, latin = contents("title,text\nA,a\0b\nB,two\nK,Brücke über\n".encode("cp1252"))
    assert isinstance(nul, Refused)
    assert "NUL" in nul.reason
    assert isinstance(fine, Found)
    assert isinstance(latin, Found | Refused)


@given(st.binary(max_size=200) | st.text(alphabet=',;|\t"\n\r\0aé', max_size=60).map(str.encode))
def test_no_bytes_make_it_crash(data: bytes) -> None:
    FORMAT.recognises(document(data))
    for start in (b"", b"title,text\n"):
        with suppress(Unreadable):
            contents(start + data)


def test_why_a_table_is_none_is_one_line() -> None:
    with pytest.raises(Unreadable) as refused:
        contents('"first\nname",second\r\nA,B\r\n', "dump.csv")
    assert "(it has first name, second)" in refused.value.detail
