"""East Asian names, whose family name comes first: Kim Jong Un, but not Kim Wilde.

Told by tables of family names and by the shape of syllables, since papers spell both alike.
"""

import re
from functools import lru_cache

from service.names import name_key, plain, word_list

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


def family_name_first(name: str) -> str:
    """`Song-gil Jo` as `Jo Song-gil`; any other name unchanged, for which no order is sure."""
    parts = plain(name).split()
    if len(parts) == 2 and _hyphenated(parts[0]) and name_key(parts[1]) in _KOREAN | _CHINESE:
        syllables = [name_key(part) for part in parts[0].split("-")]
        if all(_KOREAN_SYLLABLE.fullmatch(part) for part in syllables):
            return f"{parts[1]} {parts[0]}"
    return name


def _hyphenated(word: str) -> bool:
    """Jong-nam or Wing-kee: only East Asian given names have a small second part."""
    first, _, second = word.partition("-")
    return first[:1].isupper() and second.isalpha() and second.islower() and len(second) > 1
