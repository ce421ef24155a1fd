"""What servers said of what was fetched, so that it is only sent again when it has changed."""

from dataclasses import dataclass

from service.archive import Archive
from service.database import Connection
from service.dates import utc_now
from service.needs import Needs

FETCHED = "SELECT etag, last_modified FROM fetches WHERE url = :url"
REMEMBER = """
INSERT INTO fetches (url, etag, last_modified, fetched_at)
VALUES (:url, :etag, :last_modified, :fetched_at)
ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified,
  fetched_at = excluded.fetched_at
"""


@dataclass(frozen=True, slots=True)
class Validators:
    """By what a server tells whether a document is still the same, as it wrote them."""

    etag: str | None = None
    last_modified: str | None = None


class FetchStore:
    """By address, what was fetched and stored last."""

    def __init__(self, private: Archive) -> None:
        self._private = private

    def validators(self, url: str) -> Validators:
        """Of what was stored from an address last; empty if that is nothing."""
        with self._private.read(_of(url)) as conn:
            row = conn.execute(FETCHED, {"url": url}).fetchone()
        return Validators(row["etag"], row["last_modified"]) if row else Validators()

    def remember(self, url: str, validators: Validators) -> None:
        """All that was fetched from an address is stored."""
        values = {
            "url": url,
            "etag": validators.etag,
            "last_modified": validators.last_modified,
            "fetched_at": utc_now(),
        }

        def work(conn: Connection) -> None:
            conn.execute(REMEMBER, values)

        self._private.change(_of(url), work)


def _of(url: str) -> Needs:
    return Needs(frozenset({("fetch", url)}))
