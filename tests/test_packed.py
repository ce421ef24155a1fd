"""Archives give the documents in them, whatever they are called and however they are packed."""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packing import Pipe, tarred, zipped
from reading import contents, document

from service.article import Article
from service.formats.archives import reader as packed
from service.formats.archives.members import climbs, is_passed_over
from service.formats.document import Document, Options

STORY = b"Bridge closes\n\nThe council met on Monday and talked about the bridge until late.\n"
OTHER = b"Bridge opens\n\nThe council met again and opened the bridge before the lights went out.\n"
MEMBERS = [
    ("./a/story.json", b'{"language": "ko"}'),
    ("./a/story.txt", STORY),
    ("b/other.txt", OTHER),
    ("b/other.txt.json", b'{"language": "fr"}'),
    ("b/style.css", b"a { color: red }"),
    ("b/.hidden.txt", OTHER),
    ("__MACOSX/b/._other.txt", b"\0\5\x16\7"),
]
EXPECTED = {
    "a/story.txt": ("Bridge closes", "ko"),
    "b/other.txt": ("Bridge opens", "fr"),
    "b/style.css": "is of no known kind (“.css”)",
}


def shown(outer: Document) -> dict[str, Any]:
    """By the place within the outermost document: title and language, or the reason."""
    return {
        origin.removeprefix(f"{outer.origin}!"): (said.title, said.language)
        if isinstance(said, Article)
        else said
        for origin, said in contents(outer)
    }


def reason(data: bytes, name: str = "archive") -> str:
    ((origin, said),) = contents(document(data, name))
    assert origin == name
    assert isinstance(said, str)
    return said


ARCHIVES: list[Callable[[], bytes]] = [
    lambda: zipped(MEMBERS),
    lambda: zipped(MEMBERS, zipfile.ZIP_STORED),
    lambda: tarred(MEMBERS),
    lambda: tarred(MEMBERS, "w:gz"),
    lambda: tarred(MEMBERS, "w:bz2"),
    lambda: tarred(MEMBERS, "w:xz"),
]


@pytest.mark.parametrize("made", ARCHIVES)
@pytest.mark.parametrize("name", ["news.zip", "news.tgz", "news.txt", "news"])
def test_archives_whatever_they_are_called(made: Callable[[], bytes], name: str) -> None:
    assert shown(document(made(), name)) == EXPECTED


@pytest.mark.parametrize("made", ARCHIVES)
def test_archives_that_come_as_a_stream(made: Callable[[], bytes]) -> None:
    assert shown(Document("-", "-", io.BufferedReader(Pipe(made())))) == EXPECTED


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize(
    ("name", "inner"),
    [("story.txt.gz", "story.txt"), ("story.TXT.XZ", "story.TXT"), ("story.bz2", "story")],
)
def test_one_compressed_file(pack: Callable[[bytes], bytes], name: str, inner: str) -> None:
    data = pack(STORY[:20]) + pack(STORY[20:])
    assert shown(document(data, name)) == {inner: ("Bridge closes", None)}


def test_a_compressed_file_keeps_its_address() -> None:
    packed_file = document(gzip.compress(STORY, mtime=0), "a.gz", url="https://example.org/a.gz")
    (inner,) = packed.FORMAT.read(packed_file, Options())
    assert isinstance(inner, Document)
    assert (inner.url, inner.depth, inner.whole()) == (packed_file.url, 1, STORY)


def test_archives_in_archives() -> None:
    inner = tarred([("z.zip", zipped([("story.txt", STORY)]))], "w:gz")
    data = zipped([("y.tar.gz", inner), ("other.txt", OTHER)])
    assert shown(document(data)) == {
        "y.tar.gz!z.zip!story.txt": ("Bridge closes", None),
        "other.txt": ("Bridge opens", None),
    }


@pytest.mark.parametrize(
    ("members", "told"),
    [
        (["[Content_Types].xml", "word/document.xml"], "is a Word file"),
        (["[Content_Types].xml", "xl/workbook.xml"], "is an Excel file"),
        (["[Content_Types].xml", "ppt/a.xml"], "is a PowerPoint file"),
        (["META-INF/MANIFEST.MF", "A.class"], "is a Java archive"),
        (["mimetype", "a.xhtml"], "is an e-book or OpenDocument file"),
    ],
)
def test_zips_that_are_something_else(members: list[str], told: str) -> None:
    data = zipped([(name, b"x") for name in members])
    assert reason(data) == f"{told}, not an archive of articles"


@pytest.mark.parametrize("data", [zipped([]), zipped([(".a", b"")]), tarred([("._a", b"x")])])
def test_nothing_in_it(data: bytes) -> None:
    assert reason(data) == "holds no articles"


def test_links_and_devices() -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, kind in (("a", tarfile.SYMTYPE), ("b", tarfile.LNKTYPE), ("c", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    told = "is a link or device, not a file"
    assert shown(document(made.getvalue())) == dict.fromkeys("abc", told)
    link = zipfile.ZipInfo("a")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zip_archive:
        zip_archive.writestr(link, "/etc/passwd")
    assert shown(document(made.getvalue())) == {"a": "is a link, not a file"}


@pytest.mark.parametrize(
    ("name", "outside"),
    [
        ("../a.txt", True),
        ("a/../../b.txt", True),
        ("/etc/passwd", True),
        ("..\\a.txt", True),
        ("\\\\host\\a.txt", True),
        ("C:\\a.txt", True),
        ("c:a.txt", True),
        ("a/b..txt", False),
        ("./a.txt", False),
        ("...", False),
    ],
)
def test_paths_that_climb_out(name: str, *, outside: bool) -> None:
    assert climbs(name) == outside


def test_hidden_members() -> None:
    assert is_passed_over("a/.git/b.txt")
    assert is_passed_over("__MACOSX/a.txt")
    assert not is_passed_over("./a.b/c.txt")


def test_encrypted_members_and_others_beside_them() -> None:
    data = bytearray(zipped([("secret.txt", STORY), ("open.txt", OTHER)]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    found = shown(document(bytes(data)))
    assert found == {"secret.txt": "is encrypted", "open.txt": ("Bridge opens", None)}


def test_ways_of_packing_that_are_not_read() -> None:
    data = zipped([("a.txt", STORY)], zipfile.ZIP_BZIP2)
    assert shown(document(data)) == {
        "a.txt": "is packed in a way that is not read; known is deflate"
    }


def test_a_text_whose_sidecar_is_broken_is_not_read_without_it() -> None:
    """It could have stated an embargo."""
    data = bytearray(zipped([("a.json", b'{"a": 1}'), ("a.txt", STORY)], zipfile.ZIP_STORED))
    data[data.index(b'{"a"')] ^= 1
    (told,) = shown(document(bytes(data))).values()
    assert told.startswith("its sidecar a.json is damaged: bad CRC-32")


def test_a_member_with_a_fault_and_others_beside_it() -> None:
    data = bytearray(zipped([("a.txt", STORY), ("b.txt", OTHER)], zipfile.ZIP_STORED))
    data[data.index(b"Bridge")] ^= 1
    found = shown(document(bytes(data)))
    assert found["a.txt"].startswith("is damaged: bad CRC-32")
    assert found["b.txt"] == ("Bridge opens", None)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (zipped(MEMBERS)[:-30], "is a damaged zip archive: file is not a zip file"),
        (gzip.compress(STORY, mtime=0)[:-12], "is damaged: compressed file ended before"),
        (lzma.compress(STORY)[:-40], "is damaged: compressed file ended before"),
        (b"BZh9" + STORY, "is damaged: invalid data stream"),
    ],
)
def test_archives_that_end_too_soon(data: bytes, told: str) -> None:
    ((_, said),) = contents(document(data))
    assert said.startswith(told)


@pytest.mark.parametrize("size", [1_100, 1_400, 1_600])
def test_a_tar_that_ends_too_soon_gives_what_is_whole(size: int) -> None:
    data = tarred([("story.txt", STORY), ("other.txt", OTHER)])[:size]
    found = shown(document(data, "a.tar"))
    assert found["story.txt"] == ("Bridge closes", None)
    assert any(isinstance(said, str) and "damaged" in said for said in found.values())


def test_a_sidecar_far_from_its_text_in_a_tar_is_named() -> None:
    data = tarred([("a.txt", STORY), ("b.txt", OTHER), ("a.json", b"{}")])
    assert set(shown(document(data))) == {"a.txt", "b.txt", "a.json"}


@given(st.sampled_from(range(len(ARCHIVES))), st.data())
def test_any_damage_is_told(which: int, data: st.DataObject) -> None:
    archive = bytearray(ARCHIVES[which]())
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    size = data.draw(st.integers(len(archive) // 2, len(archive)))
    for _, said in contents(document(bytes(archive[:size]))):
        assert said


@given(st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0"]))
def test_a_beginning_alone_is_told(head: bytes) -> None:
    for tail in (b"", b"\0" * 600, b"\xff" * 600):
        assert packed.FORMAT.recognises(document(head + tail))
        assert isinstance(reason(head + tail), str)
