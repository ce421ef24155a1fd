"""Plain text becomes an article: the two seeds, a folder of made-up articles, and rules in tables.

Over all of them, and over generated texts, one invariant: nothing of a text gets lost.
"""

import json
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import read_one

from service.article import Article
from service.dates import Moment
from service.errors import Unreadable
from service.formats.plain_text.outlet import dateline
from service.formats.plain_text.reader import read_text
from service.formats.plain_text.stated_dates import read_date

SEEDS = Path(__file__).parent.parent / "seeds"
ARTICLES = Path(__file__).parent / "articles"
EXPECTED: dict[str, dict[str, Any]] = json.loads(
    (ARTICLES / "expected.json").read_text(encoding="utf-8")
)
ROME, OGD = SEEDS / "000_1e6b6544a64f08ef.txt", SEEDS / "004_c9ebabb383c1b6a6.txt"
TEXTS = [*sorted(SEEDS.glob("*.txt")), *sorted(ARTICLES.glob("*.txt"))]
PROSE = "The council met on Monday and talked about the bridge until the lights went out."
MORE = "Nobody knew who would pay for the repairs, and nobody wanted to ask the mayor."

LABELS = re.compile(
    r"read more|also read|see also|related|à lire aussi|관련기사|photo by|photo|image source,|image"
    r"|caption"
    r"|credit|légende|\bby\b|\bpar\b|\band\b|©|[-—:/()\[\]•]",
    re.IGNORECASE,
)


def article(path: Path) -> Article:
    return read_one(path.read_bytes(), path.name)


def shown(found: Article) -> dict[str, Any]:
    """The fields that are not at their default, in the form of expected.json."""
    default = Article(body="")
    said: dict[str, Any] = {}
    for name in (part.name for part in fields(found)):
        value = getattr(found, name)
        if value != getattr(default, name):
            if isinstance(value, Moment):
                value = value.shown
            if name == "subheadings":
                value = [heading.text for heading in value]
            said[name] = list(value) if isinstance(value, tuple) else value
    return said


def kept_texts(found: Article) -> list[str]:
    """All that the article keeps of its text, one string a field or item."""
    texts = [found.body, found.standfirst or "", found.rights or "", found.correction or ""]
    texts += [] if found.title_derived else [found.title]
    texts += [*found.captions, *found.credits, *found.related, *found.authors]
    return texts + [
        line
        for said in found.extra.values()
        for line in ([said] if isinstance(said, str) else said)
    ]


def letters(text: str) -> str:
    return "".join(text.split())


def check_nothing_lost(text: str, found: Article) -> None:
    """What is missing can be accounted for by labels; what is there stands in the text's order."""
    source = letters(text)
    kept = Counter("".join(map(letters, kept_texts(found))))
    labels = Counter("".join(letters(label[0]) for label in LABELS.finditer(text)))
    assert not (Counter(source) - kept) - labels
    rest = iter(source)
    assert all(char in rest for char in letters(found.body))
    for part in kept_texts(found)[1:]:
        assert letters(part) in source
    for heading in found.subheadings:
        assert found.body[heading.start : heading.end] == heading.text


def test_the_first_seed() -> None:
    found = article(ROME)
    assert found.title == "North Korea's Rome ambassador defects to West"
    assert not found.title_derived
    assert found.standfirst == "Diplomat believed to seek new life in Western country"
    assert found.credits == ("AFP", "SAUL LOEB")
    assert found.related == (
        "Sexual violence against women endemic in North Korea, says Human Rights Watch",
        "North Korea warns on US sanctions",
        "Trump says next meeting with North Korea's Kim likely in early 2019",
        "US abruptly postpones top-level North Korea talks",
    )
    assert (found.subheadings, found.source, found.published, found.authors) == ((), None, None, ())
    assert not found.extra


def test_the_caption_of_the_first_seed_is_out_of_its_body() -> None:
    found = article(ROME)
    (caption,) = found.captions
    assert caption.startswith("(FILES) In this file photo taken on June 12, 2018, US President")
    assert "at the Capella Hotel on Sentosa island in Singapore. North Korea has" in caption
    assert caption.endswith("senior North Korean officials over human rights abuses.")
    for gone in (
        "Capella Hotel",
        "SAUL LOEB",
        "Read more",
        "abruptly postpones",
        "defects to West",
    ):
        assert gone not in found.body


def test_the_body_of_the_first_seed_keeps_its_characters() -> None:
    found = article(ROME)
    assert found.body.startswith("A high level defection from one of North Korea's most important")
    assert found.body.endswith("tried to force a one-sided agreement on it.")
    assert "when Jo Song-gil, the\xa0envoy to Rome fled his\xa0 post." in found.body
    assert "to normalise relations.\n\nWhile North Korean regime maintains" in found.body
    assert found.body.count("\n\n") == 13


def test_the_second_seed() -> None:
    found = article(OGD)
    assert found.title_derived
    assert found.title == (
        "North Korea’s interim ambassador to Italy, Jo Song Gil, who has reportedly defected, could"
        " prove to…"
    )
    assert found.body == OGD.read_text(encoding="utf-8")
    assert [heading.text for heading in found.subheadings] == [
        "Where to defect to?",
        "All roads lead to Rome",
    ]
    assert (found.source, found.source_derived) == ("Asia Times", True)
    assert (found.standfirst, found.captions, found.related, found.published) == (
        None,
        (),
        (),
        None,
    )


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_article(name: str) -> None:
    assert shown(article(ARTICLES / name)) == EXPECTED[name]


def test_every_article_file_is_expected() -> None:
    assert sorted(path.name for path in ARTICLES.glob("*.txt")) == sorted(EXPECTED)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_nothing_is_lost(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    if path.stem != "front_matter":
        check_nothing_lost(text, article(path))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_line_ends_make_no_difference(path: Path) -> None:
    text = path.read_bytes().decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    plain = read_one(text.encode(), path.name)
    for end in ("\r\n", "\r"):
        assert read_one(text.replace("\n", end).encode(), path.name) == plain
    assert read_one(b"\xef\xbb\xbf" + text.encode(), path.name) == plain


FRAGMENTS = [
    *(
        "Mayor resigns after storm",
        "Who will pay?",
        "A long fight",
        "Engineers fear a long winter ahead",
    ),
    *(PROSE, MORE, "“Why?” she asked.", "“No.”", "ends", "* * *", "- a list item", "Q: And then?"),
    *("Read more:", "Related: Bridge tolls rise", "READ MORE -", "See also", "Read more about it."),
    *("By Jane Doe", "By Jane Doe and John Roe in Seoul", "By law, nobody may pass."),
    *(
        "Published: 3 March 2019",
        "Posted on 03/04/2019",
        "3 March 2019",
        "Updated 2019-03-03 14:30 GMT",
    ),
    *("WORLD NEWS", "Northport Courier"),
    *("(FILES) A bridge.  / AFP / JANE DOE", "Photo: Jane Doe/Reuters", "(Photo by Jane Doe)"),
    *("Caption: A bridge", "© AFP", "© 2019 The Courier. All rights reserved.", "Image: a bridge"),
    *("SEOUL, Jan 3 (Reuters) - " + PROSE, "VELMORA — " + MORE, PROSE + " (Jane Doe/Reuters)"),
    *(
        " indented " + MORE,
        "either / or / both",
        "대교 폐쇄",
        "海港城大桥因裂缝关闭。",
        "( [ / ©",
        "By",
        "Photo:",
    ),
]
GAPS = st.sampled_from(["\n", "\n\n", "\n\n\n", "\r\n", "\n \n"])
PIECES = st.one_of(
    st.sampled_from(FRAGMENTS), st.text(max_size=30).filter(lambda text: not LABELS.search(text))
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PIECES, GAPS), min_size=1, max_size=12))
def test_nothing_is_lost_of_any_text(parts: list[tuple[str, str]]) -> None:
    text = "".join(piece + gap for piece, gap in parts)
    if text.strip():
        found = read_text(text)
        check_nothing_lost(text, found)
        assert found.body.strip()
        assert found.title


@pytest.mark.parametrize(
    ("text", "title", "derived"),
    [
        (f"Mayor resigns\n\n{PROSE}\n", "Mayor resigns", False),
        (f"Mayor resigns\n{PROSE}", "Mayor resigns", False),
        (
            f"MAYOR RESIGNS AFTER\nTEN YEARS IN OFFICE\n\n{PROSE}",
            "MAYOR RESIGNS AFTER TEN YEARS IN OFFICE",
            False,
        ),
        (f"Who moved the stone?\n\n{PROSE}", "Who moved the stone?", False),
        (
            f"“We will not go,” say bridge keepers\n\n{PROSE}",
            "“We will not go,” say bridge keepers",
            False,
        ),
        (f"Envoy returns to the U.S.\n\n{PROSE}", "Envoy returns to the U.S.", False),
        (f"iPhone found in whale\n\n{PROSE}", "iPhone found in whale", False),
        ("Mayor resigns\n\nCouncil to meet", "Mayor resigns", False),
        (f"The lights went out.\n\n{PROSE}", "The lights went out.", True),
        (f"“Get out!”\n\n{PROSE}", "“Get out!”", True),
        (f"“Why?” she asked.\n\n{PROSE}", "“Why?” she asked.", True),
        (f"- Eggs\n\n{PROSE}", "- Eggs", True),
        (f"Here is the statement in full:\n\n{PROSE}", "Here is the statement in full:", True),
        ("Ferry runs aground", "Ferry runs aground", True),
        ("Mr. Brandt met Gen. Kiel at noon. They ate.", "Mr. Brandt met Gen. Kiel at noon.", True),
        (f"SEOUL, Jan 3 (Reuters) - {PROSE} {MORE}", PROSE, True),
        ("大桥关闭。工程师表示维修将持续。", "大桥关闭。", True),
        ("长" * 300, "长" * 100 + "…", True),
        ("* * *", "* * *", True),
    ],
)
def test_title(text: str, title: str, derived: bool) -> None:
    found = read_text(text)
    assert (found.title, found.title_derived) == (title, derived)


@pytest.mark.parametrize(
    ("head", "standfirst"),
    [
        ("Engineers fear a long winter", "Engineers fear a long winter"),
        ("Engineers fear a long winter.\n\nBy Jane Doe", "Engineers fear a long winter."),
        ("By Jane Doe\n\nEngineers fear a long winter", "Engineers fear a long winter"),
        ("Engineers fear a long winter.", None),
        ("Background", None),
        ("“Not on my watch, I can promise.”", None),
        ("- Engineers fear a long winter", None),
    ],
)
def test_standfirst(head: str, standfirst: str | None) -> None:
    assert read_text(f"Bridge closes\n\n{head}\n\n{PROSE}\n\n{MORE}").standfirst == standfirst


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("A long fight", True),
        ("Who Will Pay for the Bridge?", True),
        ("All roads lead to Rome", True),
        ("2016: the first cracks", True),
        ("“Why?” she asked.", False),
        ("“Never!”", False),
        ("Nobody spoke.", False),
        ("What we know:", False),
        ("* * *", False),
        ("- An item", False),
        ("Q: Who will pay?", False),
        ("and so to bed", False),
        ("1,200", False),
    ],
)
def test_subheading(line: str, is_one: bool) -> None:
    found = read_text(f"{PROSE}\n\n{line}\n\n{MORE}")
    assert [heading.text for heading in found.subheadings] == ([line] if is_one else [])
    assert line in found.body


@pytest.mark.parametrize(
    ("kicker", "headline"),
    [
        ("FOR IMMEDIATE RELEASE", "Bridge closes"),
        ("WORLD | ASIA", "Bridge closes"),
        ("LETTER FROM NORTHPORT", "THE BRIDGE THAT SANK"),
        ("BC-EU--Bridge,3rd Ld-Writethru", "Bridge closes"),
    ],
)
def test_kickers(kicker: str, headline: str) -> None:
    found = read_text(f"{kicker}\n\n{headline}\n\n{PROSE}\n\n{MORE}")
    assert (found.title, found.extra["kicker"]) == (headline, kicker)
    below = read_text(f"{headline}\n\nOPINION\n\n{PROSE}\n\n{MORE}")
    assert (below.title, below.extra["kicker"]) == (headline, "OPINION")


@pytest.mark.parametrize(
    ("head", "authors", "standfirst"),
    [
        (
            "They came. Now they will not go\n\nJane Doe in Tiree\nSat 12 Oct 2019 07.00",
            "Jane Doe",
            "They came. Now they will not go",
        ),
        ("Jane Roe\nRetail correspondent", "Jane Roe", None),
        ("JANE M. CUÉ\nMadrid - 15 FEB 2019 - 14:36 CET", "JANE M. CUÉ", None),
        ("By Jane Doe\nPolitical correspondent, BBC News", "Jane Doe", None),
        ("by Xinhua writers Wang Yaguang and Huang Haoran", "Wang Yaguang; Huang Haoran", None),
        ("By Jane Doe @janedoe", "Jane Doe", None),
        ("By\u00a0Jane\u00a0Doe", "Jane Doe", None),
    ],
)
def test_signatures(head: str, authors: str, standfirst: str | None) -> None:
    text = f"Bridge closes\n\n{head}\n\n{PROSE}\n\n{MORE}"
    found = read_text(text)
    assert ("; ".join(found.authors), found.standfirst) == (authors, standfirst)
    assert found.body == f"{PROSE}\n\n{MORE}"
    check_nothing_lost(text, found)


def test_a_saying_is_no_byline() -> None:
    assert read_text(f"By Royal Appointment\n\n{PROSE}\n\n{MORE}").title == "By Royal Appointment"


@pytest.mark.parametrize("line", ["By Jane Doe", "— Jane Doe"])
def test_a_byline_at_the_foot(line: str) -> None:
    found = read_text(f"Bridge closes\n\n{PROSE}\n\n{MORE}\n\n{line}")
    assert (found.authors, found.body) == (("Jane Doe",), f"{PROSE}\n\n{MORE}")


def test_notes_are_neither_headline_nor_body() -> None:
    note = "Correction: An earlier version of this article said 1931. It was 1913."
    for text in (
        f"{note}\n\nBridge closes\n\n{PROSE}\n\n{MORE}",
        f"Bridge closes\n\n{PROSE}\n\n{MORE}\n\n{note}",
    ):
        found = read_text(text)
        assert (found.title, found.body) == ("Bridge closes", f"{PROSE}\n\n{MORE}")
        assert (found.status, found.correction) == ("corrected", note)
    warning = "Editor's note: Some readers may find this distressing."
    found = read_text(f"{warning}\n\nBridge closes\n\n{PROSE}\n\n{MORE}")
    assert (found.title, found.extra) == ("Bridge closes", {"notes": [warning]})


def test_a_label_and_its_date_may_stand_in_two_lines() -> None:
    found = read_text(f"Bridge closes\n\nPublished\n14 January 2019\n\n{PROSE}\n\n{MORE}")
    assert found.published == Moment("2019-01-14", "day")
    linked = f"Bridge closes\n\n{PROSE}\n\n{MORE}\n\nRelated\nTolls to rise\nPublished\n1 May 2018"
    found = read_text(linked)
    assert (found.related, found.published) == (("Tolls to rise",), None)


def test_a_heading_behind_links_is_none_of_them() -> None:
    links = "Ferry passengers tell of night at sea\n\nFerry captain cleared of any wrongdoing"
    found = read_text(f"Bridge closes\n\n{PROSE}\n\nRead more:\n\n{links}\n\nA disgrace\n\n{MORE}")
    assert found.related == tuple(links.split("\n\n"))
    assert [heading.text for heading in found.subheadings] == ["A disgrace"]


def test_millions_of_short_lines_are_body() -> None:
    text = "ab\n" * 200_000
    assert read_text(text).body == text.strip()


def test_a_section_above_the_headline_is_no_headline() -> None:
    found = read_text(f"WORLD NEWS\n\nBridge closes\n\n{PROSE}\n\n{MORE}")
    assert (found.title, found.extra) == ("Bridge closes", {"kicker": "WORLD NEWS"})
    assert read_text(f"Opinion\n\n{PROSE}\n\n{MORE}").title == "Opinion"


def test_the_outlet_under_a_byline_is_no_headline() -> None:
    found = read_text(f"By JANE DOE\nNorthport Courier\n\n{PROSE}")
    assert (found.title_derived, found.authors) == (True, ("JANE DOE",))
    assert found.extra == {"byline": "Northport Courier"}


def test_last_short_line_is_no_subheading() -> None:
    assert not read_text(f"{PROSE}\n\nReuters").subheadings


def test_lines_of_wrapped_text_are_no_subheadings() -> None:
    wrapped = "\n".join(re.findall(r".{1,60}(?:\s|$)", f"{PROSE} {MORE} {PROSE} {MORE}"))
    found = read_text(f"Bridge closes\n\n{wrapped}\n\n{wrapped}")
    assert found.title == "Bridge closes"
    assert not found.subheadings


@pytest.mark.parametrize(
    ("paragraph", "captions", "names"),
    [
        (
            "FILE PHOTO: A bridge. REUTERS/Jane Doe",
            ("FILE PHOTO: A bridge.",),
            ("REUTERS", "Jane Doe"),
        ),
        ("A bridge. (AP Photo/Jane Doe)", ("A bridge.",), ("AP Photo", "Jane Doe")),
        (
            "A bridge. (Photo by Jane Doe / Getty Images)",
            ("A bridge.",),
            ("Jane Doe", "Getty Images"),
        ),
        ("A bridge at dawn. [Photo: Jane Doe]", ("A bridge at dawn.",), ("Jane Doe",)),
        ("A bridge at dawn. Photograph: Jane Doe/AFP", ("A bridge at dawn.",), ("Jane Doe", "AFP")),
        ("A bridge at dawn. Credit: Jane Doe", ("A bridge at dawn.",), ("Jane Doe",)),
        ("Photo: Jane Doe/Reuters", (), ("Jane Doe", "Reuters")),
        ("PHOTO CREDIT: Jane Doe", (), ("Jane Doe",)),
        ("A bridge. — AFP pic", ("A bridge.",), ("AFP pic",)),
        (
            "[A bridge at dawn. EPA-EFE/Jane Doe]",
            ("A bridge at dawn.",),
            ("EPA-EFE", "Jane Doe"),
        ),
        (
            "Ms Poe (L) shakes hands with Mr Roe (R) in Rome",
            ("Ms Poe (L) shakes hands with Mr Roe (R) in Rome",),
            (),
        ),
        ("Jane Doe / Reuters", (), ("Jane Doe", "Reuters")),
        ("A bridge. (Photo Jane Doe/AP)", ("A bridge.",), ("Jane Doe", "AP")),
        ("A bridge. Picture: Jane Doe Source: AAP", ("A bridge.",), ("Jane Doe", "AAP")),
        ("Foto: dpa/Jane Doe", (), ("dpa", "Jane Doe")),
        ("Image source, Getty Images", (), ("Getty Images",)),
        ("▲ 다리가 보인다. [연합뉴스 자료사진]", ("▲ 다리가 보인다.",), ("연합뉴스 자료사진",)),
        ("Image: Getty Images", (), ("Getty Images",)),
        ("© AFP", (), ("AFP",)),
        (
            "Photo: The harbour at dawn, seen from the quay.",
            ("The harbour at dawn, seen from the quay.",),
            (),
        ),
        ("Caption: The harbour", ("The harbour",), ()),
        (
            "In this photo taken on Monday, a bridge.",
            ("In this photo taken on Monday, a bridge.",),
            (),
        ),
        ("The harbour at dawn.\nPhoto: Jane Doe", ("The harbour at dawn.",), ("Jane Doe",)),
        ("They chose either / or / both.", (), ()),
        ("He said so. (AFP)", (), ()),
        ("The picture is bleak, he told AP/Reuters correspondents.", (), ()),
        ("Imagine: a bridge.", (), ()),
    ],
)
def test_caption(paragraph: str, captions: tuple[str, ...], names: tuple[str, ...]) -> None:
    found = read_text(f"Bridge closes\n\n{PROSE}\n\n{paragraph}\n\n{MORE}")
    assert (found.captions, found.credits) == (captions, names)
    assert (paragraph in found.body) == (not captions and not names)


@pytest.mark.parametrize(
    ("lines", "related"),
    [
        ("Read more:\n\nOne bridge\n\nTwo bridges", ("One bridge", "Two bridges")),
        ("Related:\nOne bridge\nTwo bridges\n\nA third bridge", ("One bridge", "Two bridges")),
        ("More on this story\n\n• One bridge\n• Two bridges", ("One bridge", "Two bridges")),
        ("READ MORE - One bridge", ("One bridge",)),
        ("Also read: One bridge", ("One bridge",)),
        ("(Read more: One bridge)", ("One bridge",)),
        ("Read more about the bridge on our pages.", ()),
        ("Related to the mayor by marriage, he left.", ()),
        ("Read more:", ()),
    ],
)
def test_related(lines: str, related: tuple[str, ...]) -> None:
    found = read_text(f"Bridge closes\n\n{PROSE}\n\n{lines}\n\n{MORE}")
    assert found.related == related
    assert found.body.endswith(f"\n\n{MORE}")


@pytest.mark.parametrize(
    ("line", "authors", "more"),
    [
        ("By Jane Doe", ("Jane Doe",), False),
        ("BY JANE DOE", ("JANE DOE",), False),
        ("By Jane Doe, Max Poe and John Roe", ("Jane Doe", "Max Poe", "John Roe"), False),
        ("By Jane Doe in Seoul and John Roe in Rome", ("Jane Doe", "John Roe"), True),
        ("By Jane O’Doe-Smith, Staff Writer", ("Jane O’Doe-Smith",), True),
        ("By J. R. van der Berg for Asia Times", ("J. R. van der Berg",), True),
        ("Author: Jane Doe", ("Jane Doe",), False),
        ("By Jane Doe For MailOnline", ("Jane Doe",), True),
        ("By Reuters", ("Reuters",), False),
        ("Par Élise Marchand", ("Élise Marchand",), False),
        ("홍길동 기자", ("홍길동",), True),
        ("By Friday, the bridge was gone.", (), False),
        ("By the sea", (), False),
    ],
)
def test_byline(line: str, authors: tuple[str, ...], more: bool) -> None:
    found = read_text(f"Bridge closes\n\n{line}\n\n{PROSE}")
    assert found.authors == authors
    assert found.extra == ({"byline": line} if more else {})
    assert (line in found.body) == (not authors)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("3 March 2019", "2019-03-03"),
        ("Sunday, March 3rd, 2019", "2019-03-03"),
        ("2019-03-03 14:30 GMT", "2019-03-03T14:30Z"),
        ("2019-03-03T14:30:05+09:00", "2019-03-03T05:30:05Z"),
        ("3 March 2019 at 2:30 pm CET", "2019-03-03T13:30Z"),
        ("3 March 2019, 14:30", "2019-03-03"),
        ("3 March 2019, 14:30 IST", "2019-03-03"),
        ("3. März 2019", "2019-03-03"),
        ("3 de marzo de 2019", "2019-03-03"),
        ("2019년 3월 3일", "2019-03-03"),
        ("25/12/2018", "2018-12-25"),
        ("12/25/2018", "2018-12-25"),
        ("03/04/2019", None),
        ("March 2019", None),
        ("31 February 2019", None),
        ("2019", None),
        ("two hours ago", None),
    ],
)
def test_date(text: str, date: str | None) -> None:
    moment = read_date(text)
    assert (moment.shown if moment else None) == date


def test_a_date_line_is_kept_and_an_unclear_one_gives_no_date() -> None:
    stated = read_text(f"Bridge closes\n\nLast updated: 3 March 2019\n\n{PROSE}")
    assert (stated.published, stated.updated) == (None, Moment("2019-03-03", "day"))
    assert stated.extra == {"date_lines": ["Last updated: 3 March 2019"]}
    unclear = read_text(f"Bridge closes\n\nPublished: 03/04/2019\n\n{PROSE}")
    assert unclear.published is None
    assert unclear.extra == {"date_lines": ["Published: 03/04/2019"]}
    inside = read_text(f"{PROSE} It was published on 3 March 2019.")
    assert inside.published is None


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("The bridge is unsafe, Asia Times has learned.", "Asia Times"),
        ("The Times can reveal who owns the bridge.", "The Times"),
        ("He spoke to the Northport Courier on condition of anonymity.", "Northport Courier"),
        ("A Guardian investigation has found cracks.", "Guardian"),
        ("SEOUL (AP) — The bridge is unsafe, CNN has learned.", "AP"),
        ("SEOUL, Jan 3 (Reuters) - The bridge is unsafe, he told Reuters.", "Reuters"),
        ("The bridge is unsafe, he told Reuters.", None),
        ("He spoke to Reuters on condition of anonymity.", None),
        ("Yonhap news agency has learned that the bridge is unsafe.", None),
        ("Yonhap news agency reported it.", None),
        ("North Korea has seen floods. Mr Kim has learned to swim.", None),
        ("“CNN has learned it first,” he said.", None),
        ("Asia Times has learned one thing, the Northport Courier has learned another.", None),
    ],
)
def test_source(text: str, source: str | None) -> None:
    found = read_text(text)
    assert (found.source, found.source_derived) == (source, source is not None)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("SEOUL, Jan 3 (Reuters) - The bridge", "SEOUL, Jan 3 (Reuters)"),
        ("SEOUL, South Korea (AP) — The bridge", "SEOUL, South Korea (AP)"),
        ("Rome (AFP) - The bridge", "Rome (AFP)"),
        ("PARIS/LONDON, 3 janvier (AFP) – Le pont", "PARIS/LONDON, 3 janvier (AFP)"),
        ("SEOUL — North Korea", "SEOUL"),
        ("LONDON, Feb 26 - <Acme Ltd> said", "LONDON, Feb 26"),
        ("New York, June 1 - The bridge", "New York, June 1"),
        ("Dekalb, Ill. — The bridge", "Dekalb, Ill."),
        ("Berlin (dpa/AFP) - Die Brücke", "Berlin (dpa/AFP)"),
        ("Madrid, 3 ene (EFE).- El puente", "Madrid, 3 ene (EFE)"),
        ("Hong Kong (CNN Business) The bridge", "Hong Kong (CNN Business)"),
        ("서울=연합뉴스 다리가", "서울=연합뉴스"),
        ("[서울=뉴시스]다리가", "[서울=뉴시스]"),
        ("【ソウル共同】橋が", "【ソウル共同】"),
        ("中新社北京1月3日电 大桥", "中新社北京1月3日电"),
        ("In Rome, June 1 - Republic Day", None),
        ("Acme, Inc. — The maker", None),
        ("The World Health Organization (WHO) The bridge", None),
        ("Mr Kim (Reuters) said", None),
        ("NATO — The alliance", None),
        ("BREAKING - The bridge", None),
        ("Seoul - The bridge", None),
        ("SEOUL — the city that", None),
    ],
)
def test_dateline(text: str, line: str | None) -> None:
    found = dateline(text)
    assert (found.text if found else None) == line


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "(",
        "By ",
        " / ",
        "a\n",
        "Photo: ",
        "A b (",
        '"',
        "— ",
        "1/",
        "a\n\n",
        "(A/B ",
        "has learned ",
    ],
)
def test_repeated_text_stays_whole(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    found = read_text(text)
    assert letters(found.body) == letters(text)
    assert len(found.title) <= 101


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b"\xef\xbb\xbf\n", "is empty"),
        ("\u200b\ufeff".encode(), "is empty"),
        (b"\x89PNG\r\n\x1a\n text", "is binary, not text"),
        (b"\xff\xd8\xff\xe0 text", "is binary, not text"),
        (b"a\x00\x00b", "is binary, not text"),
        (b"\x01\x02\x03 text", "is binary, not text"),
        (b"\xed\xa0\x80", "is not UTF-8: byte 0xED at offset 0, nor of any other known encoding"),
        (b"---\ntitle: A\n---\n \n", "has no text besides its front matter"),
    ],
)
def test_unreadable(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_one(data, "story.txt")
    assert caught.value.detail == reason
