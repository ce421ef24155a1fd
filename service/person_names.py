"""The parts of a person's name, and what it can be cut to: family name, given name, initials.

Nothing is scored, since what joins Jo and Cho also joins Kim Jong Un and Kim Jong Il.
"""

from functools import lru_cache

from service.east_asian_names import family_first
from service.names import fold, name_key, plain, word_list
from service.titles import SUFFIXES

# The father's family name, before the mother's: Gabriel García Márquez is García Márquez.
_HISPANIC = word_list("""
    aguilar alvarez castillo castro chavez cruz delgado diaz dominguez fernandez flores garcia
    gomez gonzalez guerrero gutierrez guzman hernandez herrera jimenez lopez martinez medina
    mendez mendoza molina morales moreno munoz nunez ortega ortiz perez ramirez ramos reyes rivera
    rodriguez rojas romero ruiz salazar sanchez santos silva soto suarez torres vargas vazquez
""")


@lru_cache(maxsize=16384)
def family_names(name: str) -> tuple[str, ...]:
    """What a full name can be cut to: Jo Song-gil -> Jo; Bashar al-Assad -> al-Assad, Assad."""
    parts = plain(name).split()
    while len(parts) > 2 and name_key(parts[-1]) in SUFFIXES:
        parts.pop()
    if family_first(name) or not parts:
        return tuple(parts[:1])
    last = first = len(parts) - 1
    while first > 1 and parts[first - 1].islower():
        first -= 1  # van Gaal, bin Laden, von der Leyen
    short = parts[last].rstrip(".,")
    article, _, rest = short.partition("-")
    bare = rest if article.lower() in {"al", "el"} and rest else short
    double = [" ".join([parts[-2], short])] if _has_two_family_names(parts) else []
    return tuple(dict.fromkeys([" ".join([*parts[first:last], short]), *double, short, bare]))


def _has_two_family_names(parts: list[str]) -> bool:
    return len(parts) > 2 and name_key(parts[-2]) in _HISPANIC


def given_name(name: str) -> str:
    """What stands before or after the family name: Kim Jong Un -> Jong Un, Mary Ann Lee -> Mary."""
    parts = plain(name).split()
    return " ".join(parts[1:]) if family_first(name) else " ".join(parts[:1])


def short_forms(name: str) -> tuple[str, ...]:
    """Keys of what a full name can be cut to but for the given name: Iain Duncan Smith -> Smith."""
    words = name.split(" ")
    named_twice = len(words) > 2 and len(words[0].rstrip(".")) > 1 and not family_first(name)
    last = " ".join(words[1:]) if named_twice else ""
    return tuple(dict.fromkeys(name_key(part) for part in (*family_names(name), last) if part))


def parts_alone(name: str) -> set[str]:
    """Keys of what is no other person's full name beside this one: Jong Un, Van Gaal."""
    given = [name_key(given_name(name))] if family_first(name) else []
    return {*short_forms(name), *given} - {name_key(name)}


def without_middle(name: str) -> set[str]:
    """Keys of a long name without its middle, and without initials: W. Mark Felt is Mark Felt."""
    if family_first(name):
        return set()
    words = name.split(" ")
    spelled = [word for word in words if len(word.rstrip(".")) > 1]
    return {name_key(words[0] + words[-1]), name_key("".join(spelled))} - {name_key(name)}


def ends(name: str) -> str:
    """The first letter and the last word, which a name shares with what it abbreviates."""
    return name_key(name)[:1] + name_key(name.rsplit(" ", 1)[-1])


def has_initials(name: str) -> bool:
    """Whether a given name is an initial: J. Smith, George W. Bush."""
    return any(len(part) == 1 for part in _given_parts(name))


def abbreviates(short: str, full: str) -> bool:
    """Whether initials of one name stand for given names of the other: J. Smith, John Smith."""
    given, other = _given_parts(short), _given_parts(full)
    if not given or len(given) > len(other) or given == other[: len(given)]:
        return False
    if ends(short) != ends(full):
        return False
    pairs = zip(given, other, strict=False)
    return all(one == two or (len(one) == 1 and two.startswith(one)) for one, two in pairs)


@lru_cache(maxsize=4096)
def _given_parts(name: str) -> tuple[str, ...]:
    """Folded, a letter for an initial: J.R.R. Tolkien -> j r r; none where the family is first."""
    return () if family_first(name) else tuple(fold(" ".join(name.split()[:-1])).split())
