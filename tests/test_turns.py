"""Turns: so many at work at once, the others in line, fairly, and nobody for longer than said."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from service.deadline import ASKER
from service.limits import Limits
from service.web import crowd, turns
from service.web.line import Line, Room
from service.web.turns import Turns

Work = Callable[[], Coroutine[Any, Any, None]]


def in_order(room: Room, arrivals: Sequence[str]) -> list[str]:
    """Who gets a turn, one after the other, where each is done before the next begins."""

    async def run() -> list[str]:
        line = Line(room)
        assert line.enter("at work")
        places = [(client, line.stand(client)) for client in arrivals]
        came: list[str] = []
        line.leave("at work")
        while ready := [(c, p) for c, p in places if p.done()]:
            for client, place in ready:
                came.append(client)
                places.remove((client, place))
                line.leave(client)
        assert (len(line), line.at_work) == (0, {})
        return came

    return asyncio.run(run())


def test_turns_go_round_the_clients() -> None:
    one = Room(1, 1, 100, 100)
    assert in_order(one, ["a", "a", "a", "a", "b", "c", "b"]) == [*"abcabaa"]


def test_a_client_with_all_its_turns_is_passed_over() -> None:
    async def run() -> None:
        line = Line(Room(3, 2, 10, 10))
        assert line.enter("a")
        assert line.enter("a")
        assert not line.enter("a")
        waiting = line.stand("a")
        assert line.enter("b")
        other = line.stand("c")
        line.leave("b")
        assert (other.done(), waiting.done()) == (True, False)
        line.leave("a")
        assert waiting.done()

    asyncio.run(run())


class App:
    """Counts who is at work, until it is told to let go."""

    def __init__(self) -> None:
        self.at_work = self.most = 0
        self.go = asyncio.Event()
        self.clients: list[str] = []
        self.left: list[bool] = []

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        self.clients.append(scope["state"]["client"])
        await self.go.wait()
        asker = ASKER.get()
        self.left.append(asker is not None and asker.has_left)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})
        self.at_work -= 1


class Request:
    """One to the middleware; `leave` is what its client does when it has had enough."""

    def __init__(self, app: Turns, client: str, path: str = "/v1/search", method: str = "GET"):
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.gone = asyncio.Event()
        self._had_body = False
        scope: Scope = {"type": "http", "path": path, "method": method, "headers": []}
        scope["state"] = {"client": client}
        scope["query_string"] = b""
        self.task = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        if not self._had_body:
            self._had_body = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            self.body += message["body"]


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_so_many_at_once_of_all_and_of_each() -> None:
    async def run() -> None:
        inner = App()
        app = Turns(inner, Limits(most_at_once=4, most_at_once_each=3))
        asked = [Request(app, client) for client in "aaaaaabb"]
        await settled()
        assert inner.clients == [*"aaab"]
        probe = Request(app, "c", "/healthz")
        await settled()
        assert inner.clients[-1] == "c"  # which waits for nobody
        inner.go.set()
        await asyncio.gather(*(each.task for each in (*asked, probe)))
        assert {each.status for each in asked} == {200}
        assert inner.most == 5

    asyncio.run(run())


def test_lines_that_do_not_hold_each_other_up() -> None:
    async def run() -> None:
        inner = App()
        app = Turns(inner, Limits(most_at_once=2, most_at_once_each=2, sql_at_once=1))
        asked = [Request(app, "a") for _ in range(3)]
        asked += [Request(app, "a", "/v1/articles", "POST") for _ in range(3)]
        asked += [Request(app, "a", "/sql/cuttings") for _ in range(3)]
        await settled()
        assert inner.at_work == 2 + 2 + 1
        inner.go.set()
        await asyncio.gather(*(each.task for each in asked))

    asyncio.run(run())


@pytest.mark.parametrize(
    ("limits", "status", "setting"),
    [
        (Limits(most_at_once=2, most_waiting=1), 503, "CUTTINGS_MOST_WAITING"),
        (Limits(most_at_once=2, most_waiting_each=1), 429, "CUTTINGS_MOST_WAITING_EACH"),
    ],
)
def test_a_full_line_says_so(limits: Limits, status: int, setting: str) -> None:
    async def run() -> None:
        inner = App()
        app = Turns(inner, limits)
        asked = [Request(app, "a") for _ in range(4)]
        await settled()
        assert [each.status for each in asked] == [0, 0, 0, status]
        assert int(asked[3].headers["retry-after"]) >= 1
        assert f"({setting})" in asked[3].body.decode()
        if status == 429:  # it is this one's own line that is full
            asked.append(Request(app, "b"))
        inner.go.set()
        await asyncio.gather(*(each.task for each in asked))
        assert sum(each.status == 200 for each in asked) == len(asked) - 1

    asyncio.run(run())


def test_nobody_waits_for_longer_than_said() -> None:
    async def run() -> None:
        inner = App()
        app = Turns(inner, Limits(most_at_once=2, wait_seconds=1))
        asked = [Request(app, "a") for _ in range(3)]
        began = time.monotonic()
        await asked[2].task
        assert 0.9 < time.monotonic() - began < 5
        assert asked[2].status == 503
        assert "CUTTINGS_WAIT_SECONDS" in asked[2].body.decode()
        inner.go.set()
        await asyncio.gather(*(each.task for each in asked))

    asyncio.run(run())


def test_who_goes_away_leaves_the_line_and_his_work_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "SLOW", 0.001)

    async def run() -> None:
        inner = App()
        app = Turns(inner, Limits(most_at_once=2))
        asked = [Request(app, "a") for _ in range(4)]
        await settled()
        asked[2].gone.set()
        await asked[2].task
        assert asked[2].status == 0  # nobody is there to be told
        await asyncio.sleep(0.05)
        asked[0].gone.set()
        await settled()
        inner.go.set()
        await asyncio.gather(*(each.task for each in asked))
        assert sorted(inner.left) == [False, False, True]
        assert len(inner.clients) == 3

    asyncio.run(run())


def test_the_next_request_of_a_connection_is_nobody_who_has_left() -> None:
    """A server may begin it from within the one before, which it has answered and let go."""

    async def run() -> None:
        inner = App()
        inner.go.set()
        app = Turns(inner, Limits())
        scope: Scope = {"type": "http", "path": "/v1/search", "method": "GET", "headers": []}
        scope["state"] = {"client": "a"}
        scope["query_string"] = b""

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(_: Message) -> None:
            assert ASKER.get() is not None

        await app(scope, receive, send)
        assert ASKER.get() is None

    asyncio.run(run())


def test_a_task_that_is_cancelled_gives_its_turn_back() -> None:
    async def run() -> None:
        inner = App()
        app = Turns(inner, Limits(most_at_once=2))
        asked = [Request(app, "a") for _ in range(4)]
        await settled()
        for number in (2, 0):
            asked[number].task.cancel()
        await settled()
        inner.go.set()
        await asyncio.gather(*(each.task for each in asked), return_exceptions=True)
        assert [each.status for each in asked] == [0, 200, 0, 200]
        assert (len(app._reading), app._reading.at_work) == (0, {})

    asyncio.run(run())


def test_who_reads_slowly_holds_nobody_up() -> None:
    """Between two pieces of a long answer others have their turn."""

    async def run() -> None:
        reads = asyncio.Event()

        async def in_pieces(scope: Scope, receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(2):
                await send({"type": "http.response.body", "body": b"piece ", "more_body": True})
            await send({"type": "http.response.body", "body": b"end"})

        class Slow(Request):
            async def _send(self, message: Message) -> None:
                await super()._send(message)
                if message.get("more_body"):
                    await reads.wait()

        app = Turns(in_pieces, Limits(most_at_once=2, most_at_once_each=1))
        slow = Slow(app, "a", "/v1/export")
        await settled()
        assert slow.body == b"piece "
        quick = Request(app, "a")
        await quick.task
        assert quick.body == b"piece piece end"
        reads.set()
        await slow.task
        assert slow.body == b"piece piece end"

    asyncio.run(run())


def test_slow_work_rests_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    made = crowd.Crowd()
    works = [made.enter(client) for client in "aaab"]
    for work in works:
        made.slow_down(work)
    rest, alone = works[0].rest, works[-1].rest
    assert rest is not None
    assert alone is not None
    alone()  # one of a client beside another client: as if alone
    assert slept == []
    rest()
    assert len(slept) == 1
    assert 0 < slept[0] <= crowd.LONGEST_REST
    works.append(made.enter("c"))  # who has only just asked
    alone()
    assert crowd.LOOK in slept[1:]
    for work in works:
        made.leave(work)
    assert (made._quick, made._slow) == ({}, {})


def test_who_has_asked_for_much_makes_room_from_the_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, slept = [0.0], [0.0]

    def sleep(seconds: float) -> None:
        slept[0] += seconds
        now[0] += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    made = crowd.Crowd()
    work = made.enter("a")
    made.slow_down(work)
    now[0] += 2 * crowd.MUCH
    made.leave(work)
    work, other = made.enter("a"), made.enter("b")
    assert work.rest is not None
    assert other.rest is None
    now[0] += 0.01
    work.rest()
    assert slept[0] == pytest.approx(0.01 * crowd.MAKES_ROOM, abs=crowd.LOOK)
    made.leave(other)
    work.rest()  # nobody else is there
    assert slept[0] == pytest.approx(0.01 * crowd.MAKES_ROOM, abs=crowd.LOOK)
    made.leave(work)
    now[0] += 5 * crowd.HALVED_IN
    assert made.enter("a").rest is None
