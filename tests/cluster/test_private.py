"""What stands beside an archive, in a cluster as in a file."""

import threading
from pathlib import Path
from random import Random

import pytest
from conftest import LONG
from private_ways import BothSides, Side
from test_private_copies import (
    aside_step,
    audit_step,
    fetch_step,
    ingest_step,
    key_step,
    session_step,
    slow_step,
)
from test_private_embargoes import step_of

from cluster.shelves import empty_shelf
from service.engines.opensearch.client import Client
from service.stores.audit import Deed
from service.stores.quarantine import Aside
from service.working.schemas import PRIVATE
from service.working.shared import SharedArchive
from service.working.shelf import MemoryShelf

pytest_plugins = ["cluster.fixtures"]


VERBS = {
    key_step: "create revoke find use all",
    session_step: "begin begin end find",
    audit_step: "begin begin end forget latest",
    slow_step: "add add add forget latest",
    fetch_step: "remember validators",
    ingest_step: "next next begin progress end latest",
    aside_step: "keep keep keep resolve retry reword drop origin naming page",
    step_of: "hold hold put keep forget kill release look look",
}


@pytest.mark.parametrize("seed", range(20 if LONG else 2))
def test_a_history_is_the_same(client: Client, tmp_path: Path, seed: int) -> None:
    random = Random(seed)  # noqa: S311
    with empty_shelf(client, PRIVATE) as shelf:
        both = BothSides(tmp_path, shelf)
        for _ in range(40):
            made = random.choice([*VERBS])
            verb = random.choice(VERBS[made].split())
            both.do(made(verb, random.randrange(8), random.randrange(8)))
        both.compare()


def test_several_writers_never_get_the_same_number(client: Client) -> None:
    made: list[tuple[str, int]] = []
    with empty_shelf(client, PRIVATE) as shelf:

        def write(name: str) -> None:
            private = SharedArchive(shelf, schema=PRIVATE)
            side = Side(private, SharedArchive(MemoryShelf()))
            for number in range(5):
                made.append(("line", side.audit.begin(Deed(name, "kill")).id))
                made.append(("ingest", side.ingests.next()))
                side.quarantine.keep([Aside(f"/{name}", number, "", None, b"%d" % number, 1)], 1)

        threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(made)) == len(made) == 20
        assert len([*shelf.every("aside")]) == 10
