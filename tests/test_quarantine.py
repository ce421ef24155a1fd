"""What could not be read: kept once, bounded, shown to editors, read again, let go."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from conftest import Archive, Client, of_a_file
from test_gate import bearer

from service.cli import quarantine as command
from service.cli.quarantine import Read, read_again
from service.errors import NotFound
from service.formats.document import Document
from service.inbox import Failure
from service.ingest import Report
from service.stores import quarantine as module
from service.stores.keys import KeyStore
from service.stores.quarantine import Aside, QuarantineStore, new_ingest
from service.web.app import create_app

FEED = "/feeds/wire.ndjson"


def aside(data: bytes | None, number: int | None = 1, **changes: Any) -> Aside:
    made = Aside(FEED, number, "has no body", "json", data, len(data or b""))
    return replace(made, **changes)


@pytest.fixture
def store(archive: Archive) -> QuarantineStore:
    return archive.quarantine


def shown(store: QuarantineStore) -> list[tuple[str, int | None, str, int]]:
    """(origin, number, reason, times) of every row, the oldest first."""
    rows = reversed(store.page(1_000).kept)
    return [(row.origin, row.number, row.reason, row.times) for row in rows]


def bytes_kept(archive: Archive) -> int:
    kept: int = archive.private_rows("SELECT bytes FROM quarantine_size")[0][0]
    rows = archive.private_rows("SELECT data, sidecar FROM quarantine")
    assert kept == sum(len(row["data"] or b"") + len(row["sidecar"] or b"") for row in rows)
    return kept


def test_the_same_input_read_again_is_the_same_row(store: QuarantineStore) -> None:
    batch = [aside(b"{}", 1), aside(b"[]", 2), aside(b"{}", 3), aside(None, 4), aside(b"", 5)]
    store.keep(batch, 1)
    before = store.page(10)
    store.keep(batch, 2)
    after = store.page(10)
    assert [replace(row, last_seen="") for row in after.kept] == [
        replace(row, last_seen="") for row in before.kept
    ]
    assert [(number, times) for _, number, _, times in shown(store)] == [
        *((1, 2), (2, 1), (4, 1), (5, 1))
    ]


def test_an_ingest_that_was_killed_leaves_what_the_next_one_makes_whole(
    store: QuarantineStore,
) -> None:
    store.keep([aside(b"{}", 1), aside(b"{}", 2)], 1)
    store.keep([aside(b"{}", 1), aside(b"{}", 2), aside(b"[]", 3)], 2)
    assert [(number, times) for _, number, _, times in shown(store)] == [(1, 2), (3, 1)]


def test_what_moved_in_its_file_is_the_same_and_has_its_new_place(store: QuarantineStore) -> None:
    store.keep([aside(b"{}", 1, reason="has no title")], 1)
    store.keep([aside(b"{}", 2)], 2)
    assert shown(store) == [(FEED, 2, "has no body", 1)]


def test_what_reads_well_leaves(store: QuarantineStore) -> None:
    other = "/feeds/wire.ndjson.old"
    inside = (f"{FEED}!a.json", f"{FEED}!b/c.json")
    store.keep([aside(b"1"), aside(b"2", 2), aside(b"3", origin=other)], 1)
    store.keep([aside(b"4", origin=origin) for origin in inside], 1)
    store.keep([aside(b"2", 2)], 2)
    assert store.resolve(FEED, 2) == 3
    assert [row[:2] for row in shown(store)] == [(FEED, 2), (other, 1)]
    assert store.resolve(FEED, 2) == 0
    assert (store.drop_origin(other), store.total()) == (1, 1)


def test_another_ingest_of_the_same_file_takes_nothing_away(store: QuarantineStore) -> None:
    store.keep([aside(b"1")], 2)
    store.keep([aside(b"1")], 1)
    assert store.resolve(FEED, 1) == store.resolve(FEED, 2) == 0
    assert new_ingest() <= new_ingest()


def test_too_many_bytes_stay_where_they_are(
    archive: Archive, store: QuarantineStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST_KEPT", 10)
    monkeypatch.setattr(module, "LARGEST_TOTAL", 25)
    large = [aside(b"x" * 11), aside(b"x" * 6, sidecar=b"y" * 5)]
    kept = [aside(b"%d" % number * 10) for number in range(3)]
    store.keep([*large, *kept], 1)
    assert [row.is_whole for row in reversed(store.page(10).kept)] == [
        False,
        False,
        True,
        True,
        False,
    ]
    assert bytes_kept(archive) == 20
    store.keep(kept, 2)
    assert bytes_kept(archive) == 20
    store.drop([3])
    store.keep(kept[2:], 3)  # there is room now
    assert store.get(5).is_whole
    assert bytes_kept(archive) == 20
    assert store.data(1) is None
    assert store.drop(None) == 4
    assert (bytes_kept(archive), store.total()) == (0, 0)


def test_the_others_of_a_broken_file_are_one_row(
    store: QuarantineStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    batch = [aside(b"%d" % (number % 7), number) for number in range(1, 11)]
    for ingest in (1, 2):
        store.keep(batch[:5], ingest)
        store.keep(batch[5:], ingest)
        others = "has more than 3 records that cannot be read: these are all the others"
        assert [(number, times) for _, number, _, times in shown(store)] == [
            *((1, 2), (2, 2), (3, 2), (None, 4))
        ]
        assert shown(store)[-1][2] == others
    store.keep([aside(b"new%d" % number, number) for number in range(3)], 3)
    store.resolve(FEED, 3)
    assert [row[:2] for row in shown(store)] == [(FEED, 0), (FEED, 1), (FEED, 2)]


def test_what_is_no_text_is_kept_all_the_same(store: QuarantineStore) -> None:
    store.keep([aside(b"1", origin="a\udcff", reason="“\udcff”")], 1)
    assert shown(store) == [("a\\udcff", 1, "“\\udcff”", 1)]
    assert store.resolve("a\udcff", 2) == 1


def test_pages_go_on_where_the_last_one_ended(store: QuarantineStore) -> None:
    store.keep([aside(b"%d" % number, number) for number in range(1, 6)], 1)
    first = store.page(2)
    assert ([row.id for row in first.kept], first.more, first.total) == ([5, 4], True, 5)
    store.keep([aside(b"late")], 1)
    assert [row.id for row in store.page(9, before=4).kept] == [3, 2, 1]
    with pytest.raises(NotFound):
        store.get(7)


@of_a_file  # a cluster merges what was dropped away in its own time
def test_dropped_bytes_are_gone_from_the_files(archive: Archive, store: QuarantineStore) -> None:
    store.keep([aside(b"unspeakable" * 10_000)], 1)
    assert archive.remains("unspeakable")
    store.drop([1])
    assert not archive.remains("unspeakable")


# Over HTTP.


@pytest.fixture
def editor(archive: Archive) -> dict[str, str]:
    return bearer(KeyStore(archive.private).create("edit"))


def test_the_list_pages_and_is_never_stored(
    archive: Archive, store: QuarantineStore, editor: dict[str, str]
) -> None:
    store.keep([aside(b"%d" % number, number) for number in range(1, 4)], 1)
    client = Client(create_app(archive.settings))
    first = client.get("/v1/quarantine?limit=2", headers=editor)
    assert first.headers["cache-control"] == "no-store"
    assert "etag" not in first.headers
    body = first.json()
    assert (body["total"], [item["number"] for item in body["items"]]) == (3, [3, 2])
    following = {"limit": 2, "cursor": body["next"]}
    second = client.get("/v1/quarantine", params=following, headers=editor).json()
    assert ([item["number"] for item in second["items"]], second["next"]) == ([1], None)
    at = second["items"][0].pop("first_seen")
    assert second["items"][0] == {
        "id": 1,
        "origin": FEED,
        "number": 1,
        "reason": "has no body",
        "format": "json",
        "size": 1,
        "times": 1,
        "last_seen": at,
        "kept": True,
    }
    assert client.get("/v1/quarantine?limit=0", headers=editor).status_code == 422
    assert client.get("/v1/quarantine?cursor=x", headers=editor).status_code == 422
    assert client.get("/v1/quarantine?x=1", headers=editor).status_code == 422


# (bytes, text, cut)
TEXTS = [
    (b"", "", False),
    ("{“a”}\0".encode(), "{“a”}\0", False),
    (b"\xff\xfe", None, False),
    (b"a\xc3", None, False),
    (None, None, False),
    (b"a" * 99_999 + "ö".encode(), "a" * 99_999, True),
    (b"a" * 100_000, "a" * 100_000, False),
    (b"a" * 100_000 + b"\xff", "a" * 100_000, True),
]


@pytest.mark.parametrize(("data", "text", "cut"), TEXTS, ids=range(len(TEXTS)))
def test_one_with_its_text(
    archive: Archive,
    store: QuarantineStore,
    editor: dict[str, str],
    data: bytes | None,
    text: str | None,
    cut: bool,
) -> None:
    store.keep([aside(data)], 1)
    answer = Client(create_app(archive.settings)).get("/v1/quarantine/1", headers=editor)
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.json()["text"], answer.json()["cut"]) == (text, cut)
    assert answer.json()["kept"] is (data is not None)


def test_only_editors_may_look(archive: Archive) -> None:
    keys = KeyStore(archive.private)
    client = Client(create_app(archive.settings))
    for path in ("/v1/quarantine", "/v1/quarantine/1"):
        assert client.get(path).status_code == 401
        assert client("HEAD", path).status_code == 401
        for refused in (keys.create("read"), keys.create("write")):
            assert client.get(path, headers=bearer(refused)).status_code == 403
    for key in (keys.create("edit"), keys.create("admin")):
        headers = bearer(key)
        assert client.get("/v1/quarantine", headers=headers).status_code == 200
        assert client.get("/v1/quarantine/1", headers=headers).status_code == 404
        assert client.get("/v1/quarantine/0", headers=headers).status_code == 422


# Reading again.


class Reader:
    """Stands for an ingest: what has one of these beginnings cannot be read."""

    def __init__(self, *broken: bytes) -> None:
        self.broken = broken
        self.documents: list[tuple[str, str, bytes, bytes | None]] = []

    def __call__(self, documents: Iterable[Document]) -> Report:
        report = Report()
        for document in documents:
            data = document.whole()
            self.documents.append((document.origin, document.name, data, document.sidecar))
            if data.startswith(self.broken):
                report.failed.append(Failure(document.origin, "is still broken"))
        return report


def test_what_is_read_again(store: QuarantineStore) -> None:
    store.keep([aside(b"good"), aside(b"bad", 2), aside(None, 3, size=1 << 30)], 1)
    store.keep([aside(b"whole", None, origin="/a.zip!b/c.txt", sidecar=b"{}")], 1)
    reader = Reader(b"bad")
    retries = read_again(store, store.page(10).kept, reader)
    assert reader.documents == [
        (f"{FEED}#1", "wire.ndjson", b"good", None),
        (f"{FEED}#2", "wire.ndjson", b"bad", None),
        ("/a.zip!b/c.txt", "c.txt", b"whole", b"{}"),
    ]
    there = "its bytes are not kept here: ingest it again from where it is"
    assert [(each.kept.number, each.reason) for each in retries] == [
        *((None, None), (3, there), (2, "is still broken"), (1, None))
    ]
    assert shown(store) == [(FEED, 2, "is still broken", 1), (FEED, 3, "has no body", 1)]


def test_what_is_something_else_alone_keeps_its_reason(store: QuarantineStore) -> None:
    """A row without the names of its columns would be prose, an entry of a feed some JSON."""
    alone = [
        aside(b"Mayor speaks,The mayor spoke.", 7, format="table", origin="/dump"),
        aside(b'{"title": "x"}', 2, format="feed", origin="/feed.xml"),
        aside(b"", 3, format="warc", origin="/crawl.warc"),
        aside(b"", 3, format=None, origin="/crawl2.warc"),
    ]
    store.keep(alone, 1)
    reader = Reader()
    retries = read_again(store, store.page(10).kept, reader)
    assert reader.documents == []
    assert {each.reason for each in retries} == {
        "cannot be read without the rest of its file: ingest it again from where that is"
    }
    assert [row[2] for row in shown(store)] == ["has no body"] * 4


def test_a_row_of_a_table_is_read_again_with_its_names(
    archive: Archive, store: QuarantineStore
) -> None:
    row, reason = b"title,text\nA,one,two\n", "has 3 cells where the first row has 2"
    wide = aside(row, 7, format="table", origin="/dump.csv", reason=reason)
    store.keep([wide, replace(wide, number=8, data=b"title,text\nA,one\n")], 1)
    done = archive.command("quarantine", "retry")
    assert "1 read, 1 failed" in done.stdout
    assert [row[:3] for row in shown(store)] == [("/dump.csv", 7, reason)]
    assert archive.rows("SELECT title FROM articles") == [("A",)]


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("https://example.org/a!b", "https://example.org/a!b"),
        ("/in/crawl.warc.gz!https://example.org/a", "https://example.org/a"),
        ("/in/https://example.org/a.zip!b.txt", None),
    ],
)
def test_a_page_is_read_again_under_its_address(
    store: QuarantineStore, origin: str, url: str | None
) -> None:
    store.keep([aside(b"text", None, origin=origin)], 1)
    read: list[str | None] = []

    def reader(documents: Iterable[Document]) -> Report:
        read.extend(document.url for document in documents)
        return Report()

    read_again(store, store.page(1).kept, reader)
    assert read == [url]


def test_what_broke_off_keeps_its_records(store: QuarantineStore) -> None:
    store.keep([aside(b"old", None), aside(b"1", 1), aside(b"3", 1, origin=f"{FEED}!a")], 1)
    store.keep([aside(b"new", None, reason="breaks off")], 2)
    assert store.resolve(FEED, 2) == 1
    assert sorted(row[2] for row in shown(store)) == ["breaks off", "has no body", "has no body"]


def put_aside_as(store: QuarantineStore, number: int | None) -> Read:
    """Stands for an ingest that puts all it is given aside as this record of it."""

    def read(documents: Iterable[Document]) -> Report:
        failed = []
        for document in documents:
            place = document.origin if number is None else f"{document.origin}#{number}"
            failed.append(Failure(place, "is still broken"))
            again = aside(
                document.whole(), number, origin=document.origin, sidecar=document.sidecar
            )
            store.keep([replace(again, reason="is still broken")], new_ingest())
        return Report(failed=failed)

    return read


@pytest.mark.parametrize("number", [None, 1])
@pytest.mark.parametrize("was", [None, 2])
def test_what_is_put_aside_anew_stays_with_its_bytes(
    store: QuarantineStore, number: int | None, was: int | None
) -> None:
    store.keep([aside(b"bad", was)], 1)
    read_again(store, store.page(10).kept, put_aside_as(store, number))
    assert [(row[0], row[2]) for row in shown(store)] == [(FEED, "is still broken")]
    assert store.data(store.page(1).kept[0].id) == b"bad"


def test_what_reads_but_cannot_be_stored_stays(store: QuarantineStore) -> None:
    store.keep([aside(b"whole", None), aside(b"many", None, origin="/b.zip")], 1)

    def read(documents: Iterable[Document]) -> Report:
        origins = [document.origin for document in documents]
        for origin in origins:
            store.resolve(origin, 2)
        reason = "cannot be stored: the disk is full"
        return Report(failed=[Failure(FEED, reason), Failure("/b.zip!c.json#4-7", reason)])

    read_again(store, store.page(10).kept, read)
    assert [row[2] for row in shown(store)] == ["cannot be stored: the disk is full"] * 2


def test_a_retry_that_fails_as_a_whole_loses_nothing(store: QuarantineStore) -> None:
    store.keep([aside(b"whole", None)], 1)

    def read(documents: Iterable[Document]) -> Report:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_again(store, store.page(10).kept, read)
    assert store.total() == 1
    assert store.resolve(FEED, 2) == 1  # as any other row


# On the command line.


@pytest.fixture
def three(store: QuarantineStore) -> None:
    """Of which two are the same."""
    store.keep([aside(b'{"a": 1}', 4), aside(b"\xff", 5), aside(b'{"a": 1}', 6)], 1)


@pytest.mark.usefixtures("three")
def test_list_and_show(archive: Archive) -> None:
    listed = archive.command("quarantine", "list")
    assert listed.stdout.splitlines() == [
        f"2  {FEED}#5: has no body",
        f"1  {FEED}#4: has no body (2 times)",
    ]
    assert archive.command("quarantine", "list", "--limit", "1").stderr == "1 more: raise --limit\n"
    assert json.loads(archive.command("quarantine", "list", "--json").stdout)["total"] == 2
    told = archive.command("quarantine", "show", "1").stdout.splitlines()
    assert told[:2] == [f"{FEED}#4: has no body (2 times)", "  8 bytes, read as json"]
    assert told[-1] == '{"a": 1}'
    assert "see its bytes with --data" in archive.command("quarantine", "show", "2").stdout
    assert archive.command("quarantine", "show", "2", "--data").stdout_bytes == b"\xff"
    assert (
        json.loads(archive.command("quarantine", "show", "1", "--json").stdout)["text"]
        == '{"a": 1}'
    )
    missing = archive.command("quarantine", "show", "7")
    assert (missing.exit_code, "There is no 7" in missing.stderr) == (2, True)


@pytest.mark.usefixtures("three")
def test_bytes_that_are_not_kept(archive: Archive, store: QuarantineStore) -> None:
    store.keep([aside(None, 9, origin="/large.xml")], 2)
    id_ = str(store.page(1).kept[0].id)
    assert "its bytes are not kept here" in archive.command("quarantine", "show", id_).stdout
    refused = archive.command("quarantine", "show", id_, "--data")
    assert (refused.exit_code, "they are at /large.xml" in refused.stderr) == (2, True)


@pytest.mark.usefixtures("three")
def test_drop(archive: Archive) -> None:
    assert archive.command("quarantine", "drop").exit_code == 2
    assert archive.command("quarantine", "drop", "1", "--all").exit_code == 2
    assert archive.command("quarantine", "drop", "1", "7").exit_code == 2
    assert archive.command("quarantine", "drop", "1").stdout == "1 dropped\n"
    assert archive.command("quarantine", "drop", "--all", "--json").stdout == '{"dropped": 1}\n'
    assert archive.command("quarantine", "list").stderr == "nothing in quarantine\n"


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(("answer", "left"), [("n\n", 2), ("", 2), ("y\n", 0)])
def test_a_person_is_asked_before_all_is_dropped(
    archive: Archive,
    store: QuarantineStore,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    left: int,
) -> None:
    monkeypatch.setattr(command, "at_terminal", lambda: True)
    done = archive.command("quarantine", "drop", "--all", typed=answer)
    assert "Drop all 2 with their bytes?" in done.stderr
    assert (done.exit_code, store.total()) == (int(left > 0), left)


def test_retry_reads_through_the_ingest(archive: Archive, store: QuarantineStore) -> None:
    story = b"Envoy missing\n\nThe envoy to Rome has not been seen since November.\n"
    store.keep([aside(story, None, origin="/feeds/a.txt"), aside(b"", None, origin="/b.txt")], 1)
    done = archive.command("quarantine", "retry", "--json")
    assert done.exit_code == 1, done.output
    report = json.loads(done.stdout)
    assert (report["read"], [each["id"] for each in report["failed"]]) == (1, [2])
    assert archive.find("envoy") == ["Envoy missing"]
    assert [row[0] for row in shown(store)] == ["/b.txt"]
    again = archive.command("quarantine", "retry", "2")
    assert again.stderr == "failed: 2: /b.txt: is empty\n"
    assert again.stdout == f"0 read, 1 failed -> {archive.settings.place}\n"
    assert archive.command("quarantine", "retry", "1").exit_code == 2
    wrong = archive.command("quarantine", "retry", "--map", "headline=nothing")
    assert (wrong.exit_code, "is no field" in wrong.stderr) == (2, True)
