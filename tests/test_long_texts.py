"""Texts of any length are marked as short ones are, in bounded work, and none is left unmarked."""

import random
from contextlib import closing

import pytest
from conftest import Archive
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article
from service.deadline import within
from service.engines.highlights import snippets
from service.engines.long_texts import READ, stretches
from service.engines.reading import Reading
from service.engines.sqlite.hits import PAGE, TEXTS
from service.errors import Busy
from service.in_memory import memory
from service.passages import passages
from service.query import Phrase, Word
from service.result import Snippet
from service.search import Ask

TABLE = "CREATE VIRTUAL TABLE texts USING fts5(body, tokenize='{tokenizer} remove_diacritics 2')"
ALL_MARKS = "SELECT highlight(texts, 0, '<<<', '>>>') FROM texts WHERE texts MATCH ?"
NOTHING = "Nothing of note happened on that long day in the village. "
FAR = NOTHING * (2 * READ // len(NOTHING))


def found_in(archive: Archive, q: str) -> tuple[Snippet, ...]:
    (hit,) = archive.finder.search(Ask(q=q)).hits
    return hit.snippets


def shown(found: tuple[Snippet, ...]) -> set[str]:
    return {snippet.text[start:end] for snippet in found for start, end in snippet.highlights}


def marked_at_once(body: str, match: str, tokenizer: str) -> list[tuple[int, int]]:
    with closing(memory()) as conn:
        conn.execute(TABLE.replace("{tokenizer}", tokenizer))
        conn.execute("INSERT INTO texts VALUES (?)", (body,))
        text = conn.execute(ALL_MARKS, (match,)).fetchone()[0]
    ranges: list[tuple[int, int]] = []
    before, *pieces = text.split("<<<")
    at = len(before)
    for piece in pieces:
        inside, _, outside = piece.partition(">>>")
        ranges.append((at, at + len(inside)))
        at += len(inside) + len(outside)
    return ranges


@pytest.mark.parametrize(
    ("q", "match", "tokenizer"),
    [
        ("envoy", "envoy", "porter unicode61"),
        ("envoys rome", "envoys OR rome", "porter unicode61"),
        ('"envoy of rome"', '"envoy of rome"', "unicode61"),
        ("rom*", "rom *", "unicode61"),
        ('"rome envoy"~2', "NEAR(rome envoy, 2)", "unicode61"),
        ('"the the the"', '"the the the"', "unicode61"),
    ],
)
def test_marks_are_those_of_the_whole_text(
    archive: Archive, q: str, match: str, tokenizer: str
) -> None:
    rng = random.Random(q)  # noqa: S311 - to be repeated
    words = ["the", "envoy", "Envoys", "of", "Rome", "romé", "said.\n", "“sanctions”", "😀"]
    body = " ".join(rng.choice(words) for _ in range(15_000))
    assert 60_000 < len(body) < READ
    archive.add(Article(title="x", body=body, language="en"))
    assert list(found_in(archive, q)) == passages(
        "body", body, marked_at_once(body, match, tokenizer)
    )


@pytest.mark.parametrize(
    ("q", "text", "marked"),
    [
        ("envoys", "An envoy came.", {"envoy"}),
        ('"An envoy"', "An envoy came.", {"An envoy"}),
        ("env*", "An envoy came.", {"envoy"}),
        ('"came envoy"~3', "An envoy came.", {"envoy", "came"}),
        ('"envoy came"~400', f"An envoy. {NOTHING * 20} He came.", {"envoy", "came"}),
        ('"envoy came"', f"An envoy{' .' * 5_000} came.", {f"envoy{' .' * 117}"}),
        ("body:envoy title:x", "An envoy came.", {"envoy", "x"}),
        ("大使", "欧洲大使来了。", {"大使"}),
    ],
)
@pytest.mark.parametrize("before", [FAR, FAR[: 50 * len(NOTHING)] * 2, FAR[:-9], ""])
def test_the_only_place_is_found_wherever_it_is(
    archive: Archive, q: str, text: str, marked: set[str], before: str
) -> None:
    archive.add(Article(title="x", body=f"{before}{text} {FAR}", language="en"))
    assert shown(found_in(archive, q)) == marked


def test_every_cut_is_bridged(archive: Archive) -> None:
    """Wherever a phrase stands about the end of a stretch, or of what is read at once."""
    (_, end), *_ = stretches(FAR)
    for number, at in enumerate(range(end - 40, end + 40, 8)):
        body = f"{FAR[:at]} envoy{number} of Rome {FAR}"
        archive.add(Article(key=str(number), title="x", body=body))
        assert shown(found_in(archive, f'"envoy{number} of rome"')) == {f"envoy{number} of Rome"}


def test_a_long_text_without_any_of_it_is_not_shown(archive: Archive) -> None:
    archive.add(Article(title="An envoy", body=FAR, captions=("Rome", FAR)))
    assert [s.field for s in found_in(archive, "envoy rome")] == ["title", "captions[0]"]


def test_of_thousands_of_captions_those_are_shown_that_match(archive: Archive) -> None:
    captions = tuple(f"Rome {number}" if number % 2 else "\N{EM DASH}" for number in range(9_000))
    archive.add(Article(title="x", body="nothing", captions=captions))
    found = found_in(archive, "rome")
    assert [s.field for s in found] == ["captions[1]", "captions[3]", "captions[5]"]
    assert shown(found) == {"Rome"}


@given(st.lists(st.sampled_from(["word ", "中国。", "a" * 90, "\n", "e\u0301 "]), max_size=90))
def test_stretches_cover_the_text_and_cut_no_word(parts: list[str]) -> None:
    text = "".join(parts) * 9
    before = 0
    for start, end in stretches(text, 3_000):
        assert start <= before < end
        assert start == 0 or text[start - 1] in " \n。" or "a" * 1_000 in text[:start]
        before = end
    assert before == len(text)


@pytest.mark.parametrize("node", [Word("envoy"), Phrase("envoy came"), Word("大使")])
def test_making_passages_ends_with_the_time_for_the_query(archive: Archive, node: Word) -> None:
    archive.add(Article(title="x", body=f"An envoy came. {FAR} 大使", language="en"))
    with archive.database.read() as conn:
        ids = [row["id"] for row in conn.execute("SELECT id FROM articles")]
        texts = conn.execute(PAGE.replace("{texts}", TEXTS), {"ids": str(ids)}).fetchall()
        with within(1e-9), pytest.raises(Busy, match="took too long"):
            snippets(texts, Reading(node))
