"""An archive held against the ledger: nothing missing that was acknowledged, nothing half there."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from service.checks import inspect
from service.database import Connection, Database, archive_database, private_database
from service.engines import load_engine
from service.search import Ask, Finder
from service.settings import Settings
from service.stores.entities import EntityStore
from soak.edits import EditLedger
from soak.ledger import ABSENT, KILLED, Ledger, State
from soak.texts import (
    EVERYWHERE,
    article,
    names_in,
    number_of,
    text_of_title,
    title_of,
    version_word,
    word_of,
)

ARTICLES = """
SELECT a.key, a.title, a.body, (SELECT json_group_array(text) FROM
  (SELECT text FROM mentions WHERE article_id = a.id ORDER BY position)) AS names
FROM articles a
"""
VERSIONS = "SELECT article_key, title FROM versions ORDER BY article_key, version"
TOMBSTONES = "SELECT key FROM tombstones"
HELD = "SELECT key FROM embargoed"
EDITS = "SELECT reason FROM edits ORDER BY id"
NOT_ERASED = "SELECT count(*) FROM erasures"


@dataclass
class Seen:
    """What an archive says of every article, in its tables."""

    states: dict[int, State] = field(default_factory=dict)
    versions: dict[int, list[int]] = field(default_factory=dict)
    edits: list[str] = field(default_factory=list)
    is_erased: bool = True
    faults: list[str] = field(default_factory=list)


def seen_in(archive: Database, private: Database | None = None) -> Seen:
    """One snapshot of the archive, and after it what waits beside it."""
    seen = Seen()
    with archive.read() as conn:
        _look_at_articles(conn, seen)
        for row in conn.execute(VERSIONS):
            number, version = text_of_title(row["title"])
            seen.versions.setdefault(number, []).append(version)
        for row in conn.execute(TOMBSTONES):
            seen.states[number_of(row["key"])] = KILLED
        seen.edits = [row["reason"] for row in conn.execute(EDITS)]
        seen.is_erased = conn.execute(NOT_ERASED).fetchone()[0] == 0
    if private is not None:
        with private.read() as conn:
            for row in conn.execute(HELD):
                seen.states.setdefault(number_of(row["key"]), State(1, "held"))
    return seen


def _look_at_articles(conn: Connection, seen: Seen) -> None:
    for row in conn.execute(ARTICLES):
        number, version = text_of_title(row["title"])
        if row["body"] != article(number, version)["body"]:
            seen.faults.append(f"{row['key']} is there with another body than was sent")
        if row["names"] != _as_json(names_in(number, version)):
            seen.faults.append(f"{row['key']} is there with the names {row['names']}")
        seen.states[number] = State(version)


def _as_json(names: list[str]) -> str:
    return "[" + ",".join(f'"{name}"' for name in names) + "]"


class Holding:
    """Holds one archive against its ledgers."""

    def __init__(self, db: Path, ledger: Ledger, edits: EditLedger) -> None:
        self._settings = Settings(db=db)
        self._ledger = ledger
        self._edits = edits

    def faults(self, touched: Iterable[int], *, is_checked: bool) -> list[str]:
        """All that is wrong, and settles what became of what was not acknowledged.

        `touched` are searched for by words of their own; `is_checked` is with every consistency
        check there is.
        """
        settings = self._settings
        with (
            closing(archive_database(settings)) as archive,
            closing(private_database(settings)) as private,
        ):
            engine = load_engine("sqlite", archive)
            found = inspect(archive, engine, private) if is_checked else []
            faults = [fault.message for fault in found]
            seen = seen_in(archive, private)
            faults += [*seen.faults, *self._settled(seen), *self._edits.faults(seen.edits)]
            finder = Finder(engine, EntityStore(archive))
            faults += self._total(finder, seen)
            for number in touched:
                faults += self._found(finder, number, seen.states.get(number, ABSENT))
            if seen.is_erased:
                faults += self._remains(seen)
            return faults

    def _settled(self, seen: Seen) -> Iterator[str]:
        for number in sorted({*self._ledger.numbers(), *seen.states}):
            state = seen.states.get(number, ABSENT)
            allowed = self._ledger.allowed(number)
            if not any(each.allows(state) for each in allowed):
                yield f"article {number} is {state}, and may be {allowed}"
                continue
            self._ledger.settle(number, state)
            texts = [*seen.versions.get(number, []), *([state.version] if state.version else [])]
            if state.fate == "shown" and texts != self._ledger.versions(number):
                had = self._ledger.versions(number)
                yield f"article {number} has had the texts {texts}, and was sent {had}"

    def _total(self, finder: Finder, seen: Seen) -> Iterator[str]:
        shown = sum(state.version > 0 and state.fate == "shown" for state in seen.states.values())
        for ask in (Ask(), Ask(q=EVERYWHERE), Ask(q=f'"was {EVERYWHERE}"')):
            if (total := finder.search(ask).total) != shown:
                yield f"a search for “{ask.q}” says {total}, there are {shown}"

    def _found(self, finder: Finder, number: int, state: State) -> Iterator[str]:
        """By words as arrays find them, and by phrases as FTS5 does."""
        shown = state.version if state.fate == "shown" else 0
        for version in range(1, max(shown, 1) + 1):
            word = version_word(number, version)
            for q in (word, f'"{word_of(number)} {word}"'):
                found = [hit.title for hit in finder.search(Ask(q=q)).hits]
                if found != ([title_of(number, version)] if version == shown else []):
                    yield f"a search for “{q}” finds {found}, version {shown} is there"

    def _remains(self, seen: Seen) -> Iterator[str]:
        """Bytes of what was killed and erased."""
        files = [path for path in archive_database(self._settings).files() if path.is_file()]
        data = b"".join(path.read_bytes() for path in files)
        for number, state in seen.states.items():
            if state == KILLED and version_word(number, 1).encode() in data:
                yield f"article {number} was erased, and its bytes are there"
