"""What else a person may be called who is asked for by a whole name.

Other romanisations, forms and orders of the words, by the same tables as in a query: so that a
filter, a list and a look-up that know nobody under a name find the same person under another.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from service.names import plain
from service.persons import MOST_WORDS, find_persons

_MOST_TURNED = 4  # words of which an order may be turned round: Trump Donald J.


@lru_cache(maxsize=4096)
def other_names(name: str) -> tuple[str, ...]:
    """Other spellings, forms and orders of a name, each once; empty when it is none."""
    orders = other_orders(name)
    found = chain(other_forms_of(name), orders, *map(other_forms_of, orders))
    return tuple(dict.fromkeys(other for other in found if other != name))


@lru_cache(maxsize=4096)
def other_forms_of(name: str) -> tuple[str, ...]:
    """Other spellings and forms of the person that the whole of `name` is."""
    words = name.split()
    if len(words) > MOST_WORDS:
        return ()
    whole = (found for found in find_persons(words) if (found.start, found.end) == (0, len(words)))
    return tuple(chain.from_iterable((*found.spellings, *found.forms) for found in whole))


def other_orders(name: str) -> tuple[str, ...]:
    """Other orders of the words: `Trump, Donald` and `Trump Donald` as `Donald Trump`."""
    if (straight := straightened(name)) != name:
        return (straight,)
    words = plain(name).split()
    return tuple(dict.fromkeys(_turned(words))) if 2 <= len(words) <= _MOST_TURNED else ()


def straightened(name: str) -> str:
    """`Trump, Donald` as `Donald Trump`."""
    last, _, first = (part.strip() for part in plain(name).partition(","))
    return f"{first} {last}" if last and first else name


def _turned(words: list[str]) -> Iterator[str]:
    yield " ".join((*words[1:], words[0]))
    yield " ".join((words[-1], *words[:-1]))
