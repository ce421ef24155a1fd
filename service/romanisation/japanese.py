"""Japanese names: either order, and long vowels as the press writes them (Sato, Satoh, Satou)."""

import re
from collections.abc import Iterator, Sequence

from service.names import word_list
from service.romanisation.ordinary import ORDINARY
from service.romanisation.reading import Reading, joined

# Family names that the news knows; the given name is any word of Japanese syllables.
_FAMILY = word_list("""
    abe akamatsu akashi amano ando aoki arai aso doi fujii fujimori fujita fujiwara fukuda goto
    hamada hara hasegawa hashimoto hata hatoyama hayashi hirano honda hosokawa igarashi iida ikeda
    imai inoue ishiba ishida ishihara ishii ishikawa ito iwasaki kaifu kaneko kato kawaguchi
    kikuchi kimura kishi kishida kobayashi koike koizumi kojima kondo kono kubo kuroda maeda
    maehara maruyama masuda matsuda matsui matsumoto matsuo matsushita miki mishima miura miyamoto
    miyazaki miyazawa mori morita motegi murakami murata murayama nagasawa nakagawa nakajima
    nakamura nakanishi nakano nakasone nakayama nishimura noda noguchi nomura obuchi ogawa ohira
    ohno oka okada okamoto okubo onishi ono osaka ota otani ozawa saito sakai sakamoto sakurai
    sano sasaki sato shibata shimizu suga sugiyama suzuki takagi takahashi takaichi takeda
    takeshita takeuchi tamura tanaka taniguchi tojo toyoda tsuji uchida ueda ueno uno wada
    watanabe yamada yamaguchi yamamoto yamashita yamazaki yokoyama yoshida
""")
_MORA = (
    "(?:(?:[kgnbpmr]y?|sh|ch|j|hy)[auo]|[kgnbpmr][ie]|(?:sh|ch|[hj])i|[hstdz][eo]|[hstdz]a|[sz]u"
    "|tsu|fu|wa|y[auo]|[aiueo]|n(?![aiueoy]))"
)
_GIVEN = re.compile(rf"(?=.{{3}})(?:{_MORA})+(?<=[aiou])")
_LONG = re.compile(r"(?:o[uh](?![aiueo])|oo|ou)")


def readings(words: Sequence[Sequence[str]], any_order: bool = False) -> tuple[Reading, ...]:
    """Family and given name in either order; without `any_order` no less sure."""
    del any_order
    if len(words) != 2 or any(len(word) != 1 for word in words):
        return ()
    pair = [_short(word[0]) for word in words]
    found = []
    for family, given in (pair, pair[::-1]):
        if family in _SHORT and _GIVEN.fullmatch(given) and given not in ORDINARY | _SHORT:
            found.append(Reading("ja", ({family: 0}, {given: 0})))
    return tuple(found)


def _short(word: str) -> str:
    """The vowels of a name all short: `satoh` and `satou` as `sato`."""
    return _LONG.sub("o", word).replace("uu", "u")


_SHORT = frozenset(map(_short, _FAMILY))


def spellings(reading: Reading) -> Iterator[tuple[str, float]]:
    """Given name first and last, and with a long o at the end of either."""
    family, given = (next(iter(part)) for part in reading.parts)
    parts = [_written(given), _written(family)]
    for place, order in enumerate((parts, parts[::-1])):
        yield from ((text, cost + place / 2) for text, cost in joined(order, " ", 6).items())


def _written(word: str) -> dict[str, float]:
    return {word: 0, f"{word}h": 1, f"{word}u": 1} if word.endswith("o") else {word: 0}
