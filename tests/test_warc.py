"""Crawls: which records give a document, and what becomes of broken ones."""

import gzip
import io
import zlib
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import Unreadable
from service.formats.archives.warc import FORMAT
from service.formats.document import Content, Document, Options, Refused

PAGE = b"<!doctype html><title>Dam opened</title><p>The dam at Corra was opened.</p>"


def document(data: bytes, name: str = "crawl.warc") -> Document:
    return Document(name, name, io.BytesIO(data))


def record(
    block: bytes, url: str = "https://example.org/a", kind: str = "response", **more: str
) -> bytes:
    length = more.pop("length", str(len(block)))
    named = {"WARC-Type": kind, "WARC-Target-URI": url, "Content-Length": length}
    named |= {f"WARC-{name}": value for name, value in more.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return b"WARC/1.0\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n"


def answer(
    body: bytes, media_type: str = "text/html", status: str = "200 OK", more: str = ""
) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n{more}\r\n"
    return head.encode() + body


def chunked(body: bytes) -> bytes:
    pieces = [body[at : at + 10] for at in range(0, len(body), 10)] + [b""]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


def contents(data: bytes) -> list[Content | str]:
    """What is found, and the reason at the end if the file is unreadable."""
    found: list[Content | str] = []
    try:
        found.extend(FORMAT.read(document(data), Options()))
    except Unreadable as fault:
        found.append(str(fault))
    return found


def bodies(data: bytes) -> list[object]:
    """The bytes of each document, or why it has none."""
    found: list[object] = []
    try:
        for content in FORMAT.read(document(data), Options()):
            found.append(read(content) if isinstance(content, Document) else reason(content))
    except Unreadable as fault:
        found.append(str(fault))
    return found


def read(member: Document) -> object:
    try:
        return member.whole()
    except Unreadable as fault:
        return str(fault)


def reason(content: Content) -> object:
    return (content.number, content.reason) if isinstance(content, Refused) else content


def test_an_answer_is_a_document_with_what_the_server_said() -> None:
    data = record(
        answer(PAGE, "text/html; charset=ISO-8859-1"), "https://example.org/news/dam.html?x=1"
    )
    (found,) = contents(data)
    assert isinstance(found, Document)
    assert found.origin == "crawl.warc!https://example.org/news/dam.html?x=1"
    assert (found.name, found.url) == ("dam.html", "https://example.org/news/dam.html?x=1")
    assert (found.media_type, found.charset, found.depth) == ("text/html", "ISO-8859-1", 1)


@pytest.mark.parametrize(
    "block",
    [
        answer(PAGE),
        answer(chunked(PAGE), more="Transfer-Encoding: chunked\r\n"),
        answer(gzip.compress(PAGE, mtime=0), more="Content-Encoding: gzip\r\n"),
        answer(zlib.compress(PAGE), more="Content-Encoding: deflate\r\n"),
        answer(zlib.compress(PAGE)[2:-4], more="Content-Encoding: deflate\r\n"),
        answer(
            chunked(gzip.compress(PAGE, mtime=0)),
            more="Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n",
        ),
        answer(PAGE, more="Content-Encoding: identity\r\n"),
        answer(PAGE, "application/xhtml+xml"),
        answer(PAGE, "TEXT/PLAIN;charset=utf-8"),
        answer(PAGE, "application/rss+xml"),
        answer(PAGE, "application/ld+json"),
        answer(PAGE, ""),
        answer(PAGE, status="200").replace(b"HTTP/1.1", b"HTTP/2"),
    ],
)
def test_answers_are_unpacked(block: bytes) -> None:
    assert bodies(record(block)) == [PAGE]


@pytest.mark.parametrize(
    "passed_over",
    [
        record(answer(b"\x89PNG", "image/png")),
        record(answer(b"<svg/>", "image/svg+xml")),
        record(answer(b"p {}", "text/css")),
        record(answer(PAGE, status="404 Not Found")),
        record(answer(b"", status="301 Moved Permanently")),
        record(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", kind="request"),
        record(b"software: a crawler\r\n", kind="warcinfo"),
        record(b"20250101000000\n1.2.3.4\n", "dns:example.org"),
        record(answer(b"User-agent: *", "text/plain"), "https://example.org/robots.txt"),
    ],
)
def test_other_records_are_passed_over(passed_over: bytes) -> None:
    assert bodies(passed_over + record(answer(PAGE))) == [PAGE]


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (
            b"WARC/9.9\r\nWARC-Type: response\r\n\r\n",
            [(1, "is a broken record: Invalid WARC record, first line: WARC/9.9")],
        ),
        (record(answer(PAGE), length="none"), [(1, "is longer than it says")]),
        (record(answer(PAGE), Truncated="length"), [(1, "was cut off by the crawler (length)")]),
        (
            record(answer(PAGE, more="Content-Encoding: br\r\n")),
            [(1, "is packed as br, which is not read")],
        ),
        (
            record(answer(b"\x1f\x8b no gzip", more="Content-Encoding: gzip\r\n")),
            ["is damaged: error -3 while decompressing data: unknown compression method"],
        ),
        (
            record(answer(gzip.compress(PAGE, mtime=0)[:40], more="Content-Encoding: gzip\r\n")),
            ["is damaged: it ends too early"],
        ),
    ],
)
def test_a_broken_record_does_not_take_the_rest_with_it(broken: bytes, found: list[object]) -> None:
    assert bodies(broken + record(answer(PAGE))) == [*found, PAGE]


def test_a_record_without_a_length_is_refused() -> None:
    broken = record(answer(PAGE)).replace(b"Content-Length", b"Content-Size", 1)
    first, *rest = bodies(broken + record(answer(PAGE)))
    assert first == (1, "is a broken record: it states no length")
    assert rest[-1] == PAGE


def test_a_record_longer_than_it_says_is_told() -> None:
    data = record(answer(PAGE), length="60") + record(answer(PAGE))
    assert bodies(data)[1:] == [(1, "is longer than it says"), PAGE]


def test_a_file_that_ends_in_a_record_gives_what_stood_before() -> None:
    data = record(answer(PAGE)) + record(answer(PAGE))[:-30]
    assert bodies(data) == [
        PAGE,
        "is damaged: the file ends in it",
        "ends in the middle of a record",
    ]


def test_documents_that_nobody_reads_are_passed_over() -> None:
    assert len(contents(record(answer(PAGE)) * 3)) == 3


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda data: b"".join(map(gzip.compress, split(data)))]
)
def test_packed_as_a_whole_or_record_by_record(pack: object) -> None:
    data = record(answer(PAGE)) + record(answer(PAGE, status="404")) + record(answer(PAGE))
    assert callable(pack)
    packed = pack(data)
    assert FORMAT.recognises(document(packed))
    assert bodies(packed) == [PAGE, PAGE]


def split(data: bytes) -> Iterable[bytes]:
    return (b"WARC/" + part for part in data.split(b"WARC/")[1:])


def test_a_packed_file_that_was_cut_gives_what_stood_before() -> None:
    packed = gzip.compress(record(answer(PAGE))) + gzip.compress(record(answer(PAGE * 9)))[:-40]
    first, *rest = bodies(packed)
    assert first == PAGE
    assert str(rest[-1]).startswith("is damaged")


@pytest.mark.parametrize(
    ("data", "known"),
    [
        (b"WARC/1.1\r\n", True),
        (gzip.compress(b"WARC/1.0\r\n", mtime=0), True),
        (gzip.compress(b"a text", mtime=0), False),
        (b"\x1f\x8bbroken", False),
        (b"A WARC/1.0 file", False),
        (b"", False),
    ],
)
def test_recognised_by_content(data: bytes, known: bool) -> None:
    assert FORMAT.recognises(document(data)) is known


@given(data=st.binary(max_size=300), at=st.integers(0, 600))
@settings(max_examples=60, deadline=None)
def test_any_bytes_give_documents_or_reasons(data: bytes, at: int) -> None:
    sound = record(answer(PAGE)) * 2
    bodies(sound[:at] + data + sound[at:])
    bodies(b"WARC/1.0\r\n" + data)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (b"", "is an answer without an address"),
        (b"WARC-Target-URI: \r\n", "is an answer without an address"),
        (b"WARC-Target-URI: http://[x/\r\n", "is an answer with a broken address"),
    ],
)
def test_an_answer_without_an_address_is_named(address: bytes, why: str) -> None:
    stated = b"WARC-Target-URI: https://example.org/a\r\n"
    data = record(answer(PAGE)).replace(stated, address) + record(answer(PAGE))
    first, second = contents(data)
    assert isinstance(first, Refused)
    assert (first.reason, first.number) == (why, 1)
    assert isinstance(second, Document)
