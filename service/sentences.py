"""Where sentences begin and end in a plain text, told from a few characters around each mark.

Rules of form, so that a sentence is the same one whether the whole text is read or only a window
of it: a model would have to read all of a long article to show one sentence of it.
"""

import re
from collections.abc import Iterator

Range = tuple[int, int]

# About six lines on a page of 70 characters; a longer "sentence" is a table or has lost its marks.
LONGEST = 400
# No rule looks further than this from a mark.
_CONTEXT = 160
_CLOSERS = "\"'”’»›)\\]」』）》】"
_OPENERS = "\"'“‘«‹„‚([「『（《【-–—•* \u00a0"
# Each run of marks is read once, from its first: no text of marks alone may take long.
_BORDER = re.compile(
    rf"[。！？｡]++[{_CLOSERS}]*+|(?<![.!?…।۔؟])[.!?…।۔؟]++[{_CLOSERS}]*+(?=\s|\Z)|\n\s*+"
)
_WORD = re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*")
_LAST_WORD = re.compile(r"(?:[^\W_]|[.&'’-])+$")
_FIRST_IS_SMALL = re.compile(r"[a-zà-öø-ÿ][^A-Z\W]*(?![^\W_])")
_FIGURE = re.compile(r"[#$£€]?\d")
# What stands before a name or a figure and so never ends a sentence.
_LEADS = frozenset(
    """
    mr mrs ms mx dr prof sir gen col lt maj capt cmdr adm sgt cpl pvt sen rep gov rev fr hon pres
    messrs mt ft st vs cf viz al approx est fig figs vol pp op ca e.g i.e""".split()
)
# What may end one as well: only a word that opens sentences then does so.
_SHORT = frozenset(
    """
    inc corp co ltd bros llc plc jr sr esq etc dept univ assn ave blvd rd sq hwy jan feb mar apr
    jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun a.m p.m am pm
    ph.d d.c u.s.a u.s u.k u.n e.u no nos min max""".split()
)
_FIGURED = frozenset("no nos jan feb mar apr jun jul aug sep sept oct nov dec p pp ch".split())
_SENTENCE_OPENERS = frozenset(
    """
    a after all although an and another as at because before both but by despite during each even
    every few for from he her his how however i if in instead it its last later many meanwhile more
    most mr mrs ms my neither no nobody none nor now on one only or other others our she since so
    some still such than that the their then there these they this those though thus to today two
    under until we what when where whether which while who why with yes yet you""".split()
)
# “Stop!” Kim shouted: the mark ends the speech, not the sentence.
_SPEAKER_FOLLOWS = re.compile(
    r"(?:[^\W_][\w.'’-]*[ \u00a0]){1,4}"
    r"(?:said|says|asked|told|added|replied|wrote|cried|shouted|yelled|tweeted|wondered|exclaimed)\b"
)
# Lines of mail and typewriters: a line break after fewer characters ends a headline or a list item.
_WRAPPED = range(50, 121)
_WRAPPED_LEADS = ("Mr.", "Mrs.", "Ms.", "Dr.", "Gen.", "Sen.", "Rep.", "Gov.", "St.")


def sentences(text: str) -> Iterator[Range]:
    """Start and end of each sentence in order, with no white space around it.

    Paragraphs, and lines that are no hard-wrapped paragraph, are always apart.
    """
    return _sentences(text, 0, len(text))


def sentence_at(text: str, start: int, end: int) -> Range:
    """The sentence that holds a span, or all that it reaches into; reads only what is around it.

    What is longer than 400 characters is cut at words around the span, or at the end of the span.
    """
    end = min(end, start + LONGEST)
    first = max(0, start - LONGEST - _CONTEXT)
    last = min(len(text), end + LONGEST + _CONTEXT)
    touched = [
        (left, right)
        for left, right in _sentences(text, first, last)
        if left < max(end, start + 1) and right > start
    ]
    if not touched:
        return start, end
    return _cut(text, (min(touched[0][0], start), max(touched[-1][1], end)), start, end)


def _sentences(text: str, first: int, last: int) -> Iterator[Range]:
    start = first
    for mark in _BORDER.finditer(text, first, last):
        if mark.end() <= start or not _is_border(text, start, mark):
            continue
        found = _trimmed(text, start, mark.end())
        if found[0] < found[1]:
            yield found
        start = mark.end()
        while start < last and text[start].isspace():
            start += 1
    found = _trimmed(text, start, last)
    if found[0] < found[1]:
        yield found


def _trimmed(text: str, start: int, end: int) -> Range:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _is_border(text: str, start: int, mark: re.Match[str]) -> bool:
    if "\n" in mark[0]:
        return mark[0].count("\n") > 1 or _ends_line(text, mark)
    if mark[0][0] in "。！？｡":
        return True
    after = _after(text, mark.end())
    if _is_small(after):
        return False
    if mark[0] == ".":
        return _full_stop_ends(text, start, mark.start(), after)
    if mark[0][-1] in _CLOSERS and mark[0][0] in "!?…":
        return not _SPEAKER_FOLLOWS.match(after)
    return True


def _after(text: str, place: int) -> str:
    """What follows in the paragraph, from its first letter or figure on."""
    window = text[place : place + _CONTEXT].partition("\n\n")[0]
    return window.lstrip(_OPENERS + "\n\t\r")[:80]


def _is_small(after: str) -> bool:
    """Begins with a small letter, as the middle of a sentence does; not so `iPhone`."""
    return bool(_FIRST_IS_SMALL.match(after))


def _full_stop_ends(text: str, start: int, place: int, after: str) -> bool:
    found = _LAST_WORD.search(text[max(start, place - 24) : place])
    if not found or not after:
        return True
    word = found[0].strip(".'’-").lower()
    if word in _FIGURED and _FIGURE.match(after):
        return False
    if word in _LEADS or (word.isdecimal() and start + len(word) == place):  # the 1. of a list
        return False
    initial = len(word) == 1 and found[0][-1:].isupper()
    dotted = bool(re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", word))
    return not (initial or dotted or word in _SHORT) or _opens(after)


def _opens(after: str) -> bool:
    word = _WORD.match(after)
    return word is None or re.split("['’]", word[0])[0].lower() in _SENTENCE_OPENERS


def _ends_line(text: str, mark: re.Match[str]) -> bool:
    """Whether a single line break ends a paragraph, and is none of a hard-wrapped one."""
    window = text[max(0, mark.start() - _CONTEXT) : mark.start()]
    line = window.rpartition("\n")[2].rstrip()
    after = text[mark.end() : mark.end() + 80]
    if not line or not after:
        return True
    if line.rstrip(_CLOSERS).endswith((".", "!", "?", "…", ":")):
        return not (len(line) in _WRAPPED and line.endswith(_WRAPPED_LEADS))
    return not (_is_small(after.lstrip(_OPENERS)) or len(line) in _WRAPPED)


def _cut(text: str, sentence: Range, start: int, end: int) -> Range:
    left, right = sentence
    if right - left <= LONGEST:
        return sentence
    left = max(left, start - (LONGEST - (end - start)) // 2)
    right = min(right, left + LONGEST)
    left = max(sentence[0], right - LONGEST)
    if left > sentence[0]:
        left = next((at for at in range(left, start) if text[at - 1].isspace()), left)
    if right < sentence[1]:
        right = next((at for at in range(right, end, -1) if text[at].isspace()), right)
    return _trimmed(text, left, right)
