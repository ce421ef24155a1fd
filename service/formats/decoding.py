"""The text in a file's bytes, or the reason why there is none."""

import unicodedata

from service.errors import Unreadable

_BOM = "\ufeff"
# PNG, JPEG, GIF, PDF, ZIP (and so .docx), GZIP, the old Word, RIFF.
_BINARY_HEADS = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"%PDF-",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"RIFF",
)
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# All of C0 but tab, line ends, form feed, and the end-of-file mark of DOS.
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1a")) + b"\x7f"
# Texts of old systems hold a stray control character; one in 50 is no text.
_MOST_CONTROLS = 50
_INVISIBLE = frozenset({"Cc", "Cf"})


def decode(data: bytes) -> str:
    """The text, without its byte order mark; Unreadable if it is empty, binary or not UTF-8."""
    if data.startswith(_BINARY_HEADS):
        raise Unreadable("is binary, not text")
    if data.startswith(_UTF_16_MARKS):
        raise Unreadable(f"is not UTF-8: byte 0x{data[0]:02X} at offset 0 (it is UTF-16)")
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if b"\x00" in data or controls > max(1, len(data) // _MOST_CONTROLS):
        raise Unreadable("is binary, not text")
    text = _utf_8(data).removeprefix(_BOM)
    if not any(map(_is_visible, text.strip())):
        raise Unreadable("is empty")
    return text


def _utf_8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        found = f"byte 0x{data[fault.start]:02X} at offset {fault.start}"
        raise Unreadable(f"is not UTF-8: {found}") from fault


def _is_visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in _INVISIBLE
