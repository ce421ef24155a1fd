"""One client asks what is hardest to answer, in a loop; another asks ordinary things meanwhile."""

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from itertools import product
from random import Random
from statistics import median
from urllib.parse import urlencode

import httpx

from soak.ledger import State
from soak.load import fill, p95
from soak.memory import Watch
from soak.pace import Pace, run
from soak.reading import Reader
from soak.site import Site
from soak.texts import EVERYWHERE, article, key_of

# Seconds: what the server is told to allow, and what may come on top on a busy machine.
LIMIT, MARGIN = 2, 3
# MiB that a worker may need, with what SQLite may hold in it (CUTTINGS_SQLITE_MEMORY).
CEILING = 1_000
_GREEDY, _ORDINARY, _RATE = 2, 2, 10.0
_HUGE = 60_000
_TIMEOUT = 60.0
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
# What must be held in memory as a whole: one value, and rows that are put in order.
_LARGE = "SELECT length(group_concat(a.body)) FROM articles a, articles b"
_SORTED = "SELECT a.body FROM articles a, articles b ORDER BY random() LIMIT 1"
_REFUSED = (400, 413, 414, 422, 429)


def demands(one: str, other: str) -> dict[str, str]:
    """Address by name; `one` and `other` are the keys of two huge articles."""
    pairs = ["".join(letters) for letters in product("bdfgklmnprstvwz", "aeiouy", "bdgkl")]
    alternatives = " OR ".join(pairs * 3)
    queries = {
        "alternatives": alternatives[:9_990].rpartition(" OR ")[0],
        "beginnings": " OR ".join(f"{pair}*" for pair in pairs),
        "a beginning": "t*",
        "nesting": "(" * 4_900 + EVERYWHERE + ")" * 4_900,
        "nearness": f'"the {EVERYWHERE} said"~9999 OR "every point agreed"~9999',
        "100,000 characters": "word " * 20_000,
        "not": f"-{pairs[0]} " * 900,
    }
    sql = {"endless SQL": _ENDLESS, "a large value": _LARGE, "many rows in order": _SORTED}
    return {
        **{name: f"/v1/search?{urlencode({'q': q})}" for name, q in queries.items()},
        **{name: f"/sql/cuttings.json?{urlencode({'sql': each})}" for name, each in sql.items()},
        "comparison": f"/compare?a={one}&b={other}",
    }


@dataclass
class Greed:
    """What came of it; times are in seconds, by the name of what was asked, memory in MiB.

    `margin`: how long after its limit an answer may come.
    """

    margin: float = MARGIN
    slowest: dict[str, float] = field(default_factory=dict)
    statuses: dict[str, set[int]] = field(default_factory=dict)
    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    memory: float = 0.0

    @property
    def ratio(self) -> float:
        """The other's p95 beside the greedy one against that alone: medians over the rounds."""
        return median(self.beside) / median(self.alone)


def ask_greedily(
    site: Site,
    articles: int,
    rounds: int,
    seconds: float,
    workers: int,
    *,
    margin: float = MARGIN,
) -> Greed:
    """Alone and beside the greedy one in turns, so many seconds each."""
    site.prepare()
    fill(site, articles)
    keys = _huge(site)
    done = Greed(margin)
    admin, read = (site.key(scope) for scope in ("admin", "read"))
    limits = {"CUTTINGS_QUERY_SECONDS": str(LIMIT), "CUTTINGS_SQL_SECONDS": str(LIMIT)}
    with site.serving(workers, **limits) as server, Watch(server.pid) as watch:
        readers = [_reader(server.address, site, read, n) for n in range(_ORDINARY)]
        asked = demands(*keys)
        _spell(readers, seconds)  # it warms up
        for _ in range(rounds):
            done.alone.append(_spell(readers, seconds))
            stop = threading.Event()
            ask = partial(_ask_on, server.port, admin, asked, stop, done)
            threads = [threading.Thread(target=ask, args=(n,)) for n in range(_GREEDY)]
            for thread in threads:
                thread.start()
            done.beside.append(_spell(readers, seconds))
            stop.set()
            for thread in threads:
                thread.join()
        for reader in readers:
            done.faults += reader.faults
            reader.client.close()
    done.memory = watch.most
    missing = asked.keys() - done.statuses.keys()
    done.faults += [f"{name} was never asked" for name in sorted(missing)]
    return done


def _huge(site: Site) -> tuple[str, str]:
    """Two long texts of few words, which share much and nothing long."""
    numbers = [site.ledger.new_number() for _ in range(2)]
    keys = []
    for number in numbers:
        random = Random(number)  # noqa: S311 - the same texts each time
        words = random.choices("one two three four five six seven eight nine ten".split(), k=_HUGE)
        body = article(number, 1)["body"] + "\n\n" + " ".join(words)
        with site.ledger.writing(number, State(1)):
            site.run("ingest", site.write_records([article(number, 1, body=body)]))
        keys.append(key_of(number))
    return keys[0], keys[1]


def _reader(address: str, site: Site, key: str, number: int) -> Reader:
    reader = Reader(address, site.ledger, site.edits, Random(number))  # noqa: S311 - repeatable
    reader.client.headers["Authorization"] = f"Bearer {key}"
    return reader


def _spell(readers: Sequence[Reader], seconds: float) -> float:
    """The p95 of ordinary questions."""
    paced, threads = run(Pace(_RATE, seconds), [reader.search for reader in readers])
    for thread in threads:
        thread.join()
    return p95(paced.seconds)


def _ask_on(
    port: int,
    key: str,
    asked: Mapping[str, str],
    stop: threading.Event,
    done: Greed,
    start: int,
) -> None:
    """All of them in turn, again and again, from another one on in each thread."""
    names = [*asked]
    names = names[start * 2 :] + names[: start * 2]
    while True:
        for name in names:
            if stop.is_set() and done.statuses.keys() >= asked.keys():
                return
            _ask(port, key, name, asked[name], done)


def _ask(port: int, key: str, name: str, address: str, done: Greed) -> None:
    """By the plainest client there is: the others refuse long addresses themselves."""
    begun, status = time.monotonic(), 0
    with closing(HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)) as connection:
        try:
            connection.request("GET", address, headers={"Authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            status = answer.status
            answer.read()
        except (OSError, HTTPException) as exc:
            done.faults.append(f"{name}: {type(exc).__name__} {exc}")
    took = time.monotonic() - begun
    done.slowest[name] = max(done.slowest.get(name, 0.0), took)
    done.statuses.setdefault(name, set()).add(status)
    if took > LIMIT + done.margin:
        done.faults.append(f"{name} took {took:.1f} s, and may take {LIMIT}")
    if status not in (httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE, *_REFUSED):
        done.faults.append(f"{name}: {status}")
