"""Verbs of saying in a sentence, each with its subject: before it, after it, or further up."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from service.extract.speakers import NOBODY, Speaker, Speakers
from service.extract.speech_verbs import NO_SAYING, NOUNS, PARTICIPLES, VERB

ACCORDING = "according to"
_AFTER_SPEECH = re.compile(r'"\s*[,–—-]?\s*\Z')
_AFTER_COMMA = re.compile(r"[,–—]\s*\Z")
_AFTER_BREAK = re.compile(r"(?:[,–—(]|\s-)\s*\Z")
_NAMED_AFTER = re.compile(r"\s*(?:[.,]|\Z)")
# Jo, described as “…”: somebody else describes him.
_PASSIVE = frozenset("described dubbed called branded labelled labeled nicknamed hailed".split())
_OF_PASSIVE = re.compile(r'\s+(?:as\b|by\b|")')
_AND = re.compile(r"\b(?:and|but|then)\s+(?:(?:also|later|[a-z]+ly)\s+)?\Z")
_QUOTED_AS = ("quoted as saying", "cited as saying")
# His repeated claims that …
_POSSESSIVE = re.compile(r"(?:his|her|its|their|our|my|these|those|such)\b", re.IGNORECASE)
_COLON = re.compile(r":(?=\s*(?:\"|\Z))")
_BEFORE = 24
# No sentence has so many; a text without full stops may take no longer than others.
_MOST = 40


class Saying(NamedTuple):
    """A verb at [start, end); `end` is behind the speaker where that follows.

    `subject` is where the speaker begins; `shared` says that it is the one of a verb before.
    """

    start: int
    end: int
    verb: str | None
    speaker: Speaker
    subject: int
    inverted: bool = False
    shared: bool = False


def sayings(flat: str, first: int, last: int, speakers: Speakers) -> Iterator[Saying]:
    """All of a sentence, in reading order."""
    earlier, none = NOBODY, True
    for verb in islice(VERB.finditer(flat, first, last), _MOST):
        saying = _saying(flat, first, last, verb, speakers, earlier)
        if saying:
            earlier = saying.speaker if saying.speaker != NOBODY else earlier
            none = False
            yield saying
    if none:
        yield from _introduction(flat, first, last, speakers)


def _introduction(flat: str, first: int, last: int, speakers: Speakers) -> Iterator[Saying]:
    """`Kim smiled: “…”`, where nothing but the colon tells of speech."""
    colon = _COLON.search(flat, first, last)
    if not colon:
        return
    place = colon.start()
    persons = speakers.persons(first, place)
    subject = speakers.subject(first, place)
    if subject in persons:
        yield Saying(place, place + 1, None, subject, first)


def _saying(
    flat: str,
    first: int,
    last: int,
    verb: re.Match[str],
    speakers: Speakers,
    earlier: Speaker,
) -> Saying | None:
    start, end, word = verb.start(), verb.end(), verb[0].lower()
    if word == ACCORDING:
        speaker, behind = speakers.right_of(end, last)
        if speaker == NOBODY:
            return None
        return Saying(start, behind, verb[0], speaker, start, inverted=True)
    before = flat[max(first, start - _BEFORE) : start]
    if word in _QUOTED_AS:
        start -= len(before) - len(re.sub(r"(?:is|was|were|are|being|been)\s+\Z", "", before))
    elif NO_SAYING.search(before) or VERB.match(flat, min(end + 1, last), last):
        return None
    if _AFTER_SPEECH.search(before) or _AFTER_COMMA.search(before):
        saying = _inverted(flat, last, verb, speakers, spoken=before.rstrip(" ,–—-")[-1:] == '"')
        if saying:
            return saying
    if word in _PASSIVE and _AFTER_BREAK.search(before) and _OF_PASSIVE.match(flat, end):
        return Saying(start, end, verb[0], earlier, start)
    if word in PARTICIPLES:
        return _participle(first, verb, before, speakers, earlier)
    if earlier != NOBODY and _AND.search(before):
        return Saying(verb.start(), end, verb[0], earlier, first, shared=True)
    speaker, subject = speakers.left_of(start, first)
    if speaker == NOBODY or (word in NOUNS and _is_of_noun(speaker)):
        return None
    return Saying(verb.start(), end, verb[0], speaker, subject)


def _is_of_noun(speaker: Speaker) -> bool:
    """`his repeated` claims, `they released two highly critical` reports."""
    name = speaker.name or ""
    return bool(_POSSESSIVE.match(name)) or (speaker.mention is None and name.count(" ") > 3)


def _inverted(
    flat: str, last: int, verb: re.Match[str], speakers: Speakers, *, spoken: bool
) -> Saying | None:
    """`“…,” said Kim`; without marks before it only `…, said Kim.`"""
    if verb[0].lower() in PARTICIPLES:
        return None
    speaker, behind = speakers.right_of(verb.end(), last)
    named = speaker.mention is not None and _NAMED_AFTER.match(flat, behind, last)
    if speaker == NOBODY or not (spoken or named):
        return None
    return Saying(verb.start(), behind, verb[0], speaker, verb.start(), inverted=True)


def _participle(
    first: int, verb: re.Match[str], before: str, speakers: Speakers, earlier: Speaker
) -> Saying | None:
    if not re.search(r"(?:,|\band|\bbefore|\bwhile|\bby)\s*\Z", before):
        return None
    speaker = earlier if earlier != NOBODY else speakers.subject(first, verb.start())
    if speaker == NOBODY:
        return None
    return Saying(verb.start(), verb.end(), verb[0], speaker, first, shared=True)
