"""Any part of a text without spaces is found by FTS5, and marked where it stands."""

import contextlib
import sqlite3
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import LONG
from hypothesis import given, settings
from hypothesis import strategies as st

from service.database import Connection
from service.unspaced import FoldedText, cut, has_unspaced, occurrences, phrase

TABLE = """
CREATE VIRTUAL TABLE pieces USING fts5(
  text, tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
)
"""
VOCABULARY = "CREATE VIRTUAL TABLE vocabulary USING fts5vocab(pieces, instance)"
# Opened by the class of a connection: Python's own SQLite and the one that the service uses.
LIBRARIES = {"python": sqlite3.Connection, "ours": Connection}
ZWSP, VS17 = "\u200b", "\U000e0100"


def decomposed(text: str) -> str:
    """As macOS writes the names of files."""
    return unicodedata.normalize("NFD", text)


@contextlib.contextmanager
def index(library: Any, *texts: str) -> Iterator[Any]:
    with contextlib.closing(library(":memory:")) as conn:
        conn.execute(TABLE)
        conn.executemany("INSERT INTO pieces VALUES (?)", [(text,) for text in texts])
        yield conn


def match(query: str) -> str:
    tokens, is_prefix = phrase(query)
    return f'"{" ".join(tokens)}"' + " *" * is_prefix


def is_found(conn: Any, query: str) -> bool:
    sql = "SELECT count(*) FROM pieces WHERE pieces MATCH ?"
    return bool(conn.execute(sql, (match(query),)).fetchone()[0])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("조성길", "조성 성길 길"),
        ("조", "조"),
        ("BTS는 2020年", "bts 는 2020 年"),
        ("A조B", "a 조 b"),
        ("조 성길", "조 성길 길"),
        ("plain English, “quoted” – for 5 €", ""),
        ("Русский, Ελληνικά, हिन्दी, العربية", ""),
        ("one line\n中国 and café\nanother\r\n日本\n", "中国 国 and cafe\n\ue000\n日本 本"),
        ("中国。日本、「東京」", "中国 国 日本 本 東京 京"),
        ("ジョン・レノン", "ジョ ョン ン レノ ノン ン"),
        ("スーパー々〇ヽ", "スー ーパ パー ー々 々〇 〇ヽ ヽ"),
        ("かカ", "かカ カ"),
        ("ｽｰﾊﾟｰ", "スー ーパ パー ー"),
        ("ﾊﾟ", "パ"),
        ("か\u3099", "が"),
        ("ＡＩは", "ai は"),
        (decomposed("조성길"), "조성 성길 길"),
        ("ㅋㅋㄱㅏ", "ㅋㅋ ㅋㄱ ㄱㅏ ㅏ"),
        ("ￂ", "ㅏ"),
        ("㍿", "株式 式会 会社 社"),
        ("葛" + VS17 + "城", "葛城 城"),
        ("𠮷野", "𠮷野 野"),
        ("ไทย๒๕", "ไท ทย ย๒ ๒๕ ๕"),
        ("ไทย" + ZWSP + "๕", "ไท ทย ย๕ ๕"),
        ("นำ", "นํ ํา า"),
        ("ລາວ", "ລາ າວ ວ"),
        ("ខ្មែរ", "ខ្ ្ម មែ ែរ រ"),
        ("ခု\u103a\u1037", "ခု ု့ ့် ်"),
        ("É́ǅ Straße İ ΟΔΟΣ中", "edz straße i οδοσ 中"),
        ("👩\u200d👩 1\ufe0f\u20e3 中", "1 中"),
        ("㎏", ""),
        ("", ""),
    ],
)
def test_what_is_indexed(text: str, pieces: str) -> None:
    assert cut(text) == pieces
    assert has_unspaced(text) == bool(pieces)


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ("조", '"조" *'),
        ("조성", '"조성"'),
        ("조성길", '"조성 성길"'),
        ("조 성길", '"조 성길"'),
        ("조성 길", '"조성 성 길" *'),
        ("BTS는", '"bts 는" *'),
        ("2020年 BTS", '"2020 年 bts"'),
        ("「中国。」", '"中国"'),
        ('中"OR" OR', '"中 or or"'),
        ("AI", '"ai"'),
        ("。\n", '""'),
    ],
)
def test_what_is_asked(query: str, matched: str) -> None:
    assert match(query) == matched


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES)
@pytest.mark.parametrize(
    ("text", "queries", "missing"),
    [
        ("조성길은 BTS는", ["조성길", "성길", "길은", "은 BTS", "는", "bts는"], ["조길", "BT는"]),
        ("조 성길", ["조 성", "조", "길"], ["조성", "성길 조"]),
        ("2020年のAI", ["2020年", "年", "年のAI", "のai"], ["020年", "のA", "の年"]),
        ("AIRは", ["air", "は", "AIRは"], ["AI", "IRは"]),
        ("ジョン・レノン", ["ジョン レノン", "ン・レ", "ﾚﾉﾝ"], ["ジョンレノン", "じょん"]),
        ("กินน้ำที่บ้าน", ["น้ำ", "ที่", "บ้าน", "ิ"], ["นำ", "ทีบ้าน"]),
        ("ภาษา" + ZWSP + "ไทย", ["ภาษาไทย", "าไ", "ไ" + ZWSP + "ทย"], ["ภาษไทย"]),
        ("ភាសាខ្មែរ", ["ខ្មែរ", "សាខ្", "្មែ"], ["ខមែរ"]),
        ("မြန်မာစာ", ["မြန်မာ", "မာစာ", "စ"], ["မန်မာ"]),
        ("ພາສາລາວ", ["ລາວ", "ສາລ"], ["ລວ"]),
        ("が ｶﾞｽ", ["か\u3099", "ガス", "が"], ["か", "カ"]),
        ("葛" + VS17 + "城市", ["葛城", "葛" + VS17], ["葛市"]),
        ("𠀀𠀁𠀂", ["𠀁", "𠀀𠀁", "𠀁𠀂"], ["𠀀𠀂"]),
        ("中 Élysée ﬁn", ["中 elysee", "中 Élysée fin", "fin"], ["中 elys"]),
        ("Only here: AI\n中国", ["中国"], ["AI", "here"]),
        ("中\nbetween\n国", ["中", "国"], ["中 国", "中国", "between"]),
        ("中\n\n国", ["中 国"], ["中国"]),
    ],
)
def test_what_is_found(library: Any, text: str, queries: list[str], missing: list[str]) -> None:
    with index(library, cut(text)) as conn:
        for query in [*queries, *missing]:
            assert is_found(conn, query) == (query in queries), query
            assert bool(occurrences(text, query)) == (query in queries), query


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("조성길은 조성길", "조성길", "[조성길]은 [조성길]"),
        ("中中中中中", "中中", "[中中][中中]中"),
        ("中中", "中", "[中][中]"),
        ("😀👩\u200d👩 𠮷野家の𠮷野", "野", "😀👩\u200d👩 𠮷[野]家の𠮷[野]"),
        ("東京ｶﾞｽは㍿", "ガス", "東京[ｶﾞｽ]は㍿"),
        ("東京ｶﾞｽは㍿", "会社", "東京ｶﾞｽは[㍿]"),
        ("㍿㍿", "社", "[㍿][㍿]"),
        ("ﬁ ﷺ é ㍻中国", "中", "ﬁ ﷺ é ㍻[中]国"),
        (decomposed("한조성길"), "조성", decomposed("한[조성]길")),
        ("葛" + VS17 + "城", "葛", "[葛" + VS17 + "]城"),
        ("ภาษา" + ZWSP + "ไทย", "ษาไ", "ภา[ษา" + ZWSP + "ไ]ทย"),
        ("ภาษา" + ZWSP + "ไทย", "ษา", "ภา[ษา]" + ZWSP + "ไทย"),
        ("น้ำนา", "น", "[น]้ำ[น]า"),
        ("น้ำนา", "น้ำ", "[น้ำ]นา"),
        ("BTS는 bts 는 BTSx는", "BTS는", "[BTS는] [bts 는] BTSx는"),
        ("『ジョン・レノン』", "ジョン レノン", "『[ジョン・レノン]』"),
        ("中国 AIR AI", "ai", "中国 AIR [AI]"),
        ("AI AI\n中国 AI", "ai", "AI AI\n中国 [AI]"),
        ("line one\nAI\n日本 AI 中国\n中国", "AI 中", "line one\nAI\n日本 [AI 中]国\n中国"),
        ("人a人a人", "人a人", "[人a人]a人"),
        ("中国", "", "中国"),
        ("中国", "。", "中国"),
        ("", "中", ""),
    ],
)
def test_where_it_stands(text: str, query: str, marked: str) -> None:
    shown, at = "", 0
    for start, end in occurrences(text, query):
        shown += f"{text[at:start]}[{text[start:end]}]"
        at = end
    assert shown + text[at:] == marked


ALPHABET = [
    "中",
    "国",
    "𠮷",
    "한",
    "국",
    "か",
    "ー",
    "ก",
    "ำ",
    "ก้",
    "a",
    "B",
    "é",
    "1",
    " ",
    "。",
    "・",
]
texts = st.lists(st.sampled_from([*ALPHABET, "\n"]), max_size=30).map("".join)
queries = st.lists(st.sampled_from(ALPHABET), max_size=3).map("".join)
lines = st.lists(st.sampled_from(ALPHABET), min_size=1, max_size=14).map("".join)


def joins_word(text: str, at: int) -> bool:
    """Whether a cut at this place would go through a word of Latin letters or digits."""
    pair = text[at - 1 : at + 1] if 0 < at < len(text) else "。"
    return all(c in "aBé1" for c in pair)


@given(lines, st.integers(0, 13), st.integers(1, 14))
def test_every_part_is_found(line: str, start: int, length: int) -> None:
    part = line[start : start + length]
    end = start + len(part)
    if not has_unspaced(line) or not phrase(part)[0]:
        return
    if joins_word(line, start) or joins_word(line, end):
        return
    with index(Connection, cut(line)) as conn:
        assert is_found(conn, part)
    assert any(first < end and start < last for first, last in occurrences(line, part))


@given(texts, queries)
def test_marks_and_matches_agree(text: str, query: str) -> None:
    tokens, is_prefix = phrase(query)
    if not tokens:
        assert occurrences(text, query) == []
        return
    found = occurrences(text, query)
    with index(Connection, cut(text)) as conn:
        assert is_found(conn, query) == bool(found)
    at = 0
    for start, end in found:
        assert at <= start < end
        at = end
        assert phrase(text[start:end]) == (tokens, is_prefix)


@given(texts, st.lists(queries, max_size=4))
def test_a_text_folded_once_answers_any_number_of_queries(text: str, asked: list[str]) -> None:
    folded = FoldedText(text)
    assert [folded.occurrences(query) for query in asked] == [occurrences(text, q) for q in asked]


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES)
def test_sqlite_keeps_every_piece_as_it_is(library: Any) -> None:
    """So what is not found in Python is not found by FTS5 either: no character splits or folds."""
    last = 0x31350 if LONG else 0x3400
    characters = [chr(c) for c in range(last) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]
    cuts = [cut(c) for c in characters]
    # Whether the two agree on what is such a script, for what NFKC turns into one as well.
    assert [c for c, t in zip(characters, cuts, strict=True) if has_unspaced(c) != bool(t)] == []
    with index(library, *cuts) as conn:
        conn.execute(VOCABULARY)
        kept = conn.execute("SELECT term FROM vocabulary ORDER BY doc, offset").fetchall()
    assert [term for (term,) in kept] == " ".join(cuts).split()


@given(st.text("가각한が ヴпйéẹ̈ั้ำ中a ုိ့်", max_size=12))
def test_composed_and_decomposed_meet(text: str) -> None:
    assert cut(unicodedata.normalize("NFC", text)) == cut(decomposed(text))
    assert cut(unicodedata.normalize("NFKC", text)) == cut(decomposed(text))


@settings(max_examples=20)
@given(st.text(max_size=30), st.text(max_size=3))
def test_any_text_is_taken(text: str, query: str) -> None:
    for start, end in occurrences(text + "中", query):
        assert 0 <= start < end <= len(text) + 1
    assert has_unspaced(text) or cut(text) == ""
