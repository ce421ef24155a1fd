"""What an ingest would do, without doing it: it is done to a copy that holds no texts.

The copy has what articles are known by (keys, uris, paths, hashes, dates, tombstones), so the
report is that of the real thing, also where inputs repeat each other, and the archive is not
locked.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.database import Connection, Database, migrations_folder
from service.settings import Settings

# Bodies and lists are left out; what a text says plays no part in which article it is.
COPIES = (
    "INSERT INTO {to}.sources (id, name) SELECT id, name FROM sources",
    """
INSERT INTO {to}.articles (id, key, key_made, uri, body, source_id, published_at,
  published_precision, updated_at, version, stated_version, content_hash)
SELECT id, key, key_made, uri, '', source_id, published_at, published_precision, updated_at,
  version, stated_version, content_hash
FROM articles
""",
    """
INSERT INTO {to}.versions (id, article_key, version, body, ingested_at, content_hash, document)
SELECT id, article_key, version, '', ingested_at, content_hash,
  json_set(document, '$.body', '', '$.subheadings', json('[]'))
FROM versions
""",
    "INSERT INTO {to}.former_keys SELECT * FROM former_keys",
    "INSERT INTO {to}.origins SELECT * FROM origins",
    "INSERT INTO {to}.tombstones SELECT * FROM tombstones",
    "INSERT INTO {to}.killed_identities SELECT * FROM killed_identities",
)


@contextmanager
def rehearsal(settings: Settings) -> Iterator[tuple[Database, Database]]:
    """An archive and a private file like those, to be written to, for the time of the context.

    Nothing is made where there is none yet.
    """
    archive, private = Database(settings.db), Database(settings.private_db)
    folder = Path(tempfile.mkdtemp(prefix="cuttings-"))
    try:
        copy = Database(folder / archive.path.name)
        copy.migrate()
        if archive.path.exists():
            with copy.attached(archive, "original") as conn:
                _copy(conn)
        secret = Database(folder / private.path.name, migrations_folder() / "private")
        secret.migrate()
        if private.path.exists():
            with secret.attached(private, "original") as conn:
                conn.execute("INSERT INTO embargoed SELECT * FROM original.embargoed")
        yield copy, secret
        copy.close()
        secret.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(conn: Connection) -> None:
    for statement in COPIES:
        filled = statement.replace("{to}.", "main.").replace("FROM ", "FROM original.")
        conn.execute(filled)
