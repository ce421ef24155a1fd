"""What is printed: whatever an article says or a file is called, it moves no cursor, colours and
clears nothing, turns no line round and begins none of its own.

Everything goes out through here; only what a command writes for other programs is left as it is,
and that too is shown harmlessly where somebody looks at it.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import click

from service.result import Snippet

# Emoji, Persian and the scripts of India are joined by these.
_JOINERS = "\u200c\u200d"
_SPACES = re.compile(r"\s+")
# What JSON may hold as it is, and a terminal must not see.
_IN_JSON = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Shown(str):
    """Harmless already, with signs of ours for bold and underlined."""

    __slots__ = ()


def one_line(text: str) -> str:
    """White space as spaces, and each other character that is not to be seen as its escape."""
    line = _SPACES.sub(" ", text) if not text.isprintable() else text
    return line if line.isprintable() else "".join(map(_visible, line))


def _visible(char: str) -> str:
    if char.isprintable() or char in _JOINERS:
        return char
    return char.encode("unicode_escape").decode()


def say(text: str = "", *, err: bool = False) -> None:
    """One line, whatever is in it."""
    click.echo(text if isinstance(text, Shown) else one_line(text), err=err)


def say_lines(text: str, *, err: bool = False) -> None:
    """A text of several lines."""
    for line in text.split("\n"):
        say(line, err=err)


def bold(text: str) -> Shown:
    return Shown(click.style(one_line(text), bold=True))


def underlined(snippet: Snippet, before: str = "") -> Shown:
    """A passage on one line, with what matched underlined."""
    pieces, at = [], 0
    for start, end in snippet.highlights:
        pieces.append(one_line(snippet.text[at:start]))
        pieces.append(click.style(one_line(snippet.text[start:end]), underline=True))
        at = end
    pieces.append(one_line(snippet.text[at:]))
    return Shown(before + _SPACES.sub(" ", "".join(pieces)).strip())


def say_json(data: str | bytes) -> None:
    """JSON that says the same, with what is not to be seen as an escape."""
    text = data if isinstance(data, str) else data.decode()
    click.echo(_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def write(pieces: Iterable[str | bytes]) -> None:
    """For other programs, byte by byte; where somebody looks on, as lines that do no harm."""
    show: Callable[[str], str] = _as_lines if sys.stdout.isatty() else str
    for piece in pieces:
        if isinstance(piece, bytes) and show is _as_lines:
            piece = piece.decode("utf-8", "replace")
        click.echo(piece if isinstance(piece, bytes) else show(piece), nl=False)


def _as_lines(text: str) -> str:
    return "".join(char if char in "\n\t" else _visible(char) for char in text)


@contextmanager
def harmless_mistakes() -> Iterator[None]:
    """What click says of a call may hold the name of a file."""
    try:
        yield
    except click.ClickException as exc:
        exc.message = _as_lines(exc.message)  # type: ignore[misc]  # final in name alone
        raise
