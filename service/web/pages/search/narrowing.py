"""What a search can be narrowed to: values of each field with their counts, and how to undo it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.entity import ENTITY_TYPES
from service.query import FACET_FIELDS
from service.result import Facet, FacetValue, Histogram
from service.web.pages.addresses import Address, Pair
from service.web.pages.languages import language_name
from service.web.pages.search.asked import Asked

SHOWN = 6
MOST_SHOWN = 50
# Fields in the order of the page: how one value is called, and many.
FIELDS: Mapping[str, tuple[str, str]] = {
    "person": ("person", "People"),
    "place": ("place", "Places"),
    "organization": ("organisation", "Organisations"),
    "topic": ("topic", "Topics"),
    "source": ("source", "Sources"),
    "author": ("author", "Authors"),
    "language": ("language", "Languages"),
}


class Choice(NamedTuple):
    """A value: `href` takes it, or lets go of it if it is chosen or left out; `unwanted` bars it.

    `articles` is empty for a chosen value that is not among the most frequent.
    """

    label: str
    articles: str
    chosen: bool
    left_out: bool
    href: str
    unwanted: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The values of one field; `more` and `fewer` lead to a longer and a shorter list of them.

    `kept` is the state that a search among the values keeps; `api` is where a script asks for
    them, `base` the address to which it adds one.
    """

    field: str
    one: str
    many: str
    choices: tuple[Choice, ...]
    more: str
    fewer: str
    find: str
    can_find: bool
    kept: tuple[Pair, ...]
    api: str
    base: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter as it was given, and the key and the name of what it stands for."""

    field: str
    given: str
    key: str
    name: str
    left_out: bool = False

    @property
    def parameter(self) -> str:
        return f"not.{self.field}" if self.left_out else self.field


def label_of(field: str, name: str) -> str:
    """How a value is shown: a language by its name."""
    if field == "language":
        return language_name(name)
    return name


def chosen_of(
    asked: Asked, names: Mapping[str, str], survivor: Callable[[str], str | None]
) -> tuple[Chosen, ...]:
    """Every filter of a search, by the names that the archive has for keys."""
    found: list[Chosen] = []
    for left_out, filters in ((False, asked.ask.filters), (True, asked.ask.excluded)):
        for field in FACET_FIELDS:
            for given in filters.get(field, ()):
                key = given
                if field in ENTITY_TYPES and given not in names:
                    key = survivor(given) or given
                name = names.get(key) or label_of(field, given)
                found.append(Chosen(field, given, key, name, left_out))
    return tuple(found)


def narrowings(
    asked: Asked,
    state: Address,
    facets: Mapping[str, Facet | Histogram],
    chosen: Sequence[Chosen],
    total: int,
) -> tuple[Narrowing, ...]:
    """The fields of which some values are those of some of the articles, or that are in use.

    `state` is what values are added to.
    """
    made = []
    for field in FIELDS:
        facet = facets.get(field)
        if isinstance(facet, Facet):
            own = [each for each in chosen if each.field == field]
            if own or _found_in(asked, field) or _tells_apart(facet, total):
                made.append(_narrowing(asked, state, field, facet, own))
    return tuple(made)


def _tells_apart(facet: Facet, total: int) -> bool:
    return len(facet.values) > 1 or any(value.count < total for value in facet.values)


def _narrowing(
    asked: Asked, state: Address, field: str, facet: Facet, chosen: Sequence[Chosen]
) -> Narrowing:
    one, many = FIELDS[field]
    find = _found_in(asked, field)
    wide = asked.more == field or bool(find)
    values = facet.values[: MOST_SHOWN if wide else SHOWN]
    has_more = facet.more or len(values) < len(facet.values)
    api = asked.search.setting({"facet_limit": str(MOST_SHOWN)})
    return Narrowing(
        field=field,
        one=one,
        many=many,
        choices=tuple(_choices(state, field, values, chosen, only_found=bool(find))),
        more=str(state.setting({"more": field})) if has_more and not wide else "",
        fewer=str(state) if wide else "",
        find=find,
        can_find=has_more or wide,
        kept=state.pairs,
        api=str(api.at(f"/v1/facets/{field}")),
        base=str(state),
    )


def _found_in(asked: Asked, field: str) -> str:
    """What is looked for among the values of a field."""
    return asked.find[1] if asked.find is not None and asked.find[0] == field else ""


def _choices(
    state: Address,
    field: str,
    values: Sequence[FacetValue],
    chosen: Sequence[Chosen],
    only_found: bool,
) -> list[Choice]:
    """The values, after what is chosen and not among them."""
    taking, barring = state.leading(field), state.leading(f"not.{field}")
    by_value = {folded: each for each in chosen for folded in (each.key, each.name.casefold())}
    made: list[Choice] = []
    seen: set[Chosen] = set()
    for value in values:
        label = label_of(field, value.label)
        own = by_value and (by_value.get(value.value) or by_value.get(label.casefold()))
        if not own:
            href, unwanted = taking(value.value), barring(value.value)
            made.append(Choice(label, f"{value.count:,}", False, False, href, unwanted))
        else:
            seen.add(own)
            made.append(_undoing(state, own, label, f"{value.count:,}"))
    others = () if only_found else [each for each in chosen if each not in seen]
    return [*(_undoing(state, each, each.name, "") for each in others), *made]


def _undoing(state: Address, chosen: Chosen, label: str, articles: str) -> Choice:
    href = str(state.without(chosen.parameter, chosen.given))
    return Choice(label, articles, not chosen.left_out, chosen.left_out, href, "")
