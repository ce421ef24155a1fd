"""Speech without quotation marks: the clause of `Mr Kim said (that) he was ready`."""

import re
from collections.abc import Iterator, Sequence

from service.extract.saying import ACCORDING, Saying
from service.extract.speakers import NOBODY
from service.extract.speech_verbs import (
    AUXILIARIES,
    CLAUSAL,
    CLAUSAL_PARTICIPLES,
    NOT_SAID,
    SAY,
)
from service.sentences import Range

_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:\s(?:morning|afternoon|evening|night))?"
_WHEN = (
    rf"(?:(?:on\s)?{_DAY}|yesterday|today|later|earlier|again|recently|last\s(?:week|month|year)"
    r"|(?:in|at|during|through|via|by)\san?\s(?:\w+\s)?(?:statement|briefing|interview|letter|speech"
    r"|post|report|court|conference|note|email|address|hearing|phone)(?:\sto\s(?:the\s)?\w+)?)"
)
_WHOM = (
    r"(?:(?:to\s)?(?:him|her|them|us|me|reporters|journalists|lawmakers|parliament|investors|police"
    r"|viewers|voters|members|supporters|jurors|the\s\w+(?:\s\w+)?|(?:[A-Z][\w'-]*\s?){1,4}))"
)
_LEAD = re.compile(rf"\s+(?:{_WHOM}(?=\s)\s*)?(?:,?\s*{_WHEN}(?=[\s,]),?\s*)?", re.DOTALL)
_LEAD_UNTOLD = re.compile(rf"\s+(?:,?\s*{_WHEN}(?=[\s,]),?\s*)?")
_TELLS = frozenset("told tells warned warns assured promised".split())
_FREE = SAY | {"saying"}
_THAT = re.compile(r"that\s+(?=[^\s\"])")
_PLAIN_CLAUSE = re.compile(r"(?:he|she|it|they|there|we)\s")
_NO_CLAUSE = re.compile(
    r"[,;:.\"(–—-]|(?:of|so|as|in|on|at|to|by|with|for|about|from|during|after|before|when|while"
    r"|[a-z]+ed|goodbye|sorry|and|but|or|nothing|yes|no|much|more|something|anything|what|than|he,)\b",
    re.IGNORECASE,
)
_NO_ONE = re.compile(r"(?:no\s(?!\W)\w+|in\s\w+,|what\s)", re.IGNORECASE)
# `According to Mr Kim, the leader, …`: words between commas without a verb of their own.
_APPOSITION = re.compile(r",\s(?:(?:a|an|the|who|which|its|his|her|[a-z]+ed)\b([^,]{1,80})),\s")
_FINITE = re.compile(r"\b(?:is|are|was|were|has|had|have|will|would|could|can|did|does|\w+ed)\b")
# While Mr Kim says he is ready, nobody else is.
_WHILE = re.compile(r"(?:While|Although|Though|As|Because|Since|If|When|After|Before)\s")
_SHORTEST = 3
_SHORTEST_AROUND_SPEECH = 8
_LONGEST = 1000
_TRAILING = re.compile(
    r"(?:[\s.!?…,;:–—]|\s(?:and|but|then|by|before|while|also|later|[a-z]+ly))+\Z"
)


def reported(
    flat: str, first: int, last: int, said: Sequence[Saying]
) -> Iterator[tuple[Saying, Range]]:
    """Each verb with its clause, up to the next verb's or the end of the sentence."""
    done = first
    for place, saying in enumerate(said):
        if saying.start < done or saying.speaker == NOBODY:
            continue
        following = said[place + 1 : place + 2]
        # Mr Kim said he was ready, adding: “…”
        end = following[0].start if following and following[0].shared else last
        clause = _clause(flat, first, end, saying)
        if clause:
            yield saying, clause
            done = clause[1]


def _clause(flat: str, first: int, last: int, saying: Saying) -> Range | None:
    start = _start(flat, first, last, saying)
    if start is None:
        return None
    end = min(last, start + _LONGEST)
    if _WHILE.match(flat, first, saying.start):
        comma = flat.find(",", start, end)
        end = comma if comma > 0 else end
    end = start + len(_TRAILING.sub("", flat[start:end]))
    words = flat[start:end].split()
    own = [word for word in words if not set(word.strip("\".,'?!")) <= {"X"}]
    least = _SHORTEST if len(own) == len(words) else _SHORTEST_AROUND_SPEECH
    return (start, end) if len(own) >= least else None


def _start(flat: str, first: int, last: int, saying: Saying) -> int | None:
    word = (saying.verb or "").lower()
    if word == ACCORDING:
        return _after_source(flat, first, last, saying)
    if saying.inverted or word not in CLAUSAL | CLAUSAL_PARTICIPLES:
        return None
    before = AUXILIARIES.sub("", flat[max(first, saying.start - 40) : saying.start])
    if NOT_SAID.search(before.rstrip() + " "):
        return None
    # “…,” Mr Kim said on a call with the press.
    spoken = flat[max(first, saying.subject - 4) : saying.subject].rstrip(" ,–—").endswith('"')
    lead = (_LEAD if word in _TELLS else _LEAD_UNTOLD).match(flat, saying.end, last)
    for place in dict.fromkeys((saying.end, lead.end() if lead else saying.end)):
        start = _clause_start(flat, place, last, free=word in _FREE and not spoken)
        if start is not None:
            return start
    return None


def _clause_start(flat: str, place: int, last: int, *, free: bool) -> int | None:
    while place < last and flat[place].isspace():
        place += 1
    that = _THAT.match(flat, place, last)
    if that:
        return that.end()
    if _PLAIN_CLAUSE.match(flat, place, last):
        return place
    if not free or (_NO_CLAUSE.match(flat, place, last) and not _NO_ONE.match(flat, place, last)):
        return None
    return place if not _only_when(flat, place, last) else None


def _only_when(flat: str, place: int, last: int) -> bool:
    """`said Thursday that …`: the clause comes after the day."""
    return bool(re.compile(_WHEN).match(flat, place, last))


def _after_source(flat: str, first: int, last: int, saying: Saying) -> int | None:
    """Where the clause of `According to X, …` begins, behind what is said about X."""
    if saying.start > first + 2:
        return None
    comma = flat.find(",", saying.end, min(last, saying.end + 200))
    if comma < 0:
        return None
    beside = _APPOSITION.match(flat, comma, last)
    if beside and not _FINITE.search(beside[1]):
        return beside.end()
    return comma + 1 + len(flat[comma + 1 : last]) - len(flat[comma + 1 : last].lstrip())
