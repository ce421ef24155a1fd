"""How a story ends that an agency or a desk has signed: “(Reporting by Jane Doe; Editing by …)”."""

import re
from typing import NamedTuple

from service.formats.plain_text.byline import bare_authors, read_byline
from service.formats.plain_text.outlet import is_agency

_LONGEST = 500
_REACH = 600
_WORK = (
    r"(?:reporting|reported|writing|written|editing|edited|compiled|translated|translation|graphics?"
    r"|produced|production|rédigé|redaktion)"
)
_BY = (
    r"(?P<more>(?:with\s)?(?:additional|extra|further)\s)?"
    rf"(?P<work>{_WORK}(?:\sand\s{_WORK})?)\sby\s"
)
_SIGNED = re.compile(
    rf"(?:^[\s_*–—-]{{0,6}}|(?<=[.!?”\"’')…])\s{{1,3}}(?=[(\[—–-]))(?P<mark>[(\[—–-]{{0,2}}\s?)"
    rf"{_BY}(?=\S)",
    re.IGNORECASE,
)
_PART = re.compile(
    rf"{_BY}(?P<names>.{{2,200}}?)(?=[;)\]]|(?<!\b\w)\.|,?\s{_WORK}\sby\s|$)", re.IGNORECASE
)
_SMALL = re.compile(r"(?<![\w.@'’-])[a-zß-ÿ]{2,}(?![\w@])")
_SMALL_WORDS = frozenset(
    """
        additional al and at bin bureau bureaus by compiled da de del der desk di dos du edited
        editing el en et extra for from further graphic graphics in la le newsroom of produced
        production reported reporting staff the translated translation van von with writing
        written y""".split()
)
_CONTRIBUTED = re.compile(
    r"\bcontributed\s(?:\w+\s)?(?:to\sthis\s(?:report|story|article|dispatch|piece)|reporting)"
    r"\b[^.]{0,60}\.?[)\]_\s]*$"
)
_CAPITAL = r"[^\W\d_a-z][\w.'’-]*"
_REPORTS = re.compile(
    r"[-–—_(\[\s]*(?:(?:[Tt]he\s)?[^\W\d_]{2,20}(?:\s[^\W\d_]{2,20}){0,2}['’]s\s)?"
    rf"(?P<names>{_CAPITAL}(?:,?\s(?:and\s|&\s)?(?:(?:al|bin|de|del|der|di|la|van|von)\s)?{_CAPITAL})"
    r"{1,12})\s(?:reports|reported|report)"
    r"(?:\s(?:for\s[^.;]{2,50}\s)?from\s[^.;]{2,100})?\s?[.)\]_\s]*"
)
_COURTESY = frozenset("dr gen gov lord minister miss mr mrs ms president prof sen sir the".split())
# A single hyphen marks an item of a list.
_DASH = re.compile(r"(?:[–—―]|--)\s*(?=[^\W\d_a-z])")
_AGENCIES = (
    r"(?:reuters?|afp|ap|upi|dpa|efe|ansa|xinhua|tass|yonhap|kyodo|pti|ani|ians|enditem|연합뉴스)"
)
# “REUTER&#3;” and “reuter^M” are how tapes of the wires ended.
_AT_END = re.compile(
    rf"(?:(?<=[.!?”\"’')…])|(?<=\n\n))\s*(?:\n\s*|\s)[-–—/(\[]{{0,2}}{_AGENCIES}"
    r"(?:\s?\d{1,2}(?::\d{2})?(?:/[A-Z]{2})?)?(?:\.{3}|…)?(?:&#3;|\^M|\x03|[)\]\s_/-])*$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"(?<=[.!?”\"’'])\s{1,3}\((?P<agency>[^()\n]{2,40})\)\s*$")
_REPRINT = re.compile(
    r"(?:this\s(?:article|story|piece|post)\s(?:was\s|is\s|has\sbeen\s)?(?:first\s|originally\s)?"
    r"(?:published|appeared|reprinted|reproduced)|(?:first|originally)\s(?:published|appeared)"
    r"|reprinted|provided\sby|follow\s.{3,60}\son\s(?:twitter|x|facebook|instagram)\b)"
    r"(?:\s.{0,100})?",
    re.IGNORECASE,
)


class SignOff(NamedTuple):
    """`start` is where it begins in its paragraph; it goes to the end."""

    start: int
    authors: tuple[str, ...]


def sign_off(text: str, *, last: bool) -> SignOff | None:
    """The end of a paragraph that says who did what for the story; `last`: it is one of the last.

    Who reported or wrote is an author; who edited, added or contributed is not.
    """
    if signed := _signed(text):
        return signed
    if len(text) > _LONGEST:
        return None
    if _CONTRIBUTED.search(text[-160:]):
        return SignOff(0, ())
    return _reports(text) if last else None


def agency_at_end(text: str, *, bracketed: bool = False) -> int | None:
    """Where the agency's name begins that a text ends in: “Reuter”; in brackets “(AFP)”."""
    offset = max(0, len(text) - 80)
    tail = text[offset:]
    if bracketed:
        match = _BRACKETED.search(tail)
        known = match and all(map(is_agency, match["agency"].split("/")))
        return offset + match.start() if match and known else None
    match = _AT_END.search(tail)
    return offset + match.start() if match else None


def is_reprint_line(line: str) -> bool:
    """“Originally published on Live Science.”, “Follow Jane Doe on Twitter: @janedoe”."""
    return len(line) <= 200 and bool(_REPRINT.fullmatch(line))


def _signed(text: str) -> SignOff | None:
    offset = max(0, len(text) - _REACH)
    match = _SIGNED.search(text, offset)
    if not match:
        return None
    said = text[match.start() :]
    # “Reporting by Reuters showed that” is a sentence; in brackets it is none.
    bare = "(" not in match["mark"] and "[" not in match["mark"]
    if bare and (
        not set(_SMALL.findall(said.lstrip()[1:])) <= _SMALL_WORDS or len(said) > _LONGEST
    ):
        return None
    authors = [name for part in _PART.finditer(said) for name in _authors(part)]
    return SignOff(match.start(), tuple(dict.fromkeys(authors)))


def _authors(part: re.Match[str]) -> tuple[str, ...]:
    if part["more"] or not re.match("report|writ", part["work"], re.IGNORECASE):
        return ()
    byline = read_byline(f"By {part['names'].strip()}")
    return byline.authors if byline else ()


def _reports(text: str) -> SignOff | None:
    """“Jane Doe reports from Seoul.”, “— Jane Doe”."""
    dash = _DASH.match(text)
    names = bare_authors(text[dash.end() :]) if dash else ()
    match = _REPORTS.fullmatch(text)
    if match and match["names"].split()[0].rstrip(".").casefold() not in _COURTESY:
        names = bare_authors(match["names"])
    return SignOff(0, names) if names else None
