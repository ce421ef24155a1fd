"""Whether the columns say what the tables say: each is held against one made anew."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from service.database import Connection
from service.engines.fields import TEXT_LISTS, nocase
from service.engines.sqlite.columns.filing import SEGMENTS, dead_in, unfiled
from service.engines.sqlite.columns.lists import Lists
from service.engines.sqlite.columns.merging import merged
from service.engines.sqlite.columns.parts import LISTS, Ids, Part, read_part
from service.engines.tokens import Tokens

ARTICLES = "SELECT id FROM articles ORDER BY id"
MAKE_ANEW = "run `cuttings reindex`"


def faulty_columns(conn: Connection, tokens: Tokens) -> Iterator[str]:
    """What is wrong with the columns, a sentence each."""
    found: list[Ids] = [np.array(unfiled(conn), np.int64)]
    for row in conn.execute(SEGMENTS).fetchall():
        dead = int(dead_in(conn, row["id"], row["articles"]).sum())
        if dead != row["dead"]:
            yield f"segment {row['id']} counts {row['dead']} dead articles, not {dead}: {MAKE_ANEW}"
        filed = merged(conn, [row["id"]]).part
        found.append(filed.ids)
        if not _are_same(filed, read_part(conn, tokens, filed.ids.tolist())):
            yield f"columns of segment {row['id']} do not agree with the articles: {MAKE_ANEW}"
    ids, times = np.unique(np.concatenate(found), return_counts=True)
    if (times > 1).any():
        yield f"{int((times > 1).sum())} articles are in several segments: {MAKE_ANEW}"
    missing = {id_ for (id_,) in conn.execute(ARTICLES)}.difference(ids.tolist())
    if missing:
        yield f"{len(missing)} articles are in no segment: {MAKE_ANEW}"


def _are_same(one: Part, other: Part) -> bool:
    return (
        _equal(one.plain, other.plain)
        and all(_values(one, name) == _values(other, name) for name in LISTS)
        and one.postings.keys() == other.postings.keys()
        and all(_equal(posting, other.postings[term]) for term, posting in one.postings.items())
    )


def _equal(some: Iterable[npt.ArrayLike], others: Iterable[npt.ArrayLike]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(some, others, strict=True))


def _values(part: Part, name: str) -> list[frozenset[int | bytes]]:
    """Of each article, what differs in case alone as one."""
    lists: Lists = part.lists[name]
    if name in TEXT_LISTS:
        texts = [nocase(text) for text in part.texts[name]]
        values: list[int | bytes] = [texts[number] for number in lists.values.tolist()]
    else:
        values = lists.values.tolist()
    offsets = lists.offsets.tolist()
    return [frozenset(values[a:b]) for a, b in pairwise(offsets)]
