"""What stands beside the archive is the same on a shelf as in a file, whatever was done to it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from conftest import LONG
from hypothesis import given, settings
from hypothesis import strategies as st
from private_ways import BothSides, Side, Step

from service.database import migrations_folder
from service.errors import CuttingsError
from service.in_memory import memory_schema
from service.needs import Needs
from service.stores.audit import Deed
from service.stores.fetches import Validators
from service.stores.ingests import Counts
from service.stores.keys import SCOPES
from service.stores.quarantine import Aside, QuarantinePage
from service.stores.slow_queries import SlowQuery
from service.working.copy import WorkingCopy
from service.working.rows import no_ids, read
from service.working.schemas import ARCHIVE, PRIVATE
from service.working.shared import SharedArchive
from service.working.shelf import MemoryShelf

TABLES = """
SELECT name FROM pragma_table_list
WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_sqlite%'
"""


def test_every_private_table_has_an_owner() -> None:
    made = memory_schema(migrations_folder() / "private")
    tables = {row["name"] for row in made.execute(TABLES)}
    owned = [each.table for each in PRIVATE.owned]
    assert set(owned) == {*tables, "sqlite_sequence"}
    assert len(set(owned)) == len(owned)


def test_no_two_schemas_share_a_table_or_a_kind() -> None:
    tables = [each.table for schema in (ARCHIVE, PRIVATE) for each in schema.owned]
    assert len(set(tables)) == len(tables)
    assert not set(ARCHIVE.kinds) & set(PRIVATE.kinds)


# Steps --------------------------------------------------------------------------------------------


def key_step(verb: str, one: int, other: int) -> Step:
    def step(side: Side) -> Any:
        match verb:
            case "create":
                side.made.append(side.keys.create(SCOPES[one % 4], f"note {other}"))
                return side.made[-1]
            case "revoke":
                return side.keys.revoke(one)
            case "find":
                return side.keys.find(side.of(side.made, one) or "none")
            case "use":
                side.keys.used(one)
                side.keys.note_uses()
        return side.keys.all(), side.keys.any_in_use()

    return step


def session_step(verb: str, one: int, other: int) -> Step:
    def step(side: Side) -> Any:
        match verb:
            case "begin":
                key = side.of([*side.keys.all()], other)
                if key is None:
                    return None
                side.tokens.append(side.sessions.begin(key))
                return side.tokens[-1]
            case "end":
                return side.sessions.end(side.of(side.tokens, one) or "none")
        return [side.sessions.find(token) for token in [*side.tokens, "none"]]

    return step


def audit_step(verb: str, one: int, other: int) -> Step:
    def step(side: Side) -> Any:
        match verb:
            case "begin":
                side.begun.append(side.audit.begin(Deed(f"ann {one}", f"kill {other}", one)))
                return side.begun[-1]
            case "end":
                if begun := side.of(side.begun, one):
                    side.audit.end(begun, f"{other}", ["a", "b"][: other % 3])
                return None
            case "forget":
                return side.audit.forget(37 + one % 4)
        return side.audit.latest(1 + one, side.begun[0].at if side.begun and other % 2 else "")

    return step


def slow_step(verb: str, one: int, other: int) -> Step:
    def step(side: Side) -> Any:
        match verb:
            case "add":
                slow = SlowQuery(f"{one}", "GET", "/", 0.5 * other, {"a": 1.0}, one, {"q": "rome"})
                return side.slow.add(slow)
            case "forget":
                return side.slow.forget(37 + one % 4)
        return side.slow.latest(1 + one)

    return step


def fetch_step(verb: str, one: int, other: int) -> Step:
    def step(side: Side) -> Any:
        if verb == "remember":
            return side.fetches.remember(f"u{one}", Validators(f"{other}", None))
        return side.fetches.validators(f"u{one}")

    return step


def ingest_step(verb: str, one: int, other: int) -> Step:
    def step(side: Side) -> Any:
        number = side.of(side.numbers, one)
        match verb:
            case "next":
                side.numbers.append(side.ingests.next())
                side.ingests.begin(side.numbers[-1])
                return side.numbers[-1]
            case "begin":
                return side.ingests.begin(1_000_000_000 * one)
            case "progress" if number:
                return side.ingests.progress(number, Counts(one, other))
            case "end" if number:
                return side.ingests.end(number, Counts(one, other))
        return side.ingests.latest(1 + one)

    return step


ORIGINS = ("/f/a", "/f/a!b", "/f/a!c", "/f/ab", "/f/\udcff")


def an_aside(one: int, other: int) -> Aside:
    data = None if other == 6 else b"" if other == 5 else b"broken-%d " % other * (1 + other % 2)
    number = None if one % 4 == 3 else one
    sidecar = b"{}" if other == 1 else None
    return Aside(ORIGINS[one % 5], number, f"reason {other}", "json", data, 9, sidecar)


def aside_step(verb: str, one: int, other: int) -> Step:
    def step(side: Side) -> Any:
        store = side.quarantine
        ingest = side.numbers[-1] if side.numbers else 5 + other % 3
        match verb:
            case "keep":
                asides = [an_aside(one + at, (other + at) % 7) for at in range(1 + one % 4)]
                return store.keep(asides, ingest)
            case "resolve":
                return store.resolve(ORIGINS[one % 5], ingest + other % 2)
            case "retry":
                number = side.aside(one)
                with store.reading_again([number]):
                    store.keep([an_aside(one, other)], ingest)
                    return store.resolve(ORIGINS[one % 5], ingest + 1), store.seen_again(number)
            case "reword":
                return store.reword(side.aside(one), f"reason {other}")
            case "drop":
                return store.drop([side.aside(one), side.aside(other)] if other % 4 else None)
            case "origin":
                return store.drop_origin(ORIGINS[one % 5])
            case "naming":
                return store.drop_naming([f"broken-{one}", "a", f"ken-{other} "])
        return looked_at(side, one)

    return step


def looked_at(side: Side, limit: int) -> Any:
    """Pages, and what is in each row; by the place of it."""
    store = side.quarantine
    page = store.page(1 + limit)
    more = store.page(2, page.kept[-1].id) if page.kept else page
    rows = [
        (replace(store.get(each.id), id=0), store.data(each.id), store.sidecar(each.id))
        for each in page.kept
    ]
    return _unnumbered(page), _unnumbered(more), rows, store.origins(), store.total()


def _unnumbered(page: QuarantinePage) -> QuarantinePage:
    return replace(page, kept=tuple(replace(each, id=0) for each in page.kept))


numbers = st.integers(0, 7)


def steps_of(make: Callable[[str, int, int], Step], verbs: str) -> st.SearchStrategy[Step]:
    return st.builds(make, st.sampled_from(verbs.split()), numbers, numbers)


KEYS = steps_of(key_step, "create create revoke find use all")
SESSIONS = steps_of(session_step, "begin begin begin end find")
AUDIT = steps_of(audit_step, "begin begin begin end end forget latest")
SLOW = steps_of(slow_step, "add add add add forget latest")
FETCHES = steps_of(fetch_step, "remember validators")
INGESTS = steps_of(ingest_step, "next next begin progress end latest")
ASIDES = steps_of(
    aside_step, "keep keep keep keep resolve resolve retry reword drop origin naming page page"
)


# Those that look at nothing before their change, and are exact whoever else is at work.
ONE_CHANGE = st.one_of(
    steps_of(key_step, "create create revoke"),
    steps_of(audit_step, "begin"),
    steps_of(fetch_step, "remember"),
    steps_of(ingest_step, "begin"),
    steps_of(aside_step, "keep keep keep resolve origin"),
)
ANYTHING = KEYS | SESSIONS | AUDIT | SLOW | FETCHES | INGESTS | ASIDES


def run(steps: Sequence[Step]) -> None:
    with TemporaryDirectory() as folder:
        both = BothSides(Path(folder))
        for step in steps:
            both.do(step)
        both.compare()


@settings(max_examples=40 if LONG else 8)
@given(st.lists(KEYS | SESSIONS, min_size=1, max_size=20))
def test_keys_and_sessions(steps: list[Step]) -> None:
    run(steps)


@settings(max_examples=40 if LONG else 8)
@given(st.lists(AUDIT | SLOW | FETCHES, min_size=1, max_size=20))
def test_lines_and_slow_queries(steps: list[Step]) -> None:
    run(steps)


@settings(max_examples=80 if LONG else 12)
@given(st.lists(ASIDES | ASIDES | INGESTS, min_size=1, max_size=20))
def test_ingests_and_what_they_put_aside(steps: list[Step]) -> None:
    run(steps)


@settings(max_examples=40 if LONG else 8)
@given(st.lists(ANYTHING, max_size=8), st.lists(st.tuples(ONE_CHANGE, ONE_CHANGE), max_size=6))
def test_who_is_overtaken_does_it_again(first: list[Step], pairs: list[tuple[Step, Step]]) -> None:
    with TemporaryDirectory() as folder:
        both = BothSides(Path(folder))
        for step in first:
            both.do(step)
        for one, other in pairs:
            both.do_while(one, other)
        both.compare()


# Alone --------------------------------------------------------------------------------------------


def test_a_file_survives_being_made_of_its_documents(tmp_path: Path) -> None:
    both = BothSides(tmp_path)
    for step in (
        key_step("create", 1, 1),
        session_step("begin", 0, 0),
        audit_step("begin", 1, 1),
        aside_step("keep", 3, 1),
        ingest_step("next", 1, 1),
        slow_step("add", 1, 1),
        fetch_step("remember", 1, 1),
    ):
        both.do(step)
    with both.database.read() as conn:
        documents = read(conn, no_ids(PRIVATE))
    assert {name[0] for name in documents} == set(PRIVATE.kinds) - {"held"}
    copy = WorkingCopy(documents.values(), PRIVATE)
    assert copy.documents() == documents
    assert not copy.changes()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'nobody' WHERE id = 1",
        "UPDATE audit SET outcome = '500' WHERE id = 1",
        "DELETE FROM audit WHERE id = 1",
        "UPDATE audit_kept SET since = '9999'",
    ],
)
def test_a_line_on_a_shelf_cannot_be_changed(tmp_path: Path, statement: str) -> None:
    side = BothSides(tmp_path).shared
    side.audit.end(side.audit.begin(Deed("ann", "kill a")), "done")
    lines = side.audit.latest(9)
    needs = Needs(kinds=frozenset({"line"}))
    with pytest.raises(CuttingsError, match="audit log"):
        side.private.change(needs, lambda conn: conn.execute(statement).rowcount)
    assert side.audit.latest(9) == lines


def test_no_number_is_given_twice(tmp_path: Path) -> None:
    """Also not that of what is gone."""
    side = BothSides(tmp_path).shared
    given = []
    for data in (b"one", b"two", b"three"):
        side.quarantine.keep([an_aside(1, 1), replace(an_aside(1, 2), data=data)], 5)
        given += [each.id for each in side.quarantine.page(9).kept]
        side.quarantine.drop(None)
    assert len(set(given)) == len(given) == 6


def test_several_writers_never_get_the_same_number() -> None:
    shelf = MemoryShelf()
    made: list[tuple[str, int]] = []

    def write(name: str) -> None:
        # As another process would have it: nothing in common but the shelf.
        private = SharedArchive(shelf, schema=PRIVATE)
        side = Side(private, SharedArchive(MemoryShelf()))
        for number in range(8):
            made.append(("line", side.audit.begin(Deed(name, "kill")).id))
            made.append(("ingest", side.ingests.next()))
            side.keys.create("read", f"{name} {number}")
            side.quarantine.keep([Aside(f"/{name}", number, "", None, b"%d" % number, 1)], 1)
            side.slow.add(SlowQuery(name, "GET", "/", 1.0, {}, None, {}))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == len(made) == 48
    for kind in ("line", "key", "aside", "slow", "ingest"):
        assert len(shelf.every(kind)) == 24, kind
    (sums,) = shelf.every("sums")
    assert sums.values("quarantine_size", "inputs") == [24]
