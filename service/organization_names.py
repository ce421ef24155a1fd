"""The parts of an organisation's name: legal forms, initials, and the words it is called by.

An organisation is called by its first or last words only where these are its own: Salomon is
Salomon Brothers, but General is not General Motors.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from service.names import name_key, plain, squeeze, without_article, word_list

_SMALL_WORDS = frozenset({"of", "the", "and", "for", "in", "on", "de", "la", "des", "du"})
# What a company is by law, at the end of its name; spelled so wherever it is no word as well: a
# health spa is none, nor is what happens as a rule.
_LEGAL_FORMS = word_list("""
    aktiengesellschaft bhd cjsc co company corp corporation gmbh inc incorporated jsc kft kgaa
    limited llc llp ltd ltda nyrt ojsc oyj pjsc plc pte pty pvt sarl sdn srl tbk zrt
""")
_LEGAL_CAPITALS = word_list("AB AE AG AS ASA A/S ApS BV CV KG KK LP NV Oy SA SAB SAS SE SPA SpA")
_LEGAL_IN_FRONT = word_list("JSC NV OAO OJSC OOO PAO PJSC PT ZAO")
_LINKS = frozenset({"&", "and", "de", "und"})  # Merck and Co, Femsa SAB de CV

# First words that too many organisations share for them to stand for one.
_GENERIC = word_list("""
    african air allied american arab argentine asian associated atlantic australian austrian bank
    belgian best big board brazilian british business canadian capital catholic center central
    centre chilean chinese christian citizens city civil college commercial common communist
    community computer conservative consolidated consumer council credit daily danish data defence
    defense democratic democrats department digital dutch east eastern economic education egyptian
    energy european evening farmers federal financial finnish first foreign free french gas general
    german global government great greater greek health high home house human independent indian
    industrial insurance international iranian iraqi irish islamic israeli italian japanese joint
    king korean labor latin law life local media medical mexican ministry modern morning mutual
    national natural new news nigerian north northern norwegian oil old open pacific pakistani pan
    party polish popular portuguese post power prince public queen radio real red republican
    republicans research royal russian saint savings school science scottish senate social south
    southern spanish special st standard star state states steel sun supreme swedish swiss taiwanese
    television thai time times trade trans trust turkish union united universal university us
    vietnamese water welsh west western women workers world young youth
""")
# What a company or a club does, which is left out when it is called by its first word.
_TRADES = word_list("""
    aerospace aircraft airline airlines airways associates assurance bancorp bank banks bancshares
    breweries brewing brothers capital cement chemical chemicals communications computer computers
    department electric electronics energy entertainment enterprises finance financial foods gas
    hotels industrial industries instruments insurance investments laboratories lines mines mining
    motor motors network networks oil partners petroleum pharmaceuticals pictures power products
    properties railroad railway railways realty resorts resources rubber savings semiconductor
    software sons steel stores studios systems technologies technology telecom telecommunications
    textiles ventures
""")
# Hardly more than a legal form: Fleet Financial Group, Chelsea Football Club, Labour Party.
_STYLES = word_list("""
    association club companies football global group holding holdings international party services
    soccer university worldwide
""")
_MOST_PARTS = 12


@lru_cache(maxsize=16384)
def without_form(name: str) -> str:
    """An organisation's name without its article and legal form: `The Apple Co.` -> `Apple`."""
    words = without_article(name).split(" ")
    if len(words) > 1 and words[0].replace(".", "") in _LEGAL_IN_FRONT:
        words = words[name_key(words[1]) not in _GENERIC :]  # NV Energy is of Nevada
    last = len(words)
    while last > 1 and (
        is_form(words[last - 1]) or (last < len(words) and words[last - 1] in _LINKS)
    ):
        last -= 1
    return " ".join(words[:last]).rstrip(",") or name.strip()


def is_form(word: str) -> bool:
    """Whether a word is a legal form: Inc., SpA."""
    bare = word.replace(".", "").rstrip(",")
    return bare in _LEGAL_CAPITALS or name_key(bare) in _LEGAL_FORMS


def has_form(name: str) -> bool:
    """Whether the name ends in a legal form, as only a company's does."""
    words = squeeze(name).split(" ")
    return len(words) > 1 and is_form(words[-1])


class Part(NamedTuple):
    """Some first or last words of a name, and the others, which a short form leaves out."""

    words: str
    rest: str
    first: bool


@lru_cache(maxsize=4096)
def parts_of(name: str) -> tuple[Part, ...]:
    """What an organisation's name can be cut to: Salomon Brothers -> Salomon, Brothers."""
    words = [w for w in re.split(r"[\s-]+", plain(without_form(name))) if name_key(w)]
    if len(words) > _MOST_PARTS:
        return ()
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return (
        *(Part(head, tail, first=True) for head, tail in cuts),
        *(Part(tail, head, first=False) for head, tail in cuts),
    )


def is_short_name(part: Part, *, formal: bool) -> bool:
    """Whether a company, party or team is called so: Salomon, Labour, Fleet Financial, Dodgers.

    `formal` says that the name has a legal form, so that its first word is a company's own.
    """
    key, several = name_key(part.words), " " in part.words
    if not part.first:
        plural = len(key) > 3 and key.endswith("s") and key not in _GENERIC | _TRADES | _STYLES
        return several or is_form(part.rest) or plural
    rest = {name_key(word) for word in part.rest.split(" of ")[0].split(" ")} - {"and", ""}
    if several:
        return bool(rest) and rest <= _STYLES
    return key not in _GENERIC and (formal or (bool(rest) and rest <= _STYLES | _TRADES))


@lru_cache(maxsize=16384)
def initials(name: str) -> frozenset[str]:
    """What an acronym of the name can be, with and without its small words: {OGD, OAGD}."""
    words = re.findall(r"[^\W_]+", plain(name))
    large = [word for word in words if word not in _SMALL_WORDS]
    # US Geological Survey: USGS
    spelled = [word if word.isupper() and len(word) < 4 else word[0] for word in large]
    found = ([word[0] for word in words], [word[0] for word in large], spelled)
    return frozenset("".join(letters).upper() for letters in found)


def formal_initials(name: str) -> frozenset[str]:
    """Those of a name with any of its legal forms: General Electric Co is GE and GEC."""
    whole, part = squeeze(name), without_form(name)
    found = initials(whole) | initials(part)
    for form in whole[whole.find(part) + len(part) :].split():
        part = f"{part} {form}"
        found |= initials(part)
    return found


def is_acronym(text: str) -> bool:
    """OGD, U.N. or AT&T: two to eight capitals or digits, dots and ampersands aside."""
    letters = re.sub(r"[.&]", "", text)
    return 2 <= len(letters) <= 8 and letters.isalnum() and letters.isupper()
