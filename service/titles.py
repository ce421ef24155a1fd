"""What stands before and behind a person's name: Mr, General, Jr., M.D.

Sorted by how sure each title is to be one, so that a text and a query read the same table.
"""

import re
from functools import lru_cache

from service.names import squeeze, word_list

COURTESY_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Prof", "Sir", "Dame", "Lord", "Lady")

# Titles that are hardly anything else, so that two capitalised words after them are a name.
SURE_TITLES = word_list(
    "chancellor dame dr mr mrs ms mx president prof professor rev sen senator sir"
)
# Titles that are words as well: General Motors, Major League.
UNSURE_TITLES = word_list("""
    admiral ambassador archbishop bishop brigadier capt captain cardinal col colonel commander
    congressman congresswoman councillor gen general gov governor judge justice lieutenant lord lt
    maj major minister miss rabbi rep representative reverend secretary sergeant sgt sheikh sheriff
    superintendent
""")
# What stands before a title only: Former Vice President.
BEFORE_TITLES = word_list("""
    acting defence defense deputy finance first foreign former interior prime vice
""")
SUFFIXES = word_list("jr sr ii iii iv")

# In front of the name of somebody who is named in full.
_RANKS = SURE_TITLES | UNSURE_TITLES | word_list("chief cpl pres rear supt")
_BEFORE_RANKS = BEFORE_TITLES | word_list("""
    air army attorney education health home lt navy police rear retired state treasury
""")
_AFTER_NAMES = word_list("MD PhD DPhil MP MEP MSP QC KC OBE MBE CBE KBE DBE Esq DDS RN CPA")

_TITLED = re.compile(rf"(?<![^\W_])(?:{'|'.join(COURTESY_TITLES)})\.?[^\S\n]+$")
_COUPLE = re.compile(r"(?<![^\W_])Mr\.? (?:and|&) Mrs\.? $")
_LONGEST_TITLE = 10  # "Prof." and some spaces


def title_start(flat: str, start: int) -> int:
    """Where the courtesy title before a name begins, in a plain text; `start` when it has none."""
    before = max(0, start - _LONGEST_TITLE)
    titled = _TITLED.search(flat[before:start])
    return before + titled.start() if titled else start


def titled_as(flat: str, start: int) -> set[str]:
    """`man`, `woman` or both, as the title before a name has it: Mr Li, Mr and Mrs Obama."""
    before = flat[max(0, start - _LONGEST_TITLE) : start]
    titles = set(re.findall(r"\w+", before[title_start(before, len(before)) :]))
    couple = _COUPLE.search(flat[max(0, start - 2 * _LONGEST_TITLE) : start])
    found = {"man"} if titles & {"Mr", "Sir", "Lord"} or couple else set()
    return found | ({"woman"} if titles & {"Mrs", "Ms", "Miss", "Dame", "Lady"} else set())


def without_courtesy(name: str) -> str:
    """A name on one line, without the courtesy title in front: `Mr Kim` -> `Kim`."""
    words = squeeze(name).split(" ")
    while len(words) > 1 and words[0].rstrip(".") in COURTESY_TITLES:
        words = words[1:]
    return " ".join(words)


@lru_cache(maxsize=16384)
def without_rank(name: str, least: int = 2) -> str:
    """`Justice Kim Hargrave, M.D.` as `Kim Hargrave`, if so many words are left; without 's."""
    words = re.sub("['\u2019]s?$", "", squeeze(name)).split(" ")
    last = len(words)
    while last > least and words[last - 1].replace(".", "").rstrip(",") in _AFTER_NAMES:
        last -= 1
    first = at = 0
    while at < last - least and (word := words[at].rstrip(".").lower()) in _RANKS | _BEFORE_RANKS:
        at += 1
        first = at if word in _RANKS else first
    return " ".join(words[first:last]).rstrip(",")
