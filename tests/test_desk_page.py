"""The editor's desk: the merge queue, the forms of one entity and the log, as pages."""

import asyncio
import re
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from conftest import Archive, Client, open_archive
from fastapi import Request
from lxml.html import HtmlElement, fromstring
from test_edits import kim, named

from service.article import Article
from service.dates import parse_moment
from service.edits import Action, Edit
from service.entity import Mention
from service.errors import Conflict, Forbidden, InvalidRequest, NotAuthenticated, Problem
from service.merging import SuggestedMerge, order
from service.stores.edits import Author, EditStore
from service.stores.entities import Alias, EntityDetail, EntityRow
from service.stores.keys import KeyStore, Scope
from service.stores.redaction import ERASED
from service.stores.sessions import SessionStore
from service.twins import Reason
from service.web.app import create_app
from service.web.pages.desk.edit_sentences import plain_text, sentence
from service.web.pages.desk.editors import editor, in_words
from service.web.pages.desk.logged_edits import number_in
from service.web.pages.desk.pair import Because, asked, because, likely
from service.web.pages.desk.queue_place import Place, behind, place_in, read_mark, written
from service.web.sessions import SESSION, Session, form_token

JO, CHO = "person-josonggil", "person-chosonggil"
SCRIPT = "<script>alert('x')</script> \"quoted\""


class Browser:
    """Somebody who is logged in, and presses the buttons that a page has."""

    def __init__(self, archive: Archive, scope: Scope = "edit") -> None:
        keys = KeyStore(archive.private)
        key = keys.find(keys.create(scope, "the desk"))
        assert key is not None
        token = SessionStore(archive.private).begin(key)
        self.form_token = form_token(token)
        self.headers = {"Cookie": f"{SESSION}={token}", "Accept": "text/html"}
        self.client = Client(create_app(archive.settings))

    def get(self, path: str, status: int = 200, **params: str) -> httpx.Response:
        query = f"?{urlencode(params)}" if params else ""
        return self.sees(self.client.get(path + query, headers=self.headers), status)

    def send(self, path: str, status: int = 303, **fields: Any) -> httpx.Response:
        """A form, with its token."""
        data = {"form_token": self.form_token} | fields
        return self.sees(self.client.post(path, data=data, headers=self.headers), status)

    def press(self, seen: httpx.Response, label: str, status: int = 303, **fields: Any) -> Any:
        """The answer to a button of a page, its form filled in with these fields."""
        (button,) = (b for b in page(seen).iter("button") if said(b).startswith(label))
        form = next(button.iterancestors("form"))
        data = {f.name: f.value for f in form.iter("input") if f.type == "hidden"}
        data |= {f.name: f.value for f in form.iter("input") if f.type == "text" and f.name}
        data |= {f.name: f.value for f in form.iter("textarea")} | fields
        if button.get("name"):
            data[button.get("name")] = button.get("value")
        path = button.get("formaction") or form.get("action")
        return self.sees(self.client.post(path, data=data, headers=self.headers), status)

    def follow(self, answer: httpx.Response) -> httpx.Response:
        return self.get(answer.headers["location"])

    def json(self, path: str) -> Any:
        return self.client.get(path).json()

    @staticmethod
    def sees(answer: httpx.Response, status: int) -> httpx.Response:
        assert answer.status_code == status, answer.text
        return answer


def page(answer: httpx.Response) -> HtmlElement:
    return fromstring(answer.text)


def said(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def main(answer: httpx.Response) -> str:
    """What the page says, without what stands on all pages."""
    return said(page(answer).get_element_by_id("main"))


def outcome(answer: httpx.Response) -> str:
    (found,) = page(answer).find_class("outcome")
    return said(found)


def pair(answer: httpx.Response) -> list[str]:
    """The names on the cards."""
    return [
        said(h2)[1:].strip() for h2 in page(answer).iter("h2") if h2.get("id", "")[:5] == "card-"
    ]


def story(key: str, *mentions: Mention, day: str = "2018-12-16") -> tuple[Article, Any]:
    body = f"{mentions[0].text} was told of by {key}, who wrote at length. " + "x" * 40
    title = f"What {key} says"
    return Article(key=key, title=title, body=body, published=parse_moment(day)), mentions


def filled(archive: Archive) -> Archive:
    """Jo under two names, both beside Kim and Rome, and a company under two."""
    jo, cho = named("Jo Song Gil", "Jo Song Gil"), named("Cho Song-gil", "Cho Song-gil")
    rome = named("Rome", "Rome", "place")
    companies = (("four", "Goldman Sachs"), ("five", "Goldman Sachs Group"))
    archive.add_all(
        (
            story("one", jo, kim(), rome),
            story("two", jo, kim(), rome, day="2019-01-04"),
            story("three", cho, kim(), rome),
            *(story(key, named(name, name, "organization")) for key, name in companies),
        )
    )
    return archive


@pytest.fixture
def people(archive: Archive) -> Archive:
    return filled(archive)


@pytest.fixture
def desk(people: Archive) -> Browser:
    return Browser(people)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The same people, for what changes nothing."""
    return filled(open_archive(tmp_path_factory.mktemp("still")))


@pytest.fixture(scope="module")
def desk_at_rest(still: Archive) -> Browser:
    return Browser(still)


# The queue ----------------------------------------------------------------------------------------


def test_a_pair_with_all_that_tells(desk_at_rest: Browser) -> None:
    seen = desk_at_rest.get("/desk")
    assert pair(seen) == ["Jo Song Gil", "Cho Song-gil"]
    told = main(seen)
    assert "One person or two?" in told
    assert "1 of 2" in told
    assert "Very likely one 0.9" in told
    assert "Another romanisation: Cho / Jo" in told
    assert "Named beside the same names: " in told
    assert "2 articles · 2 mentions · 16 December 2018 to 4 January 2019" in told
    assert "Jo Song Gil was told of by two, who wrote at length." in told
    assert told.index("What two says") < told.index("What one says")
    assert re.search(r"Named beside both P ?Kim Jong Un L ?Rome", told)
    assert [said(m) for m in page(seen).iter("mark")] == [
        "Jo Song Gil",
        "Jo Song Gil",
        "Cho Song-gil",
    ]


def test_a_card_leads_to_the_very_mention(desk_at_rest: Browser) -> None:
    ours, _ = page(desk_at_rest.get("/desk")).find_class("named-in")
    for link in ours.iter("a"):
        path, _, id_ = link.get("href").partition("#")
        assert said(page(desk_at_rest.get(path)).get_element_by_id(id_)) == "Jo Song Gil"


# (button, its fields beside, the sentence after it, the names that are there then)
ANSWERS: list[tuple[str, str, list[str]]] = [
    ("Merge into Jo Song Gil", "Merged Cho Song-gil into Jo Song Gil.", ["Jo Song Gil"]),
    ("Merge into Cho Song-gil", "Merged Jo Song Gil into Cho Song-gil.", ["Cho Song-gil"]),
    (
        "Different people",
        "Kept Jo Song Gil and Cho Song-gil apart.",
        ["Jo Song Gil", "Cho Song-gil"],
    ),
]


def people_in(desk: Browser) -> list[str]:
    found = desk.json("/v1/entities?type=person")["entities"]
    return [each["name"] for each in found if "Gil" in each["name"] or "gil" in each["name"]]


@pytest.mark.parametrize(("button", "told", "names"), ANSWERS, ids=[a[0] for a in ANSWERS])
def test_answers(desk: Browser, button: str, told: str, names: list[str]) -> None:
    answer = desk.press(desk.get("/desk"), button, reason="the ministry’s spelling")
    assert answer.headers["location"] == "/desk?done=1"
    (edit,) = desk.json("/v1/edits")["edits"]
    assert (edit["who"], edit["reason"]) == ("the desk", "the ministry’s spelling")
    assert people_in(desk) == names
    seen = desk.follow(answer)
    assert outcome(seen).startswith(told)
    assert said(next(page(seen).iter("title"))).startswith(told[:-1])
    assert pair(seen) == ["Goldman Sachs", "Goldman Sachs Group"]
    back = desk.follow(desk.press(seen, "Undo"))
    assert outcome(back).startswith(f"Took back: {told}")
    assert pair(back) == ["Jo Song Gil", "Cho Song-gil"]
    again = desk.follow(desk.press(back, "Do it again"))
    assert outcome(again).startswith(f"Did again: {told} Undo: ")
    assert people_in(desk) == names


def test_skipping_to_the_end_and_back(desk: Browser) -> None:
    seen = desk.get("/desk")
    (skip,) = (a for a in page(seen).iter("a") if said(a).startswith("Skip"))
    seen = desk.get(skip.get("href"))
    assert (pair(seen)[0], "2 of 2" in main(seen)) == ("Goldman Sachs", True)
    answer = desk.press(seen, "Different organisations")
    assert "after=" in answer.headers["location"]
    seen = desk.follow(answer)
    assert "That was the last pair." in main(seen)
    (first,) = (a for a in page(seen).iter("a") if "from the first" in said(a))
    assert pair(desk.get(first.get("href"))) == ["Jo Song Gil", "Cho Song-gil"]


def test_an_undo_comes_back_to_its_pair(desk: Browser) -> None:
    (skip,) = (a for a in page(desk.get("/desk")).iter("a") if said(a).startswith("Skip"))
    seen = desk.follow(desk.press(desk.get(skip.get("href")), "Different organisations"))
    assert pair(desk.follow(desk.press(seen, "Undo"))) == ["Goldman Sachs", "Goldman Sachs Group"]


def test_of_one_kind(desk_at_rest: Browser) -> None:
    desk = desk_at_rest
    seen = desk.get("/desk", type="organization", utm_source="mail")
    assert pair(seen) == ["Goldman Sachs", "Goldman Sachs Group"]
    assert "No two places look like one." in main(desk.get("/desk", type="place"))
    assert pair(desk.get("/desk", type="ship")) == ["Jo Song Gil", "Cho Song-gil"]


def test_of_one_entity(desk: Browser) -> None:
    seen = desk.get("/desk", entity=CHO)
    assert (pair(seen), "Only pairs with Cho Song-gil" in main(seen)) == (
        ["Jo Song Gil", "Cho Song-gil"],
        True,
    )
    answer = desk.press(seen, "Merge into Jo Song Gil")
    assert answer.headers["location"] == f"/desk?entity={CHO}&done=1"
    assert "Nobody else looks like Jo Song Gil." in main(desk.follow(answer))
    desk.get("/desk", status=404, entity="person-nobody")


def test_an_answer_sent_twice(desk: Browser) -> None:
    seen = desk.get("/desk")
    desk.press(seen, "Merge into Jo Song Gil")
    again = desk.press(seen, "Merge into Jo Song Gil", status=409)
    assert "somebody has dealt with one of these two already" in outcome(again)
    assert "Merged Cho Song-gil into Jo Song Gil." in outcome(again)
    assert pair(again) == ["Goldman Sachs", "Goldman Sachs Group"]
    assert desk.json("/v1/edits")["total"] == 1
    desk.follow(desk.press(again, "Undo"))
    assert people_in(desk) == ["Jo Song Gil", "Cho Song-gil"]
    seen = desk.get("/desk")
    desk.press(seen, "Different people")
    assert "Kept Jo Song Gil and Cho Song-gil apart." in outcome(
        desk.press(seen, "Different people", status=409)
    )


def test_a_pair_that_another_editor_has_changed(desk: Browser, people: Archive) -> None:
    """Cho is Kim meanwhile: nobody has said that Jo is."""
    seen = desk.get("/desk")
    EditStore(people.database).merge(CHO, "person-kimjongun", Author("Ann"))
    for button in ("Merge into Jo Song Gil", "Merge into Cho Song-gil", "Different people"):
        again = desk.press(seen, button, status=409)
        assert "Merged Cho Song-gil into Kim Jong Un." in outcome(again)
        assert pair(again) == ["Goldman Sachs", "Goldman Sachs Group"]
    assert desk.json("/v1/edits")["total"] == 1


def test_a_reason_that_is_too_long_is_kept(desk_at_rest: Browser) -> None:
    desk = desk_at_rest
    again = desk.press(desk.get("/desk"), "Merge into Jo Song Gil", status=422, reason="x" * 1_001)
    assert outcome(again) == "The reason is longer than 1000 characters."
    assert page(again).get_element_by_id("reason").value == "x" * 1_001
    assert pair(again) == ["Jo Song Gil", "Cho Song-gil"]
    fields = {"one": JO, "other": CHO, "into": "person-kimjongun"}
    desk.send("/desk/merge", status=422, **fields)
    assert desk.json("/v1/edits")["total"] == 0


# Who may ------------------------------------------------------------------------------------------

SENT: list[tuple[str, dict[str, str]]] = [
    ("/desk/merge", {"one": JO, "other": CHO, "into": JO}),
    ("/desk/apart", {"one": JO, "other": CHO}),
    ("/desk/undo", {"edit": "1"}),
    (f"/desk/entities/{JO}/merge", {"into": CHO}),
    (f"/desk/entities/{JO}/split", {"alias": "Jo Song Gil", "name": "Jo II"}),
    (f"/desk/entities/{JO}/rename", {"name": "Jo"}),
    (f"/desk/entities/{JO}/retype", {"type": "place"}),
    (f"/desk/entities/{JO}/alias", {"text": "The envoy"}),
    (f"/desk/entities/{JO}/unalias", {"text": "Jo Song Gil"}),
    (f"/desk/entities/{JO}/note", {"text": "An envoy"}),
    (f"/desk/entities/{JO}/dismiss", {}),
]
READ = ("/desk", "/desk/history", f"/desk/entities/{JO}")


@pytest.fixture(scope="module")
def reader(still: Archive) -> Browser:
    return Browser(still, "read")


@pytest.mark.parametrize(("path", "fields"), SENT, ids=[path for path, _ in SENT])
def test_what_is_refused(
    desk_at_rest: Browser, reader: Browser, path: str, fields: dict[str, str]
) -> None:
    desk, stranger = copy(desk_at_rest), copy(reader)
    desk.send(path, status=403, **fields | {"form_token": ""})
    desk.send(path, status=403, **fields | {"form_token": reader.form_token})
    desk.headers = desk.headers | {"Origin": "http://localhost:8001"}
    desk.send(path, status=403, **fields)
    reader.send(path, status=403, **fields)
    stranger.headers = {}
    stranger.send(path, status=401, **fields)
    assert desk.json("/v1/edits")["total"] == 0


def test_who_may_look(desk_at_rest: Browser, reader: Browser) -> None:
    desk = desk_at_rest
    for path in READ:
        desk.get(path)
        reader.get(path, status=403)
        answer = reader.client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, "Log in" in main(answer)) == (401, True)
    for path, _ in SENT:
        desk.get(path, status=405)
    assert desk.json("/v1/edits")["total"] == 0


def test_the_pages_ask_again_behind_the_gate() -> None:
    def asked(session: Session | None) -> Session:
        request = Request({"type": "http", "state": {"session": session}})
        return asyncio.run(editor(request))

    with pytest.raises(NotAuthenticated):
        asked(None)
    with pytest.raises(Forbidden):
        asked(Session(1, "a reader", "read", "token"))
    with pytest.raises(Forbidden):
        asked(Session(1, "a writer", "write", "token"))
    assert asked(Session(1, "the desk", "edit", "token")).holder == "the desk"


# One entity ---------------------------------------------------------------------------------------

# (button, fields, the sentence after it, where the page is then)
FORMS: list[tuple[str, dict[str, Any], str, str]] = [
    ("Rename", {"name": "Jo S. G."}, "Named “Jo Song Gil” Jo S. G.", JO),
    ("Change the kind", {"type": "place"}, "Made Jo Song Gil a place.", "place-josonggil"),
    ("Add", {"text": "The envoy"}, "Added the spelling “The envoy” to Jo Song Gil.", JO),
    (
        "Split",
        {"alias": ["Jo Song Gil"], "article": ["one"], "name": "Jo II"},
        "Said that “Jo Song Gil” in one article of Jo Song Gil is Jo II.",
        JO,
    ),
    (
        "Split",
        {"alias": ["Jo Song Gil"], "name": "Jo II"},
        f"Said that “Jo Song Gil” of {JO} is Jo II.",
        "person-joii",
    ),
    ("Save the note", {"text": "An envoy"}, "Noted on Jo Song Gil: “An envoy”.", JO),
]


@pytest.mark.parametrize(("button", "fields", "told", "key"), FORMS, ids=range(len(FORMS)))
def test_forms(desk: Browser, button: str, fields: dict[str, Any], told: str, key: str) -> None:
    before = desk.client.get(f"/v1/entities/{JO}").text
    answer = desk.press(desk.get(f"/desk/entities/{JO}"), button, reason="seen", **fields)
    assert answer.headers["location"] == f"/desk/entities/{key}?done=1"
    (edit,) = desk.json("/v1/edits")["edits"]
    assert (edit["who"], edit["reason"], edit["entity"]) == ("the desk", "seen", JO)
    assert desk.client.get(f"/v1/entities/{JO}").text != before
    seen = desk.follow(answer)
    assert outcome(seen).startswith(told)
    back = desk.follow(desk.press(seen, "Undo"))
    assert outcome(back).startswith("Took back: ")
    assert said(next(page(back).iter("h1"))) == "P Jo Song Gil"
    assert desk.client.get(f"/v1/entities/{JO}").text == before


def test_merging_into_another_that_is_looked_for(desk: Browser) -> None:
    seen = desk.get(f"/desk/entities/{CHO}", name="gil")
    assert "Jo Song Gil person, 2 articles" in main(seen)
    assert CHO not in [radio.get("value") for radio in page(seen).iter("input")]
    again = desk.press(seen, "Merge", status=422)
    assert "Choose whom it is to be merged into." in main(again)
    assert "Jo Song Gil person, 2 articles" in main(again)
    answer = desk.press(seen, "Merge", into=JO)
    assert answer.headers["location"] == f"/desk/entities/{JO}?done=1"
    assert outcome(desk.follow(answer)).startswith("Merged Cho Song-gil into Jo Song Gil.")
    moved = desk.get(f"/desk/entities/{CHO}?name=kim", status=307)
    assert moved.headers["location"] == f"/desk/entities/{JO}?name=kim"
    assert "Nobody else is called “zzz”" in main(desk.get(f"/desk/entities/{JO}", name="zzz"))
    desk.get("/desk/entities/person-nobody", status=404)


def test_what_is_no_name(desk: Browser) -> None:
    seen = desk.get(f"/desk/entities/{CHO}")
    (form,) = (form for form in page(seen).forms if form.action.endswith("/dismiss"))
    assert "What is called “Cho Song-gil” is no person" in said(form)
    answer = desk.send(form.action)
    assert answer.headers["location"] == f"/desk/history?entity={CHO}&done=1"
    assert "Cho Song-gil" not in people_in(desk)
    seen = desk.follow(answer)
    assert outcome(seen).startswith(f"Said that {CHO} is no name.")
    (undo, *_) = (form for form in page(seen).forms if form.action == "/desk/undo")
    desk.send("/desk/undo", **dict(undo.fields))
    assert people_in(desk) == ["Jo Song Gil", "Cho Song-gil"]
    desk.send("/desk/entities/person-nobody/dismiss", status=404)
    desk.send(f"/desk/entities/{CHO}/praise", status=404)


def test_a_spelling_is_taken_away(desk: Browser) -> None:
    desk.send(f"/desk/entities/{JO}/alias", text="The envoy")
    seen = desk.get(f"/desk/entities/{JO}")
    assert "The envoy (0 mentions)" in main(seen)
    seen = desk.follow(desk.press(seen, "Take it away", text="The envoy"))
    assert outcome(seen).startswith("Took the spelling “The envoy” from Jo Song Gil.")
    assert [a["text"] for a in desk.json(f"/v1/entities/{JO}")["aliases"]] == ["Jo Song Gil"]


# (verb, what is sent, status, words)
FAILED: list[tuple[str, dict[str, Any], int, str]] = [
    ("rename", {"name": "…"}, 422, "The name has neither letter nor digit."),
    ("retype", {"type": "ship"}, 422, "The kind is none of person, organization, place."),
    ("retype", {"type": "person"}, 409, "“Jo Song Gil” is of the type person already."),
    ("split", {"name": "Jo II"}, 422, "Choose at least one spelling."),
    ("split", {"name": "…", "alias": "Jo Song Gil"}, 422, "The name has neither letter nor digit."),
    ("unalias", {"text": "Kim"}, 422, "The text is no spelling of “Jo Song Gil”."),
    ("note", {"text": "x" * 10_001}, 422, "The text is longer than 10000 characters."),
    ("note", {"text": ""}, 409, "“Jo Song Gil” has no note."),
    ("merge", {"into": "person-nobody"}, 422, "The other one is no entity: “person-nobody”."),
    ("merge", {"into": JO}, 409, "“Jo Song Gil” and “Jo Song Gil” are one entity already."),
]


@pytest.mark.parametrize(("verb", "fields", "status", "words"), FAILED, ids=range(len(FAILED)))
def test_forms_that_cannot_be_used(
    desk_at_rest: Browser, verb: str, fields: dict[str, Any], status: int, words: str
) -> None:
    desk = desk_at_rest
    again = desk.send(f"/desk/entities/{JO}/{verb}", status, reason="as I read", **fields)
    (opened,) = (each for each in page(again).iter("details") if each.get("open") is not None)
    assert words in said(opened)
    if verb != "merge":
        assert again.text.count("as I read") == 1
    if "name" in fields:
        assert page(again).get_element_by_id(f"{verb}-name").value == fields["name"]
    assert desk.json("/v1/edits")["total"] == 0


def test_of_what_has_become_another_nothing_is_said(desk: Browser) -> None:
    seen = desk.get(f"/desk/entities/{CHO}")
    desk.send("/desk/merge", one=JO, other=CHO, into=JO)
    again = desk.press(seen, "Rename", status=409, name="The spy")
    assert "It became “Jo Song Gil” meanwhile, so nothing was changed." in main(again)
    assert page(again).get_element_by_id("rename-name").value == "The spy"
    assert people_in(desk) == ["Jo Song Gil"]


def test_what_was_chosen_stays_chosen(desk_at_rest: Browser) -> None:
    fields = {"alias": "Jo Song Gil", "article": ["two"], "name": "!"}
    again = desk_at_rest.send(f"/desk/entities/{JO}/split", 422, **fields)
    boxes = [each for each in page(again).iter("input") if each.type == "checkbox"]
    assert [box.get("value") for box in boxes if box.checked] == ["Jo Song Gil", "two"]


# The log ------------------------------------------------------------------------------------------


def test_the_log(desk: Browser) -> None:
    assert "Nothing was decided yet." in main(desk.get("/desk/history"))
    desk.send("/desk/merge", one=JO, other=CHO, into=JO, reason="the same man")
    desk.send(f"/desk/entities/{JO}/note", text="An envoy")
    seen = desk.get("/desk/history")
    entries = [said(li) for li in next(iter(page(seen).find_class("log")))]
    assert [re.sub(r"\d+ \w+ \d{4}, \d\d:\d\d", "then", each) for each in entries] == [
        "Noted on Jo Song Gil: “An envoy” the desk · then UTC "
        "Undo: Noted on Jo Song Gil: “An envoy”",
        "Merged Cho Song-gil into Jo Song Gil the desk · then UTC · “the same man” "
        "Undo: Merged Cho Song-gil into Jo Song Gil",
    ]
    seen = desk.follow(desk.press(seen, "Undo: Merged"))
    assert outcome(seen).startswith("Took back: Merged Cho Song-gil into Jo Song Gil.")
    undone = page(seen).get_element_by_id("edit-1")
    assert (undone.get("class"), "taken back" in said(undone)) == ("undone", True)
    assert list(undone.iter("form")) == []
    assert desk.json(f"/v1/entities/{CHO}")["articles"] == 1


def test_an_edit_that_was_taken_back_already(desk: Browser) -> None:
    desk.send("/desk/merge", one=JO, other=CHO, into=JO)
    desk.send("/desk/undo", edit="1")
    for at, where in (("history", "/desk/history"), ("queue", "/desk"), ("", "/desk")):
        answer = desk.send("/desk/undo", edit="1", at=at)
        assert answer.headers["location"] == f"{where}?done=1"
        assert outcome(desk.follow(answer)) == (
            "Merged Cho Song-gil into Jo Song Gil. This was taken back."
        )
    for number in ("9", "x", "", "9" * 30):
        desk.send("/desk/undo", status=404, edit=number)
    assert desk.json("/v1/edits")["total"] == 2


def test_the_log_of_one_and_its_pages(desk: Browser, people: Archive) -> None:
    store = EditStore(people.database)
    for number in range(35):
        store.annotate(JO, f"number {number}", Author("Ann"))
    store.annotate(CHO, "another", Author("Ann"))
    seen = desk.get("/desk/history", entity=JO)
    assert "What was decided about Jo Song Gil" in main(seen)
    assert "35 edits" in main(seen)
    (older,) = (a for a in page(seen).iter("a") if said(a) == "Older ones")
    seen = desk.get(older.get("href"))
    assert [said(each) for each in page(seen).find_class("did")] == [
        f"Noted on Jo Song Gil: “number {number}”" for number in range(4, -1, -1)
    ]
    assert len(page(desk.get("/desk/history", cursor="x")).find_class("did")) == 30


def test_names_and_reasons_are_text(desk: Browser) -> None:
    """Whatever is said is shown as it was said, and never runs."""
    desk.send(f"/desk/entities/{CHO}/rename", name=SCRIPT, reason=SCRIPT)
    desk.send(f"/desk/entities/{CHO}/alias", text=SCRIPT + "2", reason=SCRIPT)
    desk.send(f"/desk/entities/{CHO}/note", text=SCRIPT, reason=SCRIPT)
    desk.send("/desk/apart", one=JO, other=CHO, reason=SCRIPT)
    failed = desk.send(f"/desk/entities/{CHO}/rename", status=409, name=SCRIPT, reason=SCRIPT)
    looked_for = desk.get(f"/desk/entities/{JO}", name=SCRIPT)
    desk.send("/desk/undo", edit="4")
    paths = ("/desk", "/desk/history", f"/desk/entities/{CHO}", f"/desk?entity={CHO}")
    for seen in (failed, looked_for, *map(desk.get, paths)):
        assert "<script>alert" not in seen.text
        assert "alert('x')" not in " ".join(e.text or "" for e in page(seen).iter("script"))
        assert "script-src 'self'" in seen.headers["content-security-policy"]
    assert SCRIPT in main(desk.get("/desk/history", done="1"))


# Pure functions -----------------------------------------------------------------------------------


def row(key: str, mentions: int = 1) -> EntityRow:
    return EntityRow(key, key, "person", 1, mentions)


def suggested(score: float, one: str, other: str) -> SuggestedMerge:
    return SuggestedMerge(row(one, 2), row(other), score, ())


PAIRS = (suggested(0.9, "a", "b"), suggested(0.9, "a", "c"), suggested(0.5, "a", "d"))


def test_a_place_in_the_queue() -> None:
    assert written(order(PAIRS[0])) == "0.9 3 a b"
    for pair_ in PAIRS:
        assert read_mark(written(order(pair_))) == order(pair_)
    assert [behind(PAIRS, order(each)) for each in PAIRS] == [1, 2, 3]
    assert behind(PAIRS, None) == 0
    assert behind(PAIRS, order(suggested(0.9, "a", "bb"))) == 1  # it is gone
    for text in ("", "0.9", "x 3 a b", "0.9 3 a b c", "0.9 x a b"):
        assert read_mark(text) is None


def test_an_address_of_the_queue() -> None:
    place = place_in({"type": "person", "entity": JO, "after": "0.9 3 a b", "utm": "x"})
    assert place == Place("person", JO, "0.9 3 a b")
    assert place.address(done=7) == f"/desk?type=person&entity={JO}&after=0.9+3+a+b&done=7"
    assert place_in({"type": "ship", "after": "nonsense"}) == Place()
    assert Place().address() == "/desk"
    assert place.past(PAIRS[2]).address() == f"/desk?type=person&entity={JO}&after=0.5+3+a+d"
    assert place.beginning.address() == f"/desk?type=person&entity={JO}"


def test_what_is_asked() -> None:
    assert asked("person", "person") == ("One person or two?", "Different people")
    assert asked("organization", "place") == ("One and the same?", "Not the same")


def test_reasons_in_words() -> None:
    assert [likely(score) for score in (0.95, 0.9, 0.8, 0.5)] == [
        *["Very likely one"] * 2,
        "Likely one",
        "Perhaps one",
    ]
    assert because(Reason("romanisation", "Jo / Cho")) == Because(
        "Another romanisation", "Jo / Cho"
    )
    assert because(Reason("shared company", "both with Rome")).detail == "Rome"
    assert because(Reason("token order", "the same words in another order")).detail == ""
    two = Reason("same name, another type", "organization and place")
    assert because(two).detail == "organisation and place"


def test_errors_in_words() -> None:
    wrong = InvalidRequest("name is empty", problems=(Problem("name", "is empty"),))
    assert in_words(wrong, {}) == "The name is empty."
    told = in_words(Conflict("“person-a” has no note"), {"person-a": "Ann"})
    assert told == "“Ann” has no note."


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("", None), ("-1", None), ("1.5", None), ("٣", None), ("9" * 19, None)],
)
def test_numbers_of_edits(text: str, number: int | None) -> None:
    assert number_in(text) == number


def edit(action: Action, **fields: Any) -> Edit:
    return Edit(id=1, at="2019-01-08T06:30:00Z", who="Ann", action=action, entity=JO, **fields)


THERE = {
    JO: EntityDetail(row(JO), (Alias("Jo", 0), Alias("Jo Song-gil", 3)), None, None),
    CHO: EntityDetail(replace(row(CHO), name="Cho"), (), None, None),
}
UNDO = edit("undo", undoes=1)
SENTENCES: list[tuple[Sequence[Edit], str]] = [
    ([edit("merge", into=CHO, text="Jo", name="Cho Song-gil")], "Merged Jo into Cho Song-gil"),
    (
        [edit("split", into=CHO, name="Cho", aliases=("A", "B"), articles=("x", "y"))],
        f"Said that “A” and “B” in 2 articles of {JO} is Cho",
    ),
    ([edit("rename", name="Jo S. G.")], "Named “Jo Song-gil” Jo S. G."),
    ([edit("rename", name="Jo Song-gil")], "Named Jo Song-gil"),
    ([edit("retype", into="place-jo", name="Jo")], "Made Jo a place"),
    ([edit("dismiss")], f"Said that {JO} is no name"),
    ([edit("unalias", text="Mr Jo")], f"Took the spelling “Mr Jo” from {JO}"),
    ([edit("note", text="")], f"Took the note off {JO}"),
    ([edit("note", text="x" * 200)], f"Noted on {JO}: “{'x' * 160} …”"),
    ([edit("distinct", into=CHO)], f"Kept {JO} and Cho apart"),
    ([UNDO, edit("dismiss")], f"Took back: Said that {JO} is no name"),
    ([UNDO, UNDO, edit("dismiss")], f"Did again: Said that {JO} is no name"),
    ([UNDO, UNDO, UNDO, edit("dismiss")], f"Took back: Said that {JO} is no name"),
    ([UNDO], "Took back: Took something back"),
    (
        [replace(edit("note", text=""), entity=ERASED)],
        "Something about a name of which nothing is left",
    ),
    ([], ""),
]


@pytest.mark.parametrize(("edits", "told"), SENTENCES, ids=range(len(SENTENCES)))
def test_edits_in_words(edits: Sequence[Edit], told: str) -> None:
    assert plain_text(sentence(edits, THERE)) == told


def test_names_are_links_where_they_are_there() -> None:
    pieces = sentence([edit("merge", into="person-gone", text="Jo", name="Gone")], THERE)
    assert [piece.href for piece in pieces] == ["", f"/entities/{JO}", "", ""]
