"""What a text that somebody is typing may become: names, words and headlines of the archive."""

import re
from itertools import islice

from service.engines import Vocabulary
from service.letters import words_of
from service.result import Suggestion
from service.stop_words import STOP_WORDS
from service.stores.entities import EntityStore
from service.unspaced import has_unspaced

# Of what begins as typed, so many are looked at: the rest is rarer than what a list can show. After
# other words each is counted anew, which takes a millisecond or two at 100,000 articles.
_LOOKED_AT, _COUNTED = 20, 4
_HEADLINES = 3
_OWNERS = re.compile(r"\w['’][st]$")
_OPERATORS = frozenset({"AND", "OR", "NOT"})


class Suggester:
    """Completes what is typed from the archive's names, words and headlines."""

    def __init__(self, vocabulary: Vocabulary, entities: EntityStore) -> None:
        self._vocabulary = vocabulary
        self._entities = entities

    def suggest(self, typed: str, limit: int) -> tuple[Suggestion, ...]:
        """At most `limit`: half of them names, then words, then the newest headlines.

        Each kind takes the room that another leaves.
        """
        words = [word for word in words_of(typed) if word not in _OPERATORS]
        if not words:
            return ()
        # Somebody who has typed a space is done with the word; the s of Kim's is no new one.
        open_ = typed.endswith(words[-1]) and not _OWNERS.search(typed)
        headlines = self._headlines(words, open_, limit)
        room = limit - min(len(headlines), _HEADLINES, max(1, limit // 4))
        names = self._names(typed, room)
        found = self._words(typed, words, room) if open_ else []
        kept = names[: max(room - len(found), (room + 1) // 2)]
        shown = [*kept, *found[: room - len(kept)]]
        return (*shown, *headlines[: limit - len(shown)])

    def _names(self, typed: str, limit: int) -> list[Suggestion]:
        found = self._entities.beginning(typed, limit)
        return [Suggestion(e.name, "entity", e.articles, e.key) for e in found]

    def _words(self, typed: str, words: list[str], limit: int) -> list[Suggestion]:
        """The last word completed; after others, with what follows them in articles."""
        *before, last = words
        head = typed[: len(typed) - len(last)]
        if not before:
            found = [(w, n) for w, n in self._vocabulary.beginning(last, _LOOKED_AT) if _tells(w)]
        else:
            found = self._next_words(before, last)
        return [Suggestion(head + word, "word", count) for word, count in found if count][:limit]

    def _next_words(self, before: list[str], start: str) -> list[tuple[str, int]]:
        """What follows in the newest articles, or else any common word that follows somewhere."""
        following = self._vocabulary.following(before, start, _COUNTED)
        found = [word for word in following if _tells(word)]
        if not found:
            common = (word for word, _ in self._vocabulary.beginning(start, _LOOKED_AT))
            phrase = " ".join(before[-2:])
            followed = (w for w in common if self._vocabulary.says(f"{phrase} {w}"))
            found = list(islice(filter(_tells, followed), _COUNTED))
        return [(word, self._vocabulary.together((*before, word))) for word in found]

    def _headlines(self, words: list[str], open_: bool, limit: int) -> list[Suggestion]:
        before, start = (words[:-1], words[-1]) if open_ else (words, "")
        found = self._vocabulary.headlines(before, start, limit)
        return [Suggestion(h.text, "headline", h.count, h.key) for h in found]


def _tells(word: str) -> bool:
    """A run of a script without spaces is no word, and a stop word tells nothing."""
    return not (word in STOP_WORDS or word.isdecimal() or len(word) < 2 or has_unspaced(word))
