"""What is marked is what was asked for, over generated articles and queries.

Tokens and stems come from FTS5 itself, through a table of its own, and the words that may be marked
from what was typed: neither from the code that marks them.
"""

import contextlib
import random
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from conftest import FORM, LONG, Archive, open_archive

from service.article import Article
from service.database import Connection
from service.result import Hit, Results, Snippet
from service.search import Ask

# Those that are found by one another, and some by nothing else; the signs of a query are in none.
WORDS = """
    defect defected defection defects Defecting act acting ACTED nation nations national envoy
    envoys Envoy’s kim Kim Kim's Kim’s kims don't don’t O'Neill O’Neill states the of us U.S. US
    café cafe CAFÉ caf\u00e9s cafe\u0301 Zürich zurich naïve Tiếng Việt É É́ ÎLE İstanbul ещё
    еще Ελλάδα
    Straße STRASSE strasse straßen Łódź Lodz łódzki œuvre oeuvre ﬁrst first ﬂow Ærø aero þing
    organise organize organised organisation organizations colour color centre center centred
    defence defenses grey gray travelled traveling programme program
    Song-gil song‑gil Song‐gil Song–gil song—gil well-known well−known co-operate Sino-Soviet
    AT&T 50% 3.5 3,5 2018-12-31 C++ a_b re:start #tag @name x/y
    <b>envoy</b> <em>Kim</em> &amp; &lt;i&gt; <script>alert 😀envoy 👩\u200d👩 𝔘nicode 𝟙 𐐀𐐨 🇰🇷kim
    조성길 조성길은 대사 망명 북한 BTS는 2020년 ｱﾒﾘｶ アメリカ 김정은 김정은이
    北京 北京市政府 政府 规定 𠀀𠀁𠀂 𠀁 中 รัฐมนตรี นายกรัฐมนตรี โรม ㍿ 葛\U000e0100城
""".split()
TYPED = [word for word in WORDS if any(c.isalnum() for c in word)]
NAMES = [
    *("Jo Song-gil", "Cho Song Gil", "Jo Seong-gil", "jo songgil", "Kim Jong-un", "Kim Jong Eun"),
    *("Gim Jeong Eun", "Qaddafi", "Gaddafi", "Gorbachev", "Gorbachyov", "An Jung-geun"),
    *("Mao Zedong", "Mao Tse-tung", "Kim Yong Chol", "Bill Clinton", "William Clinton"),
]
GAPS = [*[" "] * 12, ", ", ". ", "\n", "\r\n", "\n\n", "\u00a0", "  ", " “", "” ", "-", "\u2009"]
GAPS_OF_A_LINE = [gap for gap in GAPS if "\n" not in gap]
LANGUAGES = [None, None, "en", "en-GB", "fr", "ko", "zh"]
FIELDS = {"title": "title", "standfirst": "standfirst", "body": "body", "caption": "captions"}

_UNSPACED = re.compile(
    "[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0002ffff]"
)
_TOKEN = re.compile(r"\w+")
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "þ": "th",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ё": "е",
        "ά": "α",
    }
)
TOKENS = "CREATE VIRTUAL TABLE {name} USING fts5(t, tokenize='{tokenizer} remove_diacritics 2')"
# Of each some five hundred pairs of a query and an article that it finds.
SEEDS = range(22 if LONG else 2)
ARTICLES, QUERIES = 40, 60


@dataclass(frozen=True)
class Leaf:
    """What is looked for in texts, by how it was typed."""

    kind: str
    text: str
    field: str = ""


@dataclass(frozen=True)
class Query:
    """`wanted` is all that may be marked; `is_shown` when no article without any of it matches."""

    text: str
    wanted: tuple[Leaf, ...]
    is_shown: bool = True


class Stemmer:
    """The tokens of a text and their stems, as FTS5 makes them."""

    def __init__(self) -> None:
        self._conn: Any = Connection(":memory:")
        for name, tokenizer in (("plain", "unicode61"), ("stems", "porter unicode61")):
            self._conn.execute(TOKENS.format(name=name, tokenizer=tokenizer))
            self._conn.execute(f"CREATE VIRTUAL TABLE {name}_v USING fts5vocab({name}, instance)")
        self.plain = lru_cache(maxsize=None)(lambda text: self._tokens("plain", text))
        self.stems = lru_cache(maxsize=None)(lambda text: self._tokens("stems", text))

    def _tokens(self, table: str, text: str) -> tuple[str, ...]:
        self._conn.execute(f"INSERT INTO {table}(rowid, t) VALUES (1, ?)", (text,))
        rows = self._conn.execute(f"SELECT term FROM {table}_v ORDER BY offset").fetchall()
        self._conn.execute(f"DELETE FROM {table}")
        return tuple(term for (term,) in rows)


STEMMER = Stemmer()


def folded(text: str) -> str:
    """In small letters, without accents, all letters written out."""
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_LETTERS)


def joined(text: str) -> str:
    """Only what is pronounced, for scripts in which spaces say nothing."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower())
    kept = (
        c for c in plain if unicodedata.category(c)[0] in "LNM" and not "\u0300" <= c <= "\u036f"
    )
    shown = unicodedata.normalize("NFC", "".join(kept))
    return "".join(c for c in shown if not "\ufe00" <= c <= "\ufe0f" and c < "\U000e0100")


# The generated archive.


def text_of(rng: random.Random, words: int, gaps: Sequence[str]) -> str:
    text = ""
    for _ in range(words):
        text += rng.choice(NAMES if rng.random() < 0.15 else WORDS) + rng.choice(gaps)
    return text.strip()


def article_of(rng: random.Random, number: int) -> Article:
    items = [text_of(rng, rng.randint(1, 5), GAPS_OF_A_LINE) for _ in range(rng.randint(0, 4))]
    return Article(
        key=f"k{number}",
        title=text_of(rng, rng.randint(1, 5), GAPS_OF_A_LINE),
        standfirst=text_of(rng, 4, GAPS_OF_A_LINE) if rng.random() < 0.5 else None,
        body=text_of(rng, rng.choice([1, 3, 10, 40, 120]), GAPS),
        captions=tuple(items[:3]),
        credits=tuple(items[3:]),
        source=rng.choice(["Post", "Times"]),
        language=rng.choice(LANGUAGES),
    )


# Generated queries, made of words of the archive.


def leaf_of(rng: random.Random, articles: Sequence[Article]) -> Query:
    kind = rng.choice(["word"] * 4 + ["name", "phrase", "phrase", "prefix", "near"])
    if kind == "name":
        words = rng.choice(NAMES).split()
        return Query(" ".join(words), tuple(Leaf("word", word) for word in words))
    article = rng.choice(articles)
    text = rng.choice([article.title, article.body, "\n".join(article.captions) or article.body])
    if not any(c.isalnum() for c in text):
        text = "envoy"
    places = [m.span() for m in _TOKEN.finditer(text) if m[0].strip("_")]
    first = rng.randrange(len(places))
    last = min(first + rng.choice([0, 1, 1, 2]), len(places) - 1)
    run = re.sub(r'[“”"\s\x00-\x1f]+', " ", text[places[first][0] : places[last][1]])
    if kind == "phrase":
        return Query(f'"{run}"', (Leaf("phrase", run),))
    if kind == "near":
        return Query(f'"{run}"~{rng.randint(0, 9)}', (Leaf("near", run),))
    word = rng.choice(TYPED) if rng.random() < 0.5 else text[slice(*places[first])]
    if kind == "prefix":
        start = word[: rng.randint(1, 6)]
        if start.isalnum():
            return Query(f"{start}*", (Leaf("prefix", start),))
    return Query(word, (Leaf("word", word),))


def query_of(rng: random.Random, articles: Sequence[Article], depth: int = 3) -> Query:
    kind = rng.choice(["leaf", "leaf", "field", "all", "and", "or", "without"]) if depth else "leaf"
    if kind == "leaf":
        return leaf_of(rng, articles)
    if kind == "field":
        name = rng.choice(list(FIELDS))
        leaf = leaf_of(rng, articles)
        return Query(f"{name}:({leaf.text})", tuple(replace(w, field=name) for w in leaf.wanted))
    one = query_of(rng, articles, depth - 1)
    other = query_of(rng, articles, depth - 1)
    both = one.wanted + other.wanted
    if kind == "or":
        return Query(f"(({one.text}) OR ({other.text}))", both, one.is_shown and other.is_shown)
    if kind == "without":
        return Query(f"({one.text}) -({other.text})", one.wanted, one.is_shown)
    joint = " AND " if kind == "and" else " "
    return Query(f"({one.text}){joint}({other.text})", both, one.is_shown or other.is_shown)


# What may be marked.


def forms(tokens: Sequence[str]) -> set[str]:
    return {form for token in tokens for form in (token, folded(token))}


def stems(tokens: Sequence[str]) -> set[str]:
    return forms([stem for form in forms(tokens) for stem in STEMMER.stems(form)])


def asks_for(leaf: Leaf, token: str, stemmed: bool) -> bool:
    asked = STEMMER.plain(leaf.text)
    if forms([token]) & forms(asked):
        return True
    if leaf.kind == "prefix":
        return any(form.startswith(tuple(forms(asked[-1:]))) for form in forms([token]))
    return leaf.kind == "word" and stemmed and bool(stems([token]) & stems(asked))


def is_covered(marked: str, parts: Sequence[str]) -> bool:
    """Whether every character of a marked text belongs to a part that was asked for."""
    covered = [False] * len(marked)
    for part in filter(None, parts):
        for match in re.finditer(f"(?={re.escape(part)})", marked):
            covered[match.start() : match.start() + len(part)] = [True] * len(part)
    return all(covered)


def is_asked_for(marked: str, leaves: Sequence[Leaf], stemmed: bool) -> bool:
    tokens = STEMMER.plain(marked)
    if tokens and all(any(asks_for(leaf, t, stemmed) for leaf in leaves) for t in tokens):
        return True
    parts = [p for w in leaves for p in (w.text.split() if w.kind == "near" else [w.text])]
    return bool(_UNSPACED.search(joined(marked))) and is_covered(
        joined(marked), [*map(joined, parts)]
    )


def leaves_in(field: str, query: Query, results: Results) -> list[Leaf]:
    """What was asked for in a field, and every stated expansion."""
    name = field.partition("[")[0]
    typed = [leaf for leaf in query.wanted if not leaf.field or FIELDS[leaf.field] == name]
    others = [to for expansion in results.expanded for to in expansion.to]
    return typed + [Leaf("phrase" if " " in to else "word", to) for to in others]


def check_snippet(article: Article, snippet: Snippet, leaves: Sequence[Leaf]) -> None:
    name, _, number = snippet.field.partition("[")
    value = getattr(article, name)
    assert snippet.text in (value[int(number[:-1])] if number else value)
    stemmed = article.language is None or article.language.startswith("en")
    before = 0
    for start, end in snippet.highlights:
        assert before <= start < end <= len(snippet.text)
        before = end
        assert is_asked_for(snippet.text[start:end], leaves, stemmed), snippet.text[start:end]


def check_hit(article: Article, hit: Hit, query: Query, results: Results) -> None:
    for snippet in hit.snippets:
        check_snippet(article, snippet, leaves_in(snippet.field, query, results))
    if query.is_shown:
        assert all(snippet.highlights for snippet in hit.snippets)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_marked_was_asked_for_and_every_hit_has_a_mark(tmp_path: Path, seed: int) -> None:
    rng = random.Random(None if FORM == "wild" else seed)  # noqa: S311 - to be repeated
    archive = open_archive(tmp_path)
    articles = {f"k{number}": article_of(rng, number) for number in range(ARTICLES)}
    for article in articles.values():
        archive.add(article)
    checked = 0
    for _ in range(QUERIES):
        query = query_of(rng, [*articles.values()])
        options: dict[str, Any] = {"match": rng.choice(["all", "any", "auto"])}
        options["filters"] = {"source": ("Post",)} if rng.random() < 0.2 else {}
        ask = Ask(q=query.text, limit=100, expand=rng.random() < 0.8, **options)
        results = archive.finder.search(ask)
        assert [d for d in results.diagnostics if d.length] == []
        for hit in results.hits:
            with described(ask, articles[hit.key], hit):
                check_hit(articles[hit.key], hit, query, results)
            checked += 1
    assert checked >= 250


@pytest.mark.parametrize(
    ("q", "captions"),
    [
        ('"hotel kim"', ("Capella Hotel", "Kim smiles")),
        ('"oil price" OR "price oil"', ("oil price", "oil price")),
        ("cho song gil", ("Jo Seong-gil", "Jo Seong-gil")),
    ],
)
def test_what_goes_over_the_end_of_a_caption_is_still_marked(
    archive: Archive, q: str, captions: tuple[str, ...]
) -> None:
    archive.add(Article(body="nothing", captions=captions))
    for hit in archive.finder.search(Ask(q=q, match="all")).hits:
        assert all(snippet.highlights for snippet in hit.snippets)


def test_words_near_each_other_are_marked_only_where_they_stand(archive: Archive) -> None:
    """Else, beside an article that has them, FTS5 marks in the next what stands at their places."""
    archive.add(Article(key="first", body="zero kim x jong"))
    archive.add(Article(key="a", title="oil", body="a b c d e", captions=("x kim y jong",)))
    hits = {h.key: h for h in archive.finder.search(Ask(q='oil* OR body:"kim jong"~9')).hits}
    assert [s.field for s in hits["a"].snippets] == ["title"]


@contextlib.contextmanager
def described(ask: Ask, article: Article, hit: Hit) -> Iterator[None]:
    try:
        yield
    except AssertionError as exc:
        exc.add_note(f"{ask}\n{article}\n{hit.snippets}")
        raise
