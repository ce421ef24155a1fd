"""An archive in a cluster, written and read by the real programs, with all that is known of it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
from opensearchpy import OpenSearch
from soak.programs import Program, Server
from soak.reading import Reader
from soak.site import SET, Site

_ENDED = 503
# Nobody waits longer than this for one answer, nor one for a node to come back.
_LONGEST_ANSWER, _LONGEST_WAIT = 120.0, 180.0


@dataclass
class ClusterSite(Site):
    """One whose programs have nothing in common but the cluster; `db` is where it is moved to."""

    urls: Sequence[str] = ()
    name: str = field(default_factory=lambda: f"site-{token_hex(4)}")
    copies: int = 1
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def env(self) -> dict[str, str]:
        return SET | {
            "CUTTINGS_ENGINE": "opensearch",
            "CUTTINGS_OPENSEARCH_URL": ",".join(self.urls),
            "CUTTINGS_OPENSEARCH_NAME": self.name,
            "CUTTINGS_OPENSEARCH_COPIES": str(self.copies),
            # So that indices are made while nodes are killed.
            "CUTTINGS_OPENSEARCH_YEARS": "10",
        }

    def start(self, *words: str | Path) -> Program:
        return Program(*words, "--db", self.db, output=self._new("output"), **self.env)

    def serve(self, workers: int = 1, **env: str) -> Server:
        return Server(self.db, self._new("served"), workers, **(self.env | env))

    def carry_home(self) -> None:
        """Into a file, which can be looked at at leisure."""
        self.run("move", "--to", "sqlite", within=600)

    def delete(self) -> None:
        with OpenSearch([*self.urls], timeout=60) as client:
            client.indices.delete(index=f"{self.name}-*")

    def _new(self, what: str) -> Path:
        """Several programs run at once."""
        return self.folder / f"{what}-{next(self._numbers)}"


@contextmanager
def site_in(urls: Sequence[str], folder: Path, seed: int) -> Iterator[ClusterSite]:
    """An empty archive with its keys, gone afterwards."""
    site = ClusterSite(folder, seed, urls=urls)
    site.prepare()
    yield site
    site.delete()


class PatientReader(Reader):
    """Asks again, as it is told to, when no answer could be given."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.client.timeout = httpx.Timeout(_LONGEST_ANSWER)
        self.answered = 0
        self.refused = 0
        self.longest = 0.0

    def _ask(self, path: str, **params: Any) -> httpx.Response:
        begun = time.monotonic()
        answer = self.client.get(path, params=params)
        self.refused += answer.status_code == _ENDED
        while answer.status_code == _ENDED and time.monotonic() - begun < _LONGEST_WAIT:
            time.sleep(min(float(answer.headers["Retry-After"]), 1.0))
            answer = self.client.get(path, params=params)
        self.answered += 1
        self.longest = max(self.longest, time.monotonic() - begun)
        if answer.is_server_error:
            self._wrong(f"{path} {params}: {answer.status_code} {answer.text[:200]}")
        return answer
