"""Years that stand alone: four digits are one only where the words around them say so.

“In 2016”, “the summer of 1999”, “the 1988 Olympics”, “(1949-1990)”; not “2016 people”, “by 1430
GMT” or “the 1990s”.
"""

import re
from collections.abc import Iterator

_YEAR = "[12][0-9]{3}"
# Behind a year: no part of a number, of a word, or of a longer date; `1985/86` is a year of
# accounts that begins in the one.
_CLOSED = r"(?!\w|[.,:]\d|/(?!\d\d\b(?!/))\d|-\d{1,2}-|['’]s\b(?<=0['’]s))"
# Words that leave hardly a doubt, and words that stand before other numbers as well.
_STRONG = (
    r"in|since|until|till|during|circa|early|late|mid|back to|year|years|spring|summer|autumn|fall"
    r"|fiscal|calendar|(?:first|second|third|fourth|next|last)[- ](?:quarter|half)"
    r"|winter|christmas|born|died|founded in|class of|(?:end|beginning|start|middle|half|quarter"
    r"|spring|summer|autumn|fall|winter|year|election|elections|war|revolution|treaty|constitution)"
    r" (?:of|in)|im jahre?|jahr|jahre|seit|anfang|mitte|ende|frühjahr|frühling|sommer|herbst"
    r"|en|depuis|année|début|fin|été|hiver|printemps|automne|desde|hasta|año|verano|invierno"
    r"|em|ano|ano de|desde|nel|dal|dall[’']anno|anno|estate|inverno"
)
_WEAK = (
    r"by|due|from|of|before|after|between|through|around|bis|vor|nach|avant|après|antes de|del|até"
)
_NAMED = r"the|a|an|his|her|its|their|our|this|that"
_EVIDENCE = re.compile(
    rf"(?<![\w-])(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK})|(?P<named>{_NAMED}))"
    rf"(?:\s{{1,2}}|(?<=mid|end)-)(?P<year>{_YEAR}){_CLOSED}"
    rf"|(?<![\w-])(?:mid|end|early|late)-(?P<joined>{_YEAR})\b(?![.,]\d)"
    rf"|\((?P<open>(?:(?:born|b\.?|died|d\.?|c\.|since|\*|†)\s?)?)(?P<first>{_YEAR})"
    rf"(?:\s?[-–—]\s?(?P<last>{_YEAR}))?(?=\))",
    re.IGNORECASE,
)
# “from 1949 to 1990”, “in 2014, 2015 and 2016”
_NEXT = re.compile(
    rf"(?:\s?[-–—]\s?|,?\s(?:and|to|or|until|through|und|bis|et|à|y|e|a)\s|,\s)(?P<year>{_YEAR})"
    rf"{_CLOSED}"
)
_COUNTED = re.compile(
    r"\s?(?:%|percent\b|pct\b|per\b|gmt\b|utc\b|hours?\b|hrs\b|(?:local|eastern) time\b|e[sd]t\b"
    r"|bst\b|miles?\b|met(?:er|re)s?\b|kilomet(?:er|re)s?\b|km\b|kg\b|tonnes?\b|tons?\b|f(?:ee|oo)t\b"
    r"|dollars?\b|dlrs\b|euros?\b|pounds?\b|won\b|yen\b|yuan\b|[mb]illion\b|[mb]ln\b|square\b"
    r"|acres?\b|barrels?\b|meter\b|stunden\b|uhr\b|heures\b|horas\b)",
    re.IGNORECASE,
)
_THINGS = re.compile(
    r"\s(?:people|persons?|men|women|children|troops|menschen|personnes|personas|pessoas|persone)\b"
    r"|\s[a-zß-ÿ-]{3,30}s\b(?<!\bwas)(?<!\bhas)(?<!\bthis)(?<!\bhis)(?<!\bits)(?<!\bless)(?<!\bas)"
)
_WORD = re.compile(r"\s[^\W\d_]")
# What goes on with the sentence behind a year, and not with what a number counts.
_GOES_ON = re.compile(
    r"\s*(?:$|[^\w\s$€£]|[A-Z]|(?:a|about|after|against|also|amid|an|and|as|at|because|before|but|by"
    r"|during|for|from|had|has|have|he|her|his|i|if|in|into|is|it|its|near|no|not|of|off|on|onwards?"
    r"|or|over|she|since|than|that|the|their|there|they|this|through|to|under|until|was|we|were|when"
    r"|where|which|while|who|will|with|would|you|und|der|die|das|et|le|la|les|y|el|los|e|il|o|os)\b)"
)
_LONGEST_LIFE = 120


def years(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where years stand alone between two offsets of a text, in reading order."""
    for match in _EVIDENCE.finditer(text, start, end):
        if match["first"]:
            yield from _in_brackets(match)
        elif match["joined"]:
            yield match.span("joined")
        elif _is_year(match, text):
            yield match.span("year")
            if not match["named"]:
                yield from _following(text, match.end())


def _in_brackets(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """“(1949-1990)” is a span of years, “(1200-1300)” may be pages."""
    first, last = match["first"], match["last"]
    if last and not 0 < int(last) - int(first) < _LONGEST_LIFE:
        return
    if not match["open"] and not _is_recent(first) and (not last or first.endswith("00")):
        return
    yield match.span("first")
    if last:
        yield match.span("last")


def _following(text: str, at: int) -> Iterator[tuple[int, int]]:
    while (match := _NEXT.match(text, at)) and _is_weak_year(match["year"], text, match.end()):
        yield match.span("year")
        at = match.end()


def _is_year(match: re.Match[str], text: str) -> bool:
    year, end = match["year"], match.end()
    if _COUNTED.match(text, end):
        return False
    plain = _is_recent(year) and not year.endswith("00")
    if match["weak"]:
        return _is_weak_year(year, text, end)
    if match["named"]:
        named = _WORD.match(text, end) and _is_recent(year)
        return bool(named) and (plain or not _THINGS.match(text, end))
    return plain or not _THINGS.match(text, end)


def _is_weak_year(year: str, text: str, end: int) -> bool:
    return _is_recent(year) and not _COUNTED.match(text, end) and bool(_GOES_ON.match(text, end))


def _is_recent(year: str) -> bool:
    """In reach of most news; other numbers are less often years than they are numbers."""
    return 1800 <= int(year) < 2100
