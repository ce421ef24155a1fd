"""Near copies of articles, kept as they come, change and go.

Two articles are held against each other when they are neighbours in a bucket of some band: at most
`NEAR` places apart. So a text that half the archive starts with costs no more than any other, and
the pairs are a function of what the archive holds, whatever the order of arrival: an article that
comes between two may part them, one that goes may join them.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from service.archive import Archive
from service.database import Connection, Row
from service.dates import Moment
from service.near_copies import ENOUGH, Text, bands, bucket, may_be_copies, overlap, signature
from service.needs import GROUP, Linked, Needs, of_articles

Pair = tuple[int, int]

NEAR = 8

GONE = "SELECT number, article_id, signature FROM copy_signatures WHERE article_id IS NULL"
OWN = """
SELECT number, article_id, signature FROM copy_signatures
WHERE article_id = :id OR number = :number
"""
KEY = "SELECT key FROM articles WHERE id = :id"
SIGN = """
INSERT INTO copy_signatures (number, article_id, signature) VALUES (:number, :id, :signature)
"""
UNSIGN = "DELETE FROM copy_signatures WHERE number = :number"
PLACE = "INSERT OR IGNORE INTO copy_bands (band, number) VALUES (:band, :number)"
UNPLACE = "DELETE FROM copy_bands WHERE band = :band AND number = :number"
BEFORE = """
SELECT number FROM copy_bands WHERE band >= :first AND (band, number) < (:band, :number)
ORDER BY band DESC, number DESC LIMIT :near
"""
AFTER = """
SELECT number FROM copy_bands WHERE band <= :last AND (band, number) > (:band, :number)
ORDER BY band, number LIMIT :near
"""
BETWEEN = """
SELECT count(*) FROM (SELECT 1 FROM copy_bands
  WHERE (band, number) > (:band, :number) AND (band, number) < (:other_band, :other) LIMIT :near)
"""
SIGNED = """
SELECT number, article_id, signature FROM copy_signatures
WHERE number IN (SELECT value FROM json_each(:numbers)) AND NOT stale AND article_id IS NOT NULL
"""
TEXT = "SELECT title, title_derived, body FROM articles WHERE id = :id"
PAIR = "INSERT OR REPLACE INTO copy_pairs (article_id, other_id, overlap) VALUES (?, ?, ?)"
UNPAIR = "DELETE FROM copy_pairs WHERE article_id = :one AND other_id = :other"
IS_PAIR = "SELECT 1 FROM copy_pairs WHERE article_id = :one AND other_id = :other"
PAIRED = "SELECT other_id FROM copy_pairs WHERE article_id = :id"
HAVE_COMMON_COPY = """
SELECT 1 FROM copy_pairs p JOIN copy_pairs q ON q.article_id = :other AND q.other_id = p.other_id
WHERE p.article_id = :one LIMIT 1
"""
GROUPS = """
SELECT DISTINCT group_id FROM copies WHERE article_id IN (SELECT value FROM json_each(:ids))
"""
JOIN_GROUP = """
INSERT INTO copies (article_id, group_id) VALUES (:id, :group)
ON CONFLICT (article_id) DO UPDATE SET group_id = :group WHERE group_id <> :group
"""
MERGE_GROUPS = """
UPDATE copies SET group_id = :group
WHERE group_id IN (SELECT value FROM json_each(:groups)) AND group_id <> :group
"""
MEMBERS = "SELECT article_id FROM copies WHERE group_id = :group"
LEAVE_GROUP = "DELETE FROM copies WHERE article_id = :id"


def file_copies(conn: Connection, article_id: int, signature: bytes | None) -> None:
    """Pair and group an article as it is now, inside the caller's write transaction.

    `signature` is that of its text; None: too short to have copies.
    """
    number = _number(conn.execute(KEY, {"id": article_id}).fetchone()["key"])
    _take_out_all(conn, OWN, {"id": article_id, "number": number})
    if signature is None:
        return
    values = {"number": number, "id": article_id, "signature": signature}
    conn.execute(SIGN, values)
    places = [{"band": band, "number": number} for band in bands(signature)]
    conn.executemany(PLACE, places)
    near, apart = _neighbours(conn, number, signature)
    _part(conn, apart)
    _pair(conn, ((number, other) for other in near))


def forget_copies(conn: Connection, article_id: int) -> None:
    """Take an article that is about to be deleted out of its group, which may fall apart."""
    _take_out_all(conn, OWN, {"id": article_id, "number": None})


def _take_out_all(conn: Connection, sql: str, values: dict[str, int | None]) -> None:
    """And what other programs have deleted."""
    for row in (*conn.execute(GONE).fetchall(), *conn.execute(sql, values).fetchall()):
        _take_out(conn, row)


def _take_out(conn: Connection, row: Row) -> None:
    number, article_id = row["number"], row["article_id"]
    groups = _groups(conn, [article_id])
    for (other,) in conn.execute(PAIRED, {"id": article_id}).fetchall():
        _unpair(conn, article_id, other)
    _regroup(conn, groups)
    places = [{"band": band, "number": number} for band in bands(row["signature"])]
    conn.executemany(UNPLACE, places)
    conn.execute(UNSIGN, {"number": number})
    _, joined = _neighbours(conn, number, row["signature"])
    _pair(conn, joined)


def _number(key: str) -> int:
    """Places articles with one text in an order that no date changes; 63 bits."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _neighbours(conn: Connection, number: int, signature: bytes) -> tuple[set[int], set[Pair]]:
    """Who stands near in some bucket; and which two stand near each other only without it."""
    near: set[int] = set()
    astride: set[Pair] = set()
    for band in bands(signature):
        first, last = bucket(band)
        values = {"band": band, "number": number, "first": first, "last": last, "near": NEAR}
        before = [row[0] for row in conn.execute(BEFORE, values)]
        after = [row[0] for row in conn.execute(AFTER, values)]
        near.update(before, after)
        # The nth before and the mth after it are n + m - 1 places apart without it.
        for nth, one in enumerate(before):
            if (mth := NEAR - 1 - nth) < len(after):
                astride.add((min(one, after[mth]), max(one, after[mth])))
    return near, astride


def _pair(conn: Connection, candidates: Iterable[Pair]) -> None:
    """Pair those of them that are copies of each other, and unite their groups."""
    found = list(_verified(conn, set(candidates)))
    both = found + [(other, one, shared) for one, other, shared in found]
    conn.executemany(PAIR, both)
    united: dict[int, list[int]] = {}
    for article_id, lowest in components(_others(both)).items():
        united.setdefault(lowest, []).append(article_id)
    for ids in united.values():
        _unite(conn, ids)


def _verified(conn: Connection, candidates: set[Pair]) -> Iterator[tuple[int, int, float]]:
    """The ids of the articles that are copies, and how far they overlap."""
    numbers = {"numbers": json.dumps(sorted({each for pair in candidates for each in pair}))}
    signed = {row["number"]: row for row in conn.execute(SIGNED, numbers)}
    # Many copies are the same to the letter, and are taken apart once.
    texts = cache(Text)
    written = cache(lambda article_id: _written(conn.execute(TEXT, {"id": article_id}).fetchone()))
    for pair in sorted(candidates):
        rows = [signed[number] for number in pair if number in signed]
        if len(rows) < 2 or not may_be_copies(*(row["signature"] for row in rows)):
            continue
        one, other = (row["article_id"] for row in rows)
        shared = overlap(texts(*written(one)), texts(*written(other)))
        if shared >= ENOUGH:
            yield one, other, shared


def _written(row: Row) -> tuple[str, str]:
    """Headline and body, as the source wrote them."""
    return ("" if row["title_derived"] else row["title"]), row["body"]


def _part(conn: Connection, candidates: Iterable[Pair]) -> None:
    """Undo the pairs that are neighbours in no bucket any more."""
    for pair in candidates:
        numbers = {"numbers": json.dumps(pair)}
        rows = conn.execute(SIGNED, numbers).fetchall()
        if len(rows) < len(pair):
            continue
        one, other = (row["article_id"] for row in rows)
        paired = conn.execute(IS_PAIR, {"one": one, "other": other}).fetchone()
        if paired and not _are_neighbours(conn, *rows):
            _unpair(conn, one, other)
            if not conn.execute(HAVE_COMMON_COPY, {"one": one, "other": other}).fetchone():
                _regroup(conn, _groups(conn, [one, other]))


def _are_neighbours(conn: Connection, one: Row, other: Row) -> bool:
    both = zip(bands(one["signature"]), bands(other["signature"]), strict=True)
    for mine, theirs in both:
        if bucket(mine) != bucket(theirs):
            continue
        low, high = sorted(((mine, one["number"]), (theirs, other["number"])))
        values = {"band": low[0], "number": low[1], "other_band": high[0], "other": high[1]}
        if conn.execute(BETWEEN, {**values, "near": NEAR}).fetchone()[0] < NEAR:
            return True
    return False


def _unpair(conn: Connection, one: int, other: int) -> None:
    conn.execute(UNPAIR, {"one": one, "other": other})
    conn.execute(UNPAIR, {"one": other, "other": one})


def _groups(conn: Connection, ids: list[int]) -> list[int]:
    return [row[0] for row in conn.execute(GROUPS, {"ids": json.dumps(ids)})]


def _unite(conn: Connection, ids: list[int]) -> None:
    groups = _groups(conn, ids)
    lowest = min(groups + ids)
    conn.execute(MERGE_GROUPS, {"group": lowest, "groups": json.dumps(groups)})
    conn.executemany(JOIN_GROUP, [{"id": each, "group": lowest} for each in ids])


def _regroup(conn: Connection, groups: list[int]) -> None:
    """Each group anew from its pairs: it may have fallen apart."""
    for group in groups:
        members = [row[0] for row in conn.execute(MEMBERS, {"group": group})]
        pairs = {each: [row[0] for row in conn.execute(PAIRED, {"id": each})] for each in members}
        placed = components(pairs)
        for each in members:
            sql = JOIN_GROUP if each in placed else LEAVE_GROUP
            conn.execute(sql, {"id": each, "group": placed.get(each)})


def components(pairs: dict[int, list[int]]) -> dict[int, int]:
    """Of each article that has pairs, the lowest that pairs connect it with."""
    lowest: dict[int, int] = {}
    for start in sorted(pairs):
        waiting = [start] if pairs[start] and start not in lowest else []
        while waiting:
            each = waiting.pop()
            if each not in lowest:
                lowest[each] = start
                waiting += pairs.get(each, ())
    return lowest


ALL = "SELECT id, key, title, title_derived, body FROM articles"
ALL_SIGNED = "SELECT number, article_id, signature FROM copy_signatures"
ALL_PAIRS = "SELECT article_id, other_id, overlap FROM copy_pairs"
ALL_GROUPS = "SELECT article_id, group_id FROM copies"
CLEARED = ("copies", "copy_pairs", "copy_bands", "copy_signatures")


def rebuild_copies(conn: Connection, progress: Callable[[int], None] | None = None) -> None:
    """All anew from the articles; `progress` is told how many are done, of each of two rounds."""
    for table in CLEARED:
        conn.execute(f"DELETE FROM {table}")  # noqa: S608 - over the fixed names above
    for done, row in enumerate(conn.execute(ALL), start=1):
        _sign(conn, row)
        if progress is not None:
            progress(done)
    for done, row in enumerate(conn.execute(ALL_SIGNED), start=1):
        conn.executemany(PAIR, ((*pair, shared) for pair, shared in _pairs_of(conn, row).items()))
        if progress is not None:
            progress(done)
    placed = components(_others(conn.execute(ALL_PAIRS)))
    conn.executemany(JOIN_GROUP, [{"id": each, "group": group} for each, group in placed.items()])


def _sign(conn: Connection, row: Row) -> None:
    made = _signature(row)
    if made is not None:
        number = _number(row["key"])
        conn.execute(SIGN, {"number": number, "id": row["id"], "signature": made})
        conn.executemany(PLACE, [{"band": band, "number": number} for band in bands(made)])


def _signature(row: Row) -> bytes | None:
    return signature(*_written(row))


def _pairs_of(conn: Connection, row: Row) -> dict[Pair, float]:
    """The pairs of one article, from its side and the other's."""
    near, _ = _neighbours(conn, row["number"], row["signature"])
    found = {}
    for one, other, shared in _verified(conn, {(row["number"], each) for each in near}):
        found[one, other] = found[other, one] = shared
    return found


def _others(pairs: Iterable[Sequence[Any]]) -> dict[int, list[int]]:
    """Of each article those that it is paired with."""
    others: dict[int, list[int]] = {}
    for one, other, _ in pairs:
        others.setdefault(one, []).append(other)
    return others


SIGNATURES = """
SELECT a.id, a.key, a.title, a.title_derived, a.body, x.number, x.signature, x.stale
FROM articles a LEFT JOIN copy_signatures x ON x.article_id = a.id
"""
PLACED = "SELECT count(*) FROM copy_bands WHERE band = :band AND number = :number"
COUNTED = "SELECT (SELECT count(*) FROM copy_bands), (SELECT count(*) FROM copy_signatures)"
_MENDS = "`cuttings reindex` puts it right"


def faults(conn: Connection) -> Iterator[str]:
    """What is not as it would be made anew, a sentence each."""
    for row in conn.execute(SIGNATURES):
        number = _number(row["key"])
        if row["number"] not in (number, None):
            yield f"copies of article {row['key']} are looked for by another number: {_MENDS}"
        if row["stale"] or row["signature"] != (made := _signature(row)):
            yield f"copies of article {row['key']} are looked for by another text: {_MENDS}"
        elif made is not None and not _is_placed(conn, number, made):
            yield f"copies of article {row['key']} are looked for in another place: {_MENDS}"
    placed, signed = conn.execute(COUNTED).fetchone()
    if placed != signed * len(bands(bytes(56))) or conn.execute(GONE).fetchone():
        yield f"copies are looked for among articles that are not there: {_MENDS}"
    yield from _wrong_pairs(conn)
    wanted = components(_others(conn.execute(ALL_PAIRS)))
    stored = {row[0]: row[1] for row in conn.execute(ALL_GROUPS)}
    for article_id in sorted(wanted.items() ^ stored.items()):
        yield f"the copies of article {article_id[0]} are grouped wrong: {_MENDS}"


def _is_placed(conn: Connection, number: int, made: bytes) -> bool:
    places = [{"band": band, "number": number} for band in bands(made)]
    return all(conn.execute(PLACED, place).fetchone()[0] for place in places)


def _wrong_pairs(conn: Connection) -> Iterator[str]:
    wanted: dict[Pair, float] = {}
    for row in conn.execute(ALL_SIGNED):
        wanted |= _pairs_of(conn, row)
    stored = {(row[0], row[1]): row[2] for row in conn.execute(ALL_PAIRS)}
    for one, other in sorted(key for key, _ in wanted.items() ^ stored.items()):
        yield f"whether articles {one} and {other} are copies is noted wrong: {_MENDS}"


COPIES = """
SELECT b.key, b.title, b.title_derived, s.name AS source, b.published_at, b.published_precision,
  p.overlap
FROM articles a
JOIN copy_signatures x ON x.article_id = a.id AND NOT x.stale
JOIN copies mine ON mine.article_id = a.id
JOIN copies c ON c.group_id = mine.group_id AND c.article_id <> a.id
JOIN copy_signatures y ON y.article_id = c.article_id AND NOT y.stale
JOIN articles b ON b.id = c.article_id
LEFT JOIN sources s ON s.id = b.source_id
LEFT JOIN copy_pairs p ON p.article_id = a.id AND p.other_id = b.id
WHERE a.key = :key ORDER BY b.id
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """Another article of the group; `overlap` only if the two were held against each other."""

    key: str
    title: str
    title_derived: bool
    source: str | None
    published: Moment | None
    overlap: float | None


class CopyStore:
    """Reads which articles are copies."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def of(self, key: str) -> tuple[Copy, ...]:
        """All other articles of its group, the oldest first; empty when it has no copies."""
        needs = Needs(linked=frozenset({Linked(of_articles([key]), GROUP)}))
        with self._archive.read(needs) as conn:
            return tuple(map(_copy, conn.execute(COPIES, {"key": key})))


def _copy(row: Row) -> Copy:
    date = row["published_at"]
    return Copy(
        row["key"],
        row["title"],
        bool(row["title_derived"]),
        row["source"],
        Moment(date, row["published_precision"]) if date else None,
        row["overlap"],
    )
