"""The real program: ingest as one process, serve as another, questions over a socket."""

import os
import re
import socket
import sqlite3
import subprocess
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from conftest import LONG, SEEDS
from serving import PROGRAM, cuttings, new_key, serving


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("real") / "cuttings.db"
    assert "2 added" in cuttings("ingest", SEEDS, "--db", path)
    return path


def test_questions_over_a_socket(db: Path) -> None:
    with serving(db) as client:
        for q in ("jo song-gil", "Jo Song Gil", "JO SONG‑GIL", '"jo song gil"'):
            assert client.get("/v1/search", params={"q": q}).json()["total"] == 2
        (hit,) = client.get("/v1/search", params={"q": "treasure trove"}).json()["hits"]
        article = client.get(f"/v1/articles/{hit['key']}")
        assert article.json()["source"] == "Asia Times"
        again = client.get(
            f"/v1/articles/{hit['key']}", headers={"If-None-Match": article.headers["etag"]}
        )
        assert again.status_code == 304
        head = client.head("/v1/search")
        assert (head.status_code, head.content) == (200, b"")
        assert client.get("/sql/").status_code == 200
        assert client.get("/v1/search", headers={"Host": "evil.example.org"}).status_code == 403


def test_a_long_url_in_pieces(db: Path) -> None:
    with serving(db) as client:
        answer = client.get("/v1/search", params={"q": "é" * 9_000})
        assert answer.status_code == 200
        host, port = client.base_url.host, client.base_url.port or 80
        with socket.create_connection((host, port), timeout=30) as sock:
            line = f"GET /v1/search?q={'x' * 9_999} HTTP/1.1\r\nHost: localhost\r\n"
            rest = "Connection: close\r\n\r\n"
            for piece in re.findall(".{1,1000}", line + rest, re.DOTALL):
                sock.sendall(piece.encode())
            assert sock.makefile("rb").readline() == b"HTTP/1.1 200 OK\r\n"


def test_two_workers_answer_alike_after_a_write(db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "cuttings.db"
    cuttings("ingest", SEEDS, "--db", copy)
    with serving(copy, "--workers", "2") as client:
        (tmp_path / "new.txt").write_text("Jo Song-gil is back, it was learned.", "utf-8")
        cuttings("ingest", tmp_path / "new.txt", "--db", copy, CUTTINGS_TAGGER="off")
        for _ in range(40 if LONG else 10):
            with httpx.Client(base_url=client.base_url) as fresh:
                assert fresh.get("/v1/search", params={"q": "jo song-gil"}).json()["total"] == 3


def test_no_worker_answers_what_was_true_before(tmp_path: Path) -> None:
    """Written over HTTP or by a plain sqlite3: whoever answers next has it."""
    db = tmp_path / "cuttings.db"
    cuttings("migrate", "--db", db)
    bearer = {"Authorization": f"Bearer {new_key(db, 'write')}"}
    with serving(db, "--workers", "2") as client, ExitStack() as stack:
        # Connections are dealt out: of ten both workers have some, but for once in 500 runs.
        askers = [
            stack.enter_context(httpx.Client(base_url=client.base_url, timeout=30))
            for _ in range(10)
        ]
        for number in range(60 if LONG else 16):
            title = f"Report number {number}"
            if number % 2:
                with closing(sqlite3.connect(db)) as conn, conn:
                    conn.execute("UPDATE articles SET title = ? WHERE key = 'report'", (title,))
            else:
                article = {"title": title, "body": "It goes on, somebody said."}
                put = client.put("/v1/articles/report", json=article, headers=bearer)
                put.raise_for_status()
            for asker in askers:
                found = asker.get("/v1/search", params={"q": f"number {number}", "match": "all"})
                assert [hit["title"] for hit in found.json()["hits"]] == [title]
                etag = {"If-None-Match": found.headers["etag"]}
                assert asker.get("/v1/articles/report").json()["title"] == title
                assert askers[0].get(found.request.url, headers=etag).status_code == 304


def test_killed_in_the_middle_the_file_stays_whole(tmp_path: Path) -> None:
    """However far it got, the next run completes it."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for number in range(400):
        text = f"Story {number}.\n\nDonald Trump and Kim Jong Un met in Singapore, again."
        (inbox / f"{number:03}.txt").write_text(text, "utf-8")
    db = tmp_path / "cuttings.db"
    command = [PROGRAM, "ingest", str(inbox), "--db", str(db)]
    env = os.environ | {"CUTTINGS_TAGGER": "gazetteer"}
    for patience in (0.35, 0.5, 0.65, 0.8, 0.95) if LONG else (0.5, 0.8):
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if db.exists():
            checked = subprocess.run(
                [PROGRAM, "check", "--db", db], capture_output=True, text=True, check=False
            )
            assert "damaged" not in checked.stdout + checked.stderr
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert "0 duplicates, 0 killed, 0 failed" in done.stdout
    sound = subprocess.run(
        [PROGRAM, "check", "--db", db], capture_output=True, text=True, check=True
    )
    assert sound.stdout == "sound\n"
    counted = subprocess.run(
        ["sqlite3", db, "SELECT count(*) FROM articles"], capture_output=True, text=True, check=True
    )
    assert counted.stdout == "400\n"
