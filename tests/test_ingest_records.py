"""What ingests tell of themselves: numbers and reasons, of those that were cut off as well."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import SEEDS, Archive, Client, of_a_file

from service import ingest
from service.cli import main
from service.database import private_database
from service.errors import Busy
from service.extract import load_tagger
from service.ingest import Ingest
from service.stores import ingests
from service.stores.ingests import Counts, IngestStore, PastIngest, PutAside
from service.stores.keys import KeyStore
from service.stores.quarantine import Aside
from service.web.app import create_app
from service.web.pages.archive.ingests import ShownIngest, lasted, shown_ingest

SECOND = 1_000_000_000
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
WIRE = b'{"title": "One", "body": "A body."}\n{"title": "Two"}\n{"title": "Three"}\n'


@pytest.fixture
def store(archive: Archive) -> IngestStore:
    return IngestStore(archive.private)


def job(archive: Archive, store: IngestStore) -> Ingest:
    return replace(archive.job(lambda: load_tagger("off")), ingests=store)


def only(store: IngestStore) -> PastIngest:
    (past,) = store.latest(10)
    return past


# The store ----------------------------------------------------------------------------------------


def test_an_ingest_from_its_beginning_to_its_end(store: IngestStore) -> None:
    number = 1_546_336_800 * SECOND
    store.begin(number)
    assert (only(store).began_at, only(store).counts) == ("2019-01-01T10:00:00Z", Counts())
    store.progress(number, Counts(3, added=2, failed=1))
    assert only(store).counts == Counts(3, 2, 0, 0, 0, 0, 1)
    assert only(store).ended_at is None
    store.end(number, Counts(4, added=3, failed=1))
    past = only(store)
    assert (past.id, past.counts) == (number, Counts(4, 3, 0, 0, 0, 0, 1))
    assert past.ended_at is not None
    assert TIME.fullmatch(past.ended_at)
    assert TIME.fullmatch(past.seen_at)


def test_the_latest_come_first_and_the_oldest_are_forgotten(
    store: IngestStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingests, "MOST_INGESTS", 3)
    for number in range(1, 6):
        store.begin(number * SECOND)
    assert [past.id // SECOND for past in store.latest(10)] == [5, 4, 3]
    assert [past.id // SECOND for past in store.latest(2)] == [5, 4]


def test_reasons_are_the_first_of_their_kind(archive: Archive, store: IngestStore) -> None:
    for number, reason in enumerate(["has no body", "has no body", "is torn", "c", "d"], 1):
        record = Aside("/f/a.ndjson", number, reason, "json", b"%d" % number, 1)
        archive.quarantine.keep([record], 7)
    archive.quarantine.keep([Aside("/f/b.txt", None, "is empty", None, b"", 0)], 8)
    store.begin(7)
    assert only(store).asides == (
        PutAside("has no body", "/f/a.ndjson", 1),
        PutAside("is torn", "/f/a.ndjson", 3),
        PutAside("c", "/f/a.ndjson", 4),
    )


@of_a_file
def test_who_finds_the_file_busy_goes_on(
    archive: Archive, store: IngestStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = private_database(archive.settings)
    monkeypatch.setattr(ingests, "_AT_ITS_END", 0.0)
    monkeypatch.setattr(ingests, "_MEANWHILE", 0.0)
    with private.write():
        store.begin(7)
        store.progress(7, Counts(1, 1))
        store.end(7, Counts(2, 2))
    assert store.latest(1) == ()
    store.end(7, Counts(2, 2))  # which needs none of those
    assert only(store).counts == Counts(2, 2)


# Ingests ------------------------------------------------------------------------------------------


def test_an_ingest_keeps_its_numbers(archive: Archive, store: IngestStore, tmp_path: Path) -> None:
    wire = tmp_path / "wire.ndjson"
    wire.write_bytes(WIRE)
    report = job(archive, store).run([str(SEEDS), str(wire)])
    past = only(store)
    assert past.counts == report.counts() == Counts(5, added=3, failed=2)
    assert past.ended_at is not None
    assert [(aside.origin, aside.number) for aside in past.asides] == [(str(wire), 2)]
    job(archive, store).run([str(SEEDS)])
    assert store.latest(1)[0].counts == Counts(2, unchanged=2)


def test_one_that_fails_half_way_is_seen_as_cut_off(archive: Archive, store: IngestStore) -> None:
    def cut_off(_done: int, _total: int | None, taken: int) -> None:
        if taken == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        job(archive, store).run([str(SEEDS)], cut_off)
    assert only(store).ended_at is None
    assert only(store).counts == Counts(1, added=1)


def test_one_that_is_killed_has_told_how_far_it_was(
    archive: Archive, store: IngestStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "_NOTED_EVERY", 0.0)
    seen: list[PastIngest] = []
    job(archive, store).run([str(SEEDS)], lambda *_: seen.append(only(store)))
    assert [past.counts.added for past in seen][-1] == 2
    assert {past.ended_at for past in seen} == {None}


def test_a_busy_private_part_fails_no_ingest(
    archive: Archive, store: IngestStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Busy("another writes")

    monkeypatch.setattr(ingests, "_note", busy)
    assert job(archive, store).run([str(SEEDS)]).added == 2
    assert store.latest(1) == ()
    assert archive.quarantine.total() == 0


def test_commands_keep_a_record_and_so_does_a_retry(
    archive: Archive, store: IngestStore, tmp_path: Path
) -> None:
    (tmp_path / "wire.ndjson").write_bytes(WIRE)

    def command(*words: str) -> None:
        CliRunner().invoke(main, words, env=archive.environment | {"CUTTINGS_TAGGER": "off"})

    command("ingest", str(tmp_path), "--dry-run")
    assert store.latest(1) == ()
    command("ingest", str(tmp_path / "wire.ndjson"))
    command("quarantine", "retry")
    counts = [past.counts for past in store.latest(9)]
    assert counts == [Counts(2, failed=2), Counts(3, added=1, failed=2)]


# The page -----------------------------------------------------------------------------------------


def test_the_page_shows_ingests_to_editors_alone(
    archive: Archive, store: IngestStore, tmp_path: Path
) -> None:
    wire = tmp_path / "wire.ndjson"
    wire.write_bytes(WIRE.replace(b'"One"', b'"One", "embargoed_until": "2999-01-01T00:00:00Z"'))
    job(archive, store).run([str(SEEDS), str(wire)])
    client, keys = Client(create_app(archive.settings)), KeyStore(archive.private)
    for scope, sees in (("edit", True), ("admin", True), ("write", False), ("read", False)):
        headers = {"Authorization": f"Bearer {keys.create(scope, 'Ann')}"}  # type: ignore[arg-type]
        page = client.get("/archive", headers=headers)
        assert ("Latest ingests" in page.text) is sees
        assert ('<td class="number">5</td><td class="number">3</td>' in page.text) is sees
        assert ("<li>wire.ndjson, record 2: has no body" in page.text) is sees
        assert ('href="/v1/quarantine"' in page.text) is sees
        assert (page.headers["cache-control"] == "no-store") is sees
        assert "What came last" in page.text
    stranger = client.get("/archive")
    assert "Latest ingests" not in stranger.text
    assert "wire.ndjson" not in stranger.text


def test_strangers_are_told_of_no_ingest_by_the_etag(archive: Archive, store: IngestStore) -> None:
    client = Client(create_app(archive.settings))
    before = client.get("/archive").headers["etag"]
    store.end(7, Counts(2, added=1, failed=1))
    assert client.get("/archive").headers["etag"] == before


BEGAN, LATER = "2019-01-01T10:00:00Z", "2019-01-01T10:09:30Z"


@pytest.mark.parametrize(
    ("past", "shown"),
    [
        (
            PastIngest(7, BEGAN, LATER, LATER, Counts(1_204, 9, 8, 7, 6, 5, 4), ()),
            ShownIngest(
                "1 January 2019, 10:00 UTC",
                "9 minutes 30 seconds",
                True,
                (1_204, 9, 8, 7, 6, 4),
                (),
            ),
        ),
        (
            PastIngest(
                7, BEGAN, LATER, None, Counts(), (PutAside("is empty", "/f/a.zip!b.txt", None),)
            ),
            ShownIngest(
                "1 January 2019, 10:00 UTC",
                "cut off after 9 minutes 30 seconds, or still running",
                False,
                (0, 0, 0, 0, 0, 0),
                ("a.zip!b.txt: is empty",),
            ),
        ),
    ],
)
def test_an_ingest_in_words(past: PastIngest, shown: ShownIngest) -> None:
    assert shown_ingest(past) == shown


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ("2019-01-01T10:00:00Z", "under a second"),
        ("2019-01-01T09:59:00Z", "under a second"),
        ("2019-01-01T10:00:01Z", "1 second"),
        ("2019-01-01T10:02:00Z", "2 minutes"),
        ("2019-01-02T12:05:09Z", "26 hours 5 minutes"),
    ],
)
def test_how_long_it_took(ended: str, said: str) -> None:
    assert lasted(BEGAN, ended) == said
