"""Inputs made to do harm: each is named with a reason, in bounded time and memory."""

import io
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from packing import Pipe, tarred, zipped
from reading import contents, document

from service.article import Article
from service.formats.archives import bounded
from service.formats.archives import zipped as zips
from service.formats.document import Document

MB = 1024 * 1024
STORY = b"Bridge closes\n\nThe council met on Monday and talked about the bridge until late.\n"


@contextmanager
def within(megabytes: int) -> Iterator[None]:
    """Python's own memory: what a reader keeps, not what a decompressor needs."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < megabytes * MB


def said_of(outer: Document) -> dict[str, Any]:
    return {
        origin.removeprefix("x!"): "read" if isinstance(said, Article) else said
        for origin, said in contents(outer)
    }


def gzip_bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    parts = [packer.compress(b"a" * MB) for _ in range(megabytes)]
    return b"".join([*parts, packer.flush()])


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few megabytes are a bomb."""
    for module in ("reader", "zipped"):
        monkeypatch.setattr(f"service.formats.archives.{module}.FREE_MEMBER", 2 * MB)
    monkeypatch.setattr(bounded, "FREE_ARCHIVE", 8 * MB)


BOMB = "unpacks to more than 100 times its size"


@pytest.mark.usefixtures("small_limits")
def test_a_gzip_bomb() -> None:
    data = gzip_bomb(40)
    with within(140):
        assert said_of(document(data, "x")) == {"x": BOMB}
        assert said_of(document(zipped([("a.gz", data), ("b.txt", STORY)]), "x")) == {
            "a.gz!a": BOMB,
            "b.txt": "read",
        }


@pytest.mark.usefixtures("small_limits")
def test_a_zip_bomb_and_a_text_beside_it() -> None:
    data = zipped([("bomb.txt", b"a" * 8 * MB), ("good.txt", STORY)])
    with within(140):
        assert said_of(document(data, "x")) == {"bomb.txt": BOMB, "good.txt": "read"}


def overlapping(members: int, size: int) -> bytes:
    """A zip whose members are all the same bytes: each is no bomb, all of them are one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.txt", b"a bc " * (size // 5))
        (info,) = archive.infolist()
        for number in range(1, members):
            other = zipfile.ZipInfo("0.txt")
            for name in ("CRC", "compress_size", "file_size", "compress_type", "header_offset"):
                setattr(other, name, getattr(info, name))
            other.extra = struct.pack("<HHH", 0x9999, 2, number)
            archive.filelist.append(other)
    return packed.getvalue()


@pytest.mark.usefixtures("small_limits")
def test_members_that_overlap() -> None:
    told = [said for _, said in contents(document(overlapping(60, MB), "x"))]
    read = sum(isinstance(said, Article) for said in told)
    assert len(told) == 60
    assert 0 < read <= 8
    # Newer versions of Python see it before it is unpacked.
    assert all(said == BOMB or "overlapped entries" in str(said) for said in told[read:])


def test_a_zip_that_lies_in_itself() -> None:
    data = zipped([("story.txt", STORY)])
    for _ in range(50):
        data = zipped([("r.zip", data), ("s.txt", STORY)])
    found = said_of(document(data, "x"))
    assert (
        found["r.zip!r.zip!r.zip!r.zip"] == "lies in 4 archives, one in the other, and is one too"
    )
    assert sum(said == "read" for said in found.values()) == 4


@pytest.mark.usefixtures("small_limits")
def test_bombs_in_each_other_count_as_one() -> None:
    """Each of sixteen archives in each of sixteen archives is within its own bounds."""
    inner = zipped([(f"{n}.txt", b"b a " * (MB // 8)) for n in range(4)])
    outer = zipped([(f"{n}.zip", inner) for n in range(16)])
    told = [said for _, said in contents(document(zipped([("o.zip", outer)]), "x"))]
    assert sum(isinstance(said, Article) for said in told) <= 16
    assert BOMB in told


def test_paths_that_climb_out_are_named() -> None:
    names = ["../../etc/cron.d/evil.txt", "/etc/passwd", "C:\\evil.txt", "a\\..\\..\\b.txt"]
    for data in (zipped([(n, STORY) for n in names]), tarred([(n, STORY) for n in names])):
        assert said_of(document(data, "x")) == dict.fromkeys(names, "climbs out of the archive")


def test_a_member_without_a_name_is_named_as_such() -> None:
    data = zipped([("nul.txt", STORY), ("s.txt", STORY)]).replace(b"nul.txt", b"\0ul.txt")
    told = {"(no name)": "is in the archive without a name", "s.txt": "read"}
    assert said_of(document(data, "x")) == told


def test_a_table_of_contents_beyond_all_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "LARGEST_CONTENTS", 1_000)
    data = zipped([(f"{number}.txt", b"") for number in range(100)])
    assert said_of(document(data, "x")) == {"x": "holds too many files to be read at once"}


def test_a_stream_beyond_all_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "LARGEST_SPOOLED", MB)
    pipe = Pipe(part for part in [zipped([("a.txt", STORY)]), *[bytes(MB)] * 9])
    ((_, told),) = contents(Document("x", "x", io.BufferedReader(pipe)))
    assert "no file on disk" in told
    assert pipe.given < 3 * MB


def test_sizes_that_lie() -> None:
    data = bytearray(zipped([("a.txt", STORY), ("b.txt", STORY)], zipfile.ZIP_STORED))
    at = data.index(b"PK\x01\x02")
    data[at + 20 : at + 28] = struct.pack("<II", 2**31, 2**31)
    found = said_of(document(bytes(data), "x"))
    assert found["a.txt"].startswith("is damaged")
    assert found["b.txt"] == "read"


def test_a_header_of_a_tar_that_fills_the_memory() -> None:
    for kind in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME):
        info = tarfile.TarInfo("x")
        info.type, info.size = kind, 8_000_000_000
        head = info.tobuf(tarfile.GNU_FORMAT)
        ((_, told),) = contents(document(head + bytes(4 * MB), "x"))
        assert told == "is a damaged tar archive: a header in it is too large"


def test_headers_of_a_tar_without_end() -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 12
    each = info.tobuf(tarfile.USTAR_FORMAT) + b"12 path=abc\n".ljust(512, b"\0")
    ((_, told),) = contents(document(each * 5_000, "x"))
    assert told.startswith("is a damaged tar archive")


def test_a_sparse_file_of_nothing() -> None:
    info = tarfile.TarInfo("x")
    info.type = tarfile.GNUTYPE_SPARSE
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    head[483:495] = b"77777777777\0"
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    assert said_of(document(bytes(head) + bytes(1024), "x")) == {
        "x": "is a link or device, not a file"
    }


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\n" * 1_000_000, "is empty"),
        (b"\r\n\t " * 1_000_000, "is empty"),
        (bytes(1_000_000), "is binary, not text"),
        (b"a\0" * 1_000 + b"b" * 1_000, "is binary, not text"),
        (b"\xef\xbb\xbf" * 100_000, "is empty"),
        (b"a" * 50 * MB, "holds more than 16 MB of text, as no article does"),
        (b"a " * 40 * MB, "is larger than 64 MB"),
    ],
    ids=["line ends", "spaces", "NUL", "some NUL", "marks", "a line", "words"],
)
def test_texts_of_nothing(data: bytes, told: str) -> None:
    assert said_of(document(data, "x.txt")) == {"x.txt": told}


@pytest.mark.parametrize(
    "unit", [b"[", b"[a](", b"![", b"**a ", b"_a ", b"`", b"<http://", b"> ", b"#\n", b"---\n"]
)
def test_marks_without_end(unit: bytes) -> None:
    """Markdown is read in a time that grows as its length does."""
    assert said_of(document(b"A " + unit * (4_000 // len(unit)), "x.md")) == {"x.md": "read"}
