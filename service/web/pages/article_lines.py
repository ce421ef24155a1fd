"""What one line says of an article: its headline, its source, its date."""

from unicodedata import bidirectional

from service.article import Article
from service.dates import Moment
from service.web.pages.moments import day

_HEADLINE = 90


def headline(article: Article) -> str:
    """The headline on one line; where there is none, how the text begins."""
    line = " ".join((article.title or article.body[: 4 * _HEADLINE]).split())
    if article.title_derived or not article.title:
        line = line if len(line) <= _HEADLINE else shortened(line, _HEADLINE)
    return headline_of(line)


def headline_of(title: str) -> str:
    """What a link to an article says, also to one of which nothing can be read."""
    return title or "Without a headline"


def shortened(line: str, length: int) -> str:
    """The beginning of a line that goes on, cut between words."""
    start = line[:length]
    return f"{start.rpartition(' ')[0] or start} …"


def source_of(source: str | None, *, is_derived: bool = False) -> str:
    """Its source, and whether only the text names it."""
    if not source:
        return "source unknown"
    return f"{source} (named in the text)" if is_derived else source


def isolated(text: str) -> str:
    """Set apart where it runs from right to left: it would turn round a date that follows it."""
    if text.isascii() or not any(bidirectional(letter) in ("R", "AL") for letter in text):
        return text
    return f"\u2068{text}\u2069"


def date_of(published: Moment | None) -> str:
    """The day of its publication."""
    return day(published) or "undated"
