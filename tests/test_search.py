"""What finds what: cases over small archives, and promises that hold for all of them."""

from typing import Any

import pytest
from conftest import Archive
from hypothesis import given
from hypothesis import strategies as st
from searches_by_hand import CASES, asked_in, library_in, name_of, person

from service.article import Article
from service.dates import parse_moment
from service.entity import EntityName, Mention
from service.errors import InvalidQuery, InvalidRequest
from service.result import Facet, Histogram
from service.search import Ask


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The documents of tests/cases/search.json."""
    return library_in(tmp_path_factory.mktemp("library"))


@pytest.mark.parametrize("case", CASES["searches"], ids=name_of)
def test_cases(library: Archive, case: dict[str, Any]) -> None:
    results = library.finder.search(asked_in(case))
    found = [hit.key for hit in results.hits]
    assert (found if case.get("ordered") else sorted(found)) == case["expected"]
    assert results.total == len(case["expected"])


def test_the_best_field_comes_first(archive: Archive) -> None:
    for key, fields in {
        "caption": {"captions": ("strike",)},
        "title": {"title": "strike"},
        "standfirst": {"standfirst": "strike"},
    }.items():
        archive.add(Article(body="nothing else to say", key=key, **fields))  # type: ignore[arg-type]  # a literal
    hits = archive.finder.search(Ask(q="strike")).hits
    assert [hit.key for hit in hits] == ["title", "standfirst", "caption"]
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, key=lambda s: -(s or 0))


def test_equals_come_newest_first(archive: Archive) -> None:
    for day in (3, 1, 2):
        archive.add(
            Article(body="strike", key=f"d{day}", published=parse_moment(f"2018-12-0{day}"))
        )
    assert [h.key for h in archive.finder.search(Ask(q="strike")).hits] == ["d3", "d2", "d1"]


def test_highlights_stand_on_what_matched(library: Archive) -> None:
    (hit,) = library.finder.search(Ask(q='"capella hotel"')).hits
    (snippet,) = hit.snippets
    assert snippet.field == "captions[1]"
    assert [snippet.text[s:e] for s, e in snippet.highlights] == ["Capella Hotel"]


def test_highlights_count_characters_not_bytes(archive: Archive) -> None:
    archive.add(Article(body="😀 𝔘nicode «café» — caf\u00e9 cafe\u0301 'x'"))
    (hit,) = archive.finder.search(Ask(q="cafe")).hits
    (snippet,) = hit.snippets
    assert [snippet.text[s:e] for s, e in snippet.highlights] == ["café", "café", "cafe\u0301"]


def test_a_text_with_the_marks_in_it_is_shown_unharmed(archive: Archive) -> None:
    body = "odd \ufdd0\ufdd1\ufdd2 signs \ufdd3\ufdd4\ufdd5 here"
    archive.add(Article(body=body))
    (hit,) = archive.finder.search(Ask(q="odd")).hits
    assert hit.snippets[0].text == body
    assert hit.snippets[0].highlights == ((0, 3),)


def test_what_was_understood_and_mended(library: Archive) -> None:
    results = library.finder.search(Ask(q='kim "jong un'))
    assert results.understood == 'kim "jong un"'
    assert [d.message for d in results.diagnostics] == ["unclosed quote: searched as “jong un”"]
    with pytest.raises(InvalidQuery):
        library.finder.search(Ask(q='kim "jong un', strict=True))


def test_words_by_their_stems_and_quotes_as_written(archive: Archive) -> None:
    bodies = {
        "a": "He defected; the defection of an acting envoy.",
        "b": "Defects in two engines, said acting envoys of states.",
        "c": "The united state of things: state, acts and an envoy.",
    }
    for key, body in bodies.items():
        archive.add(Article(body=body, key=key))

    def keys(q: str) -> list[str]:
        return sorted(h.key for h in archive.finder.search(Ask(q=q, match="all")).hits)

    assert keys("defects") == keys("DEFECT") == ["a", "b"]
    assert keys('"defects"') == ["b"]
    assert keys("defecti*") == ["a"]
    assert keys('"acting envoy"') == ["a"]
    assert keys("acted envoys") == ["a", "b", "c"]
    assert keys('envoys "acting"') == ["a", "b"]
    assert keys('"state" -"united state"') == []
    assert keys('body:(envoy "acting")') == ["a", "b"]
    assert keys('body:("defects" OR united)') == ["b", "c"]
    assert keys("title:(envoy acti*)") == []


def test_both_indexes_highlight(archive: Archive) -> None:
    archive.add(Article(body="He defected. Two envoys met an envoy.", key="a"))
    (hit,) = archive.finder.search(Ask(q='defecting "envoy" OR "two envoys"', match="all")).hits
    (snippet,) = hit.snippets
    marked = [snippet.text[s:e] for s, e in snippet.highlights]
    assert marked == ["defected", "Two envoys", "envoy"]


def test_initials_are_expanded_and_say_so(library: Archive) -> None:
    results = library.finder.search(Ask(q="U.S."))
    assert [(e.source, e.to, e.why) for e in results.expanded] == [("U.S.", ("US",), "initials")]
    exact = library.finder.search(Ask(q="U.S.", expand=False))
    assert exact.expanded == ()
    assert exact.total < results.total


def test_facets_are_disjunctive_and_count_articles_once(library: Archive) -> None:
    ask = Ask(facets=("person", "source"), filters={"source": ("Asia Times",)})
    facets = library.finder.search(ask).facets
    assert isinstance(facets["person"], Facet)
    assert isinstance(facets["source"], Facet)
    assert {v.label: v.count for v in facets["source"].values} == {"Asia Times": 2, "The Post": 1}
    assert {v.label: v.count for v in facets["person"].values} == {
        "Kim Jong Un": 2,
        "Jo Song-gil": 1,
    }


def test_a_facet_says_when_there_is_more(library: Archive) -> None:
    facets = library.finder.facets(Ask(facets=("person",), facet_limit=1))
    facet = facets["person"]
    assert isinstance(facet, Facet)
    assert ([v.label for v in facet.values], facet.more) == (["Kim Jong Un"], True)
    within = library.finder.facets(Ask(facets=("person",), contains="TRUMP"))["person"]
    assert isinstance(within, Facet)
    assert ([v.label for v in within.values], within.more) == (["Donald Trump"], False)


def histogram_of(archive: Archive, **options: Any) -> Histogram:
    facet = archive.finder.facets(Ask(facets=("published",), **options))["published"]
    assert isinstance(facet, Histogram)
    return facet


def test_the_histogram_counts_every_article(library: Archive) -> None:
    histogram = histogram_of(library)
    assert (histogram.interval, histogram.undated) == ("day", 1)
    assert [(b.start, b.count) for b in histogram.values if b.count] == [
        ("2018-11-20", 1),
        ("2018-12-31", 1),  # in UTC
        ("2019-01-15", 1),
    ]
    assert len(histogram.values) == 57
    assert histogram_of(library, end="2018-12-01").undated == 0


def test_the_histograms_interval_fits_its_range(archive: Archive) -> None:
    for body, date in (("a", "2019-01-31"), ("b", "2019-02-01T23:59:59Z")):
        archive.add(Article(body=body, published=parse_moment(date)))
    assert [(b.start, b.end, b.count) for b in histogram_of(archive).values] == [
        ("2019-01-31", "2019-01-31", 1),
        ("2019-02-01", "2019-02-01", 1),
    ]
    archive.add(Article(body="c", published=parse_moment("2019-04-30")))
    assert [(b.start, b.end, b.count) for b in histogram_of(archive).values] == [
        ("2019-01-01", "2019-01-31", 1),
        ("2019-02-01", "2019-02-28", 1),
        ("2019-03-01", "2019-03-31", 0),
        ("2019-04-01", "2019-04-30", 1),
    ]
    archive.add(Article(body="d", published=parse_moment("9999-12-31")))
    years = histogram_of(archive)
    assert (years.interval, years.values[-1].end) == ("year", "9999-12-31")


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_pages_show_every_article_once(archive: Archive, sort: Any) -> None:
    for number in range(23):
        date = f"2018-12-{number % 9 + 1:02}" if number % 4 else None
        words = "strike " * (number % 3 + 1)
        archive.add(
            Article(
                body=f"{words} {number}",
                key=f"k{number}",
                published=parse_moment(date) if date else None,
            )
        )
    whole = archive.finder.search(Ask(q="strike", sort=sort, limit=100))
    seen: list[str] = []
    ask = Ask(q="strike", sort=sort, limit=5)
    while True:
        page = archive.finder.search(ask)
        seen += [hit.key for hit in page.hits]
        assert page.total == 23
        if page.next is None:
            break
        ask = Ask(q="strike", sort=sort, limit=5, cursor=page.next)
    assert seen == [hit.key for hit in whole.hits]
    assert len(set(seen)) == 23


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_a_walk_by_date_sees_what_was_there_at_first(archive: Archive, sort: Any) -> None:
    """Even when new articles push their way between, so that ids move."""
    second = "2018-12-16T12:00:01Z"
    for number in range(6):
        archive.add(
            Article(body=f"strike {number}", key=f"k{number}", published=parse_moment(second))
        )
    page = archive.finder.search(Ask(q="strike", sort=sort, limit=3))
    seen = [hit.key for hit in page.hits]
    for number in range(5):
        stamp = ("2018-12-16T12:00:00Z", second, "2018-12-16T12:00:02Z")[number % 3]
        archive.add(Article(body=f"strike new {number}", published=parse_moment(stamp)))
    page = archive.finder.search(Ask(q="strike", sort=sort, limit=10, cursor=page.next))
    seen += [hit.key for hit in page.hits]
    assert sorted(seen) == [f"k{n}" for n in range(6)]
    assert page.total == 6
    assert page.diagnostics == ()


def test_a_walk_by_relevance_says_that_the_archive_moved(archive: Archive) -> None:
    for number in range(4):
        archive.add(Article(body=f"strike {number}", key=f"k{number}"))
    page = archive.finder.search(Ask(q="strike", limit=2))
    archive.add(Article(body="strike strike", key="new"))
    page = archive.finder.search(Ask(q="strike", limit=2, cursor=page.next))
    assert "new" not in [hit.key for hit in page.hits]
    assert [d.message for d in page.diagnostics] == [
        "the archive has changed since the first page: this one goes on in the new order"
    ]


def test_a_cursor_belongs_to_its_query(archive: Archive) -> None:
    for number in range(3):
        archive.add(Article(body=f"strike {number}"))
    page = archive.finder.search(Ask(q="strike", limit=1))
    assert page.next is not None
    with pytest.raises(InvalidRequest):
        archive.finder.search(Ask(q="other", limit=1, cursor=page.next))


def test_auto_takes_any_word_when_too_few_have_all(archive: Archive) -> None:
    for number in range(12):
        archive.add(Article(body=f"oil report {number}", key=f"o{number}"))
    archive.add(Article(body="oil and the price of it", key="both"))
    archive.add(Article(body="price list", key="p"))
    results = archive.finder.search(Ask(q="oil price", limit=100))
    assert (results.match, results.total, results.hits[0].key) == ("any", 14, "both")
    assert archive.finder.search(Ask(q="oil price", match="all")).total == 1
    exact = archive.finder.search(Ask(q="oil report"))
    assert (exact.match, exact.total) == ("all", 12)
    typed = archive.finder.search(Ask(q="oil AND price"))
    assert (typed.match, typed.total) == ("all", 1)


def test_stop_words_are_left_out_of_any(archive: Archive) -> None:
    archive.add(Article(body="the price of oil", key="price"))
    archive.add(Article(body="the weather", key="weather"))
    results = archive.finder.search(Ask(q="what is the price", match="any"))
    assert [hit.key for hit in results.hits] == ["price"]
    assert archive.finder.search(Ask(q="the", match="any")).total == 2


def test_filters_hold_whatever_becomes_of_the_words(library: Archive) -> None:
    def keys(q: str, **options: Any) -> list[str]:
        return sorted(h.key for h in library.finder.search(Ask(q=q, match="any", **options)).hits)

    both = '(person:"Donald Trump" OR person:"Jo Song Gil")'
    assert keys(f"left subject {both}") == ["first", "third"]
    assert keys(f"kim weather {both}") == ["first", "third"]
    assert keys("kim rain (-trump)") == ["first", "fourth", "second"]
    assert keys("kim rain (-trump OR -weather)") == ["first", "fourth", "second", "third"]
    assert keys("title:(trump envoy) -kim") == []
    assert keys('(person:"Kim Jong Un" OR source:x) (topic:asia OR topic:economics)') == ["first"]
    assert keys("(-kim OR -rain) (-trump OR -envoy)") == ["first", "fourth", "second"]


def test_a_name_that_hundreds_share(archive: Archive) -> None:
    names = [EntityName(f"person-kim{n}", f"Kim {n}", "person") for n in range(600)]
    archive.add_all(
        (
            Article(body="Kim", key=f"k{number}"),
            [Mention("body", 0, 3, "Kim", "Mr Kim", "person", name, "model", 0.9)],
        )
        for number, name in enumerate(names)
    )
    assert archive.finder.search(Ask(filters={"person": ("Mr Kim",)})).total == 600
    assert archive.finder.search(Ask(q='person:"Mr Kim"')).total == 600
    assert archive.finder.search(Ask(q='kim OR person:"Mr Kim"')).total == 600
    long = " ".join(f"source:s{n}" for n in range(1_000))
    assert archive.finder.search(Ask(q=long[:10_000])).total == 0
    assert archive.finder.search(Ask(q="-source:a " * 900)).total == 600


def test_facet_values_and_filters_agree_on_case(archive: Archive) -> None:
    for number, name in enumerate(("Kim Lee", "KIM LEE", "kim lee", "Ann")):
        archive.add(
            Article(body=f"{number}", authors=(name,), source=name, topics=(name,), language="en")
        )
    for field in ("author", "source", "topic"):
        facet = archive.finder.facets(Ask(facets=(field,)))[field]
        assert isinstance(facet, Facet)
        assert [(v.value, v.count) for v in facet.values] == [("KIM LEE", 3), ("Ann", 1)]
        for value in facet.values:
            found = archive.finder.search(Ask(filters={field: (value.value,)}))
            assert found.total == value.count


def test_a_walk_goes_on_though_its_last_article_is_gone(archive: Archive) -> None:
    second = parse_moment("2018-12-16T12:00:00Z")
    for number in range(1, 5):
        archive.add(Article(body="strike", key=f"a{number}", published=second))
    page = archive.finder.search(Ask(sort="newest", limit=2))
    assert [h.key for h in page.hits] == ["a4", "a3"]
    archive.tamper("DELETE FROM articles WHERE key = 'a3'")
    for _ in range(3):
        archive.add(Article(body="earlier", published=parse_moment("2018-12-16T11:59:59Z")))
    page = archive.finder.search(Ask(sort="newest", limit=9, cursor=page.next))
    assert [h.key for h in page.hits] == ["a2", "a1"]


def test_a_cursor_survives_a_new_namesake(archive: Archive) -> None:
    for number in range(3):
        archive.add(
            Article(body="Kim Jong Un", key=f"k{number}"), [person("Kim Jong Un", 0, "Kim")]
        )
    ask = Ask(q="person:Kim", limit=1)
    page = archive.finder.search(ask)
    archive.add(Article(body="Kim Yong Chol"), [person("Kim Yong Chol", 0, "Kim")])
    following = archive.finder.search(Ask(q="person:Kim", limit=9, cursor=page.next))
    assert len(following.hits) == 2


def test_questions_match_by_any_part_of_a_compound(archive: Archive) -> None:
    archive.add(Article(body="The Soviet line on the king.", key="a"))
    results = archive.finder.search(Ask(q="the Sino-Soviet dispute", match="any"))
    assert [hit.key for hit in results.hits] == ["a"]
    assert archive.finder.search(Ask(q="Sino-Soviet", match="all")).total == 0
    archive.add(Article(body="A U turn in size S shoes", key="b"))
    assert archive.finder.search(Ask(q="U.S. army", match="any")).total == 0
    assert archive.finder.search(Ask(q="king's", match="all")).total == 1


def test_a_topic_counts_with_those_below_it(archive: Archive) -> None:
    for topics in (("economy/trade/steel",), ("economy", "economy/trade"), ("asia",)):
        archive.add(Article(body=str(topics), topics=topics))
    facet = archive.finder.facets(Ask(facets=("topic",)))["topic"]
    assert isinstance(facet, Facet)
    counts = {value.value: value.count for value in facet.values}
    assert counts == {"economy": 2, "economy/trade": 2, "economy/trade/steel": 1, "asia": 1}
    for topic, count in counts.items():
        assert archive.finder.search(Ask(filters={"topic": (topic,)})).total == count


@pytest.mark.parametrize(
    "typed", ["cho song gil", "Jo Seong-gil", "조성길", "jo song-gil", "Song-gil Jo", "jo songgil"]
)
def test_a_name_is_found_in_other_romanisations(archive: Archive, typed: str) -> None:
    archive.add(Article(body="The envoy Jo Song-gil fled.", key="north"))
    archive.add(Article(body="Cho Seong-gil, an envoy in Seoul, fled.", key="south"))
    archive.add(Article(body="A song of Cho, and gil.", key="none"))
    results = archive.finder.search(Ask(q=typed, limit=10))
    assert {"north", "south"} <= {hit.key for hit in results.hits}
    assert all(e.why == "romanisation" for e in results.expanded)
    assert results.expanded
    longer = archive.finder.search(Ask(q=f"{typed} envoy", match="all"))
    assert sorted(hit.key for hit in longer.hits) == ["north", "south"]
    exact = archive.finder.search(Ask(q=f'"{typed}"'))
    assert (exact.total <= 1, exact.expanded) == (True, ())
    assert archive.finder.search(Ask(q=typed, expand=False)).expanded == ()


def test_one_kim_never_brings_another(archive: Archive) -> None:
    archive.add(Article(body="Kim Jong-il spoke.", key="il"))
    archive.add(Article(body="Kim Jong-un spoke.", key="un"))
    for typed in ("kim jong un", "Kim Jong-un", "김정은", "gim jeong eun"):
        hits = archive.finder.search(Ask(q=typed, match="all")).hits
        assert [hit.key for hit in hits] == ["un"]


def test_ordinary_words_are_no_names(library: Archive) -> None:
    for typed in ("oil price japan", "song of the park", "envoy to rome", "young man kim"):
        assert library.finder.search(Ask(q=typed)).expanded == ()


def test_names_are_expanded_wherever_they_stand(archive: Archive) -> None:
    archive.add(Article(body="Jo Song-gil met qaddafi", title="On qaddafi", key="a"))
    archive.add(Article(body="안중근 is remembered.", key="b"))
    archive.add(Article(body="Joe, a song; so what of an old gill.", key="c"))

    def keys(q: str, match: Any) -> list[str]:
        return [h.key for h in archive.finder.search(Ask(q=q, match=match)).hits]

    assert keys("cho song gil (gaddafi OR zzz)", "all") == ["a"]
    assert keys("cho song gil title:gaddafi", "all") == ["a"]
    assert keys("cho song gil (met -gaddafi)", "all") == []
    for match in ("all", "any", "auto"):
        assert keys("An Jung geun", match)[0] == "b"
        assert keys("Cho Song-gil's", match)[0] == "a"
        assert keys("cho song gil rome", match)[:1] == (["a"] if match != "all" else [])


def test_a_long_query_with_a_name_in_it(archive: Archive) -> None:
    archive.add(Article(body="Jo Song Gil", key="a"))
    words = " ".join(f"w{number}" for number in range(490))
    assert [h.key for h in archive.finder.search(Ask(q=f"cho song gil {words}")).hits] == ["a"]


parts = st.sampled_from(
    [
        *("kim", "jo song-gil", "cho song gil", '"acting envoy"', "defect*", '"kim rome"~3'),
        *("U.S.", "the", 'person:"Kim Jong Un"', "source:x", "after:2019", "topic:economy"),
        *("title:envoy", "Kim's"),
    ]
)
queries = st.recursive(
    parts,
    lambda inner: st.one_of(
        inner.map(lambda q: f"-({q})"),
        inner.map(lambda q: f"({q})"),
        inner.map(lambda q: f"title:({q})"),
        st.lists(inner, min_size=2, max_size=4).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(" OR ".join),
        st.lists(inner, min_size=2, max_size=3).map(" AND ".join),
    ),
    max_leaves=8,
)


@given(queries)
def test_whatever_is_put_together_is_answered_and_loosening_only_adds(
    library: Archive, q: str
) -> None:
    def keys(**options: Any) -> set[str]:
        return {hit.key for hit in library.finder.search(Ask(q=q, **options)).hits}

    exact, every, some = keys(match="all", expand=False), keys(match="all"), keys(match="any")
    assert every <= some
    assert keys(match="auto") in (every, some)
    if "-" not in q.replace("song-gil", ""):
        assert exact <= every
    understood = library.finder.search(Ask(q=q, match="all")).understood
    again = {h.key for h in library.finder.search(Ask(q=understood, match="all")).hits}
    assert again == every


@pytest.mark.parametrize(
    ("q", "says_so"),
    [
        *(
            ("envoy OR place:Rome", True),
            ("envoy OR after:2018", True),
            ("envoy -place:Rome", False),
        ),
        *(("envoy place:Rome", False), ("place:Rome OR place:London", False), ("a OR b", False)),
    ],
)
def test_an_or_of_words_and_filters_says_what_has_no_rank(
    library: Archive, q: str, says_so: bool
) -> None:
    diagnostics = library.finder.search(Ask(q=q)).diagnostics
    assert any("no rank" in diagnostic.message for diagnostic in diagnostics) is says_so
    by_date = library.finder.search(Ask(q=q, sort="newest")).diagnostics
    assert not any("no rank" in diagnostic.message for diagnostic in by_date)


def test_a_country_is_no_form_of_use(archive: Archive) -> None:
    archive.add(Article(title="used", body="He used it. Using it was of use."))
    archive.add(Article(title="US", body="The US imposed sanctions."))
    archive.add(Article(title="U.S.", body="The U.S. imposed sanctions."))
    archive.add(Article(title="new", body="A new thing."))
    archive.add(Article(title="news", body="The news."))
    assert sorted(archive.find("US")) == sorted(archive.find("U.S.")) == ["U.S.", "US"]
    assert archive.find("us", expand=False) == ["US"]
    assert archive.find("news") == ["news"]
    assert archive.find("US sanctions -news") == archive.find("US sanctions")


@pytest.mark.parametrize(
    ("q", "text"),
    [
        *(
            ("analyzing", "They analysed it."),
            ("airplanes", "An aeroplane."),
            ("defense", "Defences."),
        ),
        *(("coloring", "coloured"), ("colours", "color"), ("programmes", "program")),
        *(("cooperation", "co-operation"), ("co-operation", "cooperation"), ("e-mails", "emails")),
        *(("Joe Biden", "Joseph Biden spoke."), ("reelected", "re-elected")),
    ],
)
def test_other_spellings_in_any_form(archive: Archive, q: str, text: str) -> None:
    archive.add(Article(title="it", body=text))
    found = archive.finder.search(Ask(q=q, match="all"))
    assert found.total == 1
    assert found.expanded
    assert found.did_you_mean is None
    assert archive.find(q, match="all", expand=False) == []


def test_every_entity_is_found_by_the_name_that_is_shown(seeded: Archive) -> None:
    for key, name, type_, articles in seeded.rows("SELECT key, name, type, articles FROM entities"):
        found = seeded.finder.search(Ask(filters={type_: (name,)})).total
        assert found >= articles, (key, name)


def test_a_person_is_filtered_by_any_spelling(seeded: Archive) -> None:
    for name in ("cho song gil", "Jo Song-gil", "조성길", "Mr Jo Song Gil"):
        assert seeded.finder.search(Ask(filters={"person": (name,)})).total == 2
        assert seeded.finder.search(Ask(q=f'person:"{name}"')).total == 2


def test_what_only_a_filter_finds_has_no_score(library: Archive) -> None:
    hits = library.finder.search(Ask(q="envoy OR source:Reuters")).hits
    scores = [hit.score for hit in hits]
    assert scores == sorted((s for s in scores if s is not None), reverse=True) + [
        None
    ] * scores.count(None)


@pytest.mark.parametrize(
    ("q", "text"),
    [
        *(
            ("W.H.O.", "Who is it?"),
            ("T.H.E.", "the"),
            ("AS", "A.S. Roma"),
            ("retired", "We're tired"),
        ),
        *(("Cooper", "A co oper"), ("overtime", "over time")),
    ],
)
def test_what_is_no_other_spelling(archive: Archive, q: str, text: str) -> None:
    archive.add(Article(title="1", body=text))
    assert archive.find(q, match="all") == []


def test_a_filter_takes_a_whole_name(seeded: Archive) -> None:
    for name in ("Kim Jong Un Brown", "Jo Song Gil's wife", "Jo Song Gil Foundation"):
        assert seeded.finder.search(Ask(filters={"person": (name,)})).total == 0
