"""Keys that make two spellings of one name meet, and the parts of a name: family name, initials.

Folding is exact: case, accents, hyphens, spaces and apostrophes are dropped and nothing is scored,
since scores that join Jo and Cho also join Kim Jong Un and Kim Jong Il.
"""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

# What unicode61 calls a token: letters, numbers and private-use characters.
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def word_list(text: str) -> frozenset[str]:
    """The words of a text, so that a table of hundreds stays readable."""
    return frozenset(text.split())


# One character for one, so that offsets stay right.
_PLAIN = {
    **dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09], " "),
    **dict.fromkeys([0x2028, 0x2029, 0x85, 0x0B, 0x0C, 0x0D], "\n"),
    **dict.fromkeys([0x2018, 0x2019, 0x02BC, 0xFF07], "'"),
    **dict.fromkeys([0x201C, 0x201D, 0xAB, 0xBB], '"'),
    **dict.fromkeys([0x2010, 0x2011], "-"),
}

COURTESY_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Prof", "Sir", "Dame", "Lord", "Lady")

# Family names that come first, as English-language papers spell them; "Jo Cox" and "Lee Bowyer"
# carry them as given names, which the syllables below tell apart.
_KOREAN = word_list("""
    ahn an bae baek bak ban byun cha chae chang cho choe choi chon chong chu chun chung gang
    gim go gwon ha ham han heo ho hong huh hwang hyon hyun im jang jeon jeong ji jin jo jon
    jong joo ju jung kang kim ko koh koo ku kwak kwon lee lim ma maeng min moon mun na nam no
    noh o oh pae paek pak park ri rim rho roh ryang ryoo ryu seo shim shin sim sin so son song
    suh sung thae tae u um won woo yang yi yim yom yon yong yoo yoon yu yun
""")
_CHINESE = word_list("""
    bai bo cai cao chen cheng cui deng ding dong du fan fang feng fu gao ge gong gu guo han
    hao he hou hu huang jia jiang jin kong lai lei li liang lin liu long lu luo lv ma mao mei
    meng pan peng qian qiao qin ren shao shen shi song su sun tan tang tao tian tsai wan wang
    wei wen wu xi xia xiang xiao xie xiong xu xue yan yang yao ye yi yin yu yuan zeng zhai
    zhang zhao zheng zhong zhou zhu zou
""")
_KOREAN_SYLLABLE = re.compile(
    r"(?:kk|pp|ss|tt|jj|ch|th|sh|[bcdghjkmnprstwy])?"
    r"(?:yae|yeo|eui|ae|ai|eo|eu|ee|oe|oi|oo|ou|ya|ye|yo|yu|ui|wa|we|wi|wo|[aeiou])"
    r"(?:ng|[kglmnpbth])?"
)
_PINYIN = re.compile(
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ui|ao|ou|iu|ie|ue|an|en|in|un|ia|ua"
    r"|uo|er|[aeiou])){1,2}"
)
# The father's family name, before the mother's: Gabriel García Márquez is García Márquez.
_HISPANIC = word_list("""
    aguilar alvarez castillo castro chavez cruz delgado diaz dominguez fernandez flores garcia
    gomez gonzalez guerrero gutierrez guzman hernandez herrera jimenez lopez martinez medina
    mendez mendoza molina morales moreno munoz nunez ortega ortiz perez ramirez ramos reyes rivera
    rodriguez rojas romero ruiz salazar sanchez santos silva soto suarez torres vargas vazquez
""")
_TITLED = re.compile(rf"(?<![^\W_])(?:{'|'.join(COURTESY_TITLES)})\.?[^\S\n]+$")
_COUPLE = re.compile(r"(?<![^\W_])Mr\.? (?:and|&) Mrs\.? $")
_LONGEST_TITLE = 10  # "Prof." and some spaces
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_SMALL_WORDS = frozenset({"of", "the", "and", "for", "in", "on", "de", "la", "des", "du"})
_LEGAL_FORMS = frozenset({"inc", "corp", "co", "ltd", "plc", "llc", "gmbh", "ag", "nv", "spa"})


def fold(text: str) -> str:
    """Lower-case ASCII words of a text, single spaces between: `Jo Song‑gil’s` -> `jo song gil s`.

    Letters outside Latin are romanised (anyascii), so that every name has some key. Symbols are
    left out: anyascii would call an emoji `:grinning:`.
    """
    whole = unicodedata.normalize("NFKC", text)
    if not whole.isascii():
        whole = "".join(" " if unicodedata.category(c)[0] == "S" else c for c in whole)
    return _NOT_WORD.sub(" ", anyascii(whole).lower()).strip()


@lru_cache(maxsize=16384)
def name_key(text: str) -> str:
    """A folded name without spaces: `Jo Song-gil`, `Jo Song Gil` and `JO SONGGIL` meet."""
    return fold(text).replace(" ", "")


def plain(text: str) -> str:
    """The text with plain spaces, apostrophes, quotes and hyphens: every offset stays the same."""
    return text.translate(_PLAIN)


def squeeze(text: str) -> str:
    """A name on one line, with single plain spaces."""
    return " ".join(text.split())


def titled_as(flat: str, start: int) -> set[str]:
    """`man`, `woman` or both, as the title before a name has it: Mr Li, Mr and Mrs Obama."""
    before = flat[max(0, start - _LONGEST_TITLE) : start]
    titles = set(re.findall(r"\w+", before[title_start(before, len(before)) :]))
    couple = _COUPLE.search(flat[max(0, start - 2 * _LONGEST_TITLE) : start])
    found = {"man"} if titles & {"Mr", "Sir", "Lord"} or couple else set()
    return found | ({"woman"} if titles & {"Mrs", "Ms", "Miss", "Dame", "Lady"} else set())


def title_start(flat: str, start: int) -> int:
    """Where the courtesy title before a name begins, in a plain text; `start` when it has none."""
    before = max(0, start - _LONGEST_TITLE)
    titled = _TITLED.search(flat[before:start])
    return before + titled.start() if titled else start


@lru_cache(maxsize=16384)
def family_first(name: str) -> bool:
    """Whether a name is East Asian with its family name in front: Kim Jong Un, not Kim Wilde."""
    first, *rest = plain(name).split() or [""]
    given = [part for word in rest for part in word.split("-")]
    if len(rest) == 1 and _hyphenated(rest[0]):
        return "-" not in first
    syllables = [name_key(part) for part in given]
    family = name_key(first)
    if family in _KOREAN and 1 <= len(given) <= 2:
        return all(_KOREAN_SYLLABLE.fullmatch(part) for part in syllables)
    return family in _CHINESE and len(given) <= 2 and bool(_PINYIN.fullmatch("".join(syllables)))


def _hyphenated(word: str) -> bool:
    """Jong-nam or Wing-kee: only East Asian given names have a small second part."""
    first, _, second = word.partition("-")
    return first[:1].isupper() and second.isalpha() and second.islower() and len(second) > 1


@lru_cache(maxsize=16384)
def family_names(name: str) -> tuple[str, ...]:
    """What a full name can be cut to: Jo Song-gil -> Jo; Bashar al-Assad -> al-Assad, Assad."""
    parts = plain(name).split()
    while len(parts) > 2 and name_key(parts[-1]) in _SUFFIXES:
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


def family_name_first(name: str) -> str:
    """`Song-gil Jo` as `Jo Song-gil`; any other name unchanged, for which no order is sure."""
    parts = plain(name).split()
    if len(parts) == 2 and _hyphenated(parts[0]) and name_key(parts[1]) in _KOREAN | _CHINESE:
        syllables = [name_key(part) for part in parts[0].split("-")]
        if all(_KOREAN_SYLLABLE.fullmatch(part) for part in syllables):
            return f"{parts[1]} {parts[0]}"
    return name


def without_form(name: str) -> str:
    """An organisation's name without its article and legal form: `The Apple Co.` -> `Apple`."""
    words = squeeze(name).split(" ")
    if len(words) > 1 and words[0].lower() == "the":
        words = words[1:]
    while len(words) > 1 and (name_key(words[-1]) in _LEGAL_FORMS or words[-1] == "&"):
        words = words[:-1]
    return " ".join(words).rstrip(",")


def initials(name: str) -> frozenset[str]:
    """What an acronym of the name can be, with and without its small words: {OGD, OAGD}."""
    words = re.findall(r"[^\W_]+", plain(name))
    every = "".join(word[0] for word in words).upper()
    return frozenset({every, "".join(w[0] for w in words if w not in _SMALL_WORDS).upper()})


def is_acronym(text: str) -> bool:
    """OGD, U.N. or AT&T: two to eight capitals or digits, dots and ampersands aside."""
    letters = re.sub(r"[.&]", "", text)
    return 2 <= len(letters) <= 8 and letters.isalnum() and letters.isupper()
