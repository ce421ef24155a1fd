"""Who speaks: the subject of a verb of saying, by its place, and whom `he` or `the scholar` means.

Works on a flat text in which the words of direct speech are blotted out, so that whoever is named
in them is never taken for the speaker.
"""

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from service.entity import Mention
from service.extract.speech_verbs import (
    ANYBODY,
    AUXILIARIES,
    BODIES,
    DETERMINER,
    FINITE,
    PLURALS,
    PREPOSITION,
    PRONOUN,
    RELATIVE,
)
from service.titles import COURTESY_TITLES, titled_as

# Subjects stand near their verbs; no "sentence" of a megabyte may cost more.
REACH = 320
_LONGEST_DESCRIPTION = 12
# How many persons of a sentence a later pronoun may mean.
_PERSONS = 3
_BORDERS = 5
_DANGLING = re.compile(r"\s(?:in|of|at|on|by|with|for|from|to)\Z")
_CLAUSE = re.compile(
    r"""[,;:"(]\s*|\s[–—-]\s*|\b(?:that|but|and|as|once|while|because|after|when|if|although|though|whether
    |what|where)\s+""",
    re.IGNORECASE | re.VERBOSE,
)
_STOP = re.compile(r'[,;:"(\n?!–—]|\.(?=\s|$)|\s-\s')
_APPOSITION_ENDS = (",", "–", "—", ")", " -")
_APPOSITION_BEGINS = re.compile(r",|\s[–—-]\s|\s\(")
_GOES_ON = re.compile(r"(?:^|\s)(?:and|but|then|,)\Z")
_NOUN_FOLLOWS = re.compile(
    r"\s(?!(?:is|was|in|on|at|of|for|from|after|before|during|as|when|while|to|with|who|and|by|via|last"
    r"|this|late|early|through|told)\b)[A-Za-z]"
)
_TITLED_NAME = re.compile(
    rf"(?:{'|'.join(COURTESY_TITLES)})\.?\s[A-Z][\w'-]*[\w](?<!'s)(?:\s[A-Z][\w'-]*[\w](?<!'s))*"
)


class Speaker(NamedTuple):
    """A mention's position, or none, and what the text calls the speaker."""

    mention: int | None
    name: str | None


NOBODY = Speaker(None, None)


class Speakers:
    """The names of one passage, and who was last spoken of while it is read from its start."""

    def __init__(
        self,
        text: str,
        flat: str,
        mentions: Sequence[tuple[int, Mention]],
        genders: Mapping[str, set[str]],
    ) -> None:
        self._text, self._flat = text, flat
        self._mentions = mentions
        self._starts = [mention.start for _, mention in mentions]
        self._by_end = {mention.end: pair for pair in mentions for mention in pair[1:]}
        self._genders = genders
        self._by_index = dict(mentions)
        self._recent: deque[Speaker] = deque(maxlen=12)

    def remember(self, speaker: Speaker) -> None:
        """The last to be remembered is the first whom a pronoun means."""
        if speaker != NOBODY:
            self._recent.append(speaker)

    def _titled(self, first: int) -> Speaker:
        """A person whom the tagger missed, but who opens the sentence with a courtesy title."""
        found = _TITLED_NAME.match(self._flat, first, first + 80)
        return Speaker(None, self._text[first : found.end()]) if found else NOBODY

    def subject(self, first: int, last: int) -> Speaker:
        """Whom a sentence is about: the first name in text[first:last] that can be its subject."""
        word = re.match(r"(?:He|She)\b", self._flat[first : first + 4])
        if word:
            return self._pronoun(word[0])
        titled = self._titled(first)
        for index, mention in self._between(first, min(last, first + REACH)):
            if titled.name and mention.start > first + len(titled.name):
                break
            before = self._flat[max(first, mention.start - 24) : mention.start]
            titleless = re.sub(r"(?:[A-Z][\w.]*\s)*\Z", "", before)
            after = self._flat[mention.end : mention.end + 2]
            if after != "'s" and not re.search(rf"{PREPOSITION.pattern}(?:the\s)?\Z", titleless):
                return Speaker(index, mention.alias)
        return titled

    def persons(self, first: int, last: int) -> list[Speaker]:
        """The first few persons that a sentence names, in the order of their places."""
        named = [
            (mention.start, Speaker(index, mention.alias))
            for index, mention in self._between(first, min(last, first + REACH))
            if mention.type == "person"
        ]
        titled = self._titled(first)
        if titled.name and not (named and named[0][0] <= first + len(titled.name)):
            named.insert(0, (first, titled))
        return [speaker for _, speaker in named[:_PERSONS]]

    def left_of(self, verb: int, first: int) -> tuple[Speaker, int]:
        """Who stands as a subject before the verb in a sentence from `first`, and from where."""
        first = max(first, verb - REACH)
        text = AUXILIARIES.sub("", self._flat[first:verb])
        text = text.rstrip()
        pronoun = PRONOUN.search(text)
        if pronoun and not text[: pronoun.start()][-1:].isalnum():
            return self._by_pronoun(text, pronoun, first)
        if _GOES_ON.search(text):
            return self.subject(first, first + len(text)), first
        if text.endswith(_APPOSITION_ENDS):
            return self._before_apposition(text, first)
        return self._noun_phrase(text, first)

    def right_of(self, place: int, last: int) -> tuple[Speaker, int]:
        """Who follows the verb (`said X`, `according to X`), and where the name ends."""
        while place < last and self._flat[place].isspace():
            place += 1
        text = self._flat[place : min(last, place + REACH // 2)]
        pronoun = re.match(r"(?:he|she|they|it)\b", text)
        if pronoun:
            return self._pronoun(pronoun[0]), place + pronoun.end()
        stop = _STOP.search(text)
        while stop and stop[0] == "." and self._inside(place + stop.start()):
            stop = _STOP.search(text, stop.end())
        phrase = text[: stop.start()] if stop else text
        return self._following(phrase, place)

    # Noun phrases ----------------------------------------------------------------------------

    def _following(self, phrase: str, place: int) -> tuple[Speaker, int]:
        cut = RELATIVE.search(phrase)
        short = phrase[: cut.start()] if cut else phrase
        for index, mention in self._between(place, place + len(short)):
            before = self._flat[place : mention.start]
            after = self._flat[mention.end : mention.end + 12]
            if PREPOSITION.search(before) or before.count(" ") > 6 or after.startswith("'s"):
                break
            if mention.type == "person" or not _NOUN_FOLLOWS.match(after):
                return Speaker(index, mention.alias), mention.end
        return self._described(place, place + len(short)), place + len(short)

    def _noun_phrase(self, text: str, first: int) -> tuple[Speaker, int]:
        """Reads the phrase that a text ends with."""
        found = self._by_end.get(first + len(text))
        limit = found[1].start - first if found else len(text)
        begin = max((m.end() for m in _CLAUSE.finditer(text) if m.end() <= limit), default=0)
        if found and self._is_head(text[begin : max(begin, limit)], found[1]):
            return Speaker(found[0], found[1].alias), first + begin
        return self._described(first + begin, first + len(text)), first + begin

    def _is_head(self, before: str, mention: Mention) -> bool:
        """`Chancellor Kim`, `envoy to Rome Kim`, `On Monday Kim`, but not `an aide to Kim`."""
        preposition = PREPOSITION.search(before)
        if not preposition or preposition.start() == 0:
            return True
        return mention.type == "person" and mention.start - 1 in self._by_end

    def _before_apposition(self, text: str, first: int) -> tuple[Speaker, int]:
        borders = [m.start() for m in _APPOSITION_BEGINS.finditer(text[:-1])][:_BORDERS]
        for border in borders:
            found = self._by_end.get(first + border)
            if found and found[1].type != "place":
                return self._noun_phrase(text[:border], first)
        bare = text.rstrip(",–—) -")
        found = self._by_end.get(first + len(bare))
        if found and found[1].type == "person":  # The minister, Karl Osei, said
            return self._noun_phrase(bare, first)
        for border in borders:
            speaker, begin = self._noun_phrase(text[:border], first)
            if speaker != NOBODY:
                return speaker, begin
        return self._noun_phrase(bare, first)

    def _described(self, start: int, end: int) -> Speaker:
        """A speaker without a name: `an informed source`, or whom `the scholar` means."""
        cut = RELATIVE.search(self._flat, start, end)
        name = " ".join(self._text[start : cut.start() if cut else end].split()).strip(" ,.")
        name = _DANGLING.sub("", name)
        words = name.split(" ")
        if FINITE.search(name):
            return NOBODY
        if not name or len(words) > _LONGEST_DESCRIPTION or not name[0].isalpha():
            return NOBODY
        preposition = PREPOSITION.match(name)
        if preposition or (not DETERMINER.match(name) and _is_no_noun(name)):
            return NOBODY
        if words[0].lower() == "the":
            return self._meant_by(name)
        return Speaker(self._named_before(name), name)

    def _named_before(self, name: str) -> int | None:
        """The mention of a person whose name the tagger knew before, but missed here."""
        for speaker in reversed(self._recent):
            mention = self._by_index.get(speaker.mention) if speaker.mention is not None else None
            known = f" {mention.text}" if mention and mention.type == "person" else ""
            if name[0].isupper() and known.endswith(f" {name}"):
                return speaker.mention
        return None

    # Whom a word means -----------------------------------------------------------------------

    def _by_pronoun(self, text: str, word: re.Match[str], first: int) -> tuple[Speaker, int]:
        start = first + word.start()
        if word[0].lower() in ("who", "which"):
            before = text[: word.start()].rstrip(" ,")
            found = self._by_end.get(first + len(before))
            return (Speaker(found[0], found[1].alias) if found else NOBODY), start
        if word[0].lower() in ("we", "i"):
            return NOBODY, start
        inside = NOBODY
        for index, mention in self._between(first, start):
            if mention.type == "person" and self._agrees(mention, word[0]):
                inside = Speaker(index, mention.alias)
                break
        return (inside if inside != NOBODY else self._pronoun(word[0])), start

    def _pronoun(self, word: str) -> Speaker:
        word = word.lower()
        for speaker in reversed(self._recent):
            mention = self._by_index.get(speaker.mention) if speaker.mention is not None else None
            if mention is None:
                fits = word == "they" or self._suits(speaker.name or "", word)
            else:
                person = mention.type == "person"
                fits = word == "they" or (self._agrees(mention, word) if person else word == "it")
            if fits:
                return speaker
        return NOBODY

    def _suits(self, name: str, word: str) -> bool:
        titled = titled_as(f"{name.partition(' ')[0]} ", len(name.partition(" ")[0]) + 1)
        if titled:
            return {"he": "man", "she": "woman"}.get(word) in titled
        return _is_body(name) == (word == "it") and not _is_plural(name)

    def _agrees(self, mention: Mention, word: str) -> bool:
        known = self._genders.get(gender_key(mention), set())
        if word.lower() == "it":
            return False
        return not known or {"he": "man", "she": "woman"}.get(word.lower(), "") in (*known, "")

    def _meant_by(self, name: str) -> Speaker:
        head = PREPOSITION.split(name)[0].strip()
        noun = head.rsplit(" ", 1)[-1].lower()
        for speaker in reversed(self._recent):
            called = (speaker.name or "").lower().split()
            if noun in called:
                return Speaker(speaker.mention, name)
        if noun in BODIES | ANYBODY or noun.endswith(("s", "men", "people")) or head != name:
            return Speaker(None, name)
        if len(head.split(" ")) > 3 or re.search(r"['’]|\s[A-Z]", head):
            return Speaker(None, name)
        return Speaker(self._pronoun("he").mention, name)

    def _between(self, first: int, last: int) -> Sequence[tuple[int, Mention]]:
        low = bisect_left(self._starts, first)
        return self._mentions[low : bisect_left(self._starts, last, low)]

    def _inside(self, place: int) -> bool:
        """Whether a full stop belongs to a name or its title: `Mr. Kim`, `J. Smith`."""
        at = bisect_left(self._starts, place)
        near = self._mentions[at : at + 1]
        titled = bool(near) and near[0][1].start - place <= 2
        around = self._mentions[at - 1 : at] if at else []
        return titled or (bool(around) and place < around[0][1].end)


def gender_key(mention: Mention) -> str:
    return mention.entity.key if mention.entity else mention.text


def genders(passages: Mapping[str, str], mentions: Sequence[Mention]) -> dict[str, set[str]]:
    """`man` or `woman` for whom a title calls so somewhere in the article."""
    found: dict[str, set[str]] = {}
    for mention in mentions:
        if mention.type == "person" and mention.field in passages:
            titles = titled_as(passages[mention.field], mention.start)
            if titles:
                found.setdefault(gender_key(mention), set()).update(titles)
    return found


def _is_body(name: str) -> bool:
    return any(word in BODIES for word in name.lower().split())


def _is_plural(name: str) -> bool:
    """Dealers, a few of the officials; Mr Jones is one, and so is Jones."""
    head = PREPOSITION.split(name)[0].strip()
    noun = head.rsplit(" ", 1)[-1]
    if not (noun.islower() or noun in PLURALS):
        return False
    return noun.endswith(("men", "people", "police")) or (noun[-1:] == "s" and noun[-2:] != "ss")


def _is_no_noun(name: str) -> bool:
    """Neither a name nor a plural: `sources`, `North Korea's state media`, but not `yesterday`."""
    words = name.split(" ")
    return not (words[0][:1].isupper() or words[-1].endswith("s") or len(words) > 1)
