"""Links to other stories inside a story: “Read more:” with headlines under it or behind it."""

import re

from service.formats.plain_text.prose import bare, ends_in_full_stop, is_headline

_LONGEST_LINK = 220
_LABELS = (
    "read more|read also|also read|read next|see also|further reading|you may also like"
    "|related(?: (?:stories|story|articles?|news|content|coverage|links?|reading))?"
    "|more on this(?: story| topic)?|more stories|more news|more coverage"
    r"|related topics|more from [^:.\n]{2,30}|don[’']t miss|recommended(?: for you)?"
    "|(?:à )?lire aussi|à lire(?: également)?|lire la suite|mehr zum thema"
    "|lesen sie (?:auch|mehr)|leer más|lea también|leggi anche"
    "|leia (?:também|mais)|lees (?:ook|meer)|läs (?:också|mer)|(?:читайте|смотрите) также"
    "|по теме|اقرأ أيضا[ً]?|إقرأ أيضا[ً]?|مواضيع ذات صلة"
    "|관련 ?기사|相关(?:阅读|新闻|报道)|関連(?:記事|ニュース)|延伸阅读"
)
# Alone in its line, or with a mark: “Read more about it” is text.
_LINK_LABEL = re.compile(
    rf"[(\[»>*\s]{{0,4}}(?:{_LABELS})[*\s]{{0,3}}(?P<mark>[:：]|\s[-–—|>›»→]|[-–—|>›»→]\s|$)[*\s]*",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[-–—*•‣▪●■·>»→]+|\d{1,2}[.)])\s+")


def link_label(text: str) -> str | None:
    """What follows “Read more:” in a paragraph; empty for the label alone, None without it."""
    if len(text) > _LONGEST_LINK:
        return None
    match = _LINK_LABEL.match(text)
    if not match:
        return None
    rest = text[match.end() :].strip()
    closed = rest[:-1].rstrip() if rest[-1:] in ("]", ")") and text[0] in "[(" else rest
    return closed if match["mark"].strip() or not rest else None


def as_link(text: str) -> str | None:
    """The headline of another story, without the bullet before it; None if it is not one."""
    bullet = _BULLET.match(text)
    headline = text[bullet.end() :] if bullet else text
    is_address = headline.startswith(("http://", "https://")) and " " not in headline
    titled = is_headline(headline) and not ends_in_full_stop(bare(headline))
    fits = len(headline) <= _LONGEST_LINK and (titled or is_address)
    return headline if fits and link_label(headline) is None else None
