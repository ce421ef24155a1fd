"""Readers over HTTP: each answer is held against what was acknowledged before it was asked for, and
what had been sent when it came.
"""

import time
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import httpx

from soak.edits import EditLedger
from soak.ledger import KILLED, Ledger
from soak.tally import ALL
from soak.texts import (
    EVERYWHERE,
    GROUPS,
    SOURCES,
    article,
    group_word,
    key_of,
    names_in,
    text_of_title,
    title_of,
    version_word,
    word_of,
)

_TIMEOUT = 60.0
_EDITS_SHOWN = 100


class Reader:
    """Asks one thing after the other, over a connection of its own."""

    def __init__(self, address: str, ledger: Ledger, edits: EditLedger, random: Random) -> None:
        self.client = httpx.Client(base_url=address, timeout=_TIMEOUT)
        self._ledger, self._edits, self._random = ledger, edits, random
        self._kinds: dict[Callable[[], None], int] = {
            self.one_version: 25,
            self.one_article: 15,
            self.group: 20,
            self.everything: 10,
            self.article: 15,
            self.versions: 5,
            self.decisions: 5,
            self.page: 5,
        }
        self.faults: list[str] = []
        self.asked = 0

    def read(self) -> None:
        """One question; what is wrong with its answer is kept."""
        self.asked += 1
        (ask,) = self._random.choices([*self._kinds], [*self._kinds.values()])
        try:
            ask()
        except httpx.HTTPError as exc:
            self.faults.append(f"{ask.__name__}: {type(exc).__name__} {exc}")

    def search(self) -> None:
        """An ordinary search."""
        self.asked += 1
        self._random.choice([self.one_version, self.one_article, self.group, self.everything])()

    # Kinds ---------------------------------------------------------------------------------------

    def one_version(self) -> None:
        """Words and a phrase that only one version of one article has."""
        number = self._some()
        version = max(self._ledger.latest(number).version - self._random.choice((0, 0, 1)), 1)
        word = version_word(number, version)
        phrase = f'"{word_of(number)} {word}"'
        found, begun, ended = self._search(q=self._random.choice((word, phrase)))
        allowed = self._ledger.allowed(number, begun, ended)
        shown = [state.version == version for state in allowed]
        titles = [hit["title"] for hit in found["hits"]]
        wanted = [[title_of(number, version)]] if all(shown) else [[]]
        if any(shown) and not all(shown):
            wanted = [[], [title_of(number, version)]]
        if titles not in wanted or found["total"] != len(titles):
            self._wrong(f"“{word}” finds {titles} of {found['total']}, and may be {allowed}")

    def one_article(self) -> None:
        """A word that it has in each version."""
        number = self._some()
        found, begun, ended = self._search(q=word_of(number))
        allowed = self._ledger.allowed(number, begun, ended)
        if not found["hits"] and any(not state.is_shown for state in allowed):
            return
        if found["total"] != 1:
            self._wrong(f"{key_of(number)} is found {found['total']} times, and may be {allowed}")

    def group(self) -> None:
        group = self._random.randrange(GROUPS)
        found, begun, ended = self._search(q=group_word(group), sort="newest")
        self._within(f"group {group}", found["total"], group, begun, ended)

    def everything(self) -> None:
        """Totals and facets of one answer fit together."""
        found, begun, ended = self._search(q=EVERYWHERE, facets="source", limit=1)
        values = {each["value"]: each["count"] for each in found["facets"]["source"]["values"]}
        self._within("everything", found["total"], ALL, begun, ended)
        for source in SOURCES:
            self._within(source, values.get(source, 0), source, begun, ended)
        if sum(values.values()) != found["total"]:
            self._wrong(f"a total of {found['total']}, and sources {values}")

    def article(self) -> None:
        number = self._some()
        begun = time.monotonic()
        answer = self._ask(f"/v1/articles/{key_of(number)}")
        allowed = self._ledger.allowed(number, begun, time.monotonic())
        if answer.status_code == httpx.codes.GONE and KILLED in allowed:
            return
        if answer.status_code == httpx.codes.NOT_FOUND and any(not s.version for s in allowed):
            return
        if not answer.is_success:
            self._wrong(f"{key_of(number)}: {answer.status_code}, and may be {allowed}")
            return
        told = answer.json()
        _, version = text_of_title(told["title"])
        if version not in [state.version for state in allowed]:
            self._wrong(f"{key_of(number)} says {told['title']}, and may be {allowed}")
        if told["body"] != article(number, version)["body"]:
            self._wrong(f"{key_of(number)} has another body than was sent")
        if [mention["text"] for mention in told["mentions"]] != names_in(number, version):
            self._wrong(f"{key_of(number)} names {told['mentions']}")

    def versions(self) -> None:
        """All that is said to be earlier was, and in that order."""
        number = self._some()
        begun = time.monotonic()
        answer = self._ask(f"/v1/articles/{key_of(number)}/versions")
        allowed = self._ledger.allowed(number, begun, time.monotonic())
        if answer.is_success:
            told = sorted(text_of_title(each["title"])[1] for each in answer.json()["versions"])
            if told not in [[*range(1, state.version + 1)] for state in allowed]:
                self._wrong(f"{key_of(number)} has had {told}, and may be {allowed}")
        elif not any(not state.is_shown for state in allowed):
            self._wrong(f"versions of {key_of(number)}: {answer.status_code}")

    def decisions(self) -> None:
        """The log of edits, the newest first."""
        done = self._edits.done()
        answer = self._ask("/v1/edits", limit=_EDITS_SHOWN)
        if not answer.is_success:
            self._wrong(f"edits: {answer.status_code}")
            return
        told = [each["reason"] for each in answer.json()["edits"]][::-1]
        sent = self._edits.sent()
        if missing := [reason for reason in done[-_EDITS_SHOWN // 2 :] if reason not in told]:
            self._wrong(f"the edits {missing} were acknowledged and are not in the log")
        if told != [reason for reason in sent if reason in told]:
            self._wrong(f"the log of edits is {told[-5:]}, sent were {sent[-5:]}")

    def page(self) -> None:
        """The page for people that lists what is found."""
        number = self._some()
        begun = time.monotonic()
        answer = self._ask("/", q=word_of(number))
        allowed = self._ledger.allowed(number, begun, time.monotonic())
        says = key_of(number) in answer.text
        if not answer.is_success or says not in [state.is_shown for state in allowed]:
            self._wrong(f"the page of {key_of(number)}: {answer.status_code}, {says}, {allowed}")

    # Asking --------------------------------------------------------------------------------------

    def _some(self) -> int:
        """Half of them among the last, where things happen."""
        count = self._ledger.count()
        first = max(count - 40, 0) if self._random.random() < 0.5 else 0
        return self._random.randrange(first, count)

    def _search(self, **params: Any) -> tuple[dict[str, Any], float, float]:
        begun = time.monotonic()
        answer = self._ask("/v1/search", **params)
        ended = time.monotonic()
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        self._hold_hits(found["hits"], begun, ended)
        return found, begun, ended

    def _ask(self, path: str, **params: Any) -> httpx.Response:
        answer = self.client.get(path, params=params)
        if answer.is_server_error:
            self._wrong(f"{path} {params}: {answer.status_code} {answer.text[:200]}")
        return answer

    def _hold_hits(self, hits: Iterable[dict[str, Any]], begun: float, ended: float) -> None:
        """Whatever was asked for: a hit is an article that may be there, as it may be."""
        for hit in hits:
            number, version = text_of_title(hit["title"])
            allowed = self._ledger.allowed(number, begun, ended)
            if version not in [state.version for state in allowed if state.is_shown]:
                self._wrong(f"a hit says {hit['title']}, and may be {allowed}")

    def _within(self, what: str, count: int, of: str | int, begun: float, ended: float) -> None:
        least, most = self._ledger.tally.between(of, begun, ended)
        if not least <= count <= most:
            self._wrong(f"{what} counts {count}, and must be {least} to {most}")

    def _wrong(self, what: str) -> None:
        self.faults.append(what)
