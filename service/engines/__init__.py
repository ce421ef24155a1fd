"""The search seam: what every engine can do, and which ones there are."""

import importlib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from service.article import Article
from service.database import Connection
from service.query import Node, Search, Versions
from service.result import Facet, Headline, Histogram, Places, Results


class Vocabulary(Protocol):
    """The archive's own words and headlines."""

    def size(self) -> int:
        """The number of articles."""

    def frequencies(self, words: Collection[str]) -> Mapping[str, int]:
        """In how many articles each of the words stands as written; those in none are left out."""

    def beginning(self, prefix: str, limit: int) -> tuple[tuple[str, int], ...]:
        """Words that begin so with the number of articles that have them, the most first."""

    def following(self, words: Sequence[str], start: str, limit: int) -> tuple[str, ...]:
        """What begins so and follows the last of `words` in the newest articles with all of them.

        The most frequent first, in small letters.
        """

    def says(self, text: str) -> bool:
        """Whether some article has these words side by side."""

    def near(self, one: str, two: str) -> bool:
        """Whether two words stand near each other in some article."""

    def written(self, word: str) -> str:
        """A word of the archive as its newest article writes it, with its accents."""

    def has_form(self, word: str) -> bool:
        """Whether some article has a form of the word."""

    def resembling(self, start: str, shortest: int, longest: int) -> Mapping[str, int]:
        """Words of some length that begin so, with the number of articles that have them."""

    def together(self, texts: Collection[str]) -> int:
        """In how many articles all of these words and phrases stand."""

    def headlines(self, words: Sequence[str], start: str, limit: int) -> tuple[Headline, ...]:
        """The newest headlines with all of `words` and a word that begins with `start`."""


class Searcher(Protocol):
    """Finds articles. Everything goes in and out in types of our own."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that are in the articles."""

    def search(self, search: Search) -> Results:
        """A page of hits, the exact total and the facets that were asked for, of one snapshot."""

    def facets(self, search: Search) -> Mapping[str, Facet | Histogram]:
        """The facets of a search alone."""

    def places(self, search: Search, article: Article, *, is_past: bool = False) -> Places:
        """Where what is looked for stands in a text of an article, which may be a past one."""

    def occurring(self, nodes: Collection[Node], versions: Versions = "current") -> frozenset[Node]:
        """Those of the words and phrases that some article has, or with `all` has had."""


class Engine(Searcher, Protocol):
    """And keeps its index in step with the archive that the articles are in, and both in order."""

    def files(self) -> frozenset[Path]:
        """Files of this machine that the archive consists of, links resolved; perhaps none."""

    def generation(self) -> tuple[str, int]:
        """The archive's name, and the number that every change to it raises."""

    def index(self, least: int = 1) -> bool:
        """Take up what was written since, so that nobody who searches has to; False if nothing was.

        It is found without that, at some cost to each process. `least` articles are worth it.
        """

    def index_in(self, conn: Connection, least: int = 1) -> None:
        """The same for what the caller's transaction writes: nobody ever sees it unindexed."""

    def forget(self, conn: Connection, key: str) -> None:
        """Take all that an article says out of the index, in the transaction that takes it out."""

    def tidy(self, added: int) -> None:
        """After an ingest that has changed something, and added so many articles."""

    def pending_erasures(self) -> Sequence[str]:
        """Keys of what was killed and may still be in the bytes of archive or index."""

    def may_erase(self) -> bool:
        """Whether erasing would not be in vain, as somebody keeps all that was deleted."""

    def erase(self, keys: Sequence[str]) -> bool:
        """Leave nothing of these kills in the bytes; they are pending no longer then.

        False when it has to be tried again later.
        """

    def rebuild(self, tell: Callable[[int, int], None] = lambda _done, _all: None) -> None:
        """Make the index anew from the articles; `tell` is told how much is done, and of how much.

        Others read and write meanwhile, and wait for short steps at most.
        """

    def faults(self) -> list[str]:
        """What is wrong with the index, a sentence each; empty when it is sound."""


# Name -> where it lives; a module is imported only when it is chosen.
ENGINES: Mapping[str, str] = {"sqlite": "service.engines.sqlite.engine:SqliteEngine"}


def load_engine(name: str, *args: Any) -> Engine:
    """The engine of that name, made with `args`."""
    module, _, cls = ENGINES[name].partition(":")
    engine: Engine = getattr(importlib.import_module(module), cls)(*args)
    return engine
