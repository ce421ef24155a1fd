"""Markdown as plain text: its marks are taken off, and what they said of the text is kept.

Headings, links, images and emphasis are read; a table or a list stays as it was written. No HTML is
made, so there is none to be taken apart again.
"""

import re
from dataclasses import dataclass, replace

from service.article import Article, Subheading
from service.formats.plain_text.reader import read_text
from service.formats.sidecar import overlaid

_HEADING = re.compile(r" {0,3}(?P<level>#{1,6})[ \t]+(?P<text>\S.*?)(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{3,})[ \t]*")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})")
_FENCE = re.compile(r" {0,3}(?:```|~~~).*")
_DEFINITION = re.compile(r" {0,3}\[[^\]\n]{1,200}\]:[ \t]*\S+(?:[ \t]+[\"'(].*)?")
_QUOTED = re.compile(r"\A(?: {0,3}>[ \t]?)+")
_TARGET = (
    r"\((?:<[^<>\n]{0,2000}>|[^()\s]{0,2000}(?:\([^()\s]{0,500}\)[^()\s]{0,500})?)"
    r"(?:[ \t]+[\"'][^\n]{0,300}?[\"'])?\)"
)
_IMAGE = re.compile(rf"!\[(?P<alt>[^\[\]\n]{{0,1000}})\](?:{_TARGET}|\[[^\[\]\n]{{0,200}}\])")
_LINK = re.compile(rf"\[(?P<text>[^\[\]\n]{{1,1000}})\](?:{_TARGET}|\[[^\[\]\n]{{0,200}}\])")
_ADDRESS = re.compile(r"<(?P<text>(?:https?://|mailto:)[^<>\s]{1,2000})>")
# Where it opens, no space follows; where it closes, none stands before. Within a word only `**` is
# a mark: 2*3*4 and snake_case are none, but Chinese has no spaces to set it apart.
_EMPHASIS = (
    re.compile(r"(?<![\\*])(\*{2,3})(?=[^\s*])(?P<text>[^*\n]{1,2000})(?<=[^\s\\])\1(?!\*)"),
    re.compile(r"(?<![\\*\w])(\*)(?=[^\s*])(?P<text>[^*\n]{1,2000})(?<=[^\s\\])\1(?![*\w])"),
    re.compile(r"(?<![\\\w])(_{1,3})(?=[^\s_])(?P<text>[^\n]{1,200}?)(?<=[^\s\\_])\1(?!\w)"),
    re.compile(r"(?<!`)(`{1,2})(?P<text>[^`\n]{1,500})\1(?!`)"),
    re.compile(r"(~~)(?=\S)(?P<text>[^~\n]{1,500})~~"),
)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_MARK = re.compile(r"[\[<*_`~\\]")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~>|<])")
_FIRST_HEADING = re.compile(r"\s*#[ \t]+\S[^\n]*\n[ \t]*\n")


@dataclass(slots=True)
class _Page:
    """The lines without their marks, and what the marks said."""

    lines: list[str]
    title: str | None
    headings: list[str]
    captions: list[str]


def is_marked_up(text: str) -> bool:
    """Whether a text that does not call itself Markdown begins with a headline of its kind."""
    return bool(_FIRST_HEADING.match(text[:2_000].replace("\r\n", "\n").replace("\r", "\n")))


def read_markdown(text: str, *, emphasis: bool) -> Article:
    """The article; `emphasis` tells whether asterisks and underscores can only be marks."""
    page = _page(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), emphasis=emphasis)
    if not any(map(str.strip, page.lines)):
        return read_text(text)
    article = read_text(_BLANK_LINES.sub("\n\n", "\n".join(page.lines)))
    if page.title:
        article = overlaid(article, {"title": page.title})
    if page.headings:
        article = replace(article, subheadings=_found(page.headings, article.body))
    return replace(article, captions=(*article.captions, *page.captions))


def _page(lines: list[str], *, emphasis: bool) -> _Page:
    page = _Page([], None, [], [])
    fenced = False
    for number, line in enumerate(lines):
        if _FENCE.fullmatch(line):
            fenced = not fenced
        elif fenced:
            page.lines.append(line)
        elif not _is_mark_alone(line, page):
            below = lines[number + 1] if number + 1 < len(lines) else ""
            _take(line, below, page, emphasis=emphasis)
    return page


def _is_mark_alone(line: str, page: _Page) -> bool:
    """An underline, a rule, or where a link leads: nothing to read. A blank line ends what was."""
    mark = _UNDERLINE.fullmatch(line) and page.lines and page.lines[-1].strip()
    if mark or _RULE.fullmatch(line) or _DEFINITION.fullmatch(line):
        page.lines.append("")
        return True
    return False


def _take(line: str, below: str, page: _Page, *, emphasis: bool) -> None:
    heading = _HEADING.fullmatch(line)
    underlined = bool(line.strip()) and line[:1] not in " \t>-*#" and _UNDERLINE.fullmatch(below)
    said = _plain(heading["text"] if heading else _QUOTED.sub("", line), page, emphasis=emphasis)
    if not heading and not (underlined and not (page.lines and page.lines[-1].strip())):
        page.lines.append(said)
        return
    said = said.strip()
    is_first = len(heading["level"]) == 1 if heading else below.strip().startswith("=")
    if is_first and not page.title and not page.headings:
        page.title = said
    else:
        page.headings.append(said)
    # A heading is a paragraph of its own, blank lines around it or not.
    page.lines += ["", said, ""]


def _plain(line: str, page: _Page, *, emphasis: bool) -> str:
    if not _MARK.search(line):
        return line

    def caption(image: re.Match[str]) -> str:
        if image["alt"].strip():
            page.captions.append(image["alt"].strip())
        return ""

    line = _LINK.sub(r"\g<text>", _IMAGE.sub(caption, line))
    line = _ADDRESS.sub(r"\g<text>", line)
    for shape in _EMPHASIS if emphasis else ():
        line = shape.sub(r"\g<text>", line)
    return _ESCAPED.sub(r"\1", line) if emphasis else line


def _found(headings: list[str], body: str) -> tuple[Subheading, ...]:
    """Where the headings stand, each a line of its own behind the one before."""
    found: list[Subheading] = []
    wanted = iter(filter(None, headings))
    heading = next(wanted, None)
    start = 0
    for line in body.split("\n"):
        if heading is not None and line.strip() == heading:
            at = start + line.index(heading)
            found.append(Subheading(at, at + len(heading), heading))
            heading = next(wanted, None)
        start += len(line) + 1
    return tuple(found)
