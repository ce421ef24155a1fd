"""How an index of articles is laid out.

Texts come as words that are made already, with spaces between: the cluster only parts them. Of
these fields nothing is kept beside the index; the text itself, as it is shown, is in `article`.
"""

from typing import Any

from service.engines.fields import TEXT_LISTS
from service.engines.opensearch.terms import LONGEST
from service.entity import ENTITY_TYPES
from service.stores.pieces import FIELDS

# How often a term is there, times what is asked for; query and scripts make a score of that.
_COUNTED = "query.boost * doc.freq"
# Fields of terms: stems (of what is not English `=word`), words as written, pieces.
STEMS, WORDS, PIECES = "stems", "words", "pieces"
# Every stem of an article once, as often as it stands in each field times twice the field's weight.
RANKED = "ranked"
# Every word of an article once, to be listed.
SAID = "said"
# The number of terms of an article in its words, and in its pieces if it has any.
LENGTHS = ("length", "length_in_pieces")

_NOT_KEPT = (STEMS, WORDS, PIECES, RANKED, SAID, "is")

_TERMS: dict[str, Any] = {
    "type": "text",
    "analyzer": "terms",
    "similarity": "counted",
    "norms": False,
    "index_options": "positions",
}
# Of what begins with one character there may be thousands of pieces, and words near each other are
# looked for by 128 terms at most: such a beginning is a term itself. Its length is compared in
# bytes, of which a character has up to four.
_PIECES: dict[str, Any] = {**_TERMS, "index_prefixes": {"min_chars": 1, "max_chars": 4}}
_KEYWORD: dict[str, Any] = {"type": "keyword"}
_NUMBER: dict[str, Any] = {"type": "long"}


def index_of_articles(shards: int, copies: int) -> dict[str, Any]:
    """A new index's settings and mapping; each shard has so many `copies` beside itself."""
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": copies,
            "similarity": {"counted": {"type": "scripted", "script": {"source": _COUNTED}}},
            "analysis": _ANALYSIS,
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"excludes": [*_NOT_KEPT, *(f"past.{name}" for name in _NOT_KEPT)]},
            "properties": _properties(),
        },
    }


_ANALYSIS: dict[str, Any] = {
    # In units of UTF-16, and with the mark of a word that was cut.
    "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": 2 * LONGEST + 100}},
    "analyzer": {
        "terms": {"type": "custom", "tokenizer": "spaces"},
        "counted_terms": {
            "type": "custom",
            "tokenizer": "spaces",
            "filter": ["delimited_term_freq"],
        },
    },
}


def _properties() -> dict[str, Any]:
    texts = {"properties": dict.fromkeys(FIELDS, _TERMS)}
    pieces = {"properties": dict.fromkeys(FIELDS, _PIECES)}
    values = dict.fromkeys((*ENTITY_TYPES, *TEXT_LISTS), _KEYWORD)
    counted = _TERMS | {
        "analyzer": "counted_terms",
        "search_analyzer": "terms",
        "index_options": "freqs",
    }
    sought = {
        **dict.fromkeys((STEMS, WORDS), texts),
        PIECES: pieces,
        RANKED: counted,
        # What filters compare with.
        "is": {"properties": values},
        **dict.fromkeys(("day", "instant"), _NUMBER),
        "article": {"type": "object", "enabled": False},
    }
    return {
        **sought,
        SAID: {**_KEYWORD, "index": False},
        # What facets count.
        "facet": {"properties": values},
        **dict.fromkeys(("key", "published", "group"), _KEYWORD),
        **dict.fromkeys(("arrival", "added_in", "slot", "month", "year", *LENGTHS), _NUMBER),
        # What the article said before: a text has to match as a whole.
        "past": {"type": "nested", "properties": {**sought, "version": _NUMBER}},
    }
