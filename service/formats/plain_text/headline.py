"""The head of a story: headline, standfirst, byline; and a headline for a story without one."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from service.formats.plain_text.byline import Byline, read_byline
from service.formats.plain_text.layout import Paragraph
from service.formats.plain_text.outlet import dateline, is_outlet_word
from service.formats.plain_text.prose import (
    CLOSERS,
    ends_sentence,
    is_headline,
    is_list_item,
    is_prose,
    is_speech,
    is_subheading,
    starts_lower,
    word_count,
)
from service.formats.plain_text.stated_dates import is_date_line

_LONGEST_STANDFIRST = 300
# The name of a section above the headline.
_KICKERS = frozenset(
    "analysis|breaking|breaking news|business|comment|culture|editorial|exclusive|explainer"
    "|feature|interview|live|long read|news|opinion|politics|science|sport|sports|tech"
    "|technology|travel|world|world news".split("|")
)
_CLIP = 100
_CLOSED = f"[{re.escape(CLOSERS)}]*"
# Not behind an initial or a title of courtesy, nor in “Why?” she asked.
_SENTENCE_END = re.compile(
    r"(?:[。！？]|(?<!\b\w)(?<!\b(?:Mr|Ms|Dr|St|Lt|Sr|Jr|No))"
    r"(?<!\b(?:Mrs|Gen|Sen|Rep|Gov|Col|Sgt|Rev))[.!?…]+"
    rf"(?={_CLOSED}(?:\s(?![a-zß-ÿа-я])|$))){_CLOSED}"
)


@dataclass(slots=True)
class Head:
    """What the first paragraphs say; `size` is how many of them it takes."""

    title: str = ""
    standfirst: str | None = None
    authors: list[str] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    date_lines: list[str] = field(default_factory=list)
    kicker: str | None = None
    size: int = 0

    def take_line(self, text: str) -> bool:
        """Takes a byline, its outlet, or a date that does not say what it is the date of."""
        byline = read_byline(text)
        if byline:
            self._sign(byline, text)
        elif self.authors and _is_outlet(text):
            self.bylines.append(text)
        elif is_date_line(text):
            self.date_lines.append(text)
        else:
            return False
        self.size += 1
        return True

    def _sign(self, byline: Byline, text: str) -> None:
        fresh = [name for name in byline.authors if name not in self.authors]
        self.authors.extend(fresh)
        if byline.says_more or len(fresh) < len(byline.authors):
            self.bylines.append(text)


def read_head(page: Sequence[Paragraph]) -> Head:
    """The head of a text without furniture; at least one paragraph is left for the body."""
    head = Head()
    last = len(page) - 1
    _take_lines(page, head)
    _take_kicker(page, head)
    if head.size < last and _is_title(page, head.size):
        head.title = page[head.size].text
        head.size += 1
        _take_lines(page, head)
        if head.size < last and _is_standfirst(page, head.size):
            head.standfirst = page[head.size].text
            head.size += 1
            _take_lines(page, head)
    return head


def _take_lines(page: Sequence[Paragraph], head: Head) -> None:
    while head.size < len(page) - 1 and head.take_line(page[head.size].text):
        pass


def _take_kicker(page: Sequence[Paragraph], head: Head) -> None:
    """“WORLD NEWS” is no headline where a headline stands under it."""
    number = head.size
    if number + 2 < len(page) and page[number].text.casefold() in _KICKERS:
        below = page[number + 1].text
        if is_headline(below) and not _is_line(below):
            head.kicker = page[number].text
            head.size += 1


def _is_outlet(text: str) -> bool:
    words = text.split()
    return len(words) <= 4 and is_outlet_word(words[-1]) and all(w[0].isupper() for w in words)


def _is_line(text: str) -> bool:
    return read_byline(text) is not None or is_date_line(text)


def _is_title(page: Sequence[Paragraph], number: int) -> bool:
    text, below = page[number].text, page[number + 1]
    if not is_headline(text) or dateline(text):
        return False
    if below.gap or len(page) - number == 2:
        return not starts_lower(below.text) or is_prose(below.text)
    # Without a blank line between them, the next line must differ from the line of a poem.
    if _is_line(below.text) or is_prose(below.text):
        return True
    return number + 2 < len(page) and _is_standfirst(page, number + 1)


def _is_standfirst(page: Sequence[Paragraph], number: int) -> bool:
    """Told from the first paragraph by its missing full stop, or by the byline that follows it."""
    text, below = page[number].text, page[number + 1].text
    if len(text) > _LONGEST_STANDFIRST or word_count(text) < 4:
        return False
    if is_list_item(text) or is_speech(text) or starts_lower(text) or dateline(text):
        return False
    if _is_line(below) or dateline(below):
        return True
    return not ends_sentence(text) and text[-1] not in ",;:" and _is_body(below, text)


def _is_body(below: str, standfirst: str) -> bool:
    return is_prose(below) and not is_subheading(below) and len(below) > len(standfirst) // 2


def derived_title(body: str) -> str:
    """The first sentence of a body, at most about a hundred characters, with … where it is cut."""
    paragraph = _first_words(body)
    opening = dateline(paragraph)
    text = paragraph[opening.length :].strip() if opening else paragraph
    end = _SENTENCE_END.search(text)
    return clipped(text[: end.end()] if end else text)


def _first_words(body: str) -> str:
    """The beginning of the first paragraph that holds a letter or a digit, in one line."""
    start = next((number for number, char in enumerate(body) if char.isalnum()), 0)
    start = body.rfind("\n", 0, start) + 1
    block = re.split(r"\n\s*\n", body[start : start + 1000].strip(), maxsplit=1)[0]
    return " ".join(block.split())


def clipped(text: str) -> str:
    """At most 100 characters and a …, cut between words where there are any."""
    if len(text) <= _CLIP:
        return text
    cut = text.rfind(" ", 0, _CLIP + 1)
    if cut < _CLIP // 2:
        cut = _CLIP
        # A mark belongs to the letter before it.
        while cut > _CLIP // 2 and unicodedata.combining(text[cut]):
            cut -= 1
    return text[:cut].rstrip(" ,;:–—-(“‘") + "…"
