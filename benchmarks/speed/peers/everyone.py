"""The table of peers; each that needs more than the service brings is imported here alone."""

from speed.peers.peer import Peer
from speed.peers.plain import Plain
from speed.peers.with_datasette import OverDatasette
from speed.peers.with_postgres import Postgres
from speed.peers.with_tantivy import Tantivy

PEERS: dict[str, type[Peer]] = {
    "plain": Plain,
    "tantivy": Tantivy,
    "datasette": OverDatasette,
    "postgres": Postgres,
}
