"""Articles in other languages and scripts: found as they are written, and never as English."""

import pytest
from conftest import Archive

from service.article import Article
from service.engines.sqlite.engine import SqliteEngine
from service.search import Ask

LODZ = Article(title="Straßenbahn in Łódź", body="Un œuvre, the ﬁrst on Ærø.", language="pl")
FRENCH = Article(title="FR", body="Les nations et les élections générales.", language="fr")
ENGLISH = Article(title="EN", body="A nation and its general election.", language="en")
KOREAN = Article(
    title="북한 대사 망명", body="조성길은 로마에서 BTS는 2020년 ｱﾒﾘｶ\nNo more.", language="ko"
)
CHINESE = Article(title="ZH", body="北京市政府昨天宣布了新的规定。\n𠀀𠀁𠀂", language="zh")
THAI = Article(title="TH", body="นายกรัฐมนตรีเดินทางไปกรุงโรม", language="th")


@pytest.fixture
def languages(archive: Archive) -> Archive:
    for article in (LODZ, FRENCH, ENGLISH, KOREAN, CHINESE, THAI):
        archive.add(article)
    return archive


@pytest.mark.parametrize(
    "q",
    [
        *(
            "Łódź",
            "lodz",
            "LODZ",
            "Lódz",
            "strassenbahn",
            "Straßenbahn",
            "oeuvre",
            "œuvre",
            "first",
        ),
        *("aero", '"straßenbahn in lodz"', '"strassenbahn in Łódź"', "strass*", "lod*", "straß*"),
        *("title:lodz", '"strassenbahn lodz"~3', "lodz -nothing", "(lodz OR paris) first"),
    ],
)
def test_letters_that_are_no_accents(languages: Archive, q: str) -> None:
    assert languages.find(q, match="all") == [LODZ.title]


def test_letters_are_highlighted_as_they_stand(languages: Archive) -> None:
    (hit,) = languages.finder.search(Ask(q="lodz strassenbahn")).hits
    (title,) = [s for s in hit.snippets if s.field == "title"]
    assert [title.text[a:b] for a, b in title.highlights] == ["Straßenbahn", "Łódź"]


@pytest.mark.parametrize(
    ("q", "titles"),
    [
        ("nations", ["EN", "FR"]),  # the stem of nation, and the French word as it is written
        ("nation", ["EN"]),
        ("generales", ["FR"]),
        ("générale", []),
        ("elections générales", ["FR"]),
        ("-nations", ["TH", "ZH", KOREAN.title, LODZ.title]),
        ("-nation", ["TH", "ZH", KOREAN.title, "FR", LODZ.title]),
        ("general -nation", []),
        ("general -nothing", ["EN"]),
        ('les OR "general election"', ["EN", "FR"]),
        ("language:fr nations", ["FR"]),
    ],
)
def test_what_is_not_english_has_no_english_stems(
    languages: Archive, q: str, titles: list[str]
) -> None:
    assert sorted(languages.find(q, match="all")) == sorted(titles)
    counted = languages.finder.search(Ask(q=q, match="all", facets=("published",)))
    assert counted.total == counted.facets["published"].undated == len(titles)  # type: ignore[union-attr]


def test_highlights_in_a_foreign_text_are_words_as_written(languages: Archive) -> None:
    hits = {hit.title: hit for hit in languages.finder.search(Ask(q="nations election")).hits}
    marked = {
        title: [s.text[a:b] for s in hit.snippets for a, b in s.highlights]
        for title, hit in hits.items()
    }
    assert marked == {"EN": ["nation", "election"], "FR": ["nations"]}


@pytest.mark.parametrize(
    ("q", "article"),
    [
        *(
            ("조성길", KOREAN),
            ("성길", KOREAN),
            ("성", KOREAN),
            ("대사", KOREAN),
            ('"대사 망명"', KOREAN),
        ),
        *(("アメリカ", KOREAN), ("BTS는", KOREAN), ("2020년", KOREAN), ("title:망명", KOREAN)),
        *(("조성* 로마", KOREAN), ('"로마 조성길"~9', KOREAN), ("망명 more", KOREAN)),
        *(("政府", CHINESE), ("北京市政府", CHINESE), ("规定", CHINESE), ("𠀁𠀂", CHINESE)),
        *(("รัฐมนตรี", THAI), ("โรม", THAI), ("กรุง โรม", THAI)),
    ],
)
def test_scripts_without_spaces_are_found_by_any_part(
    languages: Archive, q: str, article: Article
) -> None:
    (hit,) = languages.finder.search(Ask(q=q, match="all")).hits
    assert hit.title == article.title
    assert all(s.text[a:b] for s in hit.snippets for a, b in s.highlights)
    assert any(s.highlights for s in hit.snippets)


@pytest.mark.parametrize("q", ["조길", "로에", "title:조성길", "政京", '"성길 조"', "北京 -政府"])
def test_and_by_nothing_else(languages: Archive, q: str) -> None:
    assert languages.find(q, match="all") == []


def test_one_tree_may_ask_every_index(languages: Archive) -> None:
    found = languages.find(
        '(政府 OR nation OR "les nations" OR lod*) -(조성길 OR roma)', match="all"
    )
    assert sorted(found) == ["EN", "FR", LODZ.title, "ZH"]


def test_pieces_go_with_their_article(languages: Archive) -> None:
    languages.tamper("UPDATE articles SET body = 'nothing', title = 'K' WHERE language = 'ko'")
    assert languages.find("조성길") == []
    languages.tamper("UPDATE articles SET id = id + 1000 WHERE language = 'zh'")
    assert languages.find("政府") == ["ZH"]
    assert SqliteEngine(languages.database).faults() == []
    languages.tamper("DELETE FROM articles WHERE language = 'zh'")
    assert languages.find("政府") == []


def test_check_misses_pieces_and_reindex_mends_them(languages: Archive) -> None:
    languages.tamper("UPDATE articles SET body = '새로운 소식' WHERE language = 'ko'")
    assert any("pieces" in fault for fault in languages.engine.faults())
    languages.engine.rebuild()
    assert languages.engine.faults() == []
    assert languages.find("소식") == [KOREAN.title]


@pytest.mark.parametrize(
    ("text", "found", "missing"),
    [
        ("中国5G技术和GDP增长", ["5G", "gdp", "5G技术", "技术 GDP"], ["G", "GD"]),
        ("安倍首相はNHKの番組に", ["NHK", "nhk", "NHKの", "title:NHK"], ["NH", "HK", "body:NHK"]),
        ("삼성은 UN과 2020년", ["UN", "2020", "UN과", "삼성 UN"], ["N", "20"]),
        (
            "COVID-19感染者がK-POP스타とAT&T社",
            ["COVID-19", "covid 19", "K-POP", "AT&T"],
            ["COVID-1"],
        ),
        ("Łódź市で会議", ["Łódź", "会議"], ["Łód"]),
        ("ＡＢ\xadＣ", ["abc"], ["ab"]),
        ("ＡＫＢ４８は", ["AKB48", "AKB48は", "ＡＫＢ４８"], ["AKB"]),
        (
            "Vladi\xadmir Pu\xadtin",
            ["Vladimir Putin", '"vladimir putin"', "vladim*"],
            ["Vladi", "mir"],
        ),
        ("Αλέξης Τσίπρας", ["Τσιπρας", "ΤΣΙΠΡΑΣ", "Τσίπρας", '"Αλεξης Τσιπρας"'], ["Τσιπρα"]),
        (
            "Никола\u0438\u0306 Київ",
            ["Николай", "Никола\u0438\u0306", "Київ", "Ки\u0456\u0308в"],
            ["Ники"],
        ),
        ("الرئيس إيران", ["ايران", "إيران"], ["ير"]),
    ],
)
def test_words_within_other_scripts(
    archive: Archive, text: str, found: list[str], missing: list[str]
) -> None:
    archive.add(Article(title=text, body="x"))
    for q in found:
        (hit,) = archive.finder.search(Ask(q=q, match="all", expand=False)).hits
        assert any(s.highlights for s in hit.snippets if s.field == "title"), q
        assert archive.finder.search(Ask(q=q, match="all")).did_you_mean is None
    for q in missing:
        assert archive.find(q, match="all", expand=False) == [], q
    assert archive.engine.faults() == []
    archive.engine.rebuild()
    assert archive.engine.faults() == []
    assert archive.find(found[0], match="all") == [text]
    archive.tamper("DELETE FROM articles")
    assert archive.rows("SELECT * FROM words_folded") == []


def test_a_stem_is_found_in_all_spellings_of_its_words(archive: Archive) -> None:
    archive.add(Article(title="soft", body="Gov\xadern\xadments fell, ＯＩＬ rose."))
    archive.add(Article(title="plain", body="The government fell, oils rose."))
    archive.add(Article(title="foreign", body="Gov\xadern\xadments, ＯＩＬ", language="de"))
    archive.add(Article(title="other", body="Governors rose."))
    for q in ("government", "govern\xadment", "Governments", "oil", "oils"):
        found = archive.finder.search(Ask(q=q, match="all")).hits
        english = {hit.title for hit in found} - {"foreign"}
        assert english == {"soft", "plain"}, q
        assert all(s.highlights for hit in found for s in hit.snippets if s.field == "body"), q
    # What is not English is found as it is written alone.
    for q, is_found in {
        "government": False,
        "governments": True,
        "oil": True,
        "oils": False,
    }.items():
        assert ("foreign" in archive.find(q, match="all")) == is_found, q


def test_beginnings_are_counted_whole(archive: Archive) -> None:
    for letter in "abcdefghijklmnopqrstuvwx":
        archive.add(Article(title=f"łom{letter}", body="x"))
    archive.add(Article(title="lomza", body="x"))
    totals = {q: archive.finder.search(Ask(q=q)).total for q in ("lom*", "łom*", "lomz*", "łomz*")}
    assert totals == {"lom*": 25, "łom*": 25, "lomz*": 1, "łomz*": 1}
