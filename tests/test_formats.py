"""Which format knows a document, and how far one has been read."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from reading import document

from service.errors import Unreadable
from service.formats import format_of, read
from service.formats.archives.members import member, refused
from service.formats.document import Document

HTML = b"<!doctype html><html><title>A</title><p>Text.</p></html>"


def packed() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", os.urandom(100_000))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "known"),
    [
        (b"", "a.json", None),
        (b"{}", "a", "json"),
        (b"not json", "a.ndjson", "json"),
        (b"title,text\nA,one\n", "a", "table"),
        (b"title,text\nA\n", "a.csv", "table"),
        (b"The mayor spoke.", "a.txt", "text"),
        (HTML, "a", "html"),
        (b"\x00\x01\x02", "a.bin", None),
        (packed(), "a", "archive"),
        (b'<rss version="2.0"><channel/></rss>', "a", "feed"),
        (b"<nitf/>", "a", "NITF"),
    ],
    ids=range(11),
)
def test_a_format_is_known_before_anything_is_read(
    data: bytes, name: str, known: str | None
) -> None:
    found = document(data, name)
    assert format_of(found) == known
    assert found.rest.read() == data


def test_what_cannot_be_unpacked_is_of_no_format() -> None:
    outer = document(b"", "a.zip")
    assert format_of(refused(outer, "b.txt", "is encrypted")) is None
    assert format_of(member(outer, "b.txt", io.BytesIO(b"Text"))) == "text"


def test_how_far_a_large_file_has_been_read(tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    record = json.dumps({"title": "A", "body": "word " * 100}).encode() + b"\n"
    file.write_bytes(record * 2_000)
    with file.open("rb") as stream:
        large = Document(str(file), file.name, stream)
        places = [large.read_so_far for _ in read(large)]
    assert places == sorted(places)
    assert places[0] < 300_000
    assert len(set(places)) > 5
    assert places[-1] == file.stat().st_size


def test_how_far_an_archive_has_been_read(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(packed())
    with file.open("rb") as stream:
        outer = Document(str(file), file.name, stream)
        places = []
        for inner in read(outer):
            assert isinstance(inner, Document)
            inner.whole()
            places.append(outer.read_so_far // 100_000)
    assert places == [1, 2, 3]


def test_what_cannot_tell_how_far_it_is() -> None:
    source, sink = os.pipe()
    os.close(sink)
    with os.fdopen(source, "rb") as stream:
        assert Document("-", "-", stream).read_so_far == 0
    assert Document("-", "-", stream).read_so_far == 0
    with pytest.raises(Unreadable):
        list(read(Document("-", "-", io.BytesIO())))
