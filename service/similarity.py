"""Articles like another: those that share its telling words and the people, organisations and
places that it names.

A word tells the more, the more often an article has it and the fewer others do (tf-idf); a name
likewise. Which of them two articles share is part of the answer.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.article import Article
from service.deadline import raise_if_late
from service.engines import Engine
from service.letters import as_indexed, words_of
from service.query import Node, Or, Search, Word
from service.result import Hit, Named, Similar, SimilarArticles
from service.stop_words import STOP_WORDS
from service.stores.articles import ArticleStore
from service.stores.entities import EntityRow, EntityStore
from service.unspaced import cut, has_unspaced

# So many words ask, so many articles are looked at: further down they share next to nothing.
_WORDS, _LOOKED_AT = 25, 100
# What a headline and its standfirst say counts as if it were said so often.
_TITLE, _STANDFIRST = 3, 2
# Of an article the beginning tells what it is about; of a long one all would take long to count.
_READ = 20_000
# The rest of the likeness is that of words. Measured (benchmarks/README.md).
_NAMES = 0.15
# Two articles that share less than this have a common word or two by chance.
_LEAST = 0.05


class Similarity:
    """Finds articles like another."""

    def __init__(self, engine: Engine, articles: ArticleStore, entities: EntityStore) -> None:
        self._engine = engine
        self._articles = articles
        self._entities = entities

    def similar(self, key: str, limit: int, offset: int) -> SimilarArticles:
        """The most similar first, `limit` of them after `offset`; at most 100 are looked at.

        The archive must have the article `key`.
        """
        filed = self._articles.get(key)
        assert filed is not None  # noqa: S101 - looked up by the caller in the same snapshot
        words = self._telling_words(filed.article)
        if not words:
            return SimilarArticles(0, (), more=False)
        hits = self._asked(words, _LOOKED_AT + 1)
        # No other article has more of its words than the article itself.
        own_score = max((hit.score or 0.0 for hit in hits), default=0.0) or 1.0
        others = self._with_names(key, [hit for hit in hits if hit.key != key], own_score)
        page = others[offset : offset + limit]
        shown = self._with_words(page, words)
        return SimilarArticles(len(others), shown, more=offset + limit < len(others))

    def _telling_words(self, article: Article) -> list[str]:
        counts: Counter[str] = Counter()
        for text, times in _weighed(article):
            for word in _words(text):
                counts[word] += times
        found = self._engine.vocabulary.frequencies(counts)
        size = self._engine.vocabulary.size()
        # A word that no other article has leads nowhere.
        worth = {
            word: (1 + math.log(counts[word])) * math.log((size + 1) / articles)
            for word, articles in found.items()
            if articles > 1
        }
        return sorted(worth, key=lambda word: (-worth[word], word))[:_WORDS]

    def _asked(self, words: Sequence[str], limit: int) -> Sequence[Hit]:
        tree: Node = Or(tuple(map(Word, words))) if len(words) > 1 else Word(words[0])
        search = Search(tree=tree, match="all", limit=limit, nearness=False, snippets=False)
        return self._engine.search(search).hits

    def _with_names(self, key: str, hits: Sequence[Hit], own_score: float) -> list[Similar]:
        """The articles with what they share, most similar first."""
        size = self._engine.vocabulary.size()
        own = sum(_telling(name, size) for name in self._entities.in_article(key)) or 1.0
        shared = self._entities.shared(key, [hit.key for hit in hits])
        found: list[Similar] = []
        for hit in hits:
            raise_if_late()
            names = shared.get(hit.key, ())
            by_names = sum(_telling(name, size) for name in names) / own
            by_words = (hit.score or 0.0) / own_score
            likeness = (1 - _NAMES) * min(by_words, 1.0) + _NAMES * by_names
            if likeness >= _LEAST:
                entities = tuple(Named(name.key, name.name, name.type) for name in names)
                found.append(Similar(hit, likeness, (), entities))
        return sorted(found, key=lambda similar: -similar.likeness)

    def _with_words(self, page: Sequence[Similar], words: Sequence[str]) -> tuple[Similar, ...]:
        """Which of the telling words each article has; looked up only for what is shown."""
        shown: list[Similar] = []
        for similar in page:
            raise_if_late()
            filed = self._articles.get(similar.hit.key)
            text = "\n".join(text for text, _ in _weighed(filed.article)) if filed else ""
            theirs = set(map(as_indexed, words_of(text)))
            if has_unspaced("".join(words)):
                theirs.update(cut(text).split())
            shown.append(replace(similar, words=tuple(word for word in words if word in theirs)))
        return tuple(shown)


def _weighed(article: Article) -> tuple[tuple[str, int], ...]:
    """The texts of an article, and how often each counts."""
    title = "" if article.title_derived else article.title
    return (title, _TITLE), (article.standfirst or "", _STANDFIRST), (article.body[:_READ], 1)


def _words(text: str) -> Iterator[str]:
    """Words that can tell something; of scripts without spaces, pairs of characters."""
    for word in words_of(text):
        plain = as_indexed(word)
        if len(plain) > 2 and not (plain in STOP_WORDS or plain.isdecimal() or has_unspaced(plain)):
            yield plain
    yield from (piece for piece in cut(text).split() if len(piece) == 2 and has_unspaced(piece))


def _telling(name: EntityRow, size: int) -> float:
    return math.log((size + 1) / name.articles)
