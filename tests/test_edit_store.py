"""The log's writer: keys of another type, aliases that come back, what an edit leaves behind."""

from collections.abc import Callable, Sequence

import pytest
from conftest import Archive, of_a_file
from test_edits import DESK, graph, kim, named, names

from service.article import Article
from service.database import Row
from service.edits import Decisions, Edit
from service.entity import EntityType, Mention
from service.errors import Conflict
from service.stores import edit_log
from service.stores.counts import recount
from service.stores.edits import EditStore
from service.stores.given_aliases import GivenAlias
from service.stores.mentions import decisions, edit_of

KIM, ROE = "person-kimjongun", "person-janeroe"


@pytest.fixture
def edits(archive: Archive) -> EditStore:
    return EditStore(archive.database)


@pytest.fixture
def add(archive: Archive) -> Callable[..., None]:
    def added(key: str, *mentions: Mention) -> None:
        archive.add(Article(key=key, body=f"{key} " + "x" * 40), mentions)

    return added


def spellings(archive: Archive) -> dict[str, list[str]]:
    rows = archive.rows(
        "SELECT e.key, al.text FROM entities e JOIN aliases al ON al.entity_id = e.id ORDER BY 1, 2"
    )
    return {key: [text for k, text in rows if k == key] for key, _ in rows}


def entities_of(archive: Archive) -> list[str | None]:
    return [mention[2] for mention in graph(archive)["mentions"]]


def assert_settled(archive: Archive) -> None:
    """Nothing is left that the log does not say."""
    before = (graph(archive), spellings(archive))
    archive.change(recount)
    assert (graph(archive), spellings(archive)) == before


# Another type -----------------------------------------------------------------------------------

RETYPED: list[tuple[str, EntityType, EntityType, str]] = [
    ("The Hague", "person", "place", "place-hague"),
    ("Acme Corp", "organization", "person", "person-acmecorp"),
    ("General Motors", "person", "organization", "organization-generalmotors"),
    ("Kim Jong Un", "person", "place", "place-kimjongun"),
]


@pytest.mark.parametrize(("name", "wrong", "right", "key"), RETYPED, ids=[r[0] for r in RETYPED])
def test_a_retyped_entity_has_the_key_that_its_name_has(
    archive: Archive,
    edits: EditStore,
    add: Callable[..., None],
    name: str,
    wrong: EntityType,
    right: EntityType,
    key: str,
) -> None:
    add("one", named(name, name, wrong))
    (before,) = names(archive)
    assert edits.retype(before, right, DESK).into == key
    add("two", named(name, name, right))
    assert names(archive) == {key: name}
    assert edits.retype(key, wrong, DESK).into == before
    assert names(archive) == {before: name}
    assert_settled(archive)


def test_a_retyped_entity_is_the_one_that_its_key_was_merged_into(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    republic = named("Republic of Georgia", "Republic of Georgia", "place")
    add("one", named("Georgia", "Georgia"), named("Georgia", "Georgia", "place"), republic)
    edits.merge("place-georgia", "place-republicofgeorgia", DESK)
    edits.retype("person-georgia", "place", DESK)
    assert entities_of(archive) == ["place-republicofgeorgia"] * 3
    assert_settled(archive)


def test_an_editors_name_is_no_key_in_the_other_type(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", named("La Repubblica", "La Repubblica"))
    edits.rename("person-larepubblica", "The Daily", DESK)
    assert edits.retype("person-larepubblica", "organization", DESK).into == (
        "organization-larepubblica"
    )
    assert names(archive) == {"organization-larepubblica": "The Daily"}


def test_who_was_split_off_keeps_apart_in_the_other_type(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", named("Georgia", "Georgia"))
    add("two", named("Georgia", "Georgia", "organization"))
    edits.split("person-georgia", ["Georgia"], "Georgia (team)", DESK, ["one"])
    edits.retype("person-georgiateam", "organization", DESK)
    assert entities_of(archive) == ["organization-georgiateam", "organization-georgia"]


# What is left behind ----------------------------------------------------------------------------


def test_an_alias_leaves_with_its_edit_wherever_it_has_gone(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim())
    add("two", named("Jane Roe", "Jane Roe"))
    edits.add_alias(ROE, "Foo Bar", DESK)
    edits.merge(ROE, KIM, DESK)
    add("two")
    assert "Foo Bar" in spellings(archive)[KIM]
    edits.undo(1, DESK)
    assert "Foo Bar" not in spellings(archive)[KIM]
    assert_settled(archive)
    edits.undo(3, DESK)
    assert "Foo Bar" in spellings(archive)[KIM]
    assert_settled(archive)


def test_an_alias_leaves_also_from_who_was_split_off(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Jane Roe", "Jane Roe"))
    edits.add_alias(KIM, "Foo Bar", DESK)
    edits.split(KIM, ["Foo Bar"], "Jane Roe", DESK)
    assert spellings(archive) == {ROE: ["Foo Bar", "Jane Roe"], KIM: ["Kim Jong Un"]}
    edits.undo(1, DESK)
    assert spellings(archive) == {ROE: ["Jane Roe"], KIM: ["Kim Jong Un"]}
    assert_settled(archive)


def test_a_failed_edit_is_remembered_nowhere(
    archive: Archive,
    edits: EditStore,
    add: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add("one", kim(), named("Jane Roe", "Jane Roe"))

    def broken(*_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(edit_log, "redress", broken)
        with pytest.raises(RuntimeError):
            edits.merge(ROE, KIM, DESK)
    with archive.home.archive.read() as conn:
        assert decisions(conn).survivor(ROE) == ROE
    assert edits.survivor(ROE) is None
    edits.merge(KIM, ROE, DESK)
    assert entities_of(archive) == [ROE, ROE]


@of_a_file  # in a cluster a change is done again with what it has found out that it needs
def test_the_log_is_read_once_an_edit(
    archive: Archive, edits: EditStore, add: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    add("one", kim(), named("Jane Roe", "Jane Roe"))
    edits.rename(KIM, "Kim III", DESK)
    read: list[int] = []

    def noted(row: Row) -> Edit:
        read.append(row["id"])
        return edit_of(row)

    monkeypatch.setattr(edit_log, "edit_of", noted)
    edits.annotate(KIM, "leader", DESK)
    assert read == [1]
    read.clear()
    edits.keep_apart(KIM, ROE, DESK)
    assert read == [1, 2]
    read.clear()
    edits.merge(ROE, KIM, DESK)
    assert read == [1, 2, 3]
    read.clear()
    edits.undo(4, DESK)
    assert read == [1, 2, 3, 4]


# Aliases that come back -------------------------------------------------------------------------


def test_a_spelling_that_was_taken_away_can_be_given_back(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Mr Kim", "Kim Jong Un"))
    edits.remove_alias(KIM, "Mr Kim", DESK)
    assert entities_of(archive) == [KIM, None]
    edits.add_alias(KIM, "Mr Kim", DESK)
    assert entities_of(archive) == [KIM, KIM]
    add("two", named("Mr Kim", "Kim Jong Un"))
    assert entities_of(archive) == [KIM, KIM, KIM]
    assert_settled(archive)
    edits.undo(2, DESK)
    assert entities_of(archive) == [KIM, None, None]
    assert_settled(archive)


def test_a_list_gives_back_too(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Mr Kim", "Kim Jong Un"))
    edits.remove_alias(KIM, "Mr Kim", DESK)
    edits.add_aliases([GivenAlias(key=KIM, alias="Mr Kim", added=True)], DESK)
    assert entities_of(archive) == [KIM, KIM]
    assert_settled(archive)


def test_an_alias_is_the_last_ones_who_was_given_it(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Jane Roe", "Jane Roe"), named("Boss"))
    for key, other in ((KIM, ROE), (ROE, KIM), (KIM, ROE)):
        edits.add_alias(key, "Boss", DESK)
        assert entities_of(archive) == [KIM, ROE, key]
        assert ["Boss" in spellings(archive)[one] for one in (key, other)] == [True, False]
        assert_settled(archive)
    with pytest.raises(Conflict):
        edits.add_alias(KIM, "boss", DESK)
    edits.undo(3, DESK)
    assert entities_of(archive) == [KIM, ROE, ROE]
    assert "Boss" in spellings(archive)[ROE]
    assert_settled(archive)


def test_an_alias_that_nobody_writes_goes_from_one_to_the_other(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Jane Roe", "Jane Roe"))
    edits.add_alias(KIM, "Boss", DESK)
    edits.add_alias(ROE, "Boss", DESK)
    assert spellings(archive) == {ROE: ["Boss", "Jane Roe"], KIM: ["Kim Jong Un"]}
    edits.undo(2, DESK)
    assert spellings(archive) == {ROE: ["Jane Roe"], KIM: ["Boss", "Kim Jong Un"]}
    assert archive.entities.keys_of("person", "boss") == (KIM,)


# Lists ------------------------------------------------------------------------------------------


def test_a_list_is_what_its_rows_are_one_after_another(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim(), named("Jane Roe", "Jane Roe"), named("Boss"))
    rows = [
        GivenAlias(key=KIM, alias="Boss"),
        GivenAlias(key=ROE, alias="Boss"),
        GivenAlias(key=ROE, alias="boss"),
        GivenAlias(key=KIM, alias="Boss"),
        # Nobody of this name is there, and then it is Kim's.
        GivenAlias(key="person-marshalkim", name="Marshal Kim", type="person", alias="Marshal"),
        GivenAlias(key=KIM, alias="Marshal Kim"),
        GivenAlias(key="person-marshalkim", name="Marshal Kim", type="person", alias="Chief"),
    ]
    outcomes = edits.add_aliases(rows, DESK)
    assert [getattr(outcome, "entity", outcome) for outcome in outcomes] == [
        KIM,
        ROE,
        None,
        KIM,
        "person-marshalkim",
        KIM,
        KIM,
    ]
    assert entities_of(archive) == [KIM, ROE, KIM]
    assert_settled(archive)


# (rows of key, name and alias; whose each alias is, and the name in its edit)
ANN = "person-annpoe"
TAKEN: dict[str, tuple[list[tuple[str, str, str]], list[tuple[str, str]]]] = {
    "by name": (
        [("", "Kim Jong Un", "Jane Roe"), ("", "Jane Roe", "Boss")],
        [(KIM, "Kim Jong Un"), (KIM, "Kim Jong Un")],
    ),
    "by key": (
        [(KIM, "", "Jane Roe"), (ROE, "", "Boss")],
        [(KIM, "Kim Jong Un"), (KIM, "Kim Jong Un")],
    ),
    "by a spelling": (
        [("", "Kim Jong Un", "Jane Roe"), ("", "Ms Roe", "Boss")],
        [(KIM, "Kim Jong Un"), (KIM, "Kim Jong Un")],
    ),
    "by a spelling of this list": (
        [(KIM, "", "Chief"), ("", "Chief", "Boss"), (KIM, "", "Mr Chief"), ("", "Mr Chief", "X")],
        [(KIM, "Kim Jong Un")] * 4,
    ),
    "twice": (
        [(KIM, "", "Jane Roe"), (ANN, "", "Kim Jong Un"), ("", "Jane Roe", "Boss")],
        [(KIM, "Kim Jong Un"), (ANN, "Ann Poe"), (ANN, "Ann Poe")],
    ),
    "merged before": (
        [(KIM, "", "Al Gone"), ("person-algone", "", "Boss")],
        [(KIM, "Kim Jong Un"), (KIM, "Kim Jong Un")],
    ),
    "merged before, and the other is taken": (
        [(KIM, "", "Jane Roe"), ("", "Al Gone", "Boss")],
        [(KIM, "Kim Jong Un"), (KIM, "Kim Jong Un")],
    ),
    "by who is awaited": (
        [("", "Kim Il", "Bo Bob"), ("", "Bo Bob", "Chief")],
        [("person-kimil", "Kim Il"), ("person-kimil", "Kim Il")],
    ),
    "not whole, with a title": (
        [(ROE, "", "Mr Kim"), ("person-mrkim", "", "Boss")],
        [(ROE, "Jane Roe"), ("person-mrkim", "Mr Kim")],
    ),
}


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("case", TAKEN)
def test_whom_a_list_has_taken_is_the_one_that_took_it(
    archive: Archive, edits: EditStore, add: Callable[..., None], case: str, at_once: bool
) -> None:
    roe = (named("Jane Roe", "Jane Roe"), named("Ms Roe", "Jane Roe"))
    add("one", kim(), named("Mr Kim", "Kim Jong Un"), *roe, named("Al Gone", "Al Gone"))
    add("two", named("Ann Poe", "Ann Poe"), named("Boss"))
    edits.split(KIM, ["Mr Kim"], "Mr Kim", DESK)
    edits.merge("person-algone", ROE, DESK)
    rows, expected = TAKEN[case]
    given = [GivenAlias(key=k, name=n, type="person", alias=alias) for k, n, alias in rows]
    lists = [given] if at_once else [[each] for each in given]
    outcomes = [outcome for rows in lists for outcome in edits.add_aliases(rows, DESK)]
    assert [(o.entity, o.name) if isinstance(o, Edit) else o for o in outcomes] == expected
    assert_settled(archive)


@pytest.mark.parametrize("split_off", [True, False])
def test_an_entity_is_there_whoever_has_its_name(
    archive: Archive, edits: EditStore, add: Callable[..., None], split_off: bool
) -> None:
    add("one", kim(), named("Mr Kim", "Kim Jong Un"))
    if split_off:
        edits.split(KIM, ["Kim Jong Un"], "Kim Il", DESK)
    else:
        edits.remove_alias(KIM, "Kim Jong Un", DESK)
    edits.add_aliases([GivenAlias(name="Kim Jong Un", type="person", alias="Boss")], DESK)
    assert "Boss" in spellings(archive)[KIM]


def test_a_name_that_was_taken_away_has_not_been_dismissed(
    archive: Archive, edits: EditStore, add: Callable[..., None]
) -> None:
    add("one", kim())
    edits.remove_alias(KIM, "Kim Jong Un", DESK)
    row = GivenAlias(name="Kim Jong Un", type="person", alias="Boss")
    assert edits.add_aliases([row], DESK) == [f"The name of “{KIM}” has been taken from it"]


def test_many_who_are_not_there_yet(
    archive: Archive, edits: EditStore, add: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the log decides is made ready twice, not once a row."""
    add("one", kim())
    edits.annotate(KIM, "leader", DESK)
    made: list[int] = []

    class Counted(Decisions):
        def __init__(self, log: Sequence[Edit]) -> None:
            made.append(len(log))
            super().__init__(log)

    monkeypatch.setattr(edit_log, "Decisions", Counted)
    rows = [
        GivenAlias(key=f"person-no{n}", name=f"No {n}", type="person", alias=f"Alias {n}")
        for n in range(200)
    ]
    outcomes = edits.add_aliases(rows, DESK)
    assert not [outcome for outcome in outcomes if isinstance(outcome, str | None)]
    assert made == [1, 201]
    add("two", named("No 7", "No 7"), named("Alias 7"))
    assert entities_of(archive) == [KIM, "person-no7", "person-no7"]
