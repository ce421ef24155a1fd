"""What an article said before, and what was changed in it, as JSON."""

from typing import Any

from service.article import Filed
from service.differences import Kind, differences
from service.web.answers.articles import TextOut, text_out
from service.web.answers.base import Answer


class VersionOut(TextOut):
    """One text of an article, whole; `current` is true for what it says now."""

    current: bool


class VersionsOut(Answer):
    total: int
    versions: list[VersionOut]
    next: str | None


class PieceOut(Answer):
    """A stretch of text in both versions (`same`), in the old one or in the new one only.

    The offsets are code points; where a version lacks it, the place where it would stand.
    """

    kind: Kind
    text: str
    old_start: int
    new_start: int


class ChangedOut(Answer):
    """A field that is no running text, in the old version and in the new one."""

    old: Any
    new: Any


class DifferencesOut(Answer):
    """From the version `old` to the version `new`: what of it is not the same.

    `texts` has the pieces of each text that differs, captions an item a line; `fields` the others,
    `language` as far as it was stated.
    """

    key: str
    old: int
    new: int
    texts: dict[str, list[PieceOut]]
    fields: dict[str, ChangedOut]


# Running texts, which are compared word by word.
TEXTS = ("title", "standfirst", "body", "captions")
# What is compared as a whole: all else that a source says of an article.
FIELDS = (
    *("uri", "authors", "credits", "dateline", "related", "source", "url", "language", "topics"),
    *("rights", "published_at", "updated_at", "status", "correction", "embargoed_until", "extra"),
)


def version_out(filed: Filed, *, current: bool) -> VersionOut:
    return VersionOut(**text_out(filed), current=current)


def differences_out(old: Filed, new: Filed) -> DifferencesOut:
    """All that was changed between two versions."""
    one, other = (text_out(filed) for filed in (old, new))
    texts = {name: (_text(one, name), _text(other, name)) for name in TEXTS}
    fields = {name: (_stated(one, name), _stated(other, name)) for name in FIELDS}
    return DifferencesOut(
        key=new.key,
        old=old.version,
        new=new.version,
        texts={name: _pieces(*pair) for name, pair in texts.items() if pair[0] != pair[1]},
        fields={
            name: ChangedOut(old=was, new=now) for name, (was, now) in fields.items() if was != now
        },
    )


def _stated(answer: TextOut, name: str) -> Any:
    """What the source says: a language that was detected is no part of it."""
    is_detected = name == "language" and answer["language_detected"]
    return None if is_detected else answer.get(name)


def _text(answer: TextOut, name: str) -> str:
    value: Any = answer.get(name)
    return "\n".join(value) if isinstance(value, list) else value or ""


def _pieces(old: str, new: str) -> list[PieceOut]:
    return [
        PieceOut(
            kind=piece.kind, text=piece.text, old_start=piece.old_start, new_start=piece.new_start
        )
        for piece in differences(old, new)
    ]
