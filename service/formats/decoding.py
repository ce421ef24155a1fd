"""The text in a file's bytes, or the reason why there is none.

UTF-8 where it is that, then what was stated, then the best guess. What was not as it should be is
mended and told, so that it can be kept with the article; sound text never changes.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import charset_normalizer
from ftfy import TextFixerConfig, fix_encoding
from ftfy.badness import is_bad

from service.article import Article
from service.errors import Unreadable
from service.formats.charsets import GUESSED, codec_of, shown, states_itself

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
# UTF-32 first: its mark begins with that of UTF-16.
_WIDE_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# All of C0 but tab, line ends, form feed, and the end-of-file mark of DOS.
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1a")) + b"\x7f"
# Texts of old systems hold a stray control character; one in 50 is no text.
_MOST_CONTROLS = 50
_ASCII = bytes(range(128))
_INVISIBLE = frozenset({"Cc", "Cf"})
# So much tells the encoding; a guess by more takes longer and is no better.
_SAMPLE = 32_768
_SEARCHED = 8 * _SAMPLE
_LINE_ENDS_AND_TAGS = re.compile(rb"[\r\n<>]+")
_BEFORE_SAMPLE = 2_048
# Guesses this near to the best one are as good; the more common encoding is taken then.
_AS_GOOD = 0.025
_WORST_CHAOS = 0.1
_FEWEST_LETTERS = 0.6
# A text of fewer bytes that are all odd could be anything.
_FEWEST_BYTES = 10
_NOT_UTF_8 = re.compile("[\udc80-\udcff]")
# The first byte of a character in UTF-8, read as one of its own, and whatever follows it but ASCII
# (or the space that a non-breaking one became). No line without it is mojibake.
_SUSPECT = re.compile(
    r"[Â-ôĂ-ž\u0370-\u045f‚√][^\x00-\x7f]|[Ãàâ] |[\x80-\x9f]",
)
_LONGEST_LINE = 100_000
# Only what can be turned back for certain: no replacement characters are made up.
_CAREFULLY = TextFixerConfig(explain=False, replace_lossy_sequences=False)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text without its byte order mark, and what was mended in it, in words."""

    text: str
    mended: tuple[str, ...] = ()


def decode(data: bytes, charset: str | None = None) -> Decoded:
    """The text in the bytes; Unreadable if there is none, or if no encoding fits.

    `charset` is what a server or the document itself says of it: a hint, which counts where the
    bytes are not UTF-8.
    """
    if data.startswith(_BINARY_HEADS):
        raise Unreadable("is binary, not text")
    decoded = _wide(data, charset) or _narrow(data, charset)
    text = _visible(decoded.text.removeprefix(_BOM))
    whole = _unmixed(text)
    return Decoded(whole, decoded.mended if whole == text else (*decoded.mended, "mojibake mended"))


def record(article: Article, mended: Sequence[str]) -> Article:
    """The article with what was mended in its text kept in `extra`."""
    if not mended:
        return article
    return replace(article, extra={**article.extra, "mended": list(mended)})


def _wide(data: bytes, charset: str | None) -> Decoded | None:
    """Encodings that are no ASCII with something added; they tell themselves or are stated."""
    for mark, codec in _WIDE_MARKS:
        if data.startswith(mark):
            return _without_nul(_strictly(data, codec), ())
    stated = codec_of(charset)
    if stated and states_itself(stated) and (text := _tried(data, stated)) is not None:
        return _without_nul(text, ())
    if b"\x1b$" in data and (text := _tried(data, "iso2022_jp")) is not None:
        return Decoded(text, ("read as ISO-2022-JP",))
    for codec, zeros in (("utf-16-le", data[1:_SAMPLE:2]), ("utf-16-be", data[:_SAMPLE:2])):
        if zeros and zeros.count(0) > len(zeros) * 0.7 and (text := _tried(data, codec)):
            return _without_nul(text, (f"read as {shown(codec)}",))
    return None


def _narrow(data: bytes, charset: str | None) -> Decoded:
    nuls = data.count(0)
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > max(1, len(data) // _MOST_CONTROLS):
        raise Unreadable("is binary, not text")
    data = data.replace(b"\x00", b"") if nuls else data
    mended = _nuls_told(nuls)
    text = _tried(data, "utf-8")
    if text is not None:
        return Decoded(text, mended)
    codec = codec_of(charset)
    if codec and (text := _tried(data, codec)) is not None:
        return Decoded(text, mended)
    mixed = _mostly_utf_8(data)
    if mixed:
        return Decoded(mixed.text, mended + mixed.mended)
    guess = _guess(data)
    return Decoded(_strictly(data, guess), (*mended, f"read as {shown(guess)}"))


def _without_nul(text: str, mended: tuple[str, ...]) -> Decoded:
    nuls = text.count("\0")
    if nuls > max(1, len(text) // _MOST_CONTROLS):
        raise Unreadable("is binary, not text")
    return Decoded(text.replace("\0", "") if nuls else text, mended + _nuls_told(nuls))


def _nuls_told(nuls: int) -> tuple[str, ...]:
    return (f"{nuls} NUL character{'s' if nuls > 1 else ''} taken out",) if nuls else ()


def _mostly_utf_8(data: bytes) -> Decoded | None:
    """UTF-8 with some bytes of Windows-1252 in it, or a character that was cut."""
    text = data.decode("utf-8", "surrogateescape")
    odd = len(_NOT_UTF_8.findall(text))
    sound = len(data) - len(text.encode("ascii", "ignore")) - odd
    if odd * 6 > sound:
        return None
    told = f"{odd} byte{'s' if odd > 1 else ''} read as {shown('cp1252')}"
    return Decoded(_NOT_UTF_8.sub(_as_windows, text), (told,))


def _as_windows(found: re.Match[str]) -> str:
    return bytes([ord(found[0]) - 0xDC00]).decode("cp1252", "replace")


def _guess(data: bytes) -> str:
    """The encoding that makes the most of the bytes; Unreadable when none is likely."""
    sample = _sample(data)
    foreign = len(sample.translate(None, _ASCII))
    if foreign < _FEWEST_BYTES and foreign * 2 > len(sample):
        _strictly(data, "utf-8")
    found = list(charset_normalizer.from_bytes(sample, cp_isolation=list(GUESSED)))
    fits = [
        (GUESSED.index(codec), codec)
        for match in found
        if match.chaos <= min(found[0].chaos, _WORST_CHAOS)
        and match.coherence >= found[0].coherence - _AS_GOOD
        and _is_worded(str(match))
        for codec in (match.encoding, *match.could_be_from_charset)
        if codec in GUESSED and _tried(data, codec) is not None
    ]
    if not fits:
        _strictly(data, "utf-8")
    return min(fits)[1]


def _sample(data: bytes) -> bytes:
    """The lines that tell: markup and English around them would speak for other languages."""
    start = max(0, len(data) - len(data.lstrip(_ASCII)) - _BEFORE_SAMPLE)
    lines = _LINE_ENDS_AND_TAGS.split(data[start : start + _SEARCHED])
    return b"\n".join(line for line in lines if not line.isascii())[:_SAMPLE]


def _is_worded(text: str) -> bool:
    bare = "".join(text.split())
    return sum(map(str.isalpha, bare)) >= len(bare) * _FEWEST_LETTERS


def _tried(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeError:
        return None


def _strictly(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as fault:
        found = f"byte 0x{data[fault.start]:02X} at offset {fault.start}"
        told = "" if codec != "utf-8" else ", nor of any other known encoding"
        raise Unreadable(f"is not {shown(codec)}: {found}{told}") from fault


def _visible(text: str) -> str:
    if not any(map(_is_visible, text.strip())):
        raise Unreadable("is empty")
    return text


def _is_visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in _INVISIBLE


def _unmixed(text: str) -> str:
    """Without mojibake (“Ã©” for “é”), line by line, where turning it back leaves proper text."""
    if text.isascii() or not _SUSPECT.search(text):
        return text
    return "".join(map(_unmixed_line, text.splitlines(keepends=True)))


def _unmixed_line(line: str) -> str:
    if len(line) > _LONGEST_LINE or not _SUSPECT.search(line) or not is_bad(line):
        return line
    fixed = fix_encoding(line, _CAREFULLY)
    proper = not is_bad(fixed) and fixed.count("\ufffd") <= line.count("\ufffd")
    return fixed if proper and fixed.isprintable() >= line.isprintable() else line
