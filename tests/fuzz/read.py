"""What is read: every format from bytes, damaged archives, decoding, tables of spellings."""

import io
import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from fuzz.samples import FRONT, JSONS, MAIL, PAGES, PLAIN, TABLES, XMLS, archives
from fuzz.target import Target, texts, typed, words
from service.alias_table import add_from_table, written
from service.article import Article
from service.edits import Edit
from service.errors import InvalidRequest, Unreadable
from service.formats import format_of, read
from service.formats.decoding import decode
from service.formats.document import Document, Found, Options, Refused
from service.formats.front_matter import first_field, split_front_matter
from service.formats.html_text import line_of_html, text_of_html
from service.formats.markdown import read_markdown
from service.formats.xml.safely import parse_xml, root_name
from service.stores.aliases import AliasRow
from service.stores.edits import Author


def _document(data: bytes, name: str, sidecar: bytes | None = None) -> Document:
    return Document(name, name, io.BytesIO(data), sidecar=sidecar)


def _sound(article: Article) -> None:
    """What a store takes, and a page shows."""
    assert article.body.strip()
    assert article.title.strip()
    json.dumps(dict(article.extra), allow_nan=False)
    for text in _strings(article):
        assert "\x00" not in text
        text.encode()
    for heading in article.subheadings:
        assert article.body[heading.start : heading.end] == heading.text
    for moment in (article.published, article.updated, article.embargoed_until):
        assert moment is None or moment.instant.tzinfo is not None
    assert len(article.content_hash()) == 64


def _strings(article: Article) -> Iterator[str]:
    for name in Article.__dataclass_fields__:
        value = getattr(article, name)
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from (each for each in value if isinstance(each, str))


def _everything(outer: Document) -> Iterator[tuple[str, Any]]:
    try:
        for content in read(outer, Options()):
            if isinstance(content, Document):
                yield from _everything(content)
            else:
                yield outer.origin, content
    except Unreadable as fault:
        yield outer.origin, Refused(fault.detail, 0)


def _read(data: bytes, name: str, sidecar: bytes | None = None) -> None:
    format_of(_document(data, name))
    for origin, content in _everything(_document(data, name, sidecar)):
        assert origin.startswith(name)
        if isinstance(content, Found):
            _sound(content.article)
        elif isinstance(content, Refused):
            assert content.reason.strip()
            assert "\n" not in content.reason, content.reason


def reader(name: str) -> Callable[[bytes], None]:
    return lambda data: _read(data, name)


def decoding(data: bytes) -> None:
    for charset in (None, "utf-16", "euc-kr", "utf-7"):
        with suppress(Unreadable):
            found = decode(data, charset)
            assert found.text.strip()
            assert "\x00" not in found.text
            found.text.encode()


def front(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with suppress(Unreadable):
        fields, rest = split_front_matter(text)
        assert text.endswith(rest)
        assert fields is None or all(isinstance(name, str) for name in fields)
    first_field(text)
    _read(data, "story.md")


def marked_up(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    line_of_html(text)
    text_of_html(text)
    if text.strip():
        for emphasis in (True, False):
            found = read_markdown(text, emphasis=emphasis)
            assert found.body.strip()
            for heading in found.subheadings:
                assert found.body[heading.start : heading.end] == heading.text
    with suppress(Unreadable):
        parse_xml(data)
    root_name(data)


def sidecar(data: bytes) -> None:
    _read(b"Bridge closes\n\nThe council met on Monday and talked.\n", "story.txt", data)


def packed(data: bytes) -> None:
    """Archives of every kind: the bytes themselves, and a sound archive that they damage."""
    _read(data, "dump")
    if data:
        rng = random.Random(data)  # noqa: S311 - the same damage for the same bytes
        sound = bytearray(rng.choice(archives()))
        for value in data[:8]:
            sound[rng.randrange(len(sound))] = value
        at = rng.randrange(len(sound))
        sound[at:at] = data[8:]
        _read(bytes(sound), "dump")


class _Desk:
    """A log of edits that takes everything."""

    def add_aliases(self, rows: Any, _author: Author) -> list[Edit | str | None]:
        return [None for _ in rows]


def aliases(data: bytes) -> None:
    with suppress(InvalidRequest):
        report = add_from_table(_Desk(), data, Author("desk"))  # type: ignore[arg-type]  # a fake
        assert all(row.line > 0 and row.reason for row in report.failed)
    spelling = typed(data).encode("utf-8", "replace").decode()
    if spelling.strip() and spelling.isprintable():  # as editors may write
        table = "".join(written([AliasRow("person-a", "A", "person", spelling, 1, 1)]))
        report = add_from_table(_Desk(), table.encode(), Author("desk"))  # type: ignore[arg-type]
        assert len(report.failed) + report.unchanged == 1


TARGETS = (
    Target("plain_text", reader("story.txt"), (*PLAIN, *MAIL), words("By Updated: (AP) — ###")),
    Target("records", reader("dump.json"), JSONS, words('{ } [ ] " : , title body \\ud800')),
    Target("tables", reader("dump.csv"), TABLES, words('" , ; | title body \t')),
    Target("wires", reader("wire.xml"), XMLS, words("<a> </a> <![CDATA[ ]]> &amp; &#0; <!DOCTYPE")),
    Target("pages", reader("page.html"), PAGES, words("<p> </p> <script> <meta <!-- --> &nbsp;")),
    Target("archives", packed, archives(), (b"PK\x03\x04", b"WARC/1.0\r\n", b"ustar")),
    Target(
        "decoding",
        decoding,
        (*PLAIN, "café".encode("utf-16"), b"\xff\xfe\x00"),
        (b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\xe9", b"\xc3\xa9", b"\xe2\x80\x9d", b"+AOk-"),
    ),
    Target("front_matter", front, FRONT, words("--- +++ : - [ ] { } & * ! | > # title: ? '")),
    Target("markup", marked_up, (*FRONT, *PAGES, *XMLS), words("** _ [a](b) ![ ` > # <b> &lt;")),
    Target("sidecar", sidecar, JSONS, words('{ } [ ] " : , title body published_at')),
    Target(
        "aliases",
        aliases,
        texts(
            "key,alias\r\nperson-a,Kim\r\n",
            'name;type;alias\n"A; B";person;"Jo ""x"""\n',
            "=HYPERLINK(1)",
        ),
        words('" , ; key alias name type added mentions \t = + @'),
    ),
)
