"""What a leaf of a tree looks for: terms side by side in fields of one of the indexes."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.engines.leaves import AS_WRITTEN, bare, index_of
from service.engines.leaves import PIECES as PIECES_INDEX
from service.engines.leaves import STEMS as STEMS_INDEX
from service.engines.marks import TOKENS
from service.engines.opensearch.mapping import PIECES, STEMS, WORDS
from service.engines.opensearch.terms import as_written, glued, words_of
from service.letters import folded
from service.query import TEXT_FIELDS, In, Near, Node, Phrase, Prefix, Word
from service.stores.pieces import FIELDS
from service.unspaced import phrase


@dataclass(frozen=True, slots=True)
class Run:
    """Terms side by side; of the last one it may be the beginning."""

    terms: tuple[str, ...]
    is_beginning: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """Runs in one field of `columns` each: one, or several with `distance` words between them.

    `foreign` are the same runs as texts have them that are not English, where that differs. A word
    has other `runs` by which it is found as well, or is looked for `inside` others.
    """

    index: str
    columns: tuple[str, ...]
    runs: tuple[Run, ...]
    foreign: tuple[Run, ...] = ()
    distance: int | None = None
    inside: "Sought | None" = None

    @property
    def readings(self) -> Iterator[tuple[Run, ...]]:
        """The runs of texts in English and of others."""
        yield self.runs
        if self.foreign:
            yield self.foreign

    @property
    def terms(self) -> list[str]:
        """The terms of one word that is looked for in all fields; none of anything else."""
        plain = self.index == STEMS and self.distance is None and self.columns == FIELDS
        every = [run.terms for runs in self.readings for run in runs]
        return [each[0] for each in every] if plain and max(map(len, every)) == 1 else []


def sought(leaf: Node) -> Sought | None:
    """None for what is no word at all."""
    columns: tuple[str, ...] = FIELDS
    while isinstance(leaf, In):
        columns = tuple(name for name in columns if name == TEXT_FIELDS[leaf.field])
        leaf = leaf.part
    found = _sought(leaf, columns)
    return found if found is not None and found.columns and found.runs else None


def _sought(leaf: Node, columns: tuple[str, ...]) -> Sought | None:
    index = index_of(leaf)
    match leaf:
        case Near(text, distance):
            runs = _of_pieces(text.split()) if index == PIECES_INDEX else _of_words(text.split())
            field = PIECES if index == PIECES_INDEX else WORDS
            # What is said twice stands beside itself.
            return Sought(field, columns, tuple(dict.fromkeys(runs)), distance=distance)
        case Word(text) | Phrase(text) | Prefix(text) if index == PIECES_INDEX:
            return Sought(PIECES, columns, _of_pieces([text]))
        case Word(text):
            return _of_word(text, columns, stemmed=index == STEMS_INDEX)
        case Phrase(text):
            return Sought(WORDS, columns, _of_words([text]))
        case Prefix(text):
            terms = tuple(words_of(text))
            return Sought(WORDS, columns, (Run(terms, is_beginning=True),) if terms else ())
        case _:
            raise TypeError(f"{leaf!r} is no leaf")


def _of_word(text: str, columns: tuple[str, ...], *, stemmed: bool) -> Sought | None:
    """A word may be written as such, and within a run of a script without spaces."""
    words = words_of(bare(text))
    if not words:
        return None
    written, inside = Run(tuple(map(as_written, words))), _of_pieces([text])
    if columns != FIELDS or len(words) > 1:
        pieces = Sought(PIECES, columns, inside)
        if not stemmed:
            return Sought(WORDS, columns, (Run(tuple(words)),), inside=pieces)
        stems = Run(tuple(map(TOKENS.stem, words)))
        return Sought(STEMS, columns, (stems,), (written,), inside=pieces)
    parts = [part for run in inside for part in run.terms]
    within = [Run((glued(folded(part)),)) for part in parts if len(parts) == 1]
    if words[0] in AS_WRITTEN:
        return Sought(STEMS, columns, (written, *within))
    return Sought(STEMS, columns, (Run((TOKENS.stem(words[0]),)), *within), (written,))


def _of_words(texts: list[str]) -> tuple[Run, ...]:
    found = (tuple(words_of(text)) for text in texts)
    return tuple(Run(terms) for terms in found if terms)


def _of_pieces(texts: list[str]) -> tuple[Run, ...]:
    found = map(phrase, texts)
    return tuple(Run(terms, is_beginning) for terms, is_beginning in found if terms)
