"""The outlet that a text names as its own, and the dateline that its first paragraph opens with.

Nothing is guessed: "told Reuters" says that others heard it, "Asia Times has learned" is a claim
that an outlet makes for itself, and an agency in the dateline signs the story.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from service.formats.plain_text.prose import is_caseless
from service.formats.plain_text.stated_dates import read_date

AGENCIES = frozenset(
    """
        aap afp alamy anadolu ani ansa ap belga bloomberg dpa efe epa epa-efe getty ians ips kcna
        keystone kyodo lusa nurphoto pa pool pti reuters ritzau shutterstock str tass upi xinhua
        yonhap 연합뉴스 뉴시스 新华社 共同""".split()
) | {
    "getty images",
    "associated press",
    "the associated press",
    "agence france-presse",
    "pa wire",
    "pa media",
}
_OUTLET_WORDS = frozenset(
    """
        abc advertiser agency argus bbc broadcasting bulletin business cbs channel chronicle
        citizen cnbc cnn correspondent courier daily dispatch echo economist enquirer examiner
        express fox gazette globe guardian herald independent inquirer insider itv journal leader
        ledger magazine mail media mercury messenger mirror monitor nbc nbcnews news newspaper
        newsroom npr observer online pbs politico post press radio record recorder register
        reporter reporting review sentinel spectator standard star sun telegraph television times
        today tribune tv voice weekly wire world""".split()
)
_MONTH_OR_DAY = r"[^\W\d_]{1,10}\.?\s\d{1,2}|\d{1,2}\.?\s[^\W\d_]{1,10}\.?"
_DATELINE = re.compile(
    r"(?P<place>[A-ZÀ-Þ][\w.'’-]*(?:[ /][A-ZÀ-Þ][\w.'’-]*){0,4})"
    r"(?P<region>,\s[A-Z][\w.]*(?:\s[A-Z][\w.]*){0,2}?)?"
    rf"(?P<date>,\s(?:{_MONTH_OR_DAY})(?:,?\s\d{{4}})?)?"
    r"(?:,?\s?\((?P<agency>[^()\n]{2,40})\)|\s/(?P<wire>[A-Z][\w ]{2,30})/)?"
    # The agencies of Spain write “(EFE).-”, and some sites no dash at all.
    r"(?:(?P<dash>\s(?:--|[-–—_])\s{0,3}|(?:--|[-–—])\s{1,3}|[–—]|\.-\s)|(?<=\))\s)"
    r"(?=[“‘\"'«(<]{0,2}[^\W_a-zà-ÿ])"
)
_ASIAN_DATELINES = (
    re.compile(
        r"[(\[【](?P<place>[^\s()=\[\]【】]{1,20})=(?P<agency>[^()=\[\]【】\n]{2,20})[)\]】]"
    ),
    re.compile(r"(?P<place>[가-힣·]{2,12})=(?P<agency>연합뉴스|뉴시스|뉴스1)(?=\s)"),
    re.compile(r"(?P<agency>新华社|中新社)[^\s，。,]{1,12}?\d{1,2}日电"),
    re.compile(
        r"[【［\[](?P<place>[^\s\d【】［］\[\]=＝]{1,15}?)\s?(?:\d{1,2}日\s)?"
        r"(?P<agency>共同|時事|ロイター|AFP)(?:通信)?[】］\]]"
    ),
)
_CASELESS_DATELINE = re.compile(r"(?P<place>[^\s()]{2,20}) \((?P<agency>[^()\n]{2,20})\) ?[-–—] ")
_BARE_AGENCY = re.compile(r"\((?P<agency>[^()\n]{2,30})\)\s?(?:--|[-–—])\s?")
# Capitals and a dash that are no place: a label, or a name that a clause follows.
_NO_PLACE = frozenset(
    """
        ADVISORY ALERT ANALYSIS BREAKING COLUMN CORRECTION EDITORIAL EXCLUSIVE EXPLAINER FEATURE
        FILE FILES INTERVIEW LIVE NASA NATO NEWS NOTE OPEC OPINION PHOTO PHOTOS UNESCO UNICEF
        UPDATE URGENT VIDEO WATCH WRAPUP""".split()
)
# Words that begin a sentence, and no place: “In Rome, June 1 - Republic Day - was quiet”.
_NOT_FIRST = frozenset("After As At Before By For From In On Since The This Until".split())
_STATES = frozenset(
    """
        Ala. Ariz. Ark. Calif. Colo. Conn. D.C. Del. Fla. Ga. Ill. Ind. Kan. Ky. La. Mass. Md.
        Mich. Minn. Miss. Mo. Mont. N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nev. Okla. Ont. Ore. Pa.
        Que. R.I. S.C. S.D. Tenn. Va. Vt. W.Va. Wash. Wis. Wyo. CA DC FL GA IL MA MI NJ NY OH PA
        TX VA WA""".split()
)
_CLAIM = re.compile(
    r"\s(?:has|have)\s(?:exclusively\s)?(?:learned|learnt|seen|obtained|reviewed)\b"
    r"|\scan\s(?:now\s)?(?:exclusively\s)?(?:reveal|disclose)\b"
    r"|\sinvestigation\s(?:has\s)?(?:found|revealed|established)\b"
)
_CONFIDENCE = re.compile(r"\b(?:spoke|spoken|speaking|talked|talking)\s(?:to|with)\s|\btold\s")
_CONDITION = re.compile(
    r"(?:the\s)?(?P<name>\S+(?:\s\S+){0,4}?)\s(?:up)?on\s(?:the\s)?condition\sof"
)
_REACH = 100
# A story that claims more often than this is no story; looking on would only cost time.
_MOST_CLAIMS = 200


class Dateline(NamedTuple):
    text: str
    length: int
    agency: str | None


def is_agency(name: str) -> bool:
    return name.strip().casefold() in AGENCIES


def is_outlet_word(word: str) -> bool:
    word = word.casefold()
    return word in _OUTLET_WORDS or word in AGENCIES


def is_wire(agency: str) -> bool:
    """AFP, dpa/AFP, CNN Business."""
    return all(map(is_agency, agency.split("/"))) or is_outlet_word(agency.split()[0])


def dateline(text: str) -> Dateline | None:
    """The dateline at the very start of a paragraph: “SEOUL, Jan 3 (Reuters)”.

    `length` counts it with the dash and the space behind it.
    """
    start = text[:200]
    asian = next((hit for shape in _ASIAN_DATELINES if (hit := shape.match(start))), None)
    if asian:
        return Dateline(asian[0], asian.end(), asian["agency"])
    caseless = _CASELESS_DATELINE.match(start)
    if caseless and is_caseless(start[0]):
        return Dateline(caseless[0].rstrip(" -–—"), caseless.end(), caseless["agency"])
    match = _DATELINE.match(start)
    if not match or not _is_place(match):
        return None
    end = match.start("dash") if match["dash"] else match.end()
    line = match[0][: end - match.start()].rstrip()
    return Dateline(line, match.end(), match["agency"] or match["wire"])


def bare_agency(text: str) -> int:
    """How many characters “(Reuters) - ” has at the start of a text; 0 where it is not there."""
    match = _BARE_AGENCY.match(text)
    return match.end() if match and is_wire(match["agency"]) else 0


def _is_place(match: re.Match[str]) -> bool:
    """Without an agency the place must be in capitals: “Boom - The market” is no dateline.

    A day or a state behind it tells as much: “New York, June 1 -”, “Dekalb, Ill. —”.
    """
    place = match["place"]
    if place.split()[0] in _NO_PLACE:
        return False
    agency = match["agency"] or match["wire"]
    if not match["dash"]:
        return bool(agency) and is_wire(agency)
    if agency:
        return is_wire(agency) or (agency[0].isupper() and len(agency.split()) <= 4)
    if _is_dated(match) or (match["region"] or "")[2:] in _STATES:
        return place.split()[0] not in _NOT_FIRST
    return place.isupper() and len(place) >= 4 and not is_outlet_word(place)


def _is_dated(match: re.Match[str]) -> bool:
    words = re.findall(r"[^\W\d_]+", match["date"] or "")
    return any(read_date(f"1 {word} 2000") for word in words)


def source_of(texts: Iterable[str], agency: str | None) -> str | None:
    """The outlet that signs the dateline, else the one that the text claims things for.

    Two outlets that claim things leave it open whose text it is, so that gives none.
    """
    if agency:
        return agency
    names = {name.casefold(): name for text in texts for name in _claims(text)}
    return next(iter(names.values())) if len(names) == 1 else None


def _claims(text: str) -> Iterator[str]:
    for number, match in enumerate(_CLAIM.finditer(text)):
        if number == _MOST_CLAIMS:
            return
        before = text[max(0, match.start() - _REACH) : match.start()]
        name = _name_at_end(before)
        if name and not _in_quotes(before) and _is_outlet(name):
            yield name
    for number, match in enumerate(_CONFIDENCE.finditer(text)):
        if number == _MOST_CLAIMS:
            return
        told = _CONDITION.match(text[match.end() : match.end() + _REACH])
        if told and _is_outlet(told["name"]) and not is_agency(told["name"]):
            yield _without_article(told["name"].split())


def _name_at_end(text: str) -> str | None:
    """The capitalised words that a text ends in."""
    name: list[str] = []
    for word in reversed(text.split()[-6:]):
        if not (word[0].isupper() or is_caseless(word[0])) or (name and word[-1] in ',.;:”’"'):
            break
        name.insert(0, word)
    return _without_article(name) if name else None


def _without_article(words: list[str]) -> str:
    """Asia Times for “The Asia Times”, but “The Times” stays, being its name."""
    article = words[0] in ("A", "An") or (words[0] == "The" and len(words) > 2)
    return " ".join(words[1:] if article else words)


def _is_outlet(name: str) -> bool:
    words = name.split()
    capitals = all(word[0].isupper() or word in ("of", "and", "&") for word in words)
    return capitals and (is_agency(name) or is_outlet_word(words[-1]))


def _in_quotes(before: str) -> bool:
    return before.rfind("“") > before.rfind("”") or before.count('"') % 2 == 1
