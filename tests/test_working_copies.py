"""Work on working copies leaves the same archive as on a file, whatever was laid and was not."""

import threading
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from both_ways import (
    Both,
    InterruptedShelf,
    Step,
    edit,
    kill,
    on_shelf,
    put_one,
    reread,
    revive,
    run,
    store,
    storing,
    take_out,
    withdraw,
)
from conftest import LONG, Archive, open_archive
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bulk import KIM, stored

from service.article import Article
from service.dates import parse_moment
from service.entity import Mention
from service.findings import Findings
from service.in_memory import memory_schema
from service.needs import NOTHING
from service.stores.batches import Stored, store_batch
from service.working.copy import WorkingCopy
from service.working.owners import MADE_BY_ENGINES, MADE_OF_DOCUMENTS, OWNED
from service.working.rows import no_ids, read
from service.working.shared import SharedArchive
from service.working.shelf import MemoryShelf

TABLES = """
SELECT name FROM pragma_table_list
WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_sqlite%'
"""


def test_every_table_has_an_owner_or_is_made_of_what_has_one() -> None:
    tables = {row["name"] for row in memory_schema().execute(TABLES)}
    owned = [each.table for each in OWNED]
    assert {*owned, *MADE_OF_DOCUMENTS, *MADE_BY_ENGINES} == tables
    assert len(set(owned)) == len(owned)


def test_an_archive_survives_being_made_of_its_documents(seeded: Archive) -> None:
    with seeded.database.read() as conn:
        documents = read(conn, no_ids())
    assert {name[0] for name in documents} >= {"archive", "article", "entity", "source"}
    assert WorkingCopy(documents.values()).documents() == documents
    assert not WorkingCopy(documents.values()).changes()


VERBS = "merge split rename retype dismiss alias unalias distinct note undo undo".split()
numbers = st.integers(0, 7)
inputs = st.lists(stored(), min_size=1, max_size=6).map(store)
singles = st.builds(put_one, stored(), replacing=st.booleans())
edits = st.builds(edit, st.sampled_from(VERBS), numbers, numbers)
kills = st.one_of(
    st.builds(kill, numbers),
    st.builds(take_out, numbers),
    st.builds(reread, numbers, stored()),
    st.builds(
        withdraw, numbers.map(lambda n: f"urn:{n}"), st.sampled_from([None, "AFP", "Reuters"])
    ),
    st.builds(revive, numbers),
)

anything = inputs | singles | edits | kills


@settings(max_examples=60 if LONG else 8)
@given(st.lists(inputs, min_size=1, max_size=4))
def test_batches_of_new_articles(steps: list[Step]) -> None:
    run(steps)


@settings(max_examples=100 if LONG else 8)
@given(st.lists(inputs | singles, min_size=1, max_size=8))
def test_changes_duplicates_and_versions(steps: list[Step]) -> None:
    run(steps)


@settings(max_examples=100 if LONG else 8)
@given(inputs, st.lists(inputs | singles | kills, min_size=1, max_size=8))
def test_kills(first: Step, steps: list[Step]) -> None:
    run([first, *steps])


@settings(max_examples=200 if LONG else 15)
@given(inputs, st.lists(edits | edits | singles | kills, min_size=1, max_size=12))
def test_edits(first: Step, steps: list[Step]) -> None:
    run([first, *steps])


WORDS = [f"word{n % 23} of{n}" for n in range(90)]


def a_print(random: Random) -> Stored:
    """Cut out of one long text: whoever stands next is a copy, whoever is farther off is none.

    Their hashes are drawn, so that they stand now near each other, now apart.
    """
    start = 8 * random.randrange(7)
    hashes = [random.choice([7, 7, 7, 2055, 9]) for _ in range(28)]
    key = f"c{random.randrange(40)}"
    body = " ".join((*WORDS[start : start + 30], key))
    article = Article(body=body, key=key, published=parse_moment("2018-12-16"))
    return Stored(article, Findings(), "test", np.array(hashes, "<u2").tobytes())


@pytest.mark.parametrize("seed", range(30 if LONG else 3))
def test_copies_that_come_and_go_in_a_crowd(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    crowd = {each.article.key: each for each in (a_print(random) for _ in range(40))}
    steps: list[Step] = [store([*crowd.values()])]
    for _ in range(4):
        comes = put_one(a_print(random), replacing=True)
        steps.append(random.choice([comes, comes, kill(random.randrange(40))]))
    run(steps)


@settings(max_examples=100 if LONG else 8)
@given(inputs, st.lists(st.tuples(anything, anything), min_size=1, max_size=4))
def test_who_is_overtaken_does_it_again(first: Step, pairs: list[tuple[Step, Step]]) -> None:
    with TemporaryDirectory() as folder:
        both = Both(open_archive(Path(folder)), InterruptedShelf())
        both.do(first(both))
        for one, other in pairs:
            both.do_before_it_ends(one(both), other(both))
            both.compare()


def test_two_writers_at_once_lose_and_double_nothing() -> None:
    shelf = MemoryShelf()

    def write(name: str) -> None:
        side = on_shelf(shelf, MemoryShelf())
        for number in range(10):
            article = Article(body=f"Kim Jong Un {name} {number // 2}", source="AFP")
            mention = Mention(
                "body", 0, 11, "Kim Jong Un", "Kim Jong Un", "person", KIM, "model", 1
            )
            storing([Stored(article, Findings((mention,)), "test")])(side)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (kim,) = shelf.every("entity")
    assert (kim.number("entities", "articles"), kim.number("entities", "mentions")) == (10, 10)
    assert kim.values("aliases", "mentions") == [10]
    assert [each.number("sources", "articles") for each in shelf.every("source")] == [10]
    assert len(shelf.every("article")) == shelf.number() == 10


def test_what_was_not_said_to_be_needed_is_found() -> None:
    shelf = MemoryShelf()
    mention = Mention("body", 0, 11, KIM.name, KIM.name, "person", KIM, "model", 0.9)
    for number in range(2):
        article = Article(body=f"Kim Jong Un {number}", source="AFP")
        batch = [Stored(article, Findings((mention,)), "test")]
        SharedArchive(shelf).change(NOTHING, partial(store_batch, batch=batch))
    (kim,) = shelf.every("entity")
    assert (kim.number("entities", "articles"), kim.values("aliases", "mentions")) == (2, [2])
    assert [each.number("sources", "articles") for each in shelf.every("source")] == [2]
