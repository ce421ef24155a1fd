"""Two servers and two ingests on one archive at once leave what one process leaves."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from soak.load import fill
from soak.programs import Server
from soak.site import Site
from soak.texts import article, people_of

from cluster.processes import Cluster
from cluster.sites import site_in
from service.names import name_key

pytest_plugins = ["cluster.fixtures"]

BEGUN_WITH, ALONE, IN_BOTH = 16, 16, 16
COUNTS = 6
LONGEST = 300.0
COUNTER = "/v1/articles/counter"
PRECONDITION_FAILED, UNAVAILABLE = 412, 503
# What names refer to, without numbers that depend on who came first.
GRAPH = (
    "SELECT key, name, type, articles, mentions FROM entities ORDER BY key",
    """SELECT e.key, a.text, a.mentions FROM aliases a JOIN entities e ON e.id = a.entity_id
    ORDER BY e.key, a.text""",
    """SELECT a.key, m.position, e.key, m.text, m.edit_id IS NULL FROM mentions m
    JOIN articles a ON a.id = m.article_id LEFT JOIN entities e ON e.id = m.entity_id
    ORDER BY a.key, m.position""",
    "SELECT key, title, body, version FROM articles WHERE key != 'counter' ORDER BY key",
    'SELECT action, entity, "into", name, reason, undoes IS NULL FROM edits ORDER BY reason, id',
)
TWICE = "SELECT type, folded FROM entities GROUP BY type, folded HAVING count(*) > 1"


class Desk:
    """One who asks a server, again where it has to wait for others."""

    def __init__(self, server: Server, key: str) -> None:
        bearer = {"Authorization": f"Bearer {key}"}
        self._client = httpx.Client(base_url=server.address, headers=bearer, timeout=LONGEST)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._client.close()

    def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        while True:
            answer = self._client.request(method, path, **options)
            if answer.status_code != UNAVAILABLE:
                return answer

    def count_up(self, times: int) -> None:
        """Each time from what stands there, unless somebody was faster."""
        done = 0
        while done < times:
            read = self("GET", COUNTER)
            told = {"body": f"It stands at {int(read.json()['body'].split()[-1]) + 1}"}
            answer = self("PUT", COUNTER, json=told, headers={"If-Match": read.headers["ETag"]})
            assert answer.status_code in (200, PRECONDITION_FAILED), answer.text
            done += answer.is_success

    def edit(self, people: Sequence[str]) -> None:
        """A rename, merges, one that is taken back, for some who are nobody else's."""
        one, two, three = people
        self._decide(f"/v1/entities/{one}/rename", f"{one} 1", name=f"The {one}")
        self._decide(f"/v1/entities/{two}/merge", f"{one} 2", into=three)
        made = self._decide(f"/v1/entities/{three}/rename", f"{one} 3", name="For a moment")
        self._decide(f"/v1/edits/{made}/undo", f"{one} 4")
        self._decide(f"/v1/entities/{one}/merge", f"{one} 5", into=three)

    def _decide(self, path: str, reason: str, **what: str) -> int:
        answer = self("POST", path, json={**what, "reason": reason})
        assert answer.is_success, answer.text
        return int(answer.json()["edit"]["id"])


def people(first: int) -> list[str]:
    """Keys of three who are named in what there is at the beginning."""
    return [f"person-{name_key(people_of(number, 1)[0])}" for number in range(first, first + 3)]


TASKS: tuple[Callable[[Desk], None], ...] = (
    lambda desk: desk.edit(people(1)),
    lambda desk: desk.edit(people(8)),
)


@pytest.fixture
def inboxes(tmp_path: Path) -> list[Path]:
    """Two, with some articles that are in both."""
    first = BEGUN_WITH
    parts = [range(first, first + ALONE + IN_BOTH)]
    parts.append(range(first + ALONE, first + ALONE + IN_BOTH + ALONE))
    made = []
    for number, part in enumerate(parts):
        inbox = tmp_path / f"inbox-{number}.ndjson"
        inbox.write_text("\n".join(json.dumps(article(each, 1)) for each in part), "utf-8")
        made.append(inbox)
    return made


def begin(site: Site) -> None:
    fill(site, BEGUN_WITH)
    counter = site.folder / "counter.ndjson"
    counter.write_text(json.dumps({"key": "counter", "body": "It stands at 0"}), "utf-8")
    site.run("ingest", counter)


def graph(db: Path) -> list[list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(db)) as conn:
        assert conn.execute(TWICE).fetchall() == []
        return [conn.execute(sql).fetchall() for sql in GRAPH]


def test_two_servers_and_two_ingests_are_as_good_as_one(
    cluster: Cluster, tmp_path: Path, inboxes: list[Path]
) -> None:
    with ExitStack() as stack:
        site = stack.enter_context(site_in(cluster.urls, tmp_path / "many", 11))
        begin(site)
        servers = [stack.enter_context(site.serving()) for _ in range(2)]
        writers = [stack.enter_context(Desk(each, site.keys["write"])) for each in servers]
        editors = [stack.enter_context(Desk(each, site.keys["edit"])) for each in servers]
        ingests = [site.start("ingest", inbox) for inbox in inboxes]
        with ThreadPoolExecutor() as threads:
            done = [threads.submit(writer.count_up, COUNTS) for writer in writers]
            for task, editor in zip(TASKS, editors, strict=True):
                done.append(threads.submit(task, editor))
            told = [ingest.complete(LONGEST) for ingest in ingests]
            for each in done:
                each.result()
        there = [desk("GET", COUNTER).json()["body"] for desk in writers]
        assert there == [f"It stands at {2 * COUNTS}"] * 2
        assert sum(added(each) for each in told) == 2 * ALONE + IN_BOTH, told
        site.run("check")
        site.carry_home()
        assert graph(site.db) == graph(in_one_process(tmp_path / "one", inboxes).db)


def added(told: str) -> int:
    """How many articles an ingest says it has added."""
    (line,) = (line for line in told.splitlines() if " added" in line)
    return int(line.split(" added")[0].split()[-1].replace(",", ""))


def in_one_process(folder: Path, inboxes: Sequence[Path]) -> Site:
    """The same, one after the other, in a file."""
    site = Site(folder, 11)
    site.prepare()
    begin(site)
    for inbox in inboxes:
        site.run("ingest", inbox)
    with site.serving() as server, Desk(server, site.keys["edit"]) as desk:
        for task in TASKS:
            task(desk)
    return site
