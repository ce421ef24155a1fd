"""What editors decide: each verb, its undoing, and the same graph in whatever order things come."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

import pytest
from conftest import LONG, Archive, examples, folder_of_archives, open_archive
from hypothesis import given, settings
from hypothesis import strategies as st

from service.article import Article
from service.database import Connection
from service.edits import Decisions
from service.entity import EntityName, EntityType, Mention, entity_key
from service.errors import Conflict, InvalidRequest, NotFound
from service.findings import Findings, Quote
from service.result import Expansion
from service.search import Ask
from service.stores.articles import withdraw
from service.stores.counts import recount
from service.stores.edits import Author, EditStore
from service.stores.findings import file_findings
from service.stores.mentions import decisions

DESK = Author("desk", "seen in the register")


def named(
    text: str, full: str | None = None, kind: EntityType = "person", alias: str | None = None
) -> Mention:
    """A mention of `full`; without one it is left open."""
    entity = EntityName(entity_key(kind, full) or "", full, kind) if full else None
    method = "model" if full else "lone"
    return Mention("body", 0, len(text), text, alias or text, kind, entity, method, 0.8)


def kim() -> Mention:
    return named("Kim Jong Un", "Kim Jong Un")


@pytest.fixture
def edits(archive: Archive) -> EditStore:
    return EditStore(archive.database)


@pytest.fixture
def add(archive: Archive) -> Callable[..., None]:
    def added(key: str, *mentions: Mention) -> None:
        archive.add(Article(key=key, body=f"{key} " + "x" * 40), mentions)

    return added


def graph(archive: Archive) -> dict[str, Any]:
    """All that readers see of entities."""
    page = archive.entities.page(name="", type_=None, sort="mentions", limit=100, offset=0)
    return {
        "entities": {
            d.entity.key: (d.entity.name, d.entity.articles, d.entity.mentions, d.aliases)
            for d in page.entities
        },
        "mentions": archive.rows(
            "SELECT article, text, entity, type FROM names_in_text ORDER BY article, position"
        ),
    }


def names(archive: Archive) -> dict[str, str]:
    return {key: values[0] for key, values in graph(archive)["entities"].items()}


# Verbs ------------------------------------------------------------------------------------------


def test_a_merge_holds_for_what_comes_later(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Marshal Kim", "Marshal Kim"))
    edits.merge("person-marshalkim", "person-kimjongun", DESK)
    add("two", named("Marshal Kim", "Marshal Kim"))
    entities = graph(archive)["entities"]
    assert list(entities) == ["person-kimjongun"]
    name, articles, mentions, aliases = entities["person-kimjongun"]
    assert (name, articles, mentions) == ("Kim Jong Un", 2, 3)
    assert [(a.text, a.count) for a in aliases] == [("Marshal Kim", 2), ("Kim Jong Un", 1)]
    assert edits.survivor("person-marshalkim") == "person-kimjongun"
    store = archive.entities
    assert store.keys_of("person", "person-marshalkim") == ("person-kimjongun",)
    assert store.keys_of("person", "marshal kim") == ("person-kimjongun",)


def test_an_entity_keeps_its_name_when_only_what_was_merged_is_left(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim())
    add("two", named("Marshal", "Marshal"))
    edits.merge("person-marshal", "person-kimjongun", DESK)
    add("one")
    assert names(archive) == {"person-kimjongun": "Kim Jong Un"}


def test_a_split_takes_spellings_along(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Kim", "Kim Jong Un", alias="Mr Kim"))
    edits.split("person-kimjongun", ["Mr Kim"], "Kim Min-ki", DESK)
    assert names(archive) == {
        "person-kimjongun": "Kim Jong Un",
        "person-kimminki": "Kim Min-ki",
    }


def test_namesakes_are_split_by_article(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("match", named("John Smith", "John Smith"))
    add("vote", named("John Smith", "John Smith"))
    split = edits.split(
        "person-johnsmith", ["John Smith"], "John Smith (footballer)", DESK, ["match"]
    )
    mentions = [("match", "person-johnsmithfootballer"), ("vote", "person-johnsmith")]
    assert [(m[0], m[2]) for m in graph(archive)["mentions"]] == mentions
    edits.undo(split.id, DESK)
    assert list(names(archive)) == ["person-johnsmith"]


def test_a_rename_pins_the_name_and_keeps_the_key(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim())
    edits.rename("person-kimjongun", "Kim III", DESK)
    add("two", kim(), kim())
    assert names(archive) == {"person-kimjongun": "Kim III"}
    assert archive.entities.keys_of("person", "kim iii") == ("person-kimjongun",)


def test_a_retype_gives_another_key(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", named("La Repubblica", "La Repubblica", "place"))
    edit = edits.retype("place-larepubblica", "organization", DESK)
    assert names(archive) == {"organization-larepubblica": "La Repubblica"}
    assert [m[3] for m in graph(archive)["mentions"]] == ["organization"]
    edits.undo(edit.id, DESK)
    assert [m[3] for m in graph(archive)["mentions"]] == ["place"]


def test_what_is_no_entity_is_no_name_either(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", named("Net", "Net", "organization"), kim())
    edit = edits.dismiss("organization-net", DESK)
    assert names(archive) == {"person-kimjongun": "Kim Jong Un"}
    assert [m[1] for m in graph(archive)["mentions"]] == ["Kim Jong Un"]
    found = archive.entities.mentions_in("one")
    assert [m.text for m in found] == ["Kim Jong Un"]
    edits.undo(edit.id, DESK)
    assert "organization-net" in names(archive)


def test_an_alias_catches_what_was_left_open(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    netanyahu = named("Benjamin Netanyahu", "Benjamin Netanyahu")
    add("one", netanyahu, named("Bibi"), named("Bibi", "Bibi Andersson"))
    edits.add_alias("person-benjaminnetanyahu", "Bibi", DESK)
    add("two", named("Bibi"), named("Bibi", kind="organization"))
    keys = [m[2] for m in graph(archive)["mentions"]]
    bibi = "person-benjaminnetanyahu"
    assert keys == [bibi, bibi, "person-bibiandersson", bibi, None]


def test_an_alias_can_be_searched_for_before_anybody_writes_it(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim())
    edit = edits.add_alias("person-kimjongun", "The Marshal", DESK)
    store = archive.entities
    assert store.keys_of("person", "the marshal") == ("person-kimjongun",)
    edits.undo(edit.id, DESK)
    assert store.keys_of("person", "the marshal") == ()


def test_a_titled_alias_takes_no_other(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Kim", alias="Mr Kim"), named("Kim"), named("Kim", alias="Mrs Kim"))
    edits.add_alias("person-kimjongun", "Mr Kim", DESK)
    keys = [m[2] for m in graph(archive)["mentions"]]
    assert keys == ["person-kimjongun", "person-kimjongun", None, None]


def test_what_several_may_be_is_never_caught(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    open_ = Mention("body", 0, 3, "Kim", "Kim", "person", None, "ambiguous", 0.5)
    add("one", kim(), open_)
    edits.add_alias("person-kimjongun", "Kim", DESK)
    assert [m[2] for m in graph(archive)["mentions"]] == ["person-kimjongun", None]


def test_a_removed_alias_stands_apart(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Kim", "Kim Jong Un", alias="Mr Kim"))
    edits.remove_alias("person-kimjongun", "Mr Kim", DESK)
    assert [m[2] for m in graph(archive)["mentions"]] == ["person-kimjongun", None]


def test_a_removed_alias_that_came_by_a_merge_is_itself_again(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Marshal Kim", "Marshal Kim"))
    edits.merge("person-marshalkim", "person-kimjongun", DESK)
    edits.remove_alias("person-kimjongun", "Marshal Kim", DESK)
    assert sorted(names(archive)) == ["person-kimjongun", "person-marshalkim"]


def test_two_spellings_of_a_merged_entity_count_once(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Marshal Kim", "Marshal Kim"))
    edits.merge("person-marshalkim", "person-kimjongun", DESK)
    assert graph(archive)["entities"]["person-kimjongun"][1:3] == (1, 2)


def test_a_quote_follows_its_speaker(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    quote = Quote("body", 0, 3, "one", 0, "Marshal Kim", "said")
    findings = Findings((named("Marshal Kim", "Marshal Kim"), kim()), (quote,))
    archive.store(Article(key="one", body="one two three"), findings)
    edits.merge("person-marshalkim", "person-kimjongun", DESK)
    assert archive.rows("SELECT speaker FROM who_said_what") == [("person-kimjongun",)]


def test_a_search_looks_for_the_other_names(archive: Archive, edits: EditStore) -> None:
    gaddafi = named("Muammar Gaddafi", "Muammar Gaddafi")
    archive.add(Article(title="one", body="Muammar Gaddafi spoke."), [gaddafi])
    leader = named("Brother Leader", "Brother Leader")
    archive.add(Article(title="two", body="The Brother Leader spoke."), [leader])
    assert archive.find("muammar gaddafi") == ["one"]
    merge = edits.merge("person-brotherleader", "person-muammargaddafi", DESK)
    assert sorted(archive.find("muammar gaddafi")) == ["one", "two"]
    assert sorted(archive.find("brother leader spoke")) == ["one", "two"]
    assert archive.find('"brother leader"') == ["two"]
    assert archive.find("brother leader", expand=False) == ["two"]
    results = archive.finder.search(Ask(q="brother leader"))
    assert results.expanded == (Expansion("brother leader", ("Muammar Gaddafi",), "alias"),)
    edits.undo(merge.id, DESK)
    assert archive.find("muammar gaddafi") == ["one"]


def test_who_is_distinct_from_one_is_from_what_it_becomes(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("A B", "A B"), named("C D", "C D"))
    edits.keep_apart("person-ab", "person-kimjongun", DESK)
    merge = edits.merge("person-ab", "person-cd", DESK)

    def are_distinct(one: str, other: str) -> bool:
        with archive.home.archive.read() as conn:
            return decisions(conn).are_distinct(one, other)

    assert are_distinct("person-kimjongun", "person-cd")
    edits.undo(merge.id, DESK)
    assert are_distinct("person-ab", "person-kimjongun")
    assert not are_distinct("person-kimjongun", "person-cd")


def test_an_alias_takes_an_entity_of_its_own_whole(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Jane Roe", "Jane Roe"), named("Ann Poe", "Ann Poe"))
    edits.merge("person-annpoe", "person-janeroe", DESK)
    edits.annotate("person-janeroe", "poet", DESK)
    alias = edits.add_alias("person-kimjongun", "Jane Roe", DESK)
    assert list(names(archive)) == ["person-kimjongun"]
    for key in ("person-janeroe", "person-annpoe"):
        assert edits.survivor(key) == "person-kimjongun"
        assert archive.entities.keys_of("person", key) == ("person-kimjongun",)
    detail = archive.entities.get("person-kimjongun")
    assert detail is not None
    assert detail.note == "poet"
    edits.undo(alias.id, DESK)
    assert sorted(names(archive)) == ["person-janeroe", "person-kimjongun"]


def test_an_alias_belongs_to_who_was_given_it_last(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Bo Roe", "Bo Roe"), named("Boss"))
    store = archive.entities
    edits.add_alias("person-kimjongun", "Boss", DESK)
    edits.add_alias("person-boroe", "Boss", DESK)
    assert store.keys_of("person", "boss") == ("person-boroe",)
    edits.add_alias("person-kimjongun", "Boss", DESK)
    assert store.keys_of("person", "boss") == ("person-kimjongun",)


def test_an_alias_that_was_taken_can_be_given_back(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Kim", "Kim Jong Un", alias="Mr Kim"))
    edits.remove_alias("person-kimjongun", "Mr Kim", DESK)
    assert [m[2] for m in graph(archive)["mentions"]] == ["person-kimjongun", None]
    edits.add_alias("person-kimjongun", "Mr Kim", DESK)
    assert [m[2] for m in graph(archive)["mentions"]] == ["person-kimjongun"] * 2


def test_what_was_split_is_distinct(edits: EditStore, add: Callable[..., None]) -> None:
    add("one", named("John Smith", "John Smith"))
    add("two", named("John Smith", "John Smith"))
    edits.split("person-johnsmith", ["John Smith"], "John Smith (poet)", DESK, ["two"])
    log = Decisions([logged.edit for logged in reversed(edits.page(None, 10).edits)])
    assert log.are_distinct("person-johnsmith", "person-johnsmithpoet")


def test_a_split_by_article_outlives_the_articles_made_key(
    archive: Archive, edits: EditStore
) -> None:
    first = Article(body="John Smith wrote. " + "x" * 30, origin="/inbox/a.txt")
    key = archive.add(first, [named("John Smith", "John Smith")]).key
    edits.split("person-johnsmith", ["John Smith"], "John Smith (poet)", DESK, [key])
    archive.add(
        replace(first, key="stated", body="John Smith wrote more."),
        [named("John Smith", "John Smith")],
    )
    assert archive.rows("SELECT key FROM articles") == [("stated",)]
    assert list(names(archive)) == ["person-johnsmithpoet"]


def test_a_split_by_a_former_key_outlives_an_absence(archive: Archive, edits: EditStore) -> None:
    first = Article(body="John Smith wrote. " + "x" * 30, origin="/inbox/a.txt")
    smith = [named("John Smith", "John Smith")]
    key = archive.add(first, smith).key
    edits.split("person-johnsmith", ["John Smith"], "John Smith (poet)", DESK, [key])
    stated = replace(first, key="stated")
    archive.add(stated, smith)
    archive.change(lambda conn: withdraw(conn, "stated"))
    assert names(archive) == {}
    archive.add(stated, smith)
    assert list(names(archive)) == ["person-johnsmithpoet"]
    other = archive.add(replace(first, origin="/inbox/b.txt"), smith)
    assert (other.outcome, other.key) == ("duplicates", "stated")
    assert list(names(archive)) == ["person-johnsmithpoet"]


def test_a_titled_alias_takes_no_entity_whole(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Kim", "Kim Jong Un", alias="Mr Kim"), named("Jane Roe", "Jane Roe"))
    edits.split("person-kimjongun", ["Mr Kim"], "Mr Kim", DESK)
    edits.rename("person-mrkim", "Kim the Butler", DESK)
    edits.add_alias("person-janeroe", "Mr Kim", DESK)
    assert names(archive)["person-mrkim"] == "Kim the Butler"


def test_only_an_alias_takes_an_alias_away(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", named("Ann Poe", "Ann Poe"), named("Jane Roe", "Jane Roe"), named("Boss"))
    edits.add_alias("person-annpoe", "Boss", DESK)
    edits.rename("person-janeroe", "Boss", DESK)
    store = archive.entities
    assert store.keys_of("person", "boss") == ("person-annpoe",)
    assert [m[2] for m in graph(archive)["mentions"]][2] == "person-annpoe"


@pytest.mark.parametrize("turned", [False, True])
def test_who_is_distinct_stays_so_after_an_alias(
    archive: Archive, edits: EditStore, add: Callable[..., None], turned: bool
) -> None:
    add("one", kim(), named("Ann Poe", "Ann Poe"), named("Jane Roe", "Jane Roe"))
    ann, jane = "person-annpoe", "person-janeroe"
    edits.keep_apart(jane if turned else ann, ann if turned else jane, DESK)
    edits.add_alias("person-kimjongun", "Ann Poe", DESK)
    with archive.home.archive.read() as conn:
        assert decisions(conn).are_distinct("person-kimjongun", "person-janeroe")


def test_an_article_under_embargo_takes_its_spelling_along(archive: Archive) -> None:
    archive.add(Article(key="a", body="Jane Möller"), [named("Jane Möller", "Jane Möller")] * 2)
    archive.add(Article(key="b", body="Jane Moller"), [named("Jane Moller", "Jane Moller")])
    assert names(archive) == {"person-janemoller": "Jane Möller"}
    archive.change(lambda conn: withdraw(conn, "a"))
    assert names(archive) == {"person-janemoller": "Jane Moller"}


def test_a_split_by_article_elsewhere_costs_nothing(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("John Smith", "John Smith"))
    split = edits.split("person-johnsmith", ["John Smith"], "The poet", DESK, ["one"])
    with archive.home.archive.read() as conn:
        assert "person-kimjongun" not in decisions(conn).by_article
        assert "person-johnsmith" in decisions(conn).by_article
    edits.undo(split.id, DESK)
    with archive.home.archive.read() as conn:
        assert not decisions(conn).by_article


# Undoing ----------------------------------------------------------------------------------------


def test_an_undo_can_be_undone(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Marshal Kim", "Marshal Kim"))
    before = graph(archive)
    merge = edits.merge("person-marshalkim", "person-kimjongun", DESK)
    after = graph(archive)
    undo = edits.undo(merge.id, DESK)
    assert graph(archive) == before
    edits.undo(undo.id, DESK)
    assert graph(archive) == after
    page = edits.page(None, 10, 0)
    assert [(e.edit.action, e.in_force) for e in page.edits] == [
        ("undo", True),
        ("undo", False),
        ("merge", True),
    ]


def test_an_earlier_edit_is_undone_under_a_later_one(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("A B", "A B"), named("C D", "C D"))
    first = edits.merge("person-ab", "person-cd", DESK)
    edits.merge("person-cd", "person-kimjongun", DESK)
    edits.undo(first.id, DESK)
    assert sorted(names(archive)) == ["person-ab", "person-kimjongun"]


# What cannot be done ----------------------------------------------------------------------------

REFUSED: list[tuple[str, Callable[[EditStore], object], type[Exception]]] = [
    ("unknown", lambda e: e.merge("person-nobody", "person-ab", DESK), NotFound),
    ("unknown target", lambda e: e.merge("person-ab", "person-nobody", DESK), InvalidRequest),
    ("itself", lambda e: e.merge("person-ab", "person-ab", DESK), Conflict),
    ("no alias", lambda e: e.split("person-ab", [], "C D", DESK), InvalidRequest),
    ("not its alias", lambda e: e.split("person-ab", ["Q"], "C D", DESK), InvalidRequest),
    ("own name", lambda e: e.split("person-ab", ["A B"], "a-b", DESK), InvalidRequest),
    ("no name", lambda e: e.split("person-ab", ["A B"], "  ", DESK), InvalidRequest),
    ("no article", lambda e: e.split("person-ab", ["A B"], "C", DESK, ["x"]), InvalidRequest),
    ("no letters", lambda e: e.rename("person-ab", "…", DESK), InvalidRequest),
    ("too long", lambda e: e.rename("person-ab", "a" * 1001, DESK), InvalidRequest),
    ("same type", lambda e: e.retype("person-ab", "person", DESK), Conflict),
    ("no type", lambda e: e.retype("person-ab", "ship", DESK), InvalidRequest),  # type: ignore[arg-type]  # on purpose
    ("not its alias", lambda e: e.remove_alias("person-ab", "Q", DESK), InvalidRequest),
    ("no edit", lambda e: e.undo(7, DESK), NotFound),
    ("a NUL", lambda e: e.rename("person-ab", "C\0D", DESK), InvalidRequest),
    ("half a character", lambda e: e.annotate("person-ab", "\ud800", DESK), InvalidRequest),
    ("no note", lambda e: e.annotate("person-ab", "", DESK), Conflict),
    ("long reason", lambda e: e.rename("person-ab", "C", Author("x", "y" * 1001)), InvalidRequest),
]


@pytest.mark.parametrize(("_name", "verb", "error"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(
    archive: Archive,
    edits: EditStore,
    add: Callable[..., None],
    _name: str,
    verb: Callable[[EditStore], object],
    error: type[Exception],
) -> None:
    add("one", named("A B", "A B"))
    before = graph(archive)
    with pytest.raises(error):
        verb(edits)
    assert graph(archive) == before
    assert edits.page(None, 10, 0).total == 0


def test_nothing_is_undone_twice(edits: EditStore, add: Callable[..., None]) -> None:
    add("one", kim())
    edit = edits.rename("person-kimjongun", "Kim", DESK)
    edits.undo(edit.id, DESK)
    with pytest.raises(Conflict):
        edits.undo(edit.id, DESK)


@pytest.mark.parametrize("sql", ["DELETE FROM edits", "UPDATE edits SET who = 'nobody'"])
def test_the_log_is_only_added_to(
    archive: Archive, edits: EditStore, add: Callable[..., None], sql: str
) -> None:
    add("one", kim())
    edits.annotate("person-kimjongun", "leader", DESK)
    with pytest.raises(Exception, match="only added to"):
        archive.change(lambda conn: conn.execute(sql))


@pytest.mark.parametrize(
    "verb",
    [
        lambda edits: edits.rename("person-kimjongun", "Kim III", DESK),
        lambda edits: edits.annotate("person-kimjongun", "leader", DESK),
        lambda edits: edits.keep_apart("person-kimjongun", "person-ab", DESK),
        lambda edits: edits.add_alias("person-kimjongun", "Boss", DESK),
    ],
)
def test_what_is_so_already_is_a_conflict(
    edits: EditStore, add: Callable[..., None], verb: Callable[[EditStore], object]
) -> None:
    add("one", kim(), named("A B", "A B"))
    verb(edits)
    with pytest.raises(Conflict):
        verb(edits)


# Any order --------------------------------------------------------------------------------------

PEOPLE = ("Al Poe", "Bo Roe", "Cy Doe", "Di Loe")
SURFACES = (*PEOPLE, "Poe", "Roe", "Mr Poe")
KEYS = tuple(entity_key(kind, name) or "" for name in PEOPLE for kind in ("person", "place"))
# A mention: what is written, whom the article makes of it (None: open), of which type.
MENTIONS = st.tuples(
    st.sampled_from(SURFACES),
    st.sampled_from((*PEOPLE, None)),
    st.sampled_from(("person", "place")),
)
ARTICLES = st.dictionaries(
    st.sampled_from("abcd"), st.lists(MENTIONS, max_size=5).map(tuple), min_size=1, max_size=4
)
VERBS = st.tuples(
    st.sampled_from(
        ("merge", "split", "rename", "retype", "dismiss", "alias", "unalias", "note", "undo")
    ),
    st.sampled_from(KEYS),
    st.sampled_from(KEYS),
    st.sampled_from(SURFACES),
    st.integers(0, 9),
)


def read_as(rows: Sequence[tuple[str, str | None, Any]]) -> tuple[Mention, ...]:
    return tuple(named(text, full, kind) for text, full, kind in rows)


def edit(store: EditStore, verb: tuple[str, str, str, str, int]) -> None:
    action, key, other, text, number = verb
    doing: dict[str, Callable[[], object]] = {
        "merge": lambda: store.merge(key, other, DESK),
        "split": lambda: store.split(key, [text], f"{text} {number}", DESK, "a" * (number % 2)),
        "rename": lambda: store.rename(key, f"{text} {number}", DESK),
        "retype": lambda: store.retype(key, "organization" if number % 2 else "place", DESK),
        "dismiss": lambda: store.dismiss(key, DESK),
        "alias": lambda: store.add_alias(key, text, DESK),
        "unalias": lambda: store.remove_alias(key, text, DESK),
        "note": lambda: store.annotate(key, text, DESK),
        "undo": lambda: store.undo(number + 1, DESK),
    }
    with suppress(Conflict, InvalidRequest, NotFound):  # random verbs are often impossible
        doing[action]()


@settings(max_examples=examples(file=150 if LONG else 50, cluster=12))
@given(st.data())
def test_the_same_edits_give_the_same_graph(data: Any) -> None:
    """Whatever is ingested, read again and edited in between, and in whatever order."""
    with (
        folder_of_archives() as folder,
        closing(open_archive(folder / "one")) as archive,
        closing(open_archive(folder / "again")) as again,
    ):
        store = EditStore(archive.home.archive)
        texts: dict[str, tuple[Mention, ...]] = {}
        for turn in range(data.draw(st.integers(1, 3))):
            for key, rows in data.draw(ARTICLES).items():
                texts[key] = read_as(rows)
                archive.store(Article(key=key, body=f"{key} {turn}"), Findings(texts[key]))
            for verb in data.draw(st.lists(VERBS, max_size=6)):
                edit(store, verb)
        late = data.draw(st.booleans())
        if not late:
            copy_log(archive, again)
        for key in data.draw(st.permutations(sorted(texts))):
            again.store(Article(key=key, body=f"{key} again"), Findings(texts[key]))
        if late:
            copy_log(archive, again)
            again.change(recount)
        assert graph(again) == graph(archive)
        archive.change(lambda conn: read_again(conn, texts))
        assert graph(again) == graph(archive)


def copy_log(archive: Archive, again: Archive) -> None:
    log = archive.rows("SELECT * FROM edits ORDER BY id")
    added = "INSERT INTO edits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    again.change(lambda conn: conn.executemany(added, log))


def read_again(conn: Connection, texts: Mapping[str, tuple[Mention, ...]]) -> None:
    for row in conn.execute("SELECT id, key FROM articles").fetchall():
        file_findings(conn, row["id"], Findings(texts[row["key"]]))
