"""What agencies write around a story: literals, the seeds, and any text at all."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import read_one as read

from service.article import Article
from service.extract.wire import Wire, read_wire, with_wire

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
STORY = "The council met on Monday and talked about the bridge until the lights went out."
MORE = "Nobody knew who would pay for the repairs, and nobody wanted to ask the mayor."


def hidden(article: Article, name: str = "body") -> list[str]:
    text = dict(article.passages())[name]
    return [text[start:end] for start, end in read_wire(article).hidden.get(name, ())]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_in_the_seeds_nothing_is_left_to_hide(path: Path) -> None:
    article = read(path.read_bytes(), path.name)
    assert read_wire(article) == Wire()
    assert with_wire(article) == article


@pytest.mark.parametrize(
    ("opening", "dateline", "authors"),
    [
        ("SEOUL, Jan 3 (Reuters) - ", "SEOUL, Jan 3 (Reuters)", ()),
        ("WASHINGTON (AP) — ", "WASHINGTON (AP)", ()),
        ("LONDON, Feb 26 - ", "LONDON, Feb 26", ()),
        ("    LONDON, Feb 26 - ", "LONDON, Feb 26", ()),
        ("Hong Kong (CNN Business)", "Hong Kong (CNN Business)", ()),
        ("(ANSA) - ROMA, 3 GEN - ", "ROMA, 3 GEN", ()),
        ("(Reuters) - ", None, ()),
        ("(서울=연합뉴스) 홍길동 기자 =", "(서울=연합뉴스)", ("홍길동",)),
        ("서울=연합뉴스", "서울=연합뉴스", ()),
    ],
)
def test_the_opening_of_a_story(
    opening: str, dateline: str | None, authors: tuple[str, ...]
) -> None:
    for above in ("", "Bridge closes\n\n", "By Jane Doe\n\n"):
        article = Article(body=f"{above}{opening} {STORY}\n\n{MORE}")
        wire = read_wire(article)
        assert wire.dateline == dateline
        assert wire.authors == (("Jane Doe",) if "Jane" in above else ()) + authors
        assert opening.strip() in hidden(article)[-1]
        assert STORY not in hidden(article)[-1]


@pytest.mark.parametrize(
    "opening",
    ["SEOUL is the capital. ", "By Friday, Mr Kim had left. ", "The agency (WHO) met. ", "COVID, "],
)
def test_an_opening_that_is_the_story(opening: str) -> None:
    assert read_wire(Article(body=f"{opening}{STORY}\n\n{MORE}")) == Wire()


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        ("By Jane Doe", ("Jane Doe",)),
        ("By Jane Doe and John Roe in Seoul", ("Jane Doe", "John Roe")),
        ("By Jane Doe For MailOnline", ("Jane Doe",)),
        ("BY JANE DOE\nPolitical correspondent", ("JANE DOE",)),
        ("Associated Press", ()),
    ],
)
def test_lines_above_a_story(lines: str, authors: tuple[str, ...]) -> None:
    article = Article(body=f"{lines}\n\n{STORY}\n\n{MORE}")
    assert hidden(article) == lines.split("\n")
    assert read_wire(article).authors == authors


@pytest.mark.parametrize(
    ("ending", "authors"),
    [
        ("(Reporting by Jane Doe; Editing by John Roe)", ("Jane Doe",)),
        (
            "(Reporting By Jane Doe in Rome and Ann Poe in Seoul; Additional reporting by Al Coe;"
            " Writing by Bill Low Editing by John Roe)",
            ("Jane Doe", "Ann Poe", "Bill Low"),
        ),
        (
            "Reporting by Jane Doe in Seoul and the Beijing newsroom; editing by John Roe",
            ("Jane Doe",),
        ),
        ("Associated Press writers Jane Doe and John Roe contributed to this report.", ()),
        ("Jane Doe in Seoul contributed to this report", ()),
        ("-- Jane Doe reports from Seoul", ("Jane Doe",)),
        ("Jane Doe reports.", ("Jane Doe",)),
        ("The BBC's Jane Doe reports from Delhi for India Business Report.", ("Jane Doe",)),
        ("Jane Doe reported from Seoul, and John Roe from Rome.", ("Jane Doe",)),
        ("— Jane Doe", ("Jane Doe",)),
        ("By Jane Doe", ("Jane Doe",)),
        ("홍길동 기자 hong@example.org", ("홍길동",)),
        ("© 2019 The Associated Press", ()),
        ("Copyright 2009 The Associated Press. All rights reserved.", ()),
        ("Originally published on Live Science.", ()),
        ("Reuters", ()),
        ("REUTER&#3;", ()),
    ],
)
def test_the_end_of_a_story(ending: str, authors: tuple[str, ...]) -> None:
    article = Article(body=f"{STORY}\n\n{MORE}\n\n{ending}")
    assert [said.strip() for said in hidden(article)] == [ending]
    assert read_wire(article).authors == authors


@pytest.mark.parametrize(
    "ending",
    [
        " (Reporting by Jane Doe)",
        " REUTER",
        "\n REUTER",
        "\nreuter...^M",
        " (Reuters)",
        " (Jane Doe / AP)",
        " Photo: AFP / JANE DOE",
    ],
)
def test_an_ending_in_the_last_paragraph(ending: str) -> None:
    assert hidden(Article(body=f"{STORY}\n\n{MORE}{ending}")) == [ending]
    assert hidden(Article(body=STORY + ending)) in ([ending], [])


@pytest.mark.parametrize(
    "ending",
    [
        "The mayor told Reuters.",
        "The mayor told\nReuters.",
        "Reporting by Reuters showed that the tanks had left.",
        "Mr Kim reports.",
        "The company filed for an extension to report from Monday.",
        "- Jane Doe",
        "Rain contributed to the delay.",
        "By Friday, Mr Kim had left.",
    ],
)
def test_an_ending_that_is_the_story(ending: str) -> None:
    assert read_wire(Article(body=f"{STORY}\n\n{MORE}\n\n{ending}")) == Wire()


def test_credits_of_pictures_inside_a_story() -> None:
    credit, caption = "Photo: AFP / SAUL LOEB", "The bridge at dawn. (Photo Jane Doe/AP)"
    article = Article(body=f"{STORY}\n\n{credit}\n\n{MORE}\n\n{caption}\n\n{MORE}")
    assert hidden(article) == [credit, " (Photo Jane Doe/AP)"]
    assert read_wire(article).credits == ("AFP", "SAUL LOEB", "Jane Doe", "AP")


def test_a_row_of_a_table_is_no_credit() -> None:
    assert read_wire(Article(body=f"{STORY}\n\nSouth Africa/Salvador, Brazil\n\n{MORE}")) == Wire()


def test_captions_and_standfirsts_have_their_own_spans() -> None:
    article = Article(
        body=STORY, standfirst=f"ROME (AP) — {MORE}", captions=("A bridge.", "A quay. / AFP / J D")
    )
    wire = read_wire(article)
    assert hidden(article, "standfirst") == ["ROME (AP) — "]
    assert hidden(article, "captions[1]") == [" / AFP / J D"]
    assert (list(wire.hidden), wire.credits) == (["standfirst", "captions[1]"], ("AFP", "J D"))


def test_a_lone_paragraph_is_never_hidden_whole() -> None:
    for body in ("By Jane Doe", "Jane Doe reports.", "© 2019 The Associated Press"):
        assert hidden(Article(body=body)) == []


def test_stated_authors_may_stand_in_the_body_without_a_label() -> None:
    body = f"Jane Doe\n\n{STORY}\n\n{MORE}"
    assert hidden(Article(body=body, authors=("Jane Doe",))) == ["Jane Doe"]
    assert hidden(Article(body=body)) == []


def test_what_the_article_states_is_kept() -> None:
    body = f"By Jane Doe\n\nSEOUL (AP) — {STORY}\n\nPhoto: John Roe/AFP\n\n{MORE}"
    found = with_wire(Article(body=body))
    assert (found.dateline, found.authors) == ("SEOUL (AP)", ("Jane Doe",))
    assert (found.credits, found.body) == (("John Roe", "AFP"), body)
    stated = Article(body=body, dateline="ROME", authors=("Ann Poe",), credits=("EPA",))
    assert with_wire(stated) == stated


PARTS = (
    "By Jane Doe|SEOUL (AP) — |(Reporting by |Editing by John Roe)|Reuter|(Reuters)|\n|\n\n| / AFP"
    "|Photo: |© 2019 AFP| contributed to this report.| reports from Rome|—|(서울=연합뉴스)| |. |a"
).split("|")


@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(st.sampled_from(PARTS), min_size=1, max_size=25).map("".join),
    )
)
def test_any_text(text: str) -> None:
    article = Article(body=text, standfirst=text, captions=(text,), title=text)
    wire = read_wire(article)
    passages = dict(article.passages())
    for name, spans in wire.hidden.items():
        ends = [-1, *(end for _, end in spans)]
        assert all(end < start for end, (start, _) in zip(ends, spans, strict=False))
        assert all(0 <= start < end <= len(passages[name]) for start, end in spans)
    assert with_wire(article).body == text
    assert all((*wire.authors, *wire.credits))


@pytest.mark.parametrize(
    "unit", ["a", "By Jane Doe\n", "(Reporting by ", " / AFP", "Reuter ", "A and ", "\n\n—", " "]
)
def test_long_texts_take_linear_time(unit: str) -> None:
    start = time.process_time()
    read_wire(Article(body=unit * (200_000 // len(unit))))
    assert time.process_time() - start < 5
