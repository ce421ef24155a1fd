"""A server that stops cuts no request it has taken on, and takes other settings without losing one.

Slow requests are uploads of which the rest waits, and answers that nobody reads.
"""

import json
import math
import multiprocessing
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from conftest import LONG, Archive, open_archive
from serving import PROGRAM, free_port

from service.article import Article
from service.env_file import read_env_file
from service.errors import Misconfigured
from service.serving.listening import DEALS_OUT, inherited, listen
from service.serving.server import OPTIONS, GracefulServer
from service.serving.workers import Worker, Workers
from service.settings import read_settings
from service.stores.keys import KeyStore
from service.web.app import create_app

ARTICLE = json.dumps({"title": "Slow", "body": "It took its time to come."}).encode()


class Running:
    """A server in a thread, stopped as its process would be by a signal."""

    def __init__(self, archive: Archive, stop_seconds: float) -> None:
        settings = replace(archive.settings, stop_seconds=stop_seconds)
        (self._socket,) = listen("127.0.0.1", 0)
        self.port: int = self._socket.getsockname()[1]
        app = create_app(settings)
        config = uvicorn.Config(app, **OPTIONS)
        begun = threading.Event()
        self.server = GracefulServer(config, app.state.stopping, stop_seconds, begun.set)
        self.thread = threading.Thread(target=self.server.run, args=([self._socket],))
        self.thread.start()
        assert begun.wait(30)

    def stop(self) -> None:
        self.server.handle_exit(signal.SIGTERM, None)

    def ended(self) -> bool:
        self.thread.join(20)
        return not self.thread.is_alive()


@contextmanager
def running(archive: Archive, stop_seconds: float = 20.0) -> Iterator[Running]:
    server = Running(archive, stop_seconds)
    try:
        yield server
    finally:
        if not server.server.should_exit:
            server.stop()
        assert server.ended()


def asked(port: int, what: str) -> socket.socket:
    """A connection on which a request has been sent."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(f"{what} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


def half_sent(archive: Archive, port: int) -> socket.socket:
    """One on which an article has been sent but for its end."""
    key = KeyStore(archive.private).create("write")
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    head = (
        "PUT /v1/articles/slow HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(ARTICLE)}\r\n\r\n"
    )
    connection.sendall(head.encode() + ARTICLE[:-9])
    return connection


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """The status and all else that comes until the server closes."""
    data = b""
    with connection, suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            data += piece
    return int(data.split(b" ", 2)[1]), data


def refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=20).close()
    except ConnectionRefusedError:
        return True
    return False


def until(true: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def small(tmp_path: Path) -> Archive:
    archive = open_archive(tmp_path, tagger="off")
    archive.add(Article(uri="1", title="One", body="The first of them."))
    return archive


def test_what_has_begun_is_finished(small: Archive) -> None:
    """And a kept connection is told that it ends, with what is asked on it answered in full."""
    with running(small) as server:
        kept = asked(server.port, "GET /readyz")
        assert b'"ready"' in kept.recv(65_536)
        half = half_sent(small, server.port)
        until(lambda: server.server.server_state.tasks)
        server.stop()
        kept.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        status, told = answer(kept)
        assert (status, b"the server is stopping" in told) == (503, True)
        assert b"connection: close" in told.lower()
        until(lambda: refused(server.port))
        half.sendall(ARTICLE[-9:])
        status, told = answer(half)
        assert status == 201, told
        assert b"connection: close" in told.lower()
        assert server.ended()
    assert not server.server.has_cut


def test_what_cannot_be_finished_is_refused_whole_and_leaves_nothing(small: Archive) -> None:
    with running(small, stop_seconds=0.2) as server:
        half = half_sent(small, server.port)
        until(lambda: server.server.server_state.tasks)
        server.stop()
        status, told = answer(half)
        head, _, body = told.partition(b"\r\n\r\n")
        assert (status, json.loads(body)["type"]) == (503, "/errors/busy")
        assert b"connection: close" in head.lower()
    assert server.server.has_cut
    assert small.rows("SELECT key FROM articles WHERE key = 'slow'") == []


def test_a_long_answer_ends_or_is_seen_to_be_cut(tmp_path: Path) -> None:
    archive = open_archive(tmp_path, tagger="off")
    for number in range(20):
        archive.add(Article(uri=str(number), body=f"{number} " + "x" * 500_000))
    with (
        running(archive, stop_seconds=0.3) as server,
        asked(server.port, "GET /v1/export?format=ndjson") as whole,
        asked(server.port, "GET /v1/export?format=ndjson") as slow,
    ):
        until(lambda: len(server.server.server_state.tasks) == 2)
        told = b""
        while not told.endswith(b"\r\n0\r\n\r\n"):
            told += whole.recv(1 << 20)
        server.stop()
        assert server.ended()
        status, cut = answer(slow)
        assert status == 200
        assert b"transfer-encoding: chunked" in cut.lower()
        assert not cut.endswith(b"\r\n0\r\n\r\n")
        assert len(cut) < len(told)


def test_nothing_waits_for_connections_that_ask_nothing(small: Archive) -> None:
    with (
        running(small) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as idle,
        asked(server.port, "GET /healthz") as kept,
    ):
        kept.recv(65_536)
        server.stop()
        assert server.ended()
        assert idle.recv(1) == b""


@contextmanager
def started(db: Path, *options: str, **env: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server's process, and its address once it answers."""
    port = free_port()
    command = [PROGRAM, "serve", "--db", str(db), "--port", str(port), *options]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"CUTTINGS_TAGGER": "off", "PYTHONUNBUFFERED": "1"} | env,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=9), timeout=60) as client:
            client.get(f"{address}/readyz").raise_for_status()
        yield process, address
    finally:
        process.kill()
        process.communicate()


def test_a_signal_ends_the_process_with_zero_and_a_second_one_at_once(small: Archive) -> None:
    with started(small.settings.db) as (process, address):
        port = int(address.rpartition(":")[2])
        half = half_sent(small, port)
        httpx.get(f"{address}/healthz").raise_for_status()
        process.send_signal(signal.SIGTERM)
        until(lambda: refused(port))
        half.sendall(ARTICLE[-9:])
        status, _ = answer(half)
        assert (status, process.wait(30)) == (201, 0)
    # What was acknowledged is there.
    with closing(sqlite3.connect(small.settings.db)) as conn:
        there = conn.execute("SELECT count(*) FROM articles WHERE key = 'slow'").fetchone()
    assert there == (1,)
    with started(small.settings.db) as (process, address):
        port = int(address.rpartition(":")[2])
        with half_sent(small, port):
            httpx.get(f"{address}/healthz").raise_for_status()
            process.send_signal(signal.SIGINT)
            until(lambda: refused(port))
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 128 + signal.SIGINT


class Asking:
    """A constant stream of requests, on one kept connection or each on a new one."""

    def __init__(self, address: str, *, kept: bool) -> None:
        self.answered = 0
        self.failed: list[str] = []
        self._address, self._kept = address, kept
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def _ask(self) -> None:
        client = httpx.Client(base_url=self._address, timeout=60)
        while not self._stop.is_set():
            try:
                found = client.get("/v1/search", params={"q": "first"})
                ok = found.status_code == 200 and found.json()["total"] == 1
                self.answered += 1
                if not ok:
                    self.failed.append(f"{found.status_code}: {found.text[:200]}")
            except httpx.HTTPError as exc:
                self.failed.append(repr(exc))
            if not self._kept:
                client.close()
                client = httpx.Client(base_url=self._address, timeout=60)
            self._stop.wait(0.01)
        client.close()

    def ended(self) -> None:
        self._stop.set()
        self._thread.join()


def told(process: subprocess.Popen[str], words: str) -> str:
    """Read what the server prints until a line has the words."""
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError("it has ended")


def asked_for(address: str, limit: int) -> int:
    return httpx.get(f"{address}/v1/search", params={"limit": limit}, timeout=60).status_code


def test_no_request_is_lost_over_restarts(small: Archive, tmp_path: Path) -> None:
    """With new settings each time, in the middle of requests on kept and on new connections."""
    file = tmp_path / "cuttings.env"
    file.write_text("CUTTINGS_LONGEST_PAGE=20\n", "utf-8")
    options = ("--workers", "2" if LONG else "1", "--env-file", str(file))
    with started(small.settings.db, *options) as (process, address):
        asking = [Asking(address, kept=kept) for kept in (True, True, False, False)]
        for round_ in range(5 if LONG else 1):
            limit = 30 + round_
            file.write_text(f"# more\nCUTTINGS_LONGEST_PAGE={limit}\n", "utf-8")
            process.send_signal(signal.SIGHUP)
            told(process, "with the new settings")
            # A worker that leaves may take one more connection.
            until(lambda at=limit: asked_for(address, at) == 200)
            until(lambda at=limit: asked_for(address, at + 1) == 422)
        file.write_text("CUTTINGS_LONGEST_PAGE=many\n", "utf-8")
        process.send_signal(signal.SIGHUP)
        assert "CUTTINGS_LONGEST_PAGE" in told(process, "stay as they are")
        assert httpx.get(f"{address}/v1/search").status_code == 200
        for each in asking:
            each.ended()
        assert [each.failed for each in asking] == [[]] * len(asking)
        assert all(each.answered > 20 for each in asking)
        half = half_sent(small, int(address.rpartition(":")[2]))
        httpx.get(f"{address}/healthz").raise_for_status()
        # A service manager tells all processes at once, and the first of them its workers again.
        for pid in (*workers_of(process), process.pid):
            os.kill(pid, signal.SIGTERM)
        until(lambda: refused(int(address.rpartition(":")[2])))
        half.sendall(ARTICLE[-9:])
        assert answer(half)[0] == 201
        assert process.wait(30) == 0


def test_new_settings_replace_a_worker_that_has_died_meanwhile(small: Archive) -> None:
    """One that cannot start with the old ones is mended by others."""
    said: list[str] = []
    workers = Workers([], small.settings, lambda: small.settings, said.append, _has_started=True)
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process()
    following = Worker(process, ours, 0, small.settings, math.inf)
    workers._next, workers._retry[0] = following, math.inf
    theirs.send(True)
    theirs.close()
    workers._see_who_answers()
    assert (workers._serving, workers._retry, len(said)) == ({0: following}, {}, 1)
    workers._serving.clear()
    workers._next = following
    workers._has_gone(following)
    assert workers._next is None


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()
    called = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
    return [pid for pid, words in called.items() if b"spawn_main" in words]


@pytest.mark.skipif(not LONG, reason="six processes start")
def test_a_worker_that_dies_is_replaced_and_none_outlives_its_parent(small: Archive) -> None:
    with started(small.settings.db, "--workers", "2") as (process, address):
        first, second = workers_of(process)
        # Each has answered some of these: whoever dies before that could not start, which ends all.
        for _ in range(40):
            assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
        os.kill(first, signal.SIGKILL)
        until(lambda: len(set(workers_of(process)) - {first, second}) == 1, 60)
        assert httpx.get(f"{address}/v1/search", timeout=60).status_code == 200
        process.kill()
        process.wait()
        until(lambda: refused(int(address.rpartition(":")[2])))


@pytest.mark.skipif(not LONG, reason="two processes start")
def test_the_socket_of_another_is_taken_over(small: Archive) -> None:
    """So a service can be replaced whole: connections wait at the socket meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as given:
        port = given.getsockname()[1]
        given.set_inheritable(True)
        command = [PROGRAM, "serve", "--db", str(small.settings.db), "--fd", str(given.fileno())]
        for _ in range(2):
            with asked(port, "GET /healthz") as waiting:
                process = subprocess.Popen(command, pass_fds=[given.fileno()])
                try:
                    assert b" 200 " in waiting.recv(65_536)
                finally:
                    process.send_signal(signal.SIGTERM)
                    assert process.wait(30) == 0


def test_what_is_no_socket_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file, pytest.raises(Misconfigured, match="no socket"):
        inherited(file.fileno())


@pytest.mark.skipif(not DEALS_OUT, reason="one socket for all workers here")
def test_each_worker_has_a_socket_of_its_own_at_the_port() -> None:
    one, other = listen("127.0.0.1", 0, workers=2)
    with one, other:
        assert one.fileno() != other.fileno()
        assert one.getsockname() == other.getsockname()
        with pytest.raises(Misconfigured, match="Name another with --port"):
            listen("127.0.0.1", one.getsockname()[1])
        with pytest.raises(Misconfigured, match="Name another with --port"):
            listen("127.0.0.1", one.getsockname()[1], workers=2)


def test_a_file_of_settings(tmp_path: Path) -> None:
    file = tmp_path / "cuttings.env"
    file.write_text('# Ours\n\nCUTTINGS_TIMEZONE = "Asia/Seoul"\nCUTTINGS_PORT=9000\n', "utf-8")
    environ = {"CUTTINGS_ENV_FILE": str(file), "CUTTINGS_PORT": "9001"}
    settings = read_settings(environ)
    assert (settings.timezone, settings.port) == ("Asia/Seoul", 9000)
    for wrong, said in (
        ("CUTTINGS_PROT=9000", "there is no setting CUTTINGS_PROT"),
        ("PORT", "line 1: “PORT” is not KEY=VALUE"),
        ("CUTTINGS_PORT=high", "CUTTINGS_PORT: “high”"),
    ):
        file.write_text(wrong, "utf-8")
        with pytest.raises(Misconfigured, match=said):
            read_settings(environ)
    with pytest.raises(Misconfigured, match="cannot be read: No such file"):
        read_env_file(tmp_path / "none")
