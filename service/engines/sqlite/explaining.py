"""What a hit's score is made of: each word by itself, words side by side, and age."""

from collections.abc import Mapping, Sequence

import numpy as np

from service.database import Connection
from service.deadline import raise_if_late
from service.engines.highlights import COLUMNS
from service.engines.leaves import as_typed, index_of
from service.engines.sqlite.match import match_of
from service.engines.sqlite.ranking import Order, Place, recency_of
from service.engines.sqlite.scoring import Part, Scoring
from service.query import In, Node, Prefix, Search
from service.result import Explanation, ScorePart

STANDS_IN = """
SELECT rowid AS id FROM {index}
WHERE {index} MATCH :match AND {rowid} IN (SELECT value FROM json_each(:ids))
"""


def explanations(
    conn: Connection, scoring: Scoring, search: Search, order: Order
) -> Mapping[int, Explanation]:
    """The score of each article that has one, by parts."""
    places = [place for place in order.places if place.score is not None]
    positions = np.array([place.position for place in places], np.int64)
    parts: dict[int, list[ScorePart]] = {place.id: [] for place in places}
    for number, part in enumerate(order.parts):
        scores = part.at(positions, scoring.norms(positions))
        if order.corrections:
            lacking = [order.corrections.get(place.position) for place in places]
            scores += [each[number] if each else 0.0 for each in lacking]
        for id_, said in _of_words(conn, part, places, scores.tolist()).items():
            parts[id_].append(said)
    for id_ in parts:
        extras = order.extras.get(id_, ())
        parts[id_] += [ScorePart(each.text, each.why, each.amount, ()) for each in extras]
    factors = np.broadcast_to(recency_of(scoring.columns, search, positions), len(places)).tolist()
    return {
        place.id: Explanation(tuple(parts[place.id]), factor)
        for place, factor in zip(places, factors, strict=True)
    }


def _of_words(
    conn: Connection, part: Part, places: Sequence[Place], scores: Sequence[float]
) -> Mapping[int, ScorePart]:
    ids = [place.id for place in places]
    scored = {id_: score for id_, score in zip(ids, scores, strict=True) if score > 0}
    fields = _fields(conn, part.word, [*scored])
    return {id_: ScorePart(part.text, "words", score, fields[id_]) for id_, score in scored.items()}


def _fields(conn: Connection, word: Node, ids: list[int]) -> Mapping[int, tuple[str, ...]]:
    """The fields of each article in which the word stands, in any of its spellings."""
    found: dict[int, tuple[str, ...]] = dict.fromkeys(ids, ())
    index, typed = index_of(word), as_typed(word)
    part = typed.part if isinstance(typed, In) else typed
    # Beginnings of words are looked up anew for each article that FTS5 is asked about: with a plus
    # it is asked about none, and tells of all.
    rowid = "+rowid" if isinstance(part, Prefix) else "rowid"
    for column in COLUMNS if index else ():
        raise_if_late()
        sql = STANDS_IN.replace("{index}", str(index)).replace("{rowid}", rowid)
        match = f"{{{column}}} : ({match_of(word)})"
        for row in conn.execute(sql, {"match": match, "ids": str(ids)}):
            found[row["id"]] = (*found[row["id"]], column)
    return found
