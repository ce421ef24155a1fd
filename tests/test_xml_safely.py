"""XML from strangers: attacks are refused at once, harmless oddities pass."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Unreadable
from service.formats.document import Document, Options
from service.formats.xml import safely as xml_safely
from service.formats.xml import unknown as unknown_xml
from service.formats.xml.safely import parse_xml, root_name, written

DEEP = b"<a>" * 100_000


def reason(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        parse_xml(data)
    return caught.value.detail


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (
            b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
            "declares entities of its own, which are not read",
        ),
        (
            b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
            "declares entities of its own, which are not read",
        ),
        (
            b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/b.dtd"> %b;]><a/>',
            "declares entities of its own, which are not read",
        ),
        (DEEP, "is nested deeper than 200 elements"),
        (b'<a b="' + b"x" * 3_000_000 + b'"/>', "has a tag or comment of more than 1 MB"),
        (b"<!--" + b"x" * 3_000_000 + b"--><a/>", "has a tag or comment of more than 1 MB"),
        (
            b'<a xmlns="' + b"x" * 900_000 + b'">' + b"<b/>" * 900_000,
            "has a name or namespace of more than 500 characters",
        ),
        (b"<a>\xff</a>", "is not UTF-8: byte 0xFF at offset 3"),
        (
            b'<?xml version="1.0" encoding="klingon"?><a/>',
            "states an encoding that is not known: “klingon”",
        ),
        (
            b'<?xml version="1.0" encoding="idna"?><a/>',
            "states an encoding that is not known: “idna”",
        ),
        (b"", "is not well-formed XML: no element found: line 1, column 0"),
        (b"<a>", "is not well-formed XML: no element found: line 1, column 3"),
        (
            b"<a>&#0;</a>",
            "is not well-formed XML: reference to invalid character number: line 1, column 3",
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else None,
)
def test_what_is_refused(data: bytes, wanted: str) -> None:
    assert reason(data) == wanted


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'<!DOCTYPE nitf SYSTEM "http://127.0.0.1:9/nitf.dtd"><a>1&nbsp;2&mdash;</a>', "1\xa02—"),
        (b'<!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.4//EN" "nitf-3-4.dtd" []><a>1</a>', "1"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"), "é"),
        ('<?xml version="1.0" encoding="windows-1252"?><a>“é”</a>'.encode("cp1252"), "“é”"),
        ('<?xml version="1.0" encoding="Shift_JIS"?><a>日本</a>'.encode("shift_jis"), "日本"),
        ('<?xml version="1.0" encoding="UTF-16"?><a>日本</a>'.encode("utf-16"), "日本"),
        ('<?xml version="1.0" encoding="UTF-16"?><a>日本</a>'.encode("utf-16-le"), "日本"),
        ('\ufeff<?xml version="1.0"?><a>日本</a>'.encode(), "日本"),
        (b'\n\n <?xml version="1.0"?><a>1</a>', "1"),
        (b"<a>" + b"x" * 3_000_000 + b"</a>", "x" * 3_000_000),
    ],
    ids=range(10),
)
def test_what_passes(data: bytes, text: str) -> None:
    assert parse_xml(data).text == text


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<rss version='2.0'><channel>", "rss"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- <b> -->\n<rdf:RDF xmlns:rdf="x">', "RDF"),
        (b'<!DOCTYPE nitf SYSTEM "a.dtd" [<!ENTITY b "c>">]>\n<nitf>', "nitf"),
        ("<feed/>".encode("utf-16"), "feed"),
        (b"Once upon a time <b>there</b> was", None),
        (b"", None),
        (b"<!--" * 16_000, None),
        (b"<!DOCTYPE a[" + b"]" * 60_000, None),
    ],
    ids=range(8),
)
def test_the_root_is_told_by_the_beginning(head: bytes, name: str | None) -> None:
    assert root_name(head) == name


def test_neither_elements_nor_attributes_are_without_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xml_safely, "_MOST_PARTS", 1_000)
    wanted = "has more than 1,000 elements and attributes"
    assert reason(b"<a>" + b"<b/>" * 1_000 + b"</a>") == wanted
    assert reason(b"<a>" + b"<b c='1'/>" * 500 + b"</a>") == wanted
    assert len(parse_xml(b"<a>" + b"<b/>" * 999 + b"</a>")) == 999


def test_an_element_is_written_alone() -> None:
    (child,) = parse_xml(b"<a><b c='1'>2</b>after</a>")
    assert written(child) == b'<b c="1">2</b>'


@pytest.mark.parametrize(
    ("data", "name", "wanted"),
    [
        (b'<?xml version="1.0"?><NewsML />', "story", "<NewsML>"),
        (b"<svg><path/></svg>", "a.xml", "<svg>"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "a.xml", None),
        (b"<b>Bold</b> is what he was.", "a.txt", None),
    ],
)
def test_unknown_xml_is_named(data: bytes, name: str, wanted: str | None) -> None:
    document = Document(name, name, io.BytesIO(data))
    assert unknown_xml.FORMAT.recognises(document) == (wanted is not None)
    if wanted:
        with pytest.raises(Unreadable) as caught:
            list(unknown_xml.FORMAT.read(document, Options()))
        assert caught.value.detail == f"is XML of a kind that is not read: its root is {wanted}"


@given(st.binary(max_size=200) | st.text('<>/a&;![]?-=" \n#x1', max_size=200).map(str.encode))
def test_any_bytes_give_a_root_or_a_reason(data: bytes) -> None:
    root_name(data)
    with suppress(Unreadable):
        parse_xml(data)
