"""Which format reads an input, and how its article comes together.

What the text shows is overlaid with its front matter, and that with its sidecar: a field that
somebody stated is worth more than one that was read off the page.
"""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from service.article import Article
from service.errors import Unreadable
from service.formats.decoding import decode
from service.formats.front_matter import split_front_matter
from service.formats.plain_text.reader import read_text
from service.formats.sidecar import from_body, merged, overlaid, read_sidecar
from service.formats.stated_fields import is_field, read_fields

_FIRST_FIELD = re.compile(r"---[ \t]*[\r\n]+[ \t-]*(?P<name>[A-Za-z_]+)[ \t]*:(?:\s|$)")
_READERS: dict[str, Callable[[str], Article]] = {".txt": read_text, ".text": read_text}


def is_known(name: str) -> bool:
    """Whether files of this name are read: by the ending, in capitals or not."""
    return _suffix(name) in _READERS


def sidecar_names(name: str) -> tuple[str, ...]:
    """The names under which a sidecar is looked for, the preferred one first."""
    bare = name[: len(name) - len(_suffix(name))]
    return tuple(dict.fromkeys((f"{name}.json", f"{bare}.json")))


def read(data: bytes, name: str, sidecar: bytes | None = None) -> Article:
    """The article in a file; Unreadable, with the reason alone, where there is none.

    The reason is worded to follow the name of the file: “story.txt” “is empty”.
    """
    reader = _READERS.get(_suffix(name))
    if not reader:
        raise Unreadable(f"is of a kind that is not read; known are {', '.join(_READERS)}")
    decoded = decode(data)
    front, text = split_front_matter(decoded)
    if front is None:
        _refuse_unclosed(decoded)
    stated = read_fields(front or {})
    if sidecar is not None:
        stated = merged(stated, read_sidecar(sidecar, sidecar_names(name)))
    if text.strip():
        return overlaid(reader(text), stated)
    if "body" in stated:
        return from_body(stated)
    raise Unreadable("has no text besides its front matter")


def _refuse_unclosed(text: str) -> None:
    """Front matter without an end would be read as text, an embargo in it and all."""
    first = _FIRST_FIELD.match(text)
    if first is not None and is_field(first["name"]):
        raise Unreadable("its front matter has no end: a line of three dashes must follow it")


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
