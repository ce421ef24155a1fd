"""Suggested merges: which pairs of names have which reason, which have none, and the queue."""

from collections.abc import Callable

import pytest
from conftest import Archive, Client
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article
from service.entity import ENTITY_TYPES, EntityName, EntityType, Mention, entity_key
from service.errors import NotFound
from service.merging import Merging, SuggestedMerge, pairs
from service.stores.edits import Author, EditStore
from service.twins import SUGGESTED, compare, own_keys, sought_keys, told
from service.web.app import create_app

DESK = Author("desk")

SUGGESTED_PAIRS: list[tuple[EntityType, str, str, str, str]] = [
    ("person", "Jo Song-gil", "Cho Song-gil", "romanisation", "Cho / Jo"),
    ("person", "조성길", "Jo Song-gil", "romanisation", "조성길 / Jo Song-gil"),
    ("person", "Mao Zedong", "Mao Tse-tung", "romanisation", "Zedong / Tse-tung"),
    ("person", "Muammar Gaddafi", "Moammar Qaddafi", "romanisation", ""),
    ("person", "Volodymyr Zelensky", "Vladimir Zelensky", "romanisation", "Vladimir / Volodymyr"),
    ("person", "Shinzo Abe", "Abe Shinzo", "token order", "the same words in another order"),
    ("person", "Jong Un Kim", "Kim Jong Un", "token order", ""),
    ("person", "Donald Trump", "Donald J. Trump", "initials", "without J."),
    ("person", "John F. Kennedy", "John Fitzgerald Kennedy", "initials", "F. / Fitzgerald"),
    ("person", "J. Smith", "John Smith", "initials", "J. / John"),
    ("person", "Bill Clinton", "William Clinton", "nickname", "Bill / William"),
    ("person", "Jorgen Mueller", "Jørgen Müller", "spelling", "Mueller / Müller"),
    ("person", "Angela Merkel", "Angela Merkle", "spelling", "Merkel / Merkle"),
    ("person", "John Kennedy", "John Fitzgerald Kennedy", "contains", "without Fitzgerald"),
    ("organization", "AT&T", "AT and T", "same name", "AT and T / AT&T"),
    ("organization", "Guidance Department", "Department Guidance", "token order", ""),
    ("organization", "Barclays", "Barclays Bank Plc", "legal form", "without Bank"),
    ("organization", "Goldman Sachs", "Goldman Sachs Group", "legal form", "without Group"),
    ("organization", "Bank of England", "Bank of Enlgand", "spelling", "England / Enlgand"),
    ("organization", "Coffee Organisation", "Coffee Organization", "spelling", ""),
    (
        "organization",
        "OPEC",
        "Organization of Petroleum Exporting Countries",
        "acronym",
        "OPEC: Organization of Petroleum Exporting Countries",
    ),
]

# With a reason, but not enough of one without the company that they keep.
DOUBTFUL: list[tuple[EntityType, str, str, str]] = [
    ("person", "David Davis", "David Davies", "spelling"),
    ("person", "Luther King", "Martin Luther King", "contains"),
    ("organization", "BP", "Best Products Inc", "acronym"),
    ("organization", "Continental Corp", "Continental Airlines", "legal form"),
    ("organization", "Security Council", "UN Security Council", "contains"),
    ("place", "New York", "New York City", "contains"),
]

APART: list[tuple[EntityType, str, str]] = [
    ("person", "Kim Jong Un", "Kim Jong Il"),
    ("person", "Kim Jong Un", "Kim Yong Un"),
    ("person", "Kim Min-ki", "Kim Min-ji"),
    ("person", "Kim Jong-il", "Kim Il-jong"),
    ("person", "Kim Jong Il", "Kim Il Jong"),
    ("person", "조성길", "조성일"),
    ("person", "Xi Jinping", "Xi Jinwen"),
    ("person", "Kim", "Kim Jong Un"),
    ("person", "Kim Jong", "Kim Jong Un"),
    ("person", "John Kerry", "John Kelly"),
    ("person", "Michael Gove", "Michael Gore"),
    ("person", "Bill Clinton", "Hillary Clinton"),
    ("person", "Donald Trump", "Donald Trump Jr."),
    ("person", "George W. Bush", "George H. W. Bush"),
    ("person", "Ali bin Hassan", "Hassan bin Ali"),
    ("organization", "7th Fleet", "6th Fleet"),
    ("organization", "A.B.C. Company", "C.B.A. Company"),
    ("organization", "New York Times", "New York Yankees"),
    ("place", "Iran", "Iraq"),
    ("place", "Slovakia", "Slovenia"),
    ("place", "Niger", "Nigeria"),
    ("place", "North Korea", "South Korea"),
    ("place", "", "?"),
]


@pytest.mark.parametrize(("type_", "one", "other", "why", "detail"), SUGGESTED_PAIRS)
def test_names_that_may_be_one(
    type_: EntityType, one: str, other: str, why: str, detail: str
) -> None:
    likeness = compare(told(type_, one), told(type_, other))
    assert likeness is not None
    assert likeness.score >= SUGGESTED
    (reason,) = likeness.reasons
    assert reason.why == why
    assert not detail or reason.detail == detail
    assert pairs([told(type_, one), told(type_, other)]) == {(0, 1)}


@pytest.mark.parametrize(("type_", "one", "other", "why"), DOUBTFUL)
def test_names_that_need_more_than_that(type_: EntityType, one: str, other: str, why: str) -> None:
    likeness = compare(told(type_, one), told(type_, other))
    assert likeness is not None
    assert likeness.score < SUGGESTED
    assert likeness.reasons[0].why == why
    assert pairs([told(type_, one), told(type_, other)]) == {(0, 1)}


@pytest.mark.parametrize(("type_", "one", "other"), APART)
def test_names_that_have_no_reason(type_: EntityType, one: str, other: str) -> None:
    assert compare(told(type_, one), told(type_, other)) is None


def test_another_type_may_be_the_same_but_a_company_is_no_place() -> None:
    likeness = compare(told("person", "Merrill Lynch"), told("organization", "Merrill Lynch & Co"))
    assert likeness is not None
    assert likeness.reasons[0].why == "same name, another type"
    assert compare(told("place", "Canada"), told("organization", "Canada Inc")) is None
    assert compare(told("place", "Canada"), told("organization", "Canadair")) is None


WORDS = st.sampled_from(
    "Kim Jong Un Jo Cho Song-gil J. W. Smith John Bank Plc of UN & Jr. 조".split()
)
NAMES = st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=6).map(" ".join))


@given(st.sampled_from(ENTITY_TYPES), NAMES, st.sampled_from(ENTITY_TYPES), NAMES)
def test_any_two_names_are_compared_alike_in_both_directions(
    type_: EntityType, name: str, other_type: EntityType, other_name: str
) -> None:
    one, other = told(type_, name), told(other_type, other_name)
    likeness = compare(one, other)
    assert likeness == compare(other, one)
    assert likeness is None or 0 < likeness.score <= 1
    for keys in (own_keys, sought_keys):
        assert all(keys(name_) for name_ in (one, other) if len(name_.words) > 1)
    assert pairs([one, other]) <= {(0, 1)}


# The queue --------------------------------------------------------------------------------------


def named(name: str, type_: EntityType = "person") -> Mention:
    entity = EntityName(entity_key(type_, name) or "", name, type_)
    return Mention("body", 0, len(name), name, name, type_, entity, "model", 0.9)


@pytest.fixture
def add(archive: Archive) -> Callable[..., None]:
    def added(key: str, *names: str | Mention) -> None:
        mentions = [named(name) if isinstance(name, str) else name for name in names]
        archive.add(Article(key=key, body=f"{key} " + "x" * 40), mentions)

    return added


@pytest.fixture
def merging(archive: Archive) -> Merging:
    return Merging(archive.home.lists.suggestions)


def keys(found: tuple[SuggestedMerge, ...]) -> list[tuple[str, str]]:
    return [(merge.one.key, merge.other.key) for merge in found]


JO, CHO = "person-josonggil", "person-chosonggil"


def test_nothing_is_suggested_of_an_empty_archive(merging: Merging) -> None:
    assert merging.every() == ()


def test_two_spellings_are_suggested_and_two_kims_are_not(
    merging: Merging, add: Callable[..., None]
) -> None:
    add("one", "Jo Song-gil", "Kim Jong Un")
    add("two", "Jo Song-gil", "Kim Jong Il")
    add("three", "Cho Song-gil", "Kim Jong Un")
    (merge,) = merging.every()
    assert (merge.one.key, merge.other.key) == (JO, CHO)
    assert (merge.one.articles, merge.other.articles) == (2, 1)
    assert merge.score == 0.9
    assert [reason.why for reason in merge.reasons] == ["romanisation"]


def test_shared_company_speaks_for_two(merging: Merging, add: Callable[..., None]) -> None:
    for number in range(20):
        add(f"other {number}", f"Somebody Else{number}")
    add("one", "Jo Song-gil", "Thae Yong Ho", "Antonio Razzi", "Oh Chong-song")
    add("two", "Cho Song-gil", "Thae Yong Ho", "Antonio Razzi", "Oh Chong-song")
    merge = merging.every()[0]
    assert merge.score > 0.9
    assert [reason.why for reason in merge.reasons] == ["romanisation", "shared company"]
    assert merge.reasons[1].detail == "both with Antonio Razzi, Oh Chong-song, Thae Yong Ho"


def test_doubtful_names_are_suggested_for_their_company(
    merging: Merging, add: Callable[..., None]
) -> None:
    add("one", "David Davis", "Theresa May", "Michel Barnier")
    add("two", "David Davies", "Sam Warburton")
    assert merging.every() == ()
    add("three", "David Davies", "Theresa May", "Michel Barnier")
    assert keys(merging.every()) == [("person-daviddavies", "person-daviddavis")]


def test_one_article_that_names_both_in_full_knows_two(
    merging: Merging, add: Callable[..., None]
) -> None:
    add("one", "Jo Song-gil", "Thae Yong Ho")
    add("two", "Cho Song-gil", "Thae Yong Ho")
    assert keys(merging.every()) == [(CHO, JO)]
    add("three", "Jo Song-gil", "Cho Song-gil")
    assert merging.every() == ()
    assert merging.of(JO) == ()


def test_an_acronym_may_stand_beside_its_full_name(
    merging: Merging, add: Callable[..., None]
) -> None:
    full = named("Organization of Petroleum Exporting Countries", "organization")
    add("one", named("OPEC", "organization"), full)
    assert len(merging.every("organization")) == 1


def test_countries_that_everybody_knows_are_not_taken_for_each_other(
    merging: Merging, add: Callable[..., None]
) -> None:
    places = [named(name, "place") for name in ("Mauritania", "Mauritius", "Guinea", "Guyana")]
    add("one", *places[::2])
    add("two", *places[1::2])
    assert merging.every("place") == ()


def test_names_of_two_types_are_under_both(merging: Merging, add: Callable[..., None]) -> None:
    add("one", "Merrill Lynch")
    add("two", named("Merrill Lynch & Co", "organization"))
    add("three", named("Merrill Lynch", "organization"))
    found = merging.every()
    assert keys(found) == [("organization-merrilllynch", "person-merrilllynch")]
    assert merging.every("person") == merging.every("organization") == found
    assert merging.every("place") == ()
    assert merging.of("person-merrilllynch") == found


def test_the_queue_follows_what_editors_decide(
    archive: Archive, merging: Merging, add: Callable[..., None]
) -> None:
    edits = EditStore(archive.database)
    add("one", "Jo Song-gil")
    add("two", "Cho Song-gil")
    found = merging.every()
    assert keys(found) == [(CHO, JO)]
    merge = edits.merge(CHO, JO, DESK)
    assert merging.every() == ()
    edits.undo(merge.id, DESK)
    assert merging.every() == found
    apart = edits.keep_apart(JO, CHO, DESK)
    assert merging.every() == merging.of(JO) == ()
    edits.undo(apart.id, DESK)
    assert merging.every() == merging.of(JO) == found


def test_what_editors_call_the_same_may_be_the_same(
    archive: Archive, merging: Merging, add: Callable[..., None]
) -> None:
    add("one", "Jo Song-gil")
    add("two", "Marshal Somebody")
    assert merging.every() == ()
    EditStore(archive.database).rename("person-marshalsomebody", "Jo Song Gil", DESK)
    (merge,) = merging.every()
    assert merge.reasons[0].why == "same name"
    assert merging.of(JO) == (merge,)


TELLING = {
    "one": ("Jo Song-gil", "Thae Yong Ho", "Antonio Razzi", "Bill Clinton"),
    "two": ("Cho Song-gil", "Tae Yong-ho", "Antonio Razzi", "William Clinton"),
    "three": ("Angela Merkel", "Razzi Antonio"),
    "four": ("Angela Merkle", "A. Merkel"),
}


def test_the_order_of_arrival_changes_nothing(
    archive: Archive, merging: Merging, add: Callable[..., None]
) -> None:
    for key in TELLING:
        add(key, *TELLING[key])
    found = merging.every()
    assert len(found) == 6
    assert [merge.score for merge in found] == sorted((m.score for m in found), reverse=True)
    archive.tamper("DELETE FROM articles")
    assert merging.every() == ()
    for key in reversed(TELLING):
        add(key, *reversed(TELLING[key]))
    assert merging.every() == found


def test_one_entity_finds_the_other_and_is_found(
    merging: Merging, add: Callable[..., None]
) -> None:
    expected: list[set[str]] = []
    for number, (type_, *names, _, _) in enumerate(SUGGESTED_PAIRS):
        keys_of_both = {entity_key(type_, name) or "" for name in names}
        if len(keys_of_both) == 2:
            expected.append(keys_of_both)
            for name in names:
                add(f"{number} {name}", named(name, type_))
    every = [set(pair) for pair in keys(merging.every())]
    assert all(pair in every for pair in expected)
    for pair in expected:
        for key in pair:
            assert pair in [set(found) for found in keys(merging.of(key))]


def test_an_entity_that_is_not_there_is_not_found(merging: Merging) -> None:
    with pytest.raises(NotFound):
        merging.of("person-nobody")


def test_pages(merging: Merging, add: Callable[..., None]) -> None:
    for key in TELLING:
        add(key, *TELLING[key])
    every = merging.every()
    pages = [merging.page(type_=None, entity=None, limit=4, offset=at) for at in (0, 4)]
    assert [page.total for page in pages] == [6, 6]
    assert [page.more for page in pages] == [True, False]
    assert (*pages[0].merges, *pages[1].merges) == every
    one = merging.page(type_="person", entity=JO, limit=4, offset=0)
    assert keys(one.merges) == [(CHO, JO)]
    assert merging.page(type_="place", entity=JO, limit=4, offset=0).total == 0


def test_the_api(archive: Archive, add: Callable[..., None]) -> None:
    for key in TELLING:
        add(key, *TELLING[key])
    client = Client(create_app(archive.settings))
    page = client.get("/v1/merges", params={"limit": 5}).json()
    assert page["total"] == 6
    assert len(page["merges"]) == 5
    rest = client.get("/v1/merges", params={"limit": 5, "cursor": page["next"]}).json()
    assert (len(rest["merges"]), rest["next"]) == (1, None)
    (merge,) = client.get("/v1/merges", params={"entity": JO}).json()["merges"]
    assert merge["one"] == {"key": CHO, "name": "Cho Song-gil", "type": "person", "articles": 1}
    assert merge["reasons"][0] == {"why": "romanisation", "detail": "Cho / Jo"}
    assert client.get("/v1/merges", params={"type": "place"}).json()["merges"] == []
    assert client.get("/v1/merges", params={"type": "ship"}).status_code == 422
    assert client.get("/v1/merges", params={"entity": "person-nobody"}).status_code == 404


def test_the_api_follows_a_merged_key(archive: Archive, add: Callable[..., None]) -> None:
    for key, name in (("one", "Jo Song-gil"), ("two", "Cho Song-gil"), ("three", "Jo Seong-gil")):
        add(key, name)
    EditStore(archive.database).merge(CHO, JO, DESK)
    client = Client(create_app(archive.settings))
    asked = client.get("/v1/merges", params={"entity": CHO, "limit": 1})
    assert asked.status_code == 200
    assert asked.json() == client.get("/v1/merges", params={"entity": JO, "limit": 1}).json()
    (merge,) = asked.json()["merges"]
    assert JO in {merge["one"]["key"], merge["other"]["key"]}
