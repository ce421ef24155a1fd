"""How many clauses a query has. Lucene refuses what has too many, and counts the leaves of all of
it: also within scripts and past texts, and each term of words near each other.
"""

from collections.abc import Mapping
from typing import Any

from service.engines.opensearch.compiling import Query
from service.engines.opensearch.mapping import PIECES

# As nodes are delivered: `indices.query.bool.max_clause_count`.
MOST_CLAUSES = 1_024


def clauses(query: Query) -> int:
    """As many as the cluster counts, or a few more."""
    return sum(_clauses(name, asked) for name, asked in query.items())


def _clauses(name: str, asked: Mapping[str, Any]) -> int:
    match name:
        case "bool":
            every = (side for side in asked.values() if isinstance(side, list))
            # What is only to be left out is left out of all there is, which is asked for.
            is_negative = "must_not" in asked and not asked.get("filter")
            return is_negative + sum(clauses(query) for side in every for query in side)
        case "constant_score":
            return clauses(asked["filter"])
        case "range":
            # By points or by values, whichever is quicker.
            return 2
        case "script_score":
            return clauses(asked["query"])
        case "function_score":
            filters = (each["filter"] for each in asked["functions"])
            return clauses(asked["query"]) + sum(map(clauses, filters))
        case "nested":
            # Which documents are articles is asked as well.
            return 1 + clauses(asked["query"])
        case "match_phrase_prefix":
            return sum(_of_beginning(field, said) for field, said in asked.items())
        case "intervals":
            return sum(map(_terms, asked.values()))
        case _:
            return 1


def _of_beginning(field: str, said: Mapping[str, Any]) -> int:
    """A beginning alone becomes the words that begin so, but for what is indexed itself."""
    number = len(said["query"].split())
    is_indexed = field.startswith(f"{PIECES}.")
    return number if number > 1 or is_indexed else int(said["max_expansions"])


def _terms(interval: Mapping[str, Any]) -> int:
    match interval:
        case {"all_of": {"intervals": parts}}:
            return sum(map(_terms, parts))
        case {"match": {"query": text}}:
            return len(text.split())
        case _:
            return 1
