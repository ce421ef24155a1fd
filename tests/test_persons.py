"""Which other forms a person's name is looked for in, and what is left as it is."""

from itertools import pairwise

import pytest
from conftest import Archive
from hypothesis import example, given
from hypothesis import strategies as st

from service.article import Article
from service.nicknames import is_given_name, other_given_names
from service.persons import MOST_FORMS, MOST_WORDS, find_persons
from service.search import Ask


def forms(text: str) -> dict[str, tuple[str, ...]]:
    words = text.split()
    return {" ".join(words[f.start : f.end]): f.forms for f in find_persons(words) if f.forms}


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Mr Donald Trump", "donald trump"),
        ("President Donald J. Trump", "donald trump"),
        ("Former Vice President Joe Biden", "joseph biden"),
        ("prime minister margaret thatcher", "margaret thatcher"),
        ("Mr. Recep Tayyip Erdoğan", "recep tayyip erdogan"),
        ("President Kim Jong Un", "kim jong un"),
        ("Dr. Charles de Gaulle", "charles de gaulle"),
        ("donald j trump", "donald trump"),
        ("George H. W. Bush", "george bush"),
        ("George H.W. Bush", "george bush"),
        ("John Fitzgerald Kennedy", "john f kennedy"),
        ("Robert F. Kennedy Jr.", "robert kennedy jr"),
        ("Martin Luther King Jr.", "martin luther king"),
        ("bill clinton", "william clinton"),
        ("William Clinton", "bill clinton"),
        ("Bob Dylan's", "robert dylan s"),
        ("Jean-Marie Le Pen", "jean marie lepen"),
        ("Jean-Marie LePen", "jean marie le pen"),
        ("LePen", "le pen"),
        ("Conor O’Brien", "conor obrien"),
        ("Conor OBrien", "conor o brien"),
        ("conor obrien", "conor o brien"),
        ("Jørgen Müller", "jorgen mueller"),
        ("Jorgen Mueller", "jorgen muller"),
        ("Müller", "mueller"),
    ],
)
def test_other_forms(typed: str, wanted: str) -> None:
    assert wanted in forms(typed)[typed]


@pytest.mark.parametrize(
    "typed",
    """President Lincoln|bill|Bill|Michael|martin luther|president signs bill|General Motors Strike
    dr congo rebels|DR Congo Rebels|vitamin D deficiency|Hepatitis C Treatment|Plan B Pill
    Roe v. Wade|Charles V Spain|Elizabeth I portrait|Pope John Paul II|Queen Elizabeth II
    Donald Trump|mueller report|bill of rights|Bill's house|Haaland|in de facto|la times|o'clock"""
    .replace("\n    ", "|").split("|"),
)  # fmt: skip
def test_what_stays_as_it_is(typed: str) -> None:
    found = forms(typed)
    assert all(" ".join(form.split()[1:]) == "trump" for form in found.pop("Donald Trump", ()))
    assert found == {}


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("Donald Trump Jr.", "donald trump"),
        ("Donald J. Trump Jr.", "donald trump"),
        ("John Quincy Adams", "john adams"),
        ("Robert Gates", "bill gates"),
        ("John Smith", "jack smith"),
        ("George W. Bush", "george h w bush"),
    ],
)
def test_persons_stay_apart(typed: str, other: str) -> None:
    assert other not in forms(typed).get(typed, ())


def test_a_titled_name_is_found_in_other_romanisations_too() -> None:
    (found,) = find_persons(["President", "Wladimir", "Putin"])
    assert (found.start, found.end) == (0, 3)
    assert "vladimir putin" in found.spellings


def test_a_title_swallows_no_name() -> None:
    *_, found = find_persons("President Trump Kim Jong Un".split())
    assert (found.start, found.end) == (2, 5)


def test_short_forms_go_both_ways() -> None:
    assert "william" in other_given_names("bill")
    assert {"bill", "billy"} == set(other_given_names("william"))
    assert is_given_name("jean-marie")
    assert not is_given_name("martin")


@given(
    st.lists(
        st.text()
        | st.sampled_from("Mr President Bill J. Le Pen O'Brien Jr. Müller Kim Jong de".split())
    )
)
@example(["Mr", "OAaA", "Aa"])  # a name with and without its title
def test_any_words_are_answered_within_bounds(words: list[str]) -> None:
    found = list(find_persons(words))
    assert all(f.start < f.end <= min(len(words), f.start + MOST_WORDS) for f in found)
    assert all(one.start <= other.start for one, other in pairwise(found))
    for f in found:
        assert len(f.forms) <= MOST_FORMS + 1
        assert all(form.isascii() and form == form.lower() for form in f.forms)


def test_forms_are_found_and_told(archive: Archive) -> None:
    archive.add(Article(body="William Clinton spoke.", key="a"))
    archive.add(Article(body="President Lincoln spoke. A bill passed.", key="b"))
    results = archive.finder.search(Ask(q="President Bill Clinton", match="all"))
    assert [hit.key for hit in results.hits] == ["a"]
    told = [(e.source, e.to, e.why) for e in results.expanded]
    assert told == [("President Bill Clinton", ("william clinton",), "name")]
    for q in ('"Bill Clinton"', "bill passed", "President Lincoln"):
        assert archive.finder.search(Ask(q=q)).expanded == ()
    exact = archive.finder.search(Ask(q="Bill Clinton", match="all", expand=False))
    assert (exact.total, exact.expanded) == (0, ())
