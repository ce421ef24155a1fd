"""Plain text and Markdown: what the text shows, its front matter over it, its sidecar over both.

A field that somebody stated is worth more than one that was read off the page. The last format to
be tried: any text could be an article, but for one whose name says that it is a program or a table.
"""

from collections.abc import Iterator

from service.article import Article
from service.errors import Unreadable
from service.formats.beside import MARKDOWN, TEXTS, ending, sidecar_names
from service.formats.decoding import decode, record
from service.formats.document import LARGEST_RECORD, Content, Document, Format, Found, Options
from service.formats.front_fields import read_front
from service.formats.front_matter import first_field, split_front_matter
from service.formats.markdown import is_marked_up, read_markdown
from service.formats.plain_text.reader import read_text
from service.formats.sidecar import from_body, merged, overlaid, read_sidecar
from service.formats.stated_fields import is_field

# Texts that are no articles, whatever is in them, or whose own format did not know them.
_NO_ARTICLES = frozenset(
    """
    .asp .aspx .atom .awk .bat .bib .c .cc .cfg .clj .cmd .conf .cpp .cs .css .csv .cxx .dart .diff
    .env .erl .ex .go .gradle .graphql .groovy .h .hpp .hs .htm .html .ics .inc .ini .ipynb .java
    .jl .js .json .jsonl .jsx .kt .less .lock .log .lua .m3u .map .mjs .mk .ml .mo .ndjson .patch
    .php .pl .plist .po .properties .proto .ps1 .py .r .rb .reg .rs .rss .sass .scala .scss .sh .sql
    .srt .svg .swift .tex .toml .ts .tsv .tsx .vb .vcf .vim .vtt .vue .warc .xhtml .xlf .xml .xsd
    .xsl .xslt .yaml .yml .zsh
    """.split()
)
_PLAIN = frozenset({"text/plain", "text/markdown", "text/x-markdown"})
_MARKDOWN_TYPES = frozenset({"text/markdown", "text/x-markdown"})
_FEWEST_LETTERS = 0.6
_SAMPLE = 4_096


def read(document: Document, options: Options) -> Iterator[Content]:
    """The article of a text; Unreadable, with the reason alone, where there is none."""
    decoded = decode(document.whole(), document.charset)
    if len(decoded.text) > LARGEST_RECORD:
        raise Unreadable(
            f"holds more than {LARGEST_RECORD // 1024**2} MB of text, as no article does"
        )
    front, text = split_front_matter(decoded.text)
    if front is None:
        _refuse_unclosed(decoded.text)
    stated = read_front(front or {}, options.fields)
    if document.sidecar is not None:
        stated = merged(stated, read_sidecar(document.sidecar, sidecar_names(document.name)))
    if text.strip():
        article = overlaid(_shown(document, text), stated)
    elif "body" in stated:
        article = from_body(stated)
    else:
        raise Unreadable("has no text besides its front matter")
    yield Found(record(article, decoded.mended))


def _shown(document: Document, text: str) -> Article:
    marked = ending(document.name) in MARKDOWN or document.media_type in _MARKDOWN_TYPES
    if marked or is_marked_up(text):
        return read_markdown(text, emphasis=marked)
    return read_text(text)


def _recognises(document: Document) -> bool:
    """Texts by name or type; what is called otherwise if it looks like one."""
    if document.media_type in _PLAIN or ending(document.name) in TEXTS:
        return True
    stated_otherwise = document.media_type not in (None, "application/octet-stream")
    if stated_otherwise or ending(document.name) in _NO_ARTICLES:
        return False
    return _is_worded(document.head)


def _is_worded(head: bytes) -> bool:
    """Most of it is letters, and it does not start as a script does."""
    try:
        text = decode(head[:_SAMPLE]).text
    except Unreadable:
        return False
    bare = "".join(text.split())
    return not bare.startswith(("#!", "<?", "<!")) and (
        sum(map(str.isalpha, bare)) >= len(bare) * _FEWEST_LETTERS
    )


def _refuse_unclosed(text: str) -> None:
    """Front matter without an end would be read as text, an embargo in it and all."""
    first = first_field(text)
    if first is not None and is_field(first):
        marks = "dashes" if text.startswith("-") else "pluses"
        raise Unreadable(f"its front matter has no end: a line of three {marks} must follow it")


FORMAT = Format("text", _recognises, read)
