"""Whether each page of an FTS5 index can be found by its words.

FTS5's own check follows its directory (`…_idx`) to the pages, and never notices a page that the
directory does not name: its words are there, and no query finds them. The layout is that of
fts5_index.c: a leaf begins with two numbers of two bytes, of which the second says where its list
of terms begins; a leaf without one goes on with what the page before has begun.
"""

from collections import defaultdict
from collections.abc import Iterator

from service.database import Connection

# id: the segment, one bit for another kind of page, five for the height, 31 for the number.
LEAVES = """
SELECT id >> 37 AS segment, id & 0x7fffffff AS page, length(block) AS size, block
FROM {index}_data WHERE id > 10 AND (id >> 31) & 63 = 0
"""
DIRECTORY = "SELECT segid, pgno >> 1, term FROM {index}_idx"


def lost_pages(conn: Connection, index: str) -> int:
    """How many pages with words of their own the directory does not name as it must."""
    named: dict[int, dict[int, bytes]] = defaultdict(dict)
    for segment, page, term in conn.execute(DIRECTORY.replace("{index}", index)):
        named[segment][page] = term if isinstance(term, bytes) else str(term).encode()
    lost = 0
    for segment, page, first in _first_terms(conn, index):
        term = named[segment].pop(page, None)
        # It names the shortest beginning that tells the page from the one before.
        lost += term is None or not first.startswith(term)
    return lost + sum(map(len, named.values()))


def _first_terms(conn: Connection, index: str) -> Iterator[tuple[int, int, bytes]]:
    for segment, page, size, block in conn.execute(LEAVES.replace("{index}", index)):
        terms_at = int.from_bytes(block[2:4], "big")
        if terms_at < size:
            offset, _ = _varint(block, terms_at)
            length, start = _varint(block, offset)
            yield segment, page, block[start : start + length]


def _varint(block: bytes, at: int) -> tuple[int, int]:
    """SQLite's number of variable length, and where it ends."""
    number = 0
    for place in range(8):
        byte = block[at + place]
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, at + place + 1
    return number << 8 | block[at + 8], at + 9
