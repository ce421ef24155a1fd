"""Tables of aliases: out and in again, whatever a spreadsheet makes of them."""

from pathlib import Path

import pytest
from conftest import LONG, Archive, open_archive
from hypothesis import given, settings
from hypothesis import strategies as st
from test_edits import DESK, graph, kim, named, names

from service.alias_table import add_from_table, written
from service.article import Article
from service.entity import Mention
from service.errors import InvalidRequest
from service.stores.aliases import AliasRow, AliasStore
from service.stores.counts import recount
from service.stores.edits import EditStore
from service.stores.given_aliases import GivenAlias

NETANYAHU = named("Benjamin Netanyahu", "Benjamin Netanyahu")
ARTICLES: dict[str, tuple[Mention, ...]] = {
    "one": (kim(), named("Kim", "Kim Jong Un", alias="Mr Kim"), named("Bibi")),
    "two": (named("Marshal Kim", "Marshal Kim"), named("Kim", "Marshal Kim"), NETANYAHU),
    "three": (named("Kim"), named("Al Poe", "Al Poe"), named("Al Poe", "Al Poe", "place")),
}


def fill(archive: Archive) -> Archive:
    for key, mentions in ARTICLES.items():
        archive.add(Article(key=key, body=f"{key} " + "x" * 40), mentions)
    return archive


@pytest.fixture
def people(archive: Archive) -> Archive:
    return fill(archive)


@pytest.fixture
def edits(people: Archive) -> EditStore:
    return EditStore(people.database)


def table_of(archive: Archive) -> str:
    return "".join(written(AliasStore(archive.database).every()))


def spellings(archive: Archive) -> set[tuple[str, str]]:
    return {(row.key, row.alias) for row in AliasStore(archive.database).every()}


def assert_settled(archive: Archive) -> None:
    """The graph is what the whole log makes of it."""
    before = graph(archive)
    with archive.database.write() as conn:
        recount(conn)
    assert graph(archive) == before


def test_a_table_of_everything(people: Archive, edits: EditStore) -> None:
    edits.add_alias("person-kimjongun", "@boss, the", DESK)
    assert table_of(people).splitlines() == [
        "key,name,type,alias,mentions,added",
        "person-alpoe,Al Poe,person,Al Poe,1,0",
        "person-benjaminnetanyahu,Benjamin Netanyahu,person,Benjamin Netanyahu,1,0",
        'person-kimjongun,Kim Jong Un,person,"\'@boss, the",0,1',
        "person-kimjongun,Kim Jong Un,person,Kim Jong Un,1,0",
        "person-kimjongun,Kim Jong Un,person,Mr Kim,1,0",
        "person-marshalkim,Marshal Kim,person,Kim,1,0",
        "person-marshalkim,Marshal Kim,person,Marshal Kim,1,0",
        "place-alpoe,Al Poe,place,Al Poe,1,0",
    ]


def test_what_was_exported_is_there_already(people: Archive, edits: EditStore) -> None:
    edits.add_alias("person-benjaminnetanyahu", "Bibi", DESK)
    edits.merge("person-marshalkim", "person-kimjongun", DESK)
    report = add_from_table(edits, table_of(people).encode(), DESK)
    assert (report.added, report.unchanged, report.failed) == (0, 8, [])
    assert edits.page(None, 10).total == 2


def test_a_round_trip_into_a_fresh_archive(
    people: Archive, edits: EditStore, tmp_path: Path
) -> None:
    edits.add_alias("person-benjaminnetanyahu", "Bibi", DESK)
    edits.add_alias("person-kimjongun", "KIM JONG-UN", DESK)
    edits.add_alias("person-kimjongun", "+1", DESK)
    edits.merge("person-marshalkim", "person-kimjongun", DESK)
    edits.rename("person-alpoe", "Alan Poe", DESK)
    fresh = fill(open_archive(tmp_path / "fresh"))
    report = add_from_table(EditStore(fresh.database), table_of(people).encode(), DESK)
    assert report.failed == []
    assert spellings(fresh) == spellings(people)
    assert graph(fresh)["mentions"] == graph(people)["mentions"]
    assert_settled(fresh)
    again = add_from_table(EditStore(fresh.database), table_of(fresh).encode(), DESK)
    assert (again.added, again.failed) == (0, [])


def test_an_alias_stays_an_editors_where_an_article_gives_it_to_another(
    archive: Archive, tmp_path: Path
) -> None:
    said = (named("Ann Poe", "Ann Poe"), named("Boss", "Jane Roe"), named("Jane Roe", "Jane Roe"))
    fresh = open_archive(tmp_path / "fresh")
    for each in (archive, fresh):
        each.add(Article(key="one", body="one"), said)
    EditStore(archive.database).add_alias("person-annpoe", "Boss", DESK)
    report = add_from_table(EditStore(fresh.database), table_of(archive).encode(), DESK)
    assert (report.added, report.failed) == (1, [])
    assert table_of(fresh) == table_of(archive)
    for each in (archive, fresh):
        each.add(Article(key="two", body="two"), [named("Boss")])
        assert ("two", "Boss", "person-annpoe", "person") in graph(each)["mentions"]


def test_who_is_not_there_yet_has_its_aliases_when_it_comes(archive: Archive) -> None:
    edits = EditStore(archive.database)
    table = "name,type,alias\nBenjamin Netanyahu,Person,Bibi\n"
    assert add_from_table(edits, table.encode(), DESK).added == 1
    awaited = AliasRow("person-benjaminnetanyahu", "Benjamin Netanyahu", "person", "Bibi", 0, 1)
    assert list(AliasStore(archive.database).every()) == [awaited]
    again = add_from_table(edits, table_of(archive).encode(), DESK)
    assert (again.added, again.unchanged) == (0, 1)
    fill(archive)
    assert ("one", "Bibi", "person-benjaminnetanyahu", "person") in graph(archive)["mentions"]
    assert names(archive)["person-benjaminnetanyahu"] == "Benjamin Netanyahu"


# (a row of key, name, type, alias; the reason why not, None where it is so already)
ROWS: list[tuple[str, str | None]] = [
    ("person-kimjongun,,,Kim Jong Un", None),
    ("person-kimjongun,,,…", "alias has neither letter nor digit"),
    (f"person-kimjongun,,,{'x' * 1_001}", "alias is longer than 1000 characters"),
    ("person-kimjongun,,,", "has no alias"),
    ("person-kimjongun,,,A,B", "has more cells than there are columns"),
    ('person-kimjongun,,,"A', "is no row of a table: unexpected end of data"),
    ("person-nobody,,,A", "There is no “person-nobody” here"),
    (",Al Poe,,A", "type is none of person, organization, place"),
    (",,person,A", "name has neither letter nor digit"),
    (",Al Poe,ship,A", "type is none of person, organization, place"),
    ("person-gone,Al Gone,person,A", "“person-gone” has been dismissed"),
]


@pytest.mark.parametrize(("row", "reason"), ROWS)
def test_a_row_that_cannot_be_used_stops_no_other(
    people: Archive, edits: EditStore, row: str, reason: str | None
) -> None:
    people.add(Article(key="four", body="four"), [named("Gone", "Gone")])
    edits.dismiss("person-gone", DESK)
    table = f"key,name,type,alias\nplace-alpoe,,,One\n\n{row}\n,Al Poe,place,Two\n"
    report = add_from_table(edits, table.encode(), DESK)
    assert report.added == 2
    assert report.edits == (2, 3)
    assert [(bad.line, bad.reason) for bad in report.failed] == ([(4, reason)] if reason else [])
    assert {("place-alpoe", "One"), ("place-alpoe", "Two")} <= spellings(people)


def test_a_name_that_several_have_is_no_key(people: Archive, edits: EditStore) -> None:
    ravens = [named("The Raven", "Al Poe"), named("The Raven", "Kim Jong Un")]
    people.add(Article(key="four", body="four"), ravens)
    table = "name,type,alias\nThe Raven,person,Corvus\nMr Kim,person,Boss\n"
    report = add_from_table(edits, table.encode(), DESK)
    assert [bad.reason for bad in report.failed] == [
        "“The Raven” may be any of person-alpoe, person-kimjongun"
    ]
    assert ("person-kimjongun", "Boss") in spellings(people)


def test_an_alias_of_a_merged_entity_goes_to_the_one_that_is_there(
    people: Archive, edits: EditStore
) -> None:
    edits.merge("person-marshalkim", "person-kimjongun", DESK)
    report = add_from_table(edits, b"key,alias,reason\nperson-marshalkim,Boss,heard\n", DESK)
    assert report.added == 1
    (logged,) = edits.page("person-kimjongun", 1).edits
    assert (logged.edit.text, logged.edit.reason) == ("Boss", "heard")


@pytest.mark.parametrize(
    "table",
    [
        "\ufeffAlias;Key;Colour\r\nBibi;person-benjaminnetanyahu;red\r\n",
        "alias\tkey\nBibi\tperson-benjaminnetanyahu",
        'colour,key, alias \n"a\nb",person-benjaminnetanyahu,"Bibi"\n',
    ],
)
def test_what_spreadsheets_write(people: Archive, edits: EditStore, table: str) -> None:
    report = add_from_table(edits, table.encode(), DESK)
    assert (report.added, report.failed) == (1, [])
    assert ("person-benjaminnetanyahu", "Bibi") in spellings(people)


@pytest.mark.parametrize(
    "table", ["", " \n", "key,name\n", "alias\nx\n", "name,alias\nx,y\n", 'alias,"key\n', "\x00"]
)
def test_what_is_no_such_table(edits: EditStore, table: str) -> None:
    with pytest.raises(InvalidRequest):
        add_from_table(edits, table.encode(), DESK)


def test_many_are_one_change(people: Archive, edits: EditStore) -> None:
    """All of them or none: what breaks in between leaves nothing behind."""

    def rows() -> object:
        yield GivenAlias(key="person-alpoe", alias="One")
        raise RuntimeError("the line broke")

    with pytest.raises(RuntimeError):
        edits.add_aliases(rows(), DESK)  # type: ignore[arg-type]  # a generator that breaks off
    assert edits.page(None, 1).total == 0


TEXTS = st.sampled_from(["Bibi", "Kim", "Mr Kim", "Marshal Kim", "=1+1", '"', "a\nb", " ", "Al;P"])
CELLS = st.tuples(
    st.sampled_from(["person-kimjongun", "person-alpoe", "place-alpoe", "person-new", ""]),
    st.sampled_from(["New", "Al Poe", ""]),
    st.sampled_from(["person", "place", ""]),
    TEXTS,
    st.sampled_from(["0", "1", ""]),
)


@settings(max_examples=30 if LONG else 8)
@given(st.lists(CELLS, max_size=8))
def test_many_at_once_are_what_they_are_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str, str, str]]
) -> None:
    archive = fill(open_archive(tmp_path_factory.mktemp("many")))
    edits = EditStore(archive.database)
    added = {"0": False, "1": True, "": None}
    edits.add_aliases(
        [GivenAlias(key=k, name=n, type=t, alias=a, added=added[d]) for k, n, t, a, d in rows], DESK
    )
    assert_settled(archive)
    before = spellings(archive)
    report = add_from_table(edits, table_of(archive).encode(), DESK)
    assert (report.added, report.failed) == (0, [])
    assert spellings(archive) == before


def test_pieces_of_any_length_are_one_table(
    monkeypatch: pytest.MonkeyPatch,
    people: Archive,
) -> None:
    whole = table_of(people)
    for size in (1, 2, 3):
        monkeypatch.setattr("service.stores.aliases.BATCH", size)
        monkeypatch.setattr("service.alias_table._ROWS_A_PIECE", size)
        assert table_of(people) == whole
