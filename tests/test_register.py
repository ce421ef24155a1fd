"""Who has committed is known, whatever answers get lost on the way."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from service.engines.opensearch.client import Client, Found, Json, Place
from service.engines.opensearch.shelf import register as register_module
from service.engines.opensearch.shelf.register import NOT_KNOWN, Head, Register
from service.errors import Busy, DiskFull, Misconfigured

Step = Callable[[], None]


class OneIndex(Client):
    """Documents as one node has them, and what happens before and after the next writes."""

    def __init__(self) -> None:
        self.documents: dict[str, Found] = {}
        self.writes = 0
        self.before: list[Step] = []
        self.after: list[Step] = []
        self.before_reading: list[Step] = []
        self.lagging: list[Found] = []

    def replace(
        self,
        index: str,  # noqa: ARG002 - there is only one
        key: str,
        body: Mapping[str, Any],
        place: Place | None,
    ) -> Place | None:
        if self.before:
            self.before.pop(0)()
        there = self.documents.get(key)
        if (there.place if there is not None else None) != place:
            return None
        self._write(key, body)
        if self.after:
            self.after.pop(0)()
        return self.documents[key].place

    def refresh(self, index: str) -> None:
        """Searches find at once what was written."""

    def search(self, index: str, body: Mapping[str, Any]) -> Json:  # noqa: ARG002 - as above
        before = body["query"]["range"]["made_at"]["lt"]
        old = [k for k, v in self.documents.items() if v.body.get("made_at", before) < before]
        return {"hits": {"hits": [{"_id": key} for key in old]}}

    def put(self, index: str, documents: Sequence[tuple[str, Mapping[str, Any]]]) -> None:  # noqa: ARG002 - as above
        for key, body in documents:
            self._write(key, body)

    def _write(self, key: str, body: Mapping[str, Any]) -> None:
        self.writes += 1
        self.documents[key] = Found(json.loads(json.dumps(body)), (self.writes, 1))

    def get(
        self,
        index: str,  # noqa: ARG002 - as above
        key: str,
        without: Sequence[str] = (),
        *,
        first: bool = False,
    ) -> Found | None:
        if self.before_reading:
            self.before_reading.pop(0)()
        found = self.documents.get(key) if first or not self.lagging else self.lagging.pop()
        if found is None:
            return None
        return Found({n: v for n, v in found.body.items() if n not in without}, found.place)

    def get_many(self, keys: Sequence[tuple[str, str]], fields: object) -> list[Json]:  # noqa: ARG002 - all
        return [{"_source": self.documents[key].body} for _, key in keys if key in self.documents]

    def apply(self, lines: str, *, visible: bool) -> None:  # noqa: ARG002 - at once
        for line in lines.splitlines():
            self.documents.pop(json.loads(line)["delete"]["_id"], None)


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> OneIndex:
    monkeypatch.setattr(register_module, "_SECONDS_IN_DOUBT", 0.3)
    monkeypatch.setattr(register_module, "_PAUSE", 0.01)
    made = OneIndex()
    Register(made, "archive").begin()
    return made


def lost() -> None:
    raise Busy("no answer")


def full() -> None:
    raise DiskFull("full")


def followed(head: Head, changes: str = "a change") -> Head:
    return head.followed_by(changes, 1, ["entity"])


def somebody_commits(index: OneIndex, times: int = 1) -> Step:
    def commit() -> None:
        register = Register(index, "archive")
        for _ in range(times):
            head = register.read()
            held = register.commit(head, followed(head, "another's"))
            assert held is not None
            assert register.finish(held) is not None

    return commit


def test_the_first_one_has_committed_and_the_second_has_not(index: OneIndex) -> None:
    register = Register(index, "archive")
    head = register.read()
    held = register.commit(head, followed(head))
    assert held is not None
    assert register.commit(head, followed(head)) is None
    assert (held.number, held.is_applied, register.changes(held)) == (1, False, "a change")
    assert register.read().changes == ""
    assert register.read(whole=True).changes == "a change"
    done = register.finish(held)
    assert done is not None
    assert done.is_applied
    assert register.read(whole=True) == done
    assert (done.changes, done.changed) == ("", {"entity": 1})
    assert "a change" not in str(index.documents)


@pytest.mark.parametrize("lost_ones", [1, 3])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_is_lost_is_found_out(index: OneIndex, when: str, lost_ones: int) -> None:
    register = Register(index, "archive")
    head = register.read()
    getattr(index, when).extend([lost] * lost_ones)
    held = register.commit(head, followed(head))
    assert held is not None
    assert held.changes == register.read(whole=True).changes == "a change"
    assert register.read().number == 1
    assert register.finish(held) is not None


def test_who_was_slower_has_not_committed_though_no_answer_came(index: OneIndex) -> None:
    register = Register(index, "archive")
    head = register.read()

    def overtaken() -> None:
        somebody_commits(index)()
        lost()

    index.before.append(overtaken)
    assert register.commit(head, followed(head)) is None
    assert register.read().number == 1


def test_who_was_followed_by_others_meanwhile_has_committed(index: OneIndex) -> None:
    register = Register(index, "archive")
    head = register.read()

    def followed_by_others() -> None:
        held = register.read(whole=True)
        assert register.finish(held) is not None
        somebody_commits(index, 3)()
        lost()

    index.after.append(followed_by_others)
    held = register.commit(head, followed(head))
    assert held is not None
    # Nothing is left to be done for it.
    assert (held.number, held.is_applied) == (4, True)


@pytest.mark.parametrize(("unread", "lagging"), [(0, 0), (2, 0), (0, 3)])
def test_what_was_sent_twice_by_the_cluster_itself_is_committed_once(
    index: OneIndex, unread: int, lagging: int
) -> None:
    """A node that passes a write on tries it again with the next first copy, which refuses it:
    also where nobody can look at once, or other copies were not told by the one that had it.
    """
    register = Register(index, "archive")
    head, before = register.read(), index.documents["head"]
    new = followed(head)
    assert register.replace(head, new) is not None
    index.before_reading, index.lagging = [lost] * unread, [before] * lagging
    held = register.commit(head, new)
    assert held is not None
    assert held.number == register.read().number == 1


def test_documents_of_other_rows_are_not_read(
    index: OneIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_module, "of_documents", lambda: "9999_later")
    for ask in (Register(index, "archive").read, Register(index, "archive").raise_if_not_ours):
        with pytest.raises(Misconfigured, match="another version of Cuttings"):
            ask()


def test_what_nobody_can_tell_is_said(index: OneIndex) -> None:
    register = Register(index, "archive")
    head = register.read()
    index.before.extend([lost] * 1_000)
    with pytest.raises(Busy) as raised:
        register.commit(head, followed(head))
    assert raised.value.detail == NOT_KNOWN


def test_too_many_made_changes_since(index: OneIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_module, "_REMEMBERED", 2)
    register = Register(index, "archive")
    head = register.read()

    def others() -> None:
        held = register.read(whole=True)
        assert register.finish(held) is not None
        somebody_commits(index, 3)()
        lost()

    index.after.append(others)
    with pytest.raises(Busy) as raised:
        register.commit(head, followed(head))
    assert raised.value.detail == NOT_KNOWN


def test_a_refusal_is_no_doubt(index: OneIndex) -> None:
    register = Register(index, "archive")
    head = register.read()
    index.before.append(full)
    with pytest.raises(DiskFull):
        register.commit(head, followed(head))
    assert register.read().number == 0


def test_a_large_change_stands_in_pieces_that_go_with_it(
    index: OneIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_module, "_MOST_CHARACTERS", 10)
    monkeypatch.setattr(register_module, "_PIECE", 7)
    register = Register(index, "archive")
    head = register.read()
    text = "what is changed, and how"
    for _ in range(2):
        # Of somebody who was killed before he could commit.
        register.put_in_pieces(followed(head, text))
    later = time.time() + 7_200
    monkeypatch.setattr(time, "time", lambda: later)
    held = register.commit(head, followed(head, text))
    assert held is not None
    assert (held.pieces, held.changes) == (4, "")
    assert register.changes(register.read(whole=True)) == text
    assert register.commit(head, followed(head, text + " again")) is None
    assert len(index.documents) == 1 + 4
    assert register.finish(held) is not None
    assert len(index.documents) == 1
