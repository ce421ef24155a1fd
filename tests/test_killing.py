"""Kills: gone from every answer at once, from the bytes of the files soon after, and for good."""

from dataclasses import replace

import pytest
from conftest import Archive, of_a_file

from service.article import Article
from service.dates import parse_moment
from service.entity import EntityName, Mention
from service.errors import Busy, Conflict, NotFound
from service.findings import Findings
from service.stores.edit_log import Author
from service.stores.edits import EditStore
from service.stores.embargoes import EmbargoStore, Held
from service.stores.kills import KillStore
from service.stores.quarantine import Aside, new_ingest
from service.stores.versions import VersionStore

UNHEARD = "qvxjwzkplmtrd"
FUTURE = parse_moment("2999-01-01")


def secret(**fields: object) -> Article:
    body = f"Quiet town hears of {UNHEARD} from a neighbour who had seen it all."
    article = Article(
        body=body, title=f"The {UNHEARD} affair", uri="wire:7", source=f"{UNHEARD} news"
    )
    return replace(article, **fields)  # type: ignore[arg-type]


def named(text: str, start: int = 4) -> Mention:
    entity = EntityName(f"person-{text}", text, "person")
    return Mention(
        field="title",
        start=start,
        end=start + len(text),
        text=text,
        alias=text,
        type="person",
        entity=entity,
        method="test",
        confidence=1.0,
    )


def test_what_is_killed_is_in_no_byte_of_the_files(archive: Archive) -> None:
    archive.add(Article(body="Another report of the quiet town.", title="Quiet town"))
    uri = f"wire:{UNHEARD}"
    archive.add(secret(body=f"First they said {UNHEARD}.", uri=uri))
    key = archive.add(secret(uri=uri), [named(UNHEARD)]).key
    assert archive.remains(UNHEARD)
    killed = archive.killing.kill(key, "a court's order")
    assert killed.tombstone.reason == "a court's order"
    assert [*archive.engine.pending_erasures()] == [key]
    archive.erase()
    assert archive.remains(UNHEARD) == []
    assert [*archive.engine.pending_erasures()] == []
    assert archive.find("quiet") == ["Quiet town"]
    assert archive.rows("SELECT name FROM sources") == []
    assert archive.rows("SELECT key FROM entities") == []
    assert archive.rows("SELECT word FROM words WHERE word = ?", UNHEARD) == []
    assert VersionStore(archive.database).all(key) == ()


def test_a_killed_article_stays_killed_until_it_is_revived(archive: Archive) -> None:
    key = archive.add(secret()).key
    archive.killing.kill(key)
    for again in (secret(), secret(body="Quite another text."), secret(uri=None, key=key)):
        assert archive.add(again).outcome == "killed"
    assert archive.add(secret(source="Another")).outcome == "added"
    KillStore(archive.database).revive(key)
    assert archive.add(secret()).outcome == "added"


def test_what_has_only_a_path_or_a_text_is_known_again_as_well(archive: Archive) -> None:
    plain = Article(body=f"Only a text about {UNHEARD}.", origin="/in/a.txt")
    key = archive.add(plain).key
    archive.killing.kill(key)
    assert archive.add(plain).outcome == "killed"
    assert archive.add(replace(plain, body="edited")).outcome == "killed"
    assert archive.add(replace(plain, origin="/in/b.txt")).outcome == "killed"
    other = Article(body="Something else.", origin="/in/c.txt")
    assert archive.add(other).outcome == "added"


def test_a_former_key_is_killed_along(archive: Archive) -> None:
    former = archive.add(secret()).key
    archive.add(secret(key="stated"))
    archive.killing.kill(former, "why")
    stones = KillStore(archive.database)
    assert stones.get("stated") is not None
    assert stones.get(former) is not None
    assert archive.rows("SELECT * FROM former_keys") == []


def test_it_is_killed_once(archive: Archive) -> None:
    key = archive.add(secret()).key
    archive.killing.kill(key)
    with pytest.raises(Conflict):
        archive.killing.kill(key)
    with pytest.raises(NotFound):
        archive.killing.kill("nobody")
    with pytest.raises(NotFound):
        KillStore(archive.database).revive("nobody")


def test_what_is_under_embargo_can_be_killed(archive: Archive) -> None:
    held = Held(secret(embargoed_until=FUTURE), Findings(), "test")
    key = archive.embargoes.hold(held, "held").key
    assert archive.remains(UNHEARD)
    archive.killing.kill(key)
    archive.erase()
    assert archive.remains(UNHEARD) == []
    assert archive.embargoes.find(key) is None
    assert archive.add(secret()).outcome == "killed"


def aside(number: int, said: str) -> Aside:
    data = said.encode()
    return Aside("/in/wire.ndjson", number, "is broken", "json", data, len(data))


def away(*_args: object) -> int:
    raise Busy("A node is away")


@pytest.mark.parametrize("held", [False, True])
def test_one_that_is_cut_off_leaves_no_record_that_names_it(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, *, held: bool
) -> None:
    """It is told of as an error, though it was killed: who sends it again is told so."""
    told = secret(uri=f"wire:{UNHEARD}", embargoed_until=FUTURE if held else None)
    if held:
        key = archive.embargoes.hold(Held(told, Findings(), "test"), "held").key
    else:
        key = archive.add(told).key
    asides = [aside(1, f'{{"uri": "wire:{UNHEARD}", "bo'), aside(2, '{"uri": "wire:8", "bo')]
    archive.quarantine.keep(asides, new_ingest())
    with monkeypatch.context() as cut_off:
        cut_off.setattr(EmbargoStore, "kill", away)
        for error in (Busy, Busy if held else Conflict):
            with pytest.raises(error):
                archive.killing.kill(key)
        with pytest.raises(Busy):
            archive.killing.sweep()
    archive.killing.sweep()
    assert [kept.number for kept in archive.quarantine.page(10).kept] == [2]


def test_a_withdrawal_that_is_cut_off_leaves_none_either(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add(secret(uri=f"wire:{UNHEARD}"))
    archive.quarantine.keep([aside(1, f'{{"uri": "wire:{UNHEARD}", "bo')], new_ingest())
    with monkeypatch.context() as cut_off:
        cut_off.setattr(EmbargoStore, "kill", away)
        with pytest.raises(Busy):
            archive.killing.withdraw(None, f"wire:{UNHEARD}", None, "withdrawn")
    archive.killing.sweep()
    assert archive.quarantine.total() == 0


def test_names_are_noted_until_nothing_is_called_so(archive: Archive) -> None:
    key = archive.add(secret()).key
    archive.quarantine.keep([aside(1, f'{{"key": "{key}", "bo')], new_ingest())
    archive.killing.kill(key)
    assert archive.quarantine.total() == 0
    assert archive.rows("SELECT key, names FROM erasures") == [(key, "[]")]


def test_editors_words_that_only_it_knew_go_along(archive: Archive) -> None:
    archive.add(Article(body="x", title="The mayor spoke"), [named("mayor")])
    key = archive.add(secret(), [named(UNHEARD)]).key
    edits = EditStore(archive.database)
    edits.merge(f"person-{UNHEARD}", "person-mayor", Author("Ann", f"they say {UNHEARD}"))
    edits.annotate("person-mayor", "a note that stays", Author("Ann"))
    archive.killing.kill(key)
    archive.erase()
    assert archive.remains(UNHEARD) == []
    rows = archive.rows("SELECT id, who, action, entity FROM edits ORDER BY id")
    assert rows == [(1, "Ann", "note", "person-erased"), (2, "Ann", "note", "person-mayor")]
    assert archive.rows("SELECT text FROM spellings, aliases WHERE text = ?", UNHEARD) == []
    # The log is as closed as ever.
    for sql in ("UPDATE edits SET reason = ''", "DELETE FROM edits"):
        with pytest.raises(Exception, match="only added to"):
            archive.tamper(sql)


def test_a_source_may_take_back_what_has_not_come_yet(archive: Archive) -> None:
    killing = archive.killing
    first = killing.withdraw(None, "wire:7", f"{UNHEARD} news", "withdrawn")
    assert killing.withdraw(None, "wire:7", f"{UNHEARD} news", "withdrawn") == first
    assert archive.add(secret()).outcome == "killed"


@of_a_file  # a cluster keeps no old state for a reader, who is told that it has changed
def test_a_reader_of_an_old_snapshot_only_delays_the_erasure(archive: Archive) -> None:
    key = archive.add(secret()).key
    with archive.database.read():
        archive.rows("SELECT 1 FROM articles")
        archive.killing.kill(key)
        assert KillStore(archive.database).get(key) is None  # of the old snapshot
    archive.erase()
    assert archive.remains(UNHEARD) == []
