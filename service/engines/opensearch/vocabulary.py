"""The archive's own words and headlines as the cluster knows them, to complete and to correct what
people type. Each question is one request, but for counts of words that begin in some way.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any

from service.engines.completing import NEAR, NEWEST, READ, following_in, has_beginning, written_in
from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import NOTHING, Query, either, every, query_of
from service.engines.opensearch.documents import LONGEST_OFFERED
from service.engines.opensearch.mapping import PIECES, SAID
from service.engines.opensearch.surveying import counts_of
from service.letters import folded
from service.query import And, In, Near, Node, Or, Phrase, Prefix, Word
from service.result import Headline
from service.stores.pieces import FIELDS
from service.unspaced import has_unspaced

# Words are looked for in so many articles of each shard, and counted there.
_SAMPLED = 20_000
_MOST_RESEMBLING = 1_000
# No term of a word that is offered is longer: a letter is written out as three at most.
_LONGEST = 3 * LONGEST_OFFERED
_LOOKED_AT, _BEGINNINGS = 40, 5
_NEWEST_FIRST = [{"published": "desc"}, {"arrival": "desc"}, {"key": "desc"}]


class OpenSearchVocabulary:
    """Reads one index."""

    def __init__(self, client: Client, index: str) -> None:
        self._client = client
        self._index = index

    def size(self) -> int:
        """The number of articles."""
        return self._count({"match_all": {}})

    def frequencies(self, words: Collection[str]) -> Mapping[str, int]:
        """In how many articles each of the words stands as written; those in none are left out."""
        queries = {word: _with_word(word) for word in words}
        counts = counts_of(self._client, self._index, queries)
        return {word: count for word, count in counts.items() if count}

    def beginning(self, prefix: str, limit: int) -> tuple[tuple[str, int], ...]:
        """Words that begin so with the number of articles that have them, the most first.

        Each is written as most articles do: `łodz`, with those that have `lodz`.
        """
        found = self._words(folded(prefix), ".*", 2 * limit)
        commonest = sorted(found, key=lambda said: (found[said], said))
        written = {_term(said): said.rpartition(" ")[2] for said in commonest}
        counts = ((written[term], n) for term, n in self.frequencies(written).items())
        return tuple(sorted(counts, key=lambda each: (-each[1], each[0]))[:limit])

    def following(self, words: Sequence[str], start: str, limit: int) -> tuple[str, ...]:
        """What begins so and follows the last of `words` in the newest articles with all."""
        return following_in(self._newest_texts(words, NEWEST), words, start, limit)

    def says(self, text: str) -> bool:
        """Whether some article has these words side by side."""
        return self._occurs(Phrase(text))

    def near(self, one: str, two: str) -> bool:
        """Whether two words stand near each other in some article."""
        return self._occurs(Near(f"{one} {two}", NEAR))

    def written(self, word: str) -> str:
        """A word of the archive as its newest article writes it, with its accents."""
        return written_in(self._newest_texts([word], 1), word)

    def has_form(self, word: str) -> bool:
        """Whether some article has a word with the same stem."""
        return self._occurs(Word(word))

    def resembling(self, start: str, shortest: int, longest: int) -> Mapping[str, int]:
        """Words of some length that begin so, with the number of articles that have them."""
        least, most = max(0, shortest - len(start)), longest - len(start)
        if most < 0:
            return {}
        found = self._words(start, f"[^ ]{{{least},{most}}}( .*)?", _MOST_RESEMBLING)
        counts: Counter[str] = Counter()
        for said, articles in found.items():
            counts[_term(said)] += articles
        return counts

    def together(self, texts: Collection[str]) -> int:
        """In how many articles all of these words and phrases stand."""
        return self._count(every([query_of(Phrase(text)) for text in texts]))

    def headlines(self, words: Sequence[str], start: str, limit: int) -> tuple[Headline, ...]:
        """The newest headlines with all of `words` and a word that begins with `start`."""
        asked: list[Node] = [Phrase(word) for word in words]
        if not asked:
            begins = [word for word, _ in self.beginning(start, _BEGINNINGS)]
            asked = [Or(tuple(map(Phrase, begins or [start])))]
        found = self._newest(query_of(In("title", And(tuple(asked)))), _LOOKED_AT)
        headlines: dict[str, Headline] = {}
        for key, article in found:
            if not article["title_derived"]:
                first = headlines.get(article["title"], Headline(key, article["title"], 0))
                headlines[first.text] = Headline(first.key, first.text, first.count + 1)
        shown = (each for each in headlines.values() if has_beginning(each.text, start))
        return tuple(islice(shown, limit))

    def _words(self, start: str, rest: str, most: int) -> Mapping[str, int]:
        """The commonest words as they are kept, with the number of articles looked at that have
        them.
        """
        if len(start) > _LONGEST:
            return {}
        # Without brackets `start.*` is looked for in another way, which fails where all words come
        # before it in the alphabet (OpenSearch 2.17 to 3.3).
        pattern = "(" + re.sub(r"([^\w\s])", r"\\\1", start) + rest + ")"
        terms = {"field": SAID, "include": pattern, "size": most}
        sampled = {"sampler": {"shard_size": _SAMPLED}, "aggs": {"words": {"terms": terms}}}
        query = query_of(Prefix(start)) if start else NOTHING
        body = {"size": 0, "query": query, "aggs": {"sample": sampled}}
        made = self._client.search(self._index, body)["aggregations"]
        return {each["key"]: each["doc_count"] for each in made["sample"]["words"]["buckets"]}

    def _newest_texts(self, words: Sequence[str], most: int) -> list[str]:
        """The beginnings of the newest articles that have all of the words."""
        found = self._newest(query_of(And(tuple(map(Phrase, words)))), most)
        return [f"{article['title']}\n{article['body'][:READ]}" for _, article in found]

    def _newest(self, query: Query, most: int) -> list[tuple[str, Mapping[str, Any]]]:
        body = {"size": most, "query": query, "sort": _NEWEST_FIRST, "_source": ["article"]}
        found = self._client.search(self._index, body)["hits"]["hits"]
        return [(each["_id"], each["_source"]["article"]) for each in found]

    def _occurs(self, node: Node) -> bool:
        body = {"size": 0, "terminate_after": 1, "query": query_of(node)}
        return bool(self._client.search(self._index, body)["hits"]["total"]["value"])

    def _count(self, query: Query) -> int:
        body = {"size": 0, "track_total_hits": True, "query": query}
        return int(self._client.search(self._index, body)["hits"]["total"]["value"])


def _term(said: str) -> str:
    """What a word is looked for by."""
    return said.partition(" ")[0]


def _with_word(word: str) -> Query:
    """Of scripts without spaces a word is a pair of characters."""
    if not has_unspaced(word):
        return query_of(Phrase(word))
    return either([{"terms": {f"{PIECES}.{name}": [word]}} for name in FIELDS])
