"""The margin of a text: whom it names where, what is said and when."""

from dataclasses import replace

from service.article import Article
from service.entity import EntityType
from service.findings import MentionedDate
from service.stores.entities import EntityRow, PlacedMention
from service.stores.quotes import PlacedQuote
from service.web.pages.article.reading_text import Noted, reading_text
from service.web.pages.article.who_and_what import SHOWN, Jump, WhoAndWhat, excerpt, who_and_what

ARTICLE = Article(
    body="Jo left Rome.\n\nJo is “gone”.", title="Jo leaves", captions=("Jo in 2018.",)
)


def mention(
    field: str, start: int, text: str, entity: str | None, kind: EntityType = "person"
) -> PlacedMention:
    return PlacedMention(entity, kind, field, start, start + len(text), text, "test", 1.0)


MENTIONS = (
    mention("title", 0, "Jo", "person-jo"),
    mention("body", 0, "Jo", "person-jo"),
    mention("body", 1, "o left", "person-jo"),
    mention("body", 8, "Rome", "place-rome", "place"),
    mention("body", 15, "Jo", None),
    mention("captions[0]", 0, "Jo", "person-jo"),
)
QUOTE = PlacedQuote(
    speaker="person-jo",
    name="Jo Song-gil",
    speaker_name="Jo",
    verb="said",
    text="gone",
    direct=True,
    article="k",
    title="Jo leaves",
    source=None,
    published=None,
    field="body",
    start=22,
    end=26,
)
DATE = MentionedDate("captions[0]", 6, 10, "2018", "2018", "year")
ENTITIES = (
    EntityRow("person-jo", "Jo Song-gil", "person", 1, 4),
    EntityRow("place-rome", "Rome", "place", 1, 1),
)


def margin(noted: Noted, entities: tuple[EntityRow, ...] = ENTITIES) -> WhoAndWhat:
    where = reading_text(ARTICLE, noted, {}, "/articles/k/versions/1").where
    return who_and_what(entities, noted, where)


def test_who_is_named_how_often_and_where() -> None:
    people, places = margin(Noted(MENTIONS)).groups
    assert (people.title, places.title) == ("People", "Places")
    (jo,) = people.first
    assert (jo.name, jo.href, jo.count) == ("Jo Song-gil", "/entities/person-jo", 4)
    # One of them is within another, so that nothing leads to it.
    assert jo.jumps == (
        Jump("#m1", "headline"),
        Jump("#m2", "paragraph 1"),
        Jump("#m6", "caption 1"),
    )
    assert jo.more == 1
    # The text has 48 characters: 9 of the headline, 28 of the body, 11 of the caption.
    assert jo.ticks == (0, round(9 / 48 * 238), round(10 / 48 * 238), round(37 / 48 * 238))
    assert jo.path.startswith("M1 0v8M")


def test_names_that_are_left_open_stand_apart() -> None:
    (left_open,) = margin(Noted(MENTIONS)).left_open
    assert (left_open.name, left_open.href) == ("Jo", "")
    assert left_open.jumps == (Jump("#m5", "paragraph 2"),)


def test_what_is_said_and_which_dates() -> None:
    found = margin(Noted(MENTIONS, (QUOTE,), (DATE,)))
    (said,) = found.said
    assert (said.speaker, said.text, said.jump) == (
        "Jo Song-gil",
        "gone",
        Jump("#q1", "paragraph 2"),
    )
    assert [(each.date, each.jumps) for each in found.dates] == [
        ("2018", (Jump("#d1", "caption 1"),))
    ]


def test_a_quote_within_another_leads_to_its_paragraph() -> None:
    inner = replace(QUOTE, text="one", start=23)
    outer, within = margin(Noted(quotes=(QUOTE, inner))).said
    assert (outer.jump.href, within.jump) == ("#q1", Jump("#p2", "paragraph 2"))
    caption = replace(QUOTE, field="captions[0]", start=0, end=2)
    hidden = replace(caption, end=1)
    assert margin(Noted(quotes=(caption, hidden))).said[1].jump.href == "#main"


def test_of_many_the_first_are_shown() -> None:
    many = tuple(EntityRow(f"person-{n}", f"P{n}", "person", 1, 1) for n in range(320))
    (group,) = margin(Noted(), many).groups
    assert (len(group.first), len(group.rest), group.left_out) == (SHOWN, 300 - SHOWN, 20)


def test_an_excerpt_is_cut_between_words() -> None:
    assert excerpt("short  one\n") == "short one"
    assert excerpt("word " * 100, 14) == "word word …"
    assert excerpt("x" * 50, 10) == "x" * 10 + " …"
