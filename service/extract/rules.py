"""What the whole of an article says about the names in it, after a tagger has read its passages.

Taggers call one name by two types and overlook what they found a line before; a document names
things consistently, so the one is settled and the other found again.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from service.entity import EntityType, Span
from service.extract.borders import is_name, is_shouted, mended, merge
from service.extract.gazetteer import Phrases, WellKnown
from service.extract.patterns import LONGEST_NAME, last_word_type
from service.extract.tickers import is_listed, is_ticker
from service.extract.vocabulary import (
    INITIALLED,
    LEGAL_FORMS,
    NEVER,
    OPENERS,
    REGNAL,
    ROLES,
    SURELY_ORGANIZATIONS,
    SURELY_PLACES,
    TITLES,
    TRADES,
    UPPER,
)
from service.names import name_key, plain, squeeze
from service.organization_names import initials, is_acronym
from service.person_names import family_names
from service.titles import title_start

DEFINED = 0.95  # the article spells it out
REPEATED = 0.8  # the same words as a name found elsewhere in the article
FAMILY = 0.8  # the family name of somebody named in full

_ACRONYM = rf"[{UPPER}](?:[{UPPER}0-9&]|\.(?=[{UPPER}])){{1,9}}\.?"
_DEFINITION = re.compile(rf"(?:,? \(|, or )(?:the )?(?P<acronym>{_ACRONYM})(?=[),.])")
_BEFORE = re.compile(
    rf"[{UPPER}][\w'&-]*(?: (?:(?:of|for|and|the|on|in|de|la|&) ){{0,2}}[{UPPER}][\w'&-]*)*$"
)
_NAME = rf"(?<![\w'-])(?:[{UPPER}][\w'-]*)(?: [{UPPER}][\w'-]*){{0,3}}"
_PAPER = r"(?:newspaper|daily|tabloid|broadsheet|magazine|broadcaster|news agency|newswire)"
_PAPERS = (
    re.compile(rf"\b{_PAPER},? (?:the )?(?P<name>{_NAME})"),
    re.compile(rf"(?P<name>{_NAME}),? (?:an?|the|one of the) (?:[\w-]+ ){{0,3}}{_PAPER}\b"),
    re.compile(rf"(?P<name>{_NAME}) {_PAPER}\b"),
)
_INITIALS = re.compile(rf"(?:[{UPPER}]\. ?){{1,3}}[{UPPER}][a-z]+")
_SMALL_WORD = re.compile(r"\b[a-z]+\b")
_JOINED = re.compile(rf"[-&](?=[{UPPER}])| [{UPPER}]")
_LIES_IN = re.compile(
    r"(?<!stake )(?<!interest )(?<!shares )(?<!share )(?<!invest )(?<!investment )(?<!holding )"
    r"(?<![\w-])(?:in|near|outside"
    r"|(?:north|south|east|west|town|city|village|capital|island|port) of) $",
    re.IGNORECASE,
)
# What follows the Prime Minister May and not the month.
_ACTS = re.compile(r"'s\b| (?:said|says|told|has|had|is|was|will|would)\b")


@dataclass(frozen=True, slots=True)
class Refined:
    """The names of each text, in plain characters, and the full names of explained acronyms."""

    spans: list[list[Span]]
    definitions: dict[str, str]


def refine(texts: Sequence[str], found: Sequence[Sequence[Span]], known: WellKnown) -> Refined:
    """Mend the spans of one article's passages: borders, types, repetitions and definitions."""
    flats = [plain(text) for text in texts]
    spans = [mended(flat, row, known) for flat, row in zip(flats, found, strict=True)]
    if not any(spans):
        return Refined(spans, {})
    _drop_shouted(flats, spans)
    small = {word for flat in flats for word in _SMALL_WORD.findall(flat)}
    _drop_common_words(spans, small)
    _look_around(flats, spans, known)
    definitions = _define(flats, spans)
    _name_papers(flats, spans)
    _settle_types(flats, spans, definitions, known)
    _repeat(flats, spans, known, small)
    return Refined(spans, definitions)


def _drop_shouted(flats: Sequence[str], spans: Sequence[list[Span]]) -> None:
    """In a line of capitals every word looks like a name; what the rest names too is one."""
    shouted = {
        span
        for flat, row in zip(flats, spans, strict=True)
        for span in row
        if span.method != "gazetteer" and is_shouted(flat, span.start, span.end)
    }
    written = [[span for span in row if span not in shouted] for row in spans]
    rest = {name_key(span.text) for row in written for span in row}
    if not rest:
        return
    rest.update(map(name_key, _family_names(written)))
    for row in spans:
        row[:] = [span for span in row if span not in shouted or name_key(span.text) in rest]


def _drop_common_words(spans: Iterable[list[Span]], small: set[str]) -> None:
    """A model takes `Government` for a name; an article that writes `government` too does not."""
    families = _family_names(spans)
    for row in spans:
        row[:] = [
            span
            for span in row
            if span.method != "model" or span.text.lower() not in small or span.text in families
        ]


def _look_around(flats: Sequence[str], spans: Sequence[list[Span]], known: WellKnown) -> None:
    """Where a model types a name for want of a better sign, the words around it may tell."""
    families = _family_names(spans)
    for flat, row in zip(flats, spans, strict=True):
        row[:] = [
            _typed(span, _told_around(flat, span, families, known))
            if span.method == "model" and span.type != "place"
            else span
            for span in row
        ]


def _told_around(flat: str, span: Span, families: set[str], known: WellKnown) -> EntityType:
    """`in Fremantle` is a place and `Boston Bruins` a team."""
    *first, last = span.text.split(" ")
    if span.type == "person" and is_acronym(last) and not first and last not in INITIALLED:
        shouted = is_shouted(flat, span.start, span.end)
        return (
            span.type if shouted or title_start(flat, span.start) < span.start else "organization"
        )
    if first:
        is_team = last.isalpha() and last.endswith("s") and known.name(" ".join(first), "place")
        return "organization" if is_team and last_word_type(span.text) is None else span.type
    if not last[1:].islower() or last in families or flat[span.end : span.end + 2] == "'s":
        return span.type
    return "place" if _LIES_IN.search(flat, max(0, span.start - 20), span.start) else span.type


# Definitions and appositions ------------------------------------------------------------------


def _define(flats: Sequence[str], spans: list[list[Span]]) -> dict[str, str]:
    """`Full Name (ACR)` and `Full Name, or ACR,`: both are one organisation."""
    definitions: dict[str, str] = {}
    for flat, row in zip(flats, spans, strict=True):
        for match in _DEFINITION.finditer(flat):
            name = _defined_name(flat[max(0, match.start() - LONGEST_NAME) : match.start()], match)
            if not name:
                continue
            start = match.start() - len(name)
            definitions[match["acronym"]] = name
            ends = ((start, match.start()), match.span("acronym"))
            merge(row, [_defined(flat, *at) for at in ends])
    return definitions


def _defined(flat: str, start: int, end: int) -> Span:
    return Span(start, end, flat[start:end], "organization", "definition", DEFINED)


def _defined_name(before: str, match: re.Match[str]) -> str | None:
    """The words before an acronym whose initials it is."""
    found = _BEFORE.search(before)
    letters = re.sub(r"[.&]", "", match["acronym"])
    words = found[0].split(" ") if found else []
    for first in range(len(words) - 1):
        name = " ".join(words[first:])
        if name[0].isupper() and letters in initials(name):
            return name
    return None


def _name_papers(flats: Sequence[str], spans: list[list[Span]]) -> None:
    """`South Korean newspaper the Joongang Ilbo`, `La Repubblica, the Italian newspaper`."""
    for flat, row in zip(flats, spans, strict=True):
        starts = {span.start: number for number, span in enumerate(row)}
        for pattern in _PAPERS:
            for match in pattern.finditer(flat):
                number = starts.get(match.start("name"))
                if number is not None and row[number].end == match.end("name"):
                    row[number] = replace(row[number], type="organization", method="rule:paper")


# One type for a surface -----------------------------------------------------------------------


def _settle_types(
    flats: Sequence[str], spans: list[list[Span]], definitions: dict[str, str], known: WellKnown
) -> None:
    families = _family_names(spans)
    firms = {f for f in _short_names(spans) - families if not known.name(f, "place")}
    votes: dict[str, Counter[EntityType]] = {}
    firm: dict[str, EntityType] = dict.fromkeys(definitions, "organization")
    for flat, row in zip(flats, spans, strict=True):
        for span in row:
            name = squeeze(span.text)
            votes.setdefault(name, Counter())[span.type] += 1
            if title_start(flat, span.start) < span.start:
                firm[name] = "person"
            elif span.method != "gazetteer" and is_listed(flat, span.start, span.end):
                firm[name] = "organization"
            elif span.method == "rule:paper" or name in firms:
                firm.setdefault(name, "organization")
    types = {n: _type(n, vote, firm, families, known) for n, vote in votes.items()}
    types |= _of_shouted(types, families)
    for row in spans:
        row[:] = [_typed(span, types[squeeze(span.text)]) for span in row]


def _of_shouted(types: Mapping[str, EntityType], families: set[str]) -> dict[str, EntityType]:
    """What a headline in capitals names is what the text below calls in small letters."""
    written: dict[str, EntityType] = {n.upper(): t for n, t in types.items() if not n.isupper()}
    written |= dict.fromkeys(map(str.upper, families), "person")
    return {name: written[name] for name in types if name.isupper() and name in written}


def _typed(span: Span, kind: EntityType) -> Span:
    return span if span.type == kind else replace(span, type=kind)


def _type(
    name: str,
    votes: Counter[EntityType],
    firm: dict[str, EntityType],
    families: set[str],
    known: WellKnown,
) -> EntityType:
    listed = known.firm_type(name)
    if name in firm:
        return firm[name]
    if name in families and not (listed and votes[listed]):
        return "person"
    if name.isupper() and known.name(name.title(), "place"):
        return "place"  # TOKYO in a dateline
    return listed or _by_form(name, votes, known)


def _by_form(name: str, votes: Counter[EntityType], known: WellKnown) -> EntityType:
    """Elvedon Hall is no person; Benny Hill is, and so is what starts with a given name."""
    most = votes.most_common(1)[0][0]
    words = name.split(" ")
    if len(words) > 1 and words[-1].rstrip(".") in LEGAL_FORMS:
        return "organization"
    if len(words) > 1 and most != "organization" and known.name(name, "place"):
        return "place"  # Abu Dhabi, although Abu is a given name
    told = last_word_type(name)
    if most == "person":
        sure = words[-1] in (SURELY_PLACES if told == "place" else SURELY_ORGANIZATIONS)
        sure = sure and words[0] not in known.given_names
        return told if told and (len(words) > 2 or sure) and "." not in name else most
    if most == "organization" and told is None and len(words) > 1 and words[0] in REGNAL:
        return "person" if words[0] != "Saint" else most
    if _INITIALS.fullmatch(name) and not known.firm_type(words[0]):
        return "person"
    if told is None and 1 < len(words) < 4 and words[0] in known.given_names and name.isascii():
        return "person"
    return told or most


def _family_names(spans: Iterable[Iterable[Span]]) -> set[str]:
    """Of everybody named in full."""
    return {
        family
        for row in spans
        for span in row
        if span.type == "person" and len(span.text.split()) > 1
        for family in family_names(span.text)
    }


def _short_names(spans: Iterable[Iterable[Span]]) -> set[str]:
    """What the firms of an article may be called: Taft, of Taft Broadcasting Co."""
    return {
        span.text.split(" ")[0]
        for row in spans
        for span in row
        if " " in span.text and span.text.rsplit(" ", 1)[-1].rstrip(".") in LEGAL_FORMS | TRADES
    }


# Repetitions ----------------------------------------------------------------------------------


def _repeat(
    flats: Sequence[str], spans: list[list[Span]], known: WellKnown, small: set[str]
) -> None:
    """Find again what was found once: names word for word, people by their family names."""
    named = _named(spans, known)
    phrases = Phrases(named)
    for flat, row in zip(flats, spans, strict=True):
        merge(
            row,
            [
                replace(named[flat[start:end]], start=start, end=end, text=flat[start:end])
                for start, end in phrases.find(flat)
                if _is_repeated(flat, start, end, small) and not is_ticker(flat, start, end)
            ],
        )


def _named(spans: Sequence[Sequence[Span]], known: WellKnown) -> dict[str, Span]:
    """What to look for again, and as what."""
    named: dict[str, Span] = {}
    for span in (span for row in spans for span in row):
        name = squeeze(span.text)
        if " " in name or is_acronym(name) or span.type == "person":
            named.setdefault(name, replace(span, method="rule:repeated", confidence=REPEATED))
    for name in _family_names(spans):
        if name[-1:].isalpha() and len(name) > 1 and (name in NEVER or is_name(name, known)):
            named.setdefault(name, Span(0, 0, name, "person", "rule:family name", FAMILY))
    return named


def _is_repeated(flat: str, start: int, end: int, small: set[str]) -> bool:
    """Not a part of a longer name, and no common word at the start of a sentence."""
    name = flat[start:end]
    if " " in name or title_start(flat, start) < start:
        return True
    if flat[start - 1 : start] in {"-", "'", "&"} or _JOINED.match(flat, end):
        return False
    if name in NEVER:
        return bool(_ACTS.match(flat, end))
    before = re.search(r"(\S+) $", flat[max(0, start - 30) : start])
    if before and before[1][:1].isupper() and not _introduces(before[1]):
        return False
    return name.lower() not in small


def _introduces(word: str) -> bool:
    bare = word.rstrip(".,;:\"'")
    return bare != word or bare in TITLES or bare in ROLES or bare in OPENERS
