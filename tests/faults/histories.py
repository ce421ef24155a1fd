"""What is done on a bad disk, and what must be true afterwards: everything that was acknowledged is
there, nothing is there by half, the file is sound, and all goes on when the disk is well.
"""

from contextlib import closing
from pathlib import Path
from random import Random

from serving import cuttings

from faults.injection import FAULTS, Fault, FaultyServer, run
from service.checks import check
from service.database import Database
from service.engines import load_engine

_WORDS = ("harbour", "minister", "strike", "verdict", "embassy", "drought", "pipeline", "census")
# An article of so many words touches many pages, and is found by its number alone.
_LENGTH = 400
EXPECTED = (200, 201, 500, 503)


def text_of(number: int) -> str:
    """What the article with this number says."""
    words = " ".join(_WORDS[(number + at * at) % len(_WORDS)] for at in range(_LENGTH))
    return f"Dispatch number n{number}. {words}. End of n{number}."


def write_inbox(folder: Path, numbers: range) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        text = f"---\nkey: n{number}\n---\n{text_of(number)}"
        (folder / f"{number}.txt").write_text(text, "utf-8")
    return folder


def put_on_a_bad_disk(
    server: FaultyServer, key: str, fault: Fault, numbers: range, probability: float = 1.0
) -> set[int]:
    """Send articles while the disk fails, and read; the numbers of those that were acknowledged."""
    acknowledged = set()
    with server.failing(fault, probability):
        for number in numbers:
            status = put(server, key, number)
            assert status in EXPECTED, (fault, status)
            if status < 300:
                acknowledged.add(number)
            found = server.client.get("/v1/search", params={"q": f"n{number}"})
            assert found.status_code in EXPECTED, (fault, found.text)
    return acknowledged


def put(server: FaultyServer, key: str, number: int) -> int:
    bearer = {"Authorization": f"Bearer {key}"}
    article = {"title": f"n{number}", "body": text_of(number)}
    sent = server.client.put(f"/v1/articles/n{number}", json=article, headers=bearer)
    return sent.status_code


def hold(db: Path, acknowledged: set[int]) -> set[int]:
    """Raise where anything of the promise does not hold; the numbers of all that is there."""
    with closing(Database(db, query_seconds=0)) as archive:
        faults = check(archive, load_engine("sqlite", archive))
        assert faults == [], faults
        with archive.read() as conn:
            rows = conn.execute("SELECT key, body FROM articles WHERE key GLOB 'n[0-9]*'")
            bodies = {int(row["key"][1:]): row["body"] for row in rows}
    assert acknowledged <= bodies.keys(), acknowledged - bodies.keys()
    for number, body in bodies.items():
        assert f"End of n{number}." in body
    return set(bodies)


def ingest_on_a_bad_disk(
    db: Path, inbox: Path, numbers: range, fault: Fault, probability: float
) -> int:
    """Load the inbox until all is there, at last on a disk that is well; its exit code at first."""
    off = {"CUTTINGS_TAGGER": "off"}
    first = run(fault, probability, "ingest", inbox, "--db", db, **off)
    if first.returncode == 2:
        assert "cuttings: " in first.stderr
    hold(db, set(numbers) if first.returncode == 0 else set())
    cuttings("ingest", inbox, "--db", db, **off)
    assert hold(db, set(numbers)) >= set(numbers)
    return first.returncode


def random_history(folder: Path, seed: int) -> None:
    """One command on a disk that fails at random, for the soak."""
    random = Random(seed)  # noqa: S311 - a seed, no secret
    fault, probability = random.choice(FAULTS), random.choice((0.003, 0.01, 0.05, 0.3))
    db, numbers = folder / "cuttings.db", range(random.randint(1, 200))
    cuttings("migrate", "--db", db)
    inbox = write_inbox(folder / "inbox", numbers)
    ingest_on_a_bad_disk(db, inbox, numbers, fault, probability)
    for command in ("reindex", "migrate"):
        run(fault, probability, command, "--db", db)
        hold(db, set(numbers))
