"""Names: their keys, other spellings of them, and whether two are one."""

import re
from itertools import pairwise
from typing import Any

from fuzz.target import Target, joined, parts, texts, typed, words
from service.entity import ENTITY_TYPES, entity_key, is_full_spelling
from service.names import fold, name_key, plain, squeeze, without_article
from service.nicknames import other_given_names
from service.organization_names import initials, is_acronym, parts_of, without_form
from service.other_names import other_forms_of, other_names, other_orders, straightened
from service.person_names import abbreviates, family_names, given_name, parts_alone, short_forms
from service.persons import MOST_FORMS, MOST_WORDS, find_persons, other_forms
from service.romanisation import MOST_SPELLINGS, find_names, other_spellings, same_name
from service.romanisation.persons import same_but_for_middle
from service.spelling import other_division, other_spelling
from service.titles import without_courtesy, without_rank
from service.twins import compare, own_keys, sought_keys, told, turned_keys

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")


def keys(data: bytes) -> None:
    text = typed(data)
    key = name_key(text)
    assert name_key(key) == key
    assert not key or (key.isascii() and key.isalnum() and key == key.lower())
    assert len(plain(text)) == len(text)
    assert squeeze(squeeze(text)) == squeeze(text)
    assert fold(fold(text)) == fold(text)
    without_article(text)
    for kind in ENTITY_TYPES:
        made = entity_key(kind, text)
        assert made is None or _KEY.fullmatch(made)
        assert made is None or is_full_spelling(kind, text, made)


# Which belongs to no name.
_POSSESSIVE = re.compile("['\u2019]s?$")


def people(data: bytes) -> None:
    text = typed(data)
    for name in (family_names(text), short_forms(text), parts_alone(text), other_given_names(text)):
        assert all(isinstance(each, str) for each in name)
    given_name(text)
    without_courtesy(text)
    assert without_rank(text) or not _POSSESSIVE.sub("", squeeze(text)).strip(" ,")
    said = text.split()
    found = list(find_persons(said))
    assert all(f.start < f.end <= min(len(said), f.start + MOST_WORDS) for f in found)
    assert all(one.start <= other.start for one, other in pairwise(found))
    for each in found:
        assert len(each.forms) <= MOST_FORMS + 1
        assert all(form.isascii() and form == form.lower() for form in each.forms)
    if said:
        other_forms(tuple(said[:MOST_WORDS]))


def bodies(data: bytes) -> None:
    text = typed(data)
    assert without_form(text) or not text.strip()
    assert all(len(name_key(part.words)) < len(name_key(text)) for part in parts_of(text))
    assert is_acronym(text) in (True, False)
    assert all(each == each.strip() for each in initials(text))


def spellings(data: bytes) -> None:
    text = typed(data)
    said = text.split()
    found = other_spellings(said)
    assert len(found) == len(set(found)) <= MOST_SPELLINGS
    assert all(each == each.lower() and each.strip() for each in found)
    runs = find_names(said)
    assert all(start < end <= len(said) for start, end in runs)
    assert all(before[1] <= after[0] for before, after in pairwise(runs))
    for word in said:
        others = other_spelling(word)
        assert word.lower() not in others
        assert len(set(others)) == len(others) <= 3
        other_division(word)
    for forms in (other_names(text), other_forms_of(text), other_orders(text)):
        assert all(forms)
    straightened(text)


def twins(data: bytes) -> None:
    one, other = map(typed, parts(data, 2))
    assert same_name(one, other) == same_name(other, one)
    assert abbreviates(one, other) in (True, False)
    same_but_for_middle(one, other)
    for kind in ENTITY_TYPES:
        first, second = told(kind, one), told(kind, other)
        likeness = compare(first, second)
        assert likeness == compare(second, first)
        assert likeness is None or 0 < likeness.score <= 1
        made: Any
        for made in (own_keys(first), sought_keys(first), turned_keys(first)):
            assert all(isinstance(key, str) for key in made)


_NAMES = words(
    """Kim Jong-un Jo Song-gil Mr Mrs. Dr President Gen. J. W. Jr. III de la van O'Brien McDonald
    Müller Łódź ß İ ﬁ Пу́тин Горбачёв محمد 김정은 毛泽东 Mao Tse-tung al- bin Inc. & Co. GmbH
    S.A. Bank of the - – . , ' ’ \u0301 \u200d \ufeff"""
)
_SEEDS = texts(
    "Kim Jong-un",
    "President George H. W. Bush Jr.",
    "Mr Jo Song-gil, Владимир Путин and Muammar al-Qaddafi",
    "The Merck & Co., Inc. Bank of Société Générale S.A.",
)
_PAIRS = (
    joined("Kim Jong-un", "Gim Jeong Eun"),
    joined("U.N.", "United Nations"),
    joined("John F. Smith", "J. Smith"),
)
TARGETS = (
    Target("keys", keys, _SEEDS, _NAMES),
    Target("people", people, _SEEDS, _NAMES),
    Target("bodies", bodies, _SEEDS, _NAMES),
    Target("spellings", spellings, _SEEDS, _NAMES),
    Target("twins", twins, _PAIRS, (b"\x00\x01", *_NAMES)),
)
