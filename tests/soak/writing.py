"""Writers over HTTP: what they send goes into the ledger before, what is acknowledged after it."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import httpx

from service.names import name_key
from soak.ledger import KILLED, State
from soak.site import Site
from soak.texts import article, key_of, people_of

_TIMEOUT = 30.0
_EMBARGO = timedelta(seconds=0.3)
_MANY = 5


@dataclass
class Told:
    """What a server answered, over all writers."""

    acknowledged: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    slowest: float = 0.0


class Writer:
    """Writes articles, one after the other, over a connection of its own."""

    def __init__(self, site: Site, address: str, random: Random, told: Told) -> None:
        self._site, self._random, self._told = site, random, told
        self._ledger = site.ledger
        bearer = {"Authorization": f"Bearer {site.keys['write']}"}
        self.client = httpx.Client(base_url=address, headers=bearer, timeout=_TIMEOUT)

    def write(self) -> None:
        """One write; TransportError when nobody answers it any more, and it stays open."""
        choices: list[tuple[Callable[[], None], int]] = [
            *((self.post, 40), (self.post_many, 10), (self.replace, 35)),
            *((self.kill, 8), (self.hold_back, 7)),
        ]
        does = self._random.choices([c for c, _ in choices], [weight for _, weight in choices])
        does[0]()

    def post(self) -> None:
        number = self._ledger.new_number()
        self._send(number, State(1), "POST", "/v1/articles", json=article(number, 1))

    def post_many(self) -> None:
        """Together in one transaction, or each on its own: so much is not promised."""
        numbers = [self._ledger.new_number() for _ in range(_MANY)]
        writes = [self._ledger.send(number, State(1)) for number in numbers]
        self._told.touched.update(numbers)
        answer = self._ask("POST", "/v1/articles", json=[article(n, 1) for n in numbers])
        if answer is None:
            return
        for number, write, item in zip(numbers, writes, answer.json(), strict=True):
            if item["status"] != "added":
                self._told.faults.append(f"{item} for a new article")
            self._ledger.acknowledge(write)
            self._ledger.let_go(number)

    def replace(self) -> None:
        number = self._shown()
        if number is None:
            return
        version = self._ledger.latest(number).version + 1
        path = f"/v1/articles/{key_of(number)}"
        self._send(number, State(version), "PUT", path, json=article(number, version))

    def kill(self) -> None:
        number = self._shown()
        if number is None:
            return
        path = f"/v1/articles/{key_of(number)}"
        self._send(number, KILLED, "DELETE", path, params={"reason": "asked for"})

    def hold_back(self) -> None:
        """An article that is under embargo for a moment."""
        number = self._ledger.new_number()
        until = (datetime.now(UTC) + _EMBARGO).isoformat()
        sent = article(number, 1, embargoed_until=until)
        self._send(number, State(1, "held"), "POST", "/v1/articles", json=sent)

    def _shown(self) -> int | None:
        """An article that can be seen, taken for this writer."""
        for number in self._random.sample(numbers := self._ledger.numbers(), min(8, len(numbers))):
            if self._ledger.take(number):
                latest = self._ledger.latest(number)
                if latest.version and latest.fate == "shown":
                    return number
                self._ledger.let_go(number)
        return None

    def _send(self, number: int, state: State, method: str, path: str, **options: object) -> None:
        self._told.touched.add(number)
        write = self._ledger.send(number, state)
        answer = self._ask(method, path, **options)
        if answer is not None:
            self._ledger.acknowledge(write)
            self._ledger.let_go(number)

    def _ask(self, method: str, path: str, **options: object) -> httpx.Response | None:
        """The answer to what was done; None leaves open whether it was."""
        begun = time.monotonic()
        answer = self.client.request(method, path, **options)  # type: ignore[arg-type]
        self._told.slowest = max(self._told.slowest, time.monotonic() - begun)
        if answer.is_success:
            self._told.acknowledged += 1
            return answer
        self._told.refused += 1
        self._told.faults.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return None


class Editor:
    """Decides about names, one after the other."""

    def __init__(self, site: Site, address: str, random: Random, told: Told) -> None:
        self._ledger, self._edits = site.ledger, site.edits
        self._random, self._told = random, told
        bearer = {"Authorization": f"Bearer {site.keys['edit']}"}
        self.client = httpx.Client(base_url=address, headers=bearer, timeout=_TIMEOUT)
        self._made: list[int] = []

    def write(self) -> None:
        """Rename, merge, or take the last one back."""
        if self._made and self._random.random() < 0.5:
            self._decide(f"/v1/edits/{self._made.pop()}/undo", {})
            return
        one, other = (self._somebody() for _ in range(2))
        if self._random.random() < 0.5:
            self._decide(f"/v1/entities/{one}/merge", {"into": other})
        else:
            self._decide(f"/v1/entities/{one}/rename", {"name": f"Called {self._random.random()}"})

    def _somebody(self) -> str:
        """The key of a person who is named in an article, unless that was killed or never came."""
        name, _ = people_of(self._random.randrange(max(self._ledger.count(), 1)), 1)
        return f"person-{name_key(name)}"

    def _decide(self, path: str, what: dict[str, str]) -> None:
        reason = self._edits.send()
        answer = self.client.post(path, json=what | {"reason": reason})
        if answer.is_success:
            self._edits.acknowledge(reason)
            self._made.append(answer.json()["edit"]["id"])
            self._told.acknowledged += 1
        elif answer.status_code < 500:
            self._edits.refuse(reason)  # nobody is called so, or it was merged before
        else:
            self._told.faults.append(f"POST {path}: {answer.status_code} {answer.text[:300]}")


def keep_writing(writer: Writer | Editor, stop: threading.Event) -> None:
    """Until it is told to stop. A connection that breaks is made anew; its write stays open."""
    with writer.client:
        while not stop.is_set():
            with suppress(httpx.TransportError):
                writer.write()
                continue
            stop.wait(0.01)
