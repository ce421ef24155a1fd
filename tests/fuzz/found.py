"""What is found in a text: names, speech, dates, sentences, passages, changes."""

from collections.abc import Iterable
from functools import cache

from fuzz.target import Target, assert_apart, assert_within, joined, parts, text_of, texts, words
from service.article import Article
from service.dates import DateRange, parse_moment, parse_zone, range_of
from service.differences import differences
from service.engines.leaves import index_of
from service.engines.marks import SearchedText, wanted_of
from service.entity import ENTITY_TYPES
from service.errors import InvalidRequest
from service.extract import Tagger, extract, load_tagger, with_language
from service.extract.dates_in_text import find_dates
from service.extract.wire import read_wire, with_wire
from service.formats.mail_dates import mail_moment
from service.formats.page.dates import stated_moment
from service.formats.plain_text.stated_dates import read_date, stated_dates
from service.letters import as_indexed, folded, words_of
from service.near_copies import Text, overlap, signature
from service.parser import parse_lenient
from service.passages import LENGTH, passages
from service.query import leaves_of
from service.sentences import LONGEST, sentence_at, sentences
from service.unspaced import cut, has_unspaced, occurrences
from service.web.pages.article.paragraphs import blocks


@cache
def _tagger() -> Tagger:
    return load_tagger("gazetteer")


def findings(data: bytes) -> None:
    """All that is read out of an article, by the tagger that needs no model."""
    text = text_of(data)
    if not text.strip():
        return
    article = with_language(
        Article(body=text, title=text[:80].strip() or "x", captions=(text[:200],))
    )
    fields = dict(article.passages())
    found = extract(article, _tagger())
    for mention in found.mentions:
        assert fields[mention.field][mention.start : mention.end] == mention.text != ""
        assert mention.type in ENTITY_TYPES
        assert mention.entity is None or mention.entity.key.startswith(f"{mention.entity.type}-")
    for quote in found.quotes:
        assert fields[quote.field][quote.start : quote.end] == quote.text != ""
        assert quote.speaker is None or 0 <= quote.speaker < len(found.mentions)
    for date in found.dates:
        assert fields[date.field][date.start : date.end] == date.text != ""
    assert with_wire(article).body == text
    for name, spans in read_wire(article).hidden.items():
        assert_apart(fields[name], spans)


def dates(data: bytes) -> None:
    text = text_of(data)
    for language in (None, "en", "de", "ko"):
        found = find_dates([("body", text)], language)
        assert_apart(text, [(hit.start, hit.end) for hit in found])
        for hit in found:
            parse_moment(hit.date + {"day": "", "month": "-01", "year": "-01-01"}[hit.precision])
    for line in text.splitlines()[:20]:
        stated_dates(line)
        for moment in (read_date(line), mail_moment(line)):
            assert moment is None or parse_moment(moment.shown) == moment
        for read in (parse_moment, stated_moment, lambda each: range_of(each, each, _SEOUL)):
            try:
                made = read(line)
            except ValueError:
                continue
            assert isinstance(made, DateRange) or made is None or made.instant
        try:
            parse_zone(line)
        except InvalidRequest:
            continue


_SEOUL = parse_zone("Asia/Seoul")


def pieces(data: bytes) -> None:
    """Sentences, paragraphs, and words of scripts with and without spaces."""
    text = text_of(data)
    places = list(sentences(text))
    assert_apart(text, places)
    assert "".join("".join(text[slice(*p)] for p in places).split()) == "".join(text.split())
    for at in (0, len(text) // 2, len(text)):
        left, right = sentence_at(text, at, min(len(text), at + 20))
        assert 0 <= left <= right <= len(text)
        assert right - left <= LONGEST
    assert_apart(text, [(block.start, block.end) for block in blocks(text)])
    assert bool(cut(text)) == has_unspaced(text)
    for word in words_of(text):
        assert as_indexed(as_indexed(word)) == as_indexed(word)
        folded(word)
    made = signature("", text)
    assert made is None or len(made) == 56


def _apart(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for place in sorted(ranges):
        if not kept or place[0] >= kept[-1][1]:
            kept.append(place)
    return kept


def marks(data: bytes) -> None:
    """What is shown of a text that matches: the query stands before it."""
    typed, text = map(text_of, parts(data, 2))
    tree = parse_lenient(typed[:500]).tree
    searched, ranges = SearchedText(text), list(occurrences(text, typed[:20]))
    assert_apart(text, ranges)
    for leaf in leaves_of(tree) if tree is not None else ():
        index = index_of(leaf)
        wanted = wanted_of(leaf, index) if index in ("articles_fts", "articles_words") else None
        if wanted is not None:
            places = list(searched.places(wanted))
            assert_within(text, places)
            ranges += places
    merged = _apart(ranges)
    for snippet in passages("body", text, merged):
        assert snippet.text in text
        assert len(snippet.text) <= 2 * LENGTH
        assert_apart(snippet.text, snippet.highlights)


def changes(data: bytes) -> None:
    old, new = map(text_of, parts(data, 2))
    found = differences(old, new)
    assert "".join(p.text for p in found if p.kind != "added") == old
    assert "".join(p.text for p in found if p.kind != "removed") == new
    assert 0 <= overlap(Text("", old), Text("", new)) <= 1


_STORY = """SEOUL (AP) — Jo Song-gil, North Korea's envoy to Italy, vanished on Nov. 10, 2018.

“He left the mission without notice,” said Kim Min-ki of the National Intelligence Service.
Mr Kim told reporters on 3 January 2019 that the U.S. State Department "had no comment". 김정은
"""
_PIECES = (
    *words("""“ ” " ' ’ « » said told Mr. U.S. Jan. 2018 2018-12-31 12/31/99 , . ! ? ; — - ( )"""),
    *words("(AP) Kim Jong-un Rome Inc. 김정은 北京 。 \u0301 \u200d \ufeff ﬁ İ ß"),
    *texts("\n", "\n\n", "    ", "\r", "\u2028", "\u3000", "\u00a0"),
)
TARGETS = (
    Target("findings", findings, texts(_STORY, "BY JANE DOE\nSTAFF WRITER\n\n" + _STORY), _PIECES),
    Target(
        "dates",
        dates,
        texts(
            _STORY,
            "2018-12-16\n2018-12-16T12:00:00+09:00\nSun, 16 Dec 2018 12:00 GMT\nDec. 16, 2018",
            "Published: 16 December 2018 at 5.30 p.m. EST\n12/31/1999\nAsia/Seoul",
            "2018년 12월 16일 31.12.2018 le 3 mars 1999, 1998-2003, the 1990s",
        ),
        _PIECES,
    ),
    Target("pieces", pieces, texts(_STORY, "他说。“好！” 조성길은 갔다. รัฐมนตรี"), _PIECES),
    Target(
        "marks",
        marks,
        (joined('envoy "Jo Song-gil" defect* 北京', _STORY), joined('"Kim said"~4', _STORY * 3)),
        (b"\x00\x01", *_PIECES),
    ),
    Target(
        "changes",
        changes,
        (joined(_STORY, _STORY.replace("vanished", "was last seen")), joined("a b c", "a c")),
        (b"\x00\x01", *_PIECES),
    ),
)
