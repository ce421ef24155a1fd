"""One archive that is written to, killed and looked at, with all that is known of it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from service.database import archive_database
from service.settings import Settings
from service.stores.entities import EntityStore
from service.stores.erasure import pending_erasures
from soak.edits import EditLedger
from soak.holding import Holding
from soak.ledger import Ledger
from soak.programs import LONGEST, Program, Server
from soak.texts import article

# The tagger that starts at once; and writers have keys, which the rates would slow down.
SET = {"CUTTINGS_TAGGER": "gazetteer", "CUTTINGS_RATE_KEY": "off"}
# A guess at first; then each kind of run is known by how many were met alive.
_LASTS = 0.6
_LONGER, _SHORTER = 1.08, 0.8
_SEARCHED = 4


class Wrong(AssertionError):
    """What an archive says that it may not say."""


@dataclass
class Site:
    """An archive in a folder of its own. Everything random comes from its seed."""

    folder: Path
    seed: int
    ledger: Ledger = field(default_factory=Ledger)
    edits: EditLedger = field(default_factory=EditLedger)
    lasts: dict[str, float] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - a run can be repeated

    @property
    def db(self) -> Path:
        return self.folder / "cuttings.db"

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def prepare(self) -> None:
        """An empty archive, with a key for writers and one for editors."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run("migrate")
        for scope in ("write", "edit"):
            self.keys[scope] = self.key(scope)

    def key(self, scope: str) -> str:
        """A new one."""
        return self.run("key", "create", "--scope", scope).split()[-1]

    def start(self, *words: str | Path) -> Program:
        return Program(*words, "--db", self.db, output=self.output, **SET)

    def run(self, *words: str | Path, within: float = LONGEST) -> str:
        """A command to its end, which must be a good one."""
        return self.start(*words).complete(within)

    def serve(self, workers: int = 1, **env: str) -> Server:
        return Server(self.db, self.folder / "served", workers, **(SET | env))

    @contextmanager
    def serving(self, workers: int = 1, **env: str) -> Iterator[Server]:
        """A server that is ready, and ends with the block."""
        server = self.serve(workers, **env)
        try:
            server.wait_until_ready()
            yield server
        finally:
            server.end()

    def struck(self, kind: str, *words: str | Path) -> bool:
        """A command that is killed at a random instant; false when it had ended well before."""
        lasts = self.lasts.get(kind, _LASTS)
        program = self.start(*words)
        program.ends_within(self.random.uniform(0, lasts))
        killed = program.kill()
        self.lasts[kind] = lasts * (_LONGER if killed else _SHORTER)
        if not killed:
            program.complete()
        return killed

    def write_inbox(self, texts: Mapping[int, int]) -> Path:
        """A file with these versions of articles, as an ingest takes it."""
        return self.write_records(article(number, version) for number, version in texts.items())

    def write_records(self, records: Iterable[dict[str, Any]]) -> Path:
        inbox = self.folder / "inbox.ndjson"
        inbox.write_text("\n".join(map(json.dumps, records)), "utf-8")
        return inbox

    def hold(self, touched: Iterable[int], *, is_checked: bool = True) -> None:
        """Raises Wrong when the archive is not as it may be; some of the touched are searched."""
        among = sorted(set(touched))
        searched = self.random.sample(among, min(_SEARCHED, len(among)))
        faults = Holding(self.db, self.ledger, self.edits).faults(searched, is_checked=is_checked)
        if faults:
            raise Wrong("\n".join(faults[:20]))

    def is_erased(self) -> bool:
        """Whether nothing that was killed is still to be erased."""
        with closing(archive_database(Settings(db=self.db))) as archive:
            return not pending_erasures(archive)

    def has_entity(self, key: str) -> bool:
        with closing(archive_database(Settings(db=self.db))) as archive:
            return EntityStore(archive).has(key)
