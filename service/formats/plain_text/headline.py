"""The head of a story: headline, standfirst, byline; and a headline for a story without one."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from service.formats.plain_text.byline import Byline, bare_authors, is_role, read_byline
from service.formats.plain_text.layout import Paragraph
from service.formats.plain_text.outlet import dateline, is_outlet_word
from service.formats.plain_text.prose import (
    CLOSERS,
    ends_sentence,
    is_capitals,
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
    "|feature|for immediate release|interview|live|long read|media release|news|news release"
    "|opinion|politics|press release|science|sport|sports|tech|technology|travel|world"
    "|world news".split("|")
)
# “WORLD | ASIA” or “News > Local”: the way to a section; “BC-EU--Brexit” is how a wire calls it.
_SECTIONS = re.compile(r"[^\W\d]\w*(?: &? ?\w+)?(?:\s[|>›»/]\s\w+(?: &? ?\w+)?){1,4}")
_SLUG = re.compile(r"(?:BC|AM|PM)-\S+--\S.{0,60}")
_LONGEST_SHOUT = 4
_SIGNATURE = re.compile(r"[-–—―~]+\s*(?=[^\W\d_a-z])")
_CLIP = 100
_CLOSED = f"[{re.escape(CLOSERS)}]*"
# Not behind an initial or a title of courtesy, nor in “Why?” she asked.
_SENTENCE_END = re.compile(
    r"(?:[。！？]|(?<!\b\w)(?<!\b(?:Mr|Ms|Dr|St|Lt|Sr|Jr|No))"
    r"(?<!\b(?:Mrs|Gen|Sen|Rep|Gov|Col|Sgt|Rev))[.!?…]+"
    r"(?<!\b(?:Inc|Ltd)\.)(?<!\bCo\.)(?<!\bCorp\.)"
    r"(?!(?<=\b(?:Jan|Feb|Mar|Apr|Aug|Sep|Oct|Nov|Dec)\.)\s\d)(?!(?<=\bSept\.)\s\d)"
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
            self.sign(byline, text)
        elif self.authors and (_is_outlet(text) or is_role(text)):
            self.bylines.append(text)
        elif is_date_line(text):
            self.date_lines.append(text)
        else:
            return False
        self.size += 1
        return True

    def take_names(self, text: str) -> None:
        """Takes the names that a line consists of."""
        self.sign(Byline(bare_authors(text), says_more=True), text)
        self.size += 1

    def sign(self, byline: Byline, text: str) -> None:
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
    while head.size < len(page) - 1:
        text = page[head.size].text
        if head.title and _is_signature(page, head.size):
            head.take_names(text)
        elif head.title and not head.kicker and is_capitals(text) and text.casefold() in _KICKERS:
            head.kicker = text
            head.size += 1
        elif not head.take_line(text):
            break


def _is_signature(page: Sequence[Paragraph], number: int) -> bool:
    """A name alone, over a date or what the person does: “Jane Roe” / “Retail correspondent”."""
    text = page[number].text
    if number + 2 >= len(page) or read_byline(text) or not bare_authors(text):
        return False
    below = page[number + 1]
    return not below.gap and (is_role(below.text) or is_date_line(below.text))


def read_foot(page: Sequence[Paragraph]) -> Byline | None:
    """Who signs a story in its last line: “By Jane Doe” or “— Jane Doe”."""
    if len(page) < 3 or not is_prose(page[-2].text) or is_speech(page[-2].text):
        return None
    text = page[-1].text
    dash = _SIGNATURE.match(text)
    names = bare_authors(text[dash.end() :]) if dash else ()
    return Byline(names, says_more=True) if names else read_byline(text)


def _take_kicker(page: Sequence[Paragraph], head: Head) -> None:
    """“WORLD NEWS” is no headline where a headline stands under it."""
    number = head.size
    if number + 2 >= len(page) or not _is_kicker(page[number], page[number + 1]):
        return
    below = page[number + 1].text
    dated = is_date_line(below)
    if is_headline(page[number + 2].text if dated else below) and not read_byline(below):
        head.kicker = page[number].text
        head.size += 1
        _take_lines(page, head)


def _is_kicker(line: Paragraph, below: Paragraph) -> bool:
    text = line.text
    if text.casefold() in _KICKERS or _SECTIONS.fullmatch(text) or _SLUG.fullmatch(text):
        return True
    # LETTER FROM OAXACA stands above THE MEZCAL RUSH.
    shouted = is_capitals(text) and len(text.split()) <= _LONGEST_SHOUT
    shouted = shouted and below.text.casefold() not in _KICKERS
    return shouted and bool(below.gap) and is_capitals(below.text) and is_headline(below.text)


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
        return (
            read_byline(below.text) is not None
            or not starts_lower(below.text)
            or is_prose(below.text)
        )
    # Without a blank line between them, the next line must differ from the line of a poem.
    if _is_line(below.text) or is_prose(below.text):
        return True
    return number + 2 < len(page) and _is_standfirst(page, number + 1)


def _is_standfirst(page: Sequence[Paragraph], number: int) -> bool:
    """Told from the first paragraph by its missing full stop, or by the byline that follows it."""
    text, below = page[number].text, page[number + 1].text
    signed = _is_line(below) or _is_signature(page, number + 1)
    if len(text) > _LONGEST_STANDFIRST or word_count(text) < 4:
        return False
    if is_list_item(text) or is_speech(text) or starts_lower(text) or dateline(text):
        return False
    if signed or dateline(below):
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
