"""Chinese names in Pinyin and Wade-Giles: Mao Zedong and Mao Tse-tung.

A name is read wholly in one of the two. Wade-Giles is made from Pinyin by rule, without its
apostrophes when it is read, since the press leaves them out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from service.names import word_list
from service.romanisation.ordinary import ORDINARY, SMALL_WORDS
from service.romanisation.reading import Costs, Reading, cheapest, joined

_FAMILY = word_list("""
    an bai bao bo cai cao chang chen cheng cui dai deng ding dong du duan fan fang fei feng fu gan
    gao ge geng gong gu guan guo han hao he hong hou hu hua huang ji jia jiang jiao jin kang kong
    lai lei li lian liang liao lin liu long lou lu luo lv ma mao mei meng mu nie ning niu ou pan
    pang peng qi qian qiao qin qiu qu ren ruan shao shen sheng shi shu song su sun tan tang tao tian
    tong tu wan wang wei wen weng wu xi xia xiang xiao xie xin xing xiong xu xue yan yang yao ye yi
    yin yu yuan yue zeng zhai zhan zhang zhao zheng zhong zhou zhu zhuang zhuo zong zou zuo
""")
# Finals by the initials that they go with.
_FINALS = """
    b p m: a ai an ang ao ei en eng i ian iao ie in ing o u
    f: a an ang ei en eng o ou u
    d t: a ai an ang ao e ei eng i ian iao ie ing iu ong ou u uan ui un uo
    n l: a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu ong ou u uan uo v ve un
    g k h: a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
    j q x: i ia ian iang iao ie in ing iong iu u uan ue un
    zh ch sh: a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo
    r: an ang ao e en eng i ong ou u uan ui un uo
    z c s: a ai an ang ao e en eng i ong ou u uan ui un uo
    w: a ai an ang ei en eng o u
    y: a an ang ao e i in ing ong ou u uan ue un
"""
_INITIALS = {
    "b": "p", "p": "p'", "d": "t", "t": "t'", "g": "k", "k": "k'", "zh": "ch", "ch": "ch'",
    "j": "ch", "q": "ch'", "x": "hs", "z": "ts", "c": "ts'", "r": "j",
}  # fmt: skip
# Pinyin -> Wade-Giles, whole syllables first, then finals.
_WHOLE = {
    "yi": "i", "you": "yu", "yan": "yen", "ye": "yeh", "yong": "yung", "yue": "yueh", "er": "erh",
    "zi": "tzu", "ci": "tz'u", "si": "ssu", "ge": "ko", "ke": "k'o", "he": "ho", "e": "o",
    "ju": "chu", "gui": "kuei", "kui": "k'uei", "luo": "lo", "duo": "to", "tuo": "t'o",
    "nuo": "no", "zuo": "tso", "cuo": "ts'o", "suo": "so", "ruo": "jo", "zhuo": "cho",
    "chuo": "ch'o", "ze": "tse", "ce": "ts'e",
}  # fmt: skip
_RETROFLEX = ("zh", "ch", "sh", "r")


def _pinyin() -> Iterator[tuple[str, str]]:
    """Every syllable as initial and final."""
    for line in _FINALS.split("\n"):
        initials, _, finals = line.partition(":")
        yield from ((initial, final) for initial in initials.split() for final in finals.split())
    yield from (("", whole) for whole in ("a", "ai", "an", "ao", "e", "en", "er", "ou"))


def _wade_giles(initial: str, final: str) -> str:
    if initial + final in _WHOLE:
        return _WHOLE[initial + final]
    if final == "i" and initial in _RETROFLEX:
        final = "ih"
    if initial in ("j", "q", "x") and final == "iong":
        final = "iung"
    final = re.sub("ong$", "ung", final)
    final = re.sub("ian$", "ien", final)
    final = re.sub("([iu])e$", r"\1eh", final)
    return _INITIALS.get(initial, initial) + final


def _by_spelling(pairs: Iterable[tuple[str, str]]) -> Mapping[str, dict[str, float]]:
    """Spelling -> its Pinyin syllables."""
    found: dict[str, dict[str, float]] = {}
    for pinyin, spelling in pairs:
        found.setdefault(spelling, {})[pinyin] = 0.0
    return found


_WADE = {initial + final: _wade_giles(initial, final) for initial, final in _pinyin()}
_SYSTEMS = (
    _by_spelling((pinyin, pinyin) for pinyin in _WADE),
    _by_spelling((pinyin, wade.replace("'", "")) for pinyin, wade in _WADE.items()),
)


def readings(words: Sequence[Sequence[str]], any_order: bool = False) -> tuple[Reading, ...]:
    """The Chinese names that words, each the list of its hyphenated parts, can be."""
    flat = [part for word in words for part in word]
    if not 2 <= len(flat) <= 3 or len(words) == 1 or len(set(flat)) == 1:
        return ()
    if ORDINARY.issuperset(flat) or not SMALL_WORDS.isdisjoint(flat):
        return ()
    found = _read(flat[0], flat[1:]) if len(words[0]) == 1 else ()
    if (found and not any_order) or len(words[-1]) > 1 or flat[-1] in ORDINARY:
        return found
    first_given = len(words[0]) == 2 or (any_order and len(flat) == 2)
    return (*found, *_read(flat[-1], flat[:-1])) if first_given else found


def _read(family: str, given: Sequence[str]) -> tuple[Reading, ...]:
    """In Pinyin, or else in Wade-Giles: what is Pinyin throughout is hardly ever anything else."""
    if len(given) == 1 and given[0] in ORDINARY:
        return ()
    for system in _SYSTEMS:
        families = {key: 0.0 for key in system.get(family, ()) if key in _FAMILY}
        split = [given] if len(given) == 2 else _splits(given[0], system)
        parts = [[system[part] for part in way] for way in split if all(p in system for p in way)]
        if families and parts:
            return tuple(Reading("zh", (families, *way)) for way in parts)
    return ()


def _splits(given: str, system: Mapping[str, Costs]) -> list[list[str]]:
    """`Jinping` as one syllable or two; more than two ways are left alone."""
    ways = [[given[:cut], given[cut:]] for cut in range(1, len(given))]
    return [[given], *(way for way in ways if way[0] in system and way[1] in system)]


def spellings(reading: Reading) -> Iterator[tuple[str, float]]:
    """Pinyin joined and spaced, given name first, and Wade-Giles."""
    family, *given = reading.parts
    for between, cost in (("", 0.0), (" ", 1.0)):
        name = joined(given, between, 6)
        yield from ((t, c + cost) for t, c in joined([family, name], " ", 12).items())
        yield from ((t, c + cost + 2) for t, c in joined([name, family], " ", 12).items())
    for apostrophe, cost in (("", 2.0), (" ", 3.0)):
        wade = [
            cheapest((_WADE[key].replace("'", apostrophe), value) for key, value in part.items())
            for part in reading.parts
        ]
        yield from ((t, c + cost) for t, c in joined(wade, " ", 12).items())
