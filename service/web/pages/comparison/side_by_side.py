"""Two compared articles as their page shows them: rows with marks, and what is told at the top."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, starmap
from typing import Literal

from service.article import Filed
from service.comparing import Comparison, Row
from service.comparing.differing import Difference, Range
from service.comparing.passages import MOST_PASSAGES, Passage
from service.entity import ENTITY_TYPES
from service.stores.entities import EntityRow
from service.web.pages.addresses import Address, article_page, entity_page
from service.web.pages.article_lines import headline_of, source_of
from service.web.pages.kinds import NOUNS
from service.web.pages.languages import language_tag
from service.web.pages.moments import when
from service.web.pages.pieces import cut
from service.web.pages.rendering import count, enumerated

# Names in a list at the top.
MOST_NAMES = 12
ToldBy = Literal["head", "both", "left", "right"]
_FIELDS = {"title": "headline", "standfirst": "standfirst"}
DIFFERS = {"spelling": "spelled two ways", "time": "dates differ", "figure": "numbers differ"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: `name` is what it is called in a sentence, `label` above a passage."""

    href: str
    headline: str
    derived: bool
    language: str
    source: str
    date: str
    name: str
    label: str
    other: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a passage; `kind` is what is shared or differs there, empty for the rest."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Passages that stand together; `label` tells what they are where they are no text."""

    label: str
    is_heading: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A person, organisation or place; in a row that spells it two ways both stand in `name`."""

    kind: str
    name: str
    href: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Differs:
    """What each of them has, and how it differs; `row` leads to where it does."""

    left: str
    right: str
    how: str
    row: str = ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row; `same` when both have it word for word, `quoted` when both quote the same."""

    id: str
    told_by: ToldBy
    named: tuple[Named, ...]
    times: tuple[str, ...]
    words: tuple[str, ...]
    differs: tuple[Differs, ...]
    same: bool
    quoted: bool
    left: tuple[Paragraph, ...]
    right: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """The first names of a list, and how many there are beside these."""

    shown: tuple[Named, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What the two have in common and not, at a glance."""

    said: str
    both: Names
    left: Names
    right: Names
    times: tuple[str, ...]
    left_times: tuple[str, ...]
    right_times: tuple[str, ...]
    spellings: tuple[Differs, ...]
    dates: tuple[Differs, ...]
    figures: tuple[Differs, ...]
    cut: str


def sides(one: Filed, other: Filed) -> tuple[Side, Side]:
    """The two with what each is called: by its source, where it is known and tells them apart."""
    sources = one.article.source, other.article.source
    ours, theirs = ("", "") if sources[0] == sources[1] else (each or "" for each in sources)
    return (
        _side(one, ours or "the first article", ours or "The first", other.key),
        _side(other, theirs or "the second", theirs or "The second", one.key),
    )


def _side(filed: Filed, name: str, label: str, other: str) -> Side:
    article = filed.article
    return Side(
        href=article_page(filed.key),
        headline=headline_of(article.title),
        derived=article.title_derived,
        language=language_tag(article.language),
        source=source_of(article.source, is_derived=article.source_derived),
        date=when(article.published) or "undated",
        name=name,
        label=label,
        other=str(Address("/compare", (("a", other),))),
    )


def summary(comparison: Comparison, left: Side, right: Side) -> Summary:
    """What is told at the top."""
    told = sum(_told_by(row) == "both" for row in comparison.rows)
    both = comparison.both
    said = f"{count(told, 'passage')} told by both" if told else "No passage is told by both"
    cut = [s.name for s, is_cut in _cuts(comparison, left, right) if is_cut]
    return Summary(
        said=f"{said}; both name {_counted(both)}." if both else f"{said}; no name is in both.",
        both=_names(both),
        left=_names(comparison.left_names),
        right=_names(comparison.right_names),
        times=comparison.times,
        left_times=comparison.left_times,
        right_times=comparison.right_times,
        spellings=tuple(_differs(each) for each in comparison.spellings),
        dates=tuple(_of_rows(comparison.rows, "time")),
        figures=tuple(_of_rows(comparison.rows, "figure")),
        cut=f"Only the first {MOST_PASSAGES} passages of {' and of '.join(cut)} are held against "
        "the other."
        if cut
        else "",
    )


def _cuts(comparison: Comparison, left: Side, right: Side) -> Iterator[tuple[Side, bool]]:
    yield left, comparison.left_is_cut
    yield right, comparison.right_is_cut


def _counted(entities: Sequence[EntityRow]) -> str:
    """2 people, 1 organisation and 5 places."""
    numbers = {kind: sum(e.type == kind for e in entities) for kind in ENTITY_TYPES}
    return enumerated([count(number, *NOUNS[kind]) for kind, number in numbers.items() if number])


def _names(entities: Sequence[EntityRow]) -> Names:
    shown = tuple(_named(e) for e in entities[:MOST_NAMES])
    return Names(shown, len(entities) - len(shown))


def _named(entity: EntityRow) -> Named:
    return Named(entity.type, entity.name, entity_page(entity.key))


def _of_rows(rows: Iterable[Row], kind: str) -> Iterator[Differs]:
    for number, row in enumerate(rows, 1):
        for each in row.differing:
            if each.kind == kind:
                yield _differs(each, f"row-{number}")


def _differs(difference: Difference, row: str = "") -> Differs:
    left, right = (", ".join(texts) for texts in (difference.left, difference.right))
    return Differs(left, right, DIFFERS[difference.kind], row)


def shown_rows(comparison: Comparison) -> tuple[ShownRow, ...]:
    """The rows with their marks."""
    names = {entity.key: entity for entity in comparison.both}
    return tuple(_shown(n, row, names) for n, row in enumerate(comparison.rows, 1))


def _shown(number: int, row: Row, names: Mapping[str, EntityRow]) -> ShownRow:
    spelled = {each.value: _differs(each) for each in row.differing if each.kind == "spelling"}
    told = [each.left[0] for each in row.shared if each.kind in ("time", "figure")]
    return ShownRow(
        id=f"row-{number}",
        told_by=_told_by(row),
        named=tuple(
            _named_in(names[each.value], spelled.get(each.value))
            for each in row.shared
            if each.value in names
        ),
        times=tuple(dict.fromkeys(told)),
        words=row.words,
        differs=tuple(_differs(each) for each in row.differing if each.kind != "spelling"),
        same=row.is_same,
        quoted=any(each.kind == "quote" for each in row.shared),
        left=tuple(_paragraphs(row, row.left, row.left_only, "left")),
        right=tuple(_paragraphs(row, row.right, row.right_only, "right")),
    )


def _told_by(row: Row) -> ToldBy:
    if all(passage.is_head for passage in (*row.left, *row.right)):
        return "head"
    return "both" if row.left and row.right else "left" if row.left else "right"


def _named_in(entity: EntityRow, spelled: Differs | None) -> Named:
    if spelled is None:
        return _named(entity)
    return replace(_named(entity), name=f"{spelled.left} / {spelled.right}", how=spelled.how)


def _paragraphs(
    row: Row, passages: Sequence[Passage], only: Sequence[Range], side: str
) -> Iterator[Paragraph]:
    """Sentences of one paragraph together again, with a sign where some were left out."""
    last = passages[0].number - 1 if passages else 0
    for (field, _, is_heading), together in groupby(passages, _place):
        pieces: list[Piece] = []
        for passage in together:
            skips = passage.number != last + 1
            pieces += [Piece(" … " if skips else " ")] if pieces else [Piece("… ")] * skips
            marks = _marks(row, passage, only, side)
            pieces += starmap(Piece, cut(passage.text, marks, rest=""))
            last = passage.number
        label = _FIELDS.get(field, "caption" if field.startswith("captions") else "")
        yield Paragraph(label, is_heading, tuple(pieces))


def _place(passage: Passage) -> tuple[str, int, bool]:
    return passage.field, passage.paragraph, passage.is_heading


Mark = tuple[int, int, str]


def _marks(row: Row, passage: Passage, only: Sequence[Range], side: str) -> list[Mark]:
    """What stands out in a passage, as offsets into it, without overlaps."""
    different = {text for each in row.differing for text in getattr(each, side)}
    shared = {(each.kind, text) for each in row.shared for text in getattr(each, side)}
    marks: list[Mark] = []
    for fact in passage.facts:
        at = fact.start - passage.start, fact.end - passage.start
        if fact.kind != "quote" and fact.text in different:
            marks.append((*at, "differs"))
        elif (fact.kind, fact.text) in shared and fact.kind != "quote":
            marks.append((*at, fact.kind))
    taken = {place for start, end, _ in marks for place in range(start, end)}
    marks += ((s, e, "only") for s, e in only if taken.isdisjoint(range(s, e)))
    return sorted(marks)
