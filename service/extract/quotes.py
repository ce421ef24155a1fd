"""Speech in an article and who says it: in quotation marks, or told with `said that`.

Rules around verbs of saying: what stands before or after the verb speaks, and speech that no verb
introduces goes on from the sentence before. No list of speakers is invented: who cannot be told
stays None.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from service.entity import Mention
from service.extract.quote_marks import Marked, marked, opens_with_mark, single_marked
from service.extract.reported import reported
from service.extract.saying import Saying, sayings
from service.extract.speakers import NOBODY, Speaker, Speakers, genders
from service.extract.speech_verbs import NAMED_SO
from service.findings import Quote
from service.formats.plain_text.layout import Paragraph, paragraphs
from service.names import plain
from service.sentences import Range, sentences

# Fewer words without a speaker are a title, a nickname or a word held at arm's length.
_UNATTRIBUTED_WORDS = 5
# A verb of saying introduces speech from no further away.
_REACH = 400
# Between a verb or its subject and the words it introduces: a colon, a space and a mark.
_APART = 4
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_SMALL_WORDS = frozenset("a an and as at but by for from in of on or the to with".split())
_ENDS_CLAUSE = ",?!…—–-"


def find_quotes(
    passages: Sequence[tuple[str, str]], mentions: Sequence[Mention]
) -> tuple[Quote, ...]:
    """All speech in reading order; passages are (field, text), mentions those of the article."""
    flat = {field: plain(text) for field, text in passages}
    titled = genders(flat, mentions)
    by_field: dict[str, list[tuple[int, Mention]]] = {}
    for index, mention in enumerate(mentions):
        by_field.setdefault(mention.field, []).append((index, mention))
    found: list[Quote] = []
    for field, text in passages:
        named = sorted(by_field.get(field, ()), key=lambda pair: pair[1].start)
        found += _Passage(field, text, named, titled).quotes()
    return tuple(found)


class _Said(NamedTuple):
    """Who says what comes next, and how."""

    speaker: Speaker
    verb: str | None


_UNSAID = _Said(NOBODY, None)


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph with its marks; `chained` when speech goes on from the one before."""

    start: int
    end: int
    marks: list[Marked]
    chained: bool


class _Passage:
    def __init__(
        self,
        field: str,
        text: str,
        named: Sequence[tuple[int, Mention]],
        titled: dict[str, set[str]],
    ) -> None:
        self._field, self._text = field, text
        self._blocks = list(_blocks(text))
        marks = [mark for block in self._blocks for mark in block.marks]
        self._flat = _blotted(plain(text), marks)
        outside = [pair for pair in named if self._is_outside(pair[1])]
        self._speakers = Speakers(text, self._flat, outside, titled)
        self._running = _UNSAID

    def quotes(self) -> list[Quote]:
        found: list[Quote] = []
        for chain in self._chains():
            quotes = [quote for block in chain for quote in self._with_reopened(block)]
            found += _one_speaker(quotes) if len(chain) > 1 else quotes
        return [quote for quote in found if _is_worth(quote)]

    def _is_outside(self, mention: Mention) -> bool:
        """Whether a name stands outside of what is said, maybe over the end of a line."""
        shown = self._flat[mention.start : mention.end]
        return shown.split() == plain(mention.text).split()

    def _chains(self) -> Iterator[list[_Block]]:
        """Paragraphs through which one speech goes on, most of them alone."""
        chain: list[_Block] = []
        for block in self._blocks:
            if chain and not block.chained:
                yield chain
                chain = []
            chain.append(block)
        yield chain

    def _with_reopened(self, block: _Block) -> list[Quote]:
        """Of one speech, each sentence has its mark, and the speaker follows behind the last."""
        reopened = {mark.start for mark in block.marks if not mark.closed}
        found: list[Quote] = []
        behind = None
        for quote in reversed(list(self._of_block(block))):
            known = behind if quote.start in reopened and not quote.speaker_name else None
            found.append(_said_as(known, quote) if known else quote)
            behind = found[-1] if quote.direct else behind
        return found[::-1]

    def _of_block(self, block: _Block) -> Iterator[Quote]:
        at = 0
        for left, right in sentences(self._flat[block.start : block.end]):
            first, last = block.start + left, block.start + right
            inside = []
            while at < len(block.marks) and block.marks[at].start < last:
                inside.append(block.marks[at])
                at += 1
            yield from self._of_sentence(first, last, inside)

    def _of_sentence(self, first: int, last: int, marks: Sequence[Marked]) -> list[Quote]:
        said = list(sayings(self._flat, first, last, self._speakers))
        if not said and not self._has_words(first, last, marks):
            return [self._quote(mark, self._running) for mark in marks]
        quotes = [self._attributed(mark, said) for mark in marks]
        spoken = [quote for quote in quotes if quote]
        clauses = [
            self._quote(Marked(*clause), _Said(saying.speaker, saying.verb), direct=False)
            for saying, clause in reported(self._flat, first, last, said)
        ]
        self._remember(first, last, said)
        return sorted([*spoken, *clauses], key=lambda quote: (quote.start, -quote.end))

    def _has_words(self, first: int, last: int, marks: Sequence[Marked]) -> bool:
        """Whether anything stands outside of the marks."""
        at = first
        for mark in marks:
            if _WORD.search(self._flat, at, max(at, mark.start)):
                return True
            at = max(at, mark.end)
        return bool(_WORD.search(self._flat, at, max(at, last)))

    def _remember(self, first: int, last: int, said: Sequence[Saying]) -> None:
        for person in reversed(self._speakers.persons(first, last)):
            self._speakers.remember(person)
        heard = [saying for saying in said if saying.speaker != NOBODY]
        for saying in heard[-1:]:
            self._speakers.remember(saying.speaker)
        self._running = _Said(heard[-1].speaker, heard[-1].verb) if heard else _UNSAID

    def _attributed(self, mark: Marked, said: Sequence[Saying]) -> Quote | None:
        saying = self._saying_of(mark, said)
        if saying is None:
            return None if mark.single else self._quote(mark, _UNSAID)
        if self._is_name(mark, saying):
            return None
        return self._quote(mark, _Said(saying.speaker, saying.verb))

    def _saying_of(self, mark: Marked, said: Sequence[Saying]) -> Saying | None:
        """What follows directly, else the last that came before, else what turns to the speech."""
        place = bisect_right([saying.start for saying in said], mark.start)
        after = said[place] if place < len(said) else None
        near = after is not None and '"' not in self._flat[mark.end + 1 : after.start]
        if after and near and after.subject >= mark.end and self._ends_clause(mark):
            return after
        before = said[place - 1] if place else None
        if before and mark.start - before.end <= _REACH:
            return before
        return after if after and near and after.subject >= mark.end and after.inverted else None

    def _ends_clause(self, mark: Marked) -> bool:
        following = self._text[mark.end + 1 : mark.end + 3].strip()
        return (
            self._text[mark.start : mark.end].rstrip(" '’")[-1:] in _ENDS_CLAUSE
            or following[:1] in (*_ENDS_CLAUSE, "")
            or following[:1].islower()
        )

    def _is_name(self, mark: Marked, saying: Saying) -> bool:
        """A title or nickname, in a sentence in which somebody says something else."""
        if NAMED_SO.search(self._flat[max(0, mark.start - 40) : mark.start - 1]):
            return True
        if saying.speaker.mention is None and NAMED_SO.search(f"{saying.speaker.name} "):
            return True
        words = self._text[mark.start : mark.end].split()
        long = [word for word in words if word.lower() not in _SMALL_WORDS]
        titled = len(long) > 1 and all(word[:1].isupper() or word[0].isdigit() for word in long)
        apart = min(abs(mark.start - saying.end), abs(saying.subject - mark.end))
        return titled and apart > _APART

    def _quote(self, mark: Marked, said: _Said, *, direct: bool = True) -> Quote:
        text = self._text[mark.start : mark.end].rstrip()
        return Quote(
            field=self._field,
            start=mark.start,
            end=mark.start + len(text),
            text=text,
            speaker=said.speaker.mention,
            speaker_name=said.speaker.name,
            verb=said.verb,
            direct=direct,
        )


def _is_worth(quote: Quote) -> bool:
    if quote.speaker_name or quote.verb:
        return bool(_WORD.search(quote.text))
    words = _WORD.findall(quote.text)
    titled = all(word[0].isupper() or word in _SMALL_WORDS for word in words)
    return len(words) >= _UNATTRIBUTED_WORDS and not titled


def _one_speaker(quotes: Sequence[Quote]) -> list[Quote]:
    """Speech over several paragraphs has the first speaker that any of them names."""
    known = next((quote for quote in quotes if quote.direct and quote.speaker_name), None)
    if known is None:
        return list(quotes)
    return [quote if quote.speaker_name else _said_as(known, quote) for quote in quotes]


def _said_as(known: Quote, quote: Quote) -> Quote:
    return replace(quote, speaker=known.speaker, speaker_name=known.speaker_name, verb=known.verb)


def _blocks(text: str) -> Iterator[_Block]:
    """Paragraphs with their marks; a mark that never closes is none."""
    places = [_within(text, paragraph) for paragraph in paragraphs(text)]
    chained = False
    for (start, end), following in pairwise([*places, (0, 0)]):
        marks = list(marked(text, start, end))
        goes_on = bool(marks) and not marks[-1].closed and opens_with_mark(text, *following)
        if marks and not marks[-1].closed and not goes_on:
            marks.pop()
        marks += _outside(single_marked(text, start, end), marks)
        yield _Block(start, end, sorted(marks), chained)
        chained = goes_on


def _within(text: str, paragraph: Paragraph) -> Range:
    start, end = paragraph.start, paragraph.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _outside(singles: Iterator[Marked], doubles: Sequence[Marked]) -> list[Marked]:
    starts = [mark.start for mark in doubles]
    kept = []
    for single in singles:
        place = bisect_right(starts, single.end)
        before = doubles[place - 1] if place else None
        if before is None or before.end <= single.start:
            kept.append(single)
    return kept


def _blotted(flat: str, marks: Sequence[Marked]) -> str:
    """The text with X for all that is said, but for the stop or comma that ends it."""
    parts, at = [], 0
    for mark in marks:
        last = flat[mark.end - 1] if flat[mark.end - 1] in ",.?!…" else "X"
        parts += [flat[at : mark.start - 1], '"', "X" * (mark.end - mark.start - 1), last]
        at = mark.end
        if mark.closed:
            parts.append('"')
            at += 1
    return "".join([*parts, flat[at:]])
