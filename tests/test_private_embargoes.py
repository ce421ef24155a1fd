"""What waits under embargo does so on a shelf as in a file, also where its change is done again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conftest import LONG
from hypothesis import given, settings
from hypothesis import strategies as st
from private_ways import BothSides, Side, Step

from service.article import Article
from service.database import Connection
from service.dates import parse_moment
from service.findings import Findings
from service.needs import NOTHING
from service.stores.articles import put
from service.stores.embargoes import Held
from service.stores.kills import bury, identities
from service.stores.recognition import decide, of_input
from service.working.copy import WorkingCopy
from service.working.schemas import ARCHIVE

SEEN = "SELECT key, body FROM articles ORDER BY key"
# Some days after the clock of a history begins, and long after it.
SOON = parse_moment((datetime.now(UTC) - timedelta(days=35)).strftime("%Y-%m-%d"))
LATE = parse_moment("2999-01-01")
numbers = st.integers(0, 7)


def an_article(one: int, other: int) -> Article:
    """Of few that are known by their key, their uri, their path or their text alone."""
    known: dict[str, Any] = [
        {"key": "k1"},
        {"uri": "urn:1", "source": "AFP"},
        {"origin": "/f/a"},
        {},
        {"key": "k2", "uri": "urn:2", "source": "AFP"},
    ][one % 5]
    version = 1 + other % 3 if one % 2 else None
    until = (LATE, SOON)[other % 2]
    return Article(
        title="T", body=f"Body {other % 4}", version=version, embargoed_until=until, **known
    )


def digest_of(article: Article) -> str:
    return article.content_hash()


def stored(side: Side, article: Article) -> str:
    """In the archive, as any reader may see it."""
    article = replace(article, embargoed_until=None)

    def work(conn: Connection) -> str:
        return put(conn, article, Findings(), "test").outcome

    return side.archive.change(of_input(article, digest_of(article)), work)


def held(side: Side, article: Article, *, replacing: bool) -> Any:
    """As an ingest does it: while nobody changes the archive."""

    def work(conn: Connection) -> Any:
        decision = decide(conn, article)
        if decision.outcome == "killed":
            return decision
        earlier = (replace(article, body="before", embargoed_until=None),)
        kept = Held(article, Findings(), "test", None, earlier)
        return side.embargoes.hold(kept, decision.key, replacing=replacing)

    return side.archive.change(of_input(article, digest_of(article)), work)


def killed(side: Side, article: Article) -> int:
    digests = set(identities(article, digest_of(article)))

    def work(conn: Connection) -> None:
        bury(conn, [article.key or "nobody"], "a reason", digests)

    side.archive.change(of_input(article, digest_of(article)), work)
    return side.embargoes.kill()


def step_of(verb: str, one: int, other: int) -> Step:
    article = an_article(one, other)

    def step(side: Side) -> Any:
        store = side.embargoes
        match verb:
            case "hold":
                return held(side, article, replacing=other > 5)
            case "put":
                return stored(side, article)
            case "keep":
                return store.keep_earlier(replace(article, embargoed_until=None))
            case "forget":
                return store.forget(article)
            case "kill":
                return killed(side, article)
            case "release":
                return store.release_due()
        found = [store.find(key) for key in ("k1", "k2", "nobody")]
        return (
            *(found, store.waiting(), store.any_held(), store.standing(article)),
            *(store.earlier(article), store.public_key(article)),
        )

    return step


def wait(both: BothSides) -> None:
    both.clock.now += timedelta(days=3)


def do(step: Step) -> Callable[[BothSides], None]:
    return lambda both: both.do(step)


verbs = st.sampled_from("hold hold hold put keep keep forget kill release look look".split())
steps = st.builds(step_of, verbs, numbers, numbers).map(do) | st.just(wait)


def seen(both: BothSides) -> None:
    """What a reader has is the same as well."""
    kept = [each for kind in ARCHIVE.kinds for each in both.articles.every(kind)]
    copy = WorkingCopy(kept)
    with copy.read() as conn, both.file.archive.read() as file:
        assert conn.execute(SEEN).fetchall() == file.execute(SEEN).fetchall()


@settings(max_examples=60 if LONG else 15)
@given(st.lists(steps, min_size=1, max_size=15))
def test_what_waits(history: list[Callable[[BothSides], None]]) -> None:
    with TemporaryDirectory() as folder:
        both = BothSides(Path(folder))
        for step in history:
            step(both)
        both.compare()
        seen(both)


# Done again ---------------------------------------------------------------------------------------


def overtaken(both: BothSides, step: Step, meanwhile: Step) -> Any:
    """What a change of the archive gives on the shelf that another one was faster than."""
    both.articles.before_commit.append(lambda: meanwhile(both.shared))
    with both.clock.running(0):
        given_ = step(both.shared)
    assert not both.articles.before_commit
    return given_


def with_a_text(step: Step, article: Article) -> Step:
    """Together with something that changes the archive."""

    def work(side: Side) -> Any:
        def both(conn: Connection) -> Any:
            put(conn, article, Findings(), "test")
            return step(side)

        return side.archive.change(of_input(article, digest_of(article)), both)

    return work


OTHER = Article(body="Another text.", key="other")
THIRD = Article(body="A third text.", key="third")
WAITS = an_article(0, 0)


def test_what_is_held_twice_was_held_once(tmp_path: Path) -> None:
    both = BothSides(tmp_path)
    both.do(step_of("hold", 0, 2))  # an older text, which it replaces

    def hold(side: Side) -> Any:
        return side.embargoes.hold(Held(WAITS, Findings(), "test", None, ()), "k1")

    step = with_a_text(hold, OTHER)
    done = overtaken(both, step, lambda side: stored(side, THIRD))
    with both.clock.running(0):
        assert step(both.file) == done
        assert stored(both.file, THIRD) == "added"
    assert done.outcome == "changed"
    both.compare()
    seen(both)


def test_what_is_not_held_the_second_time_does_not_wait(tmp_path: Path) -> None:
    """It was killed meanwhile."""
    both = BothSides(tmp_path)
    before = an_article(0, 2)
    with both.clock.running(0):
        both.shared.embargoes.hold(Held(before, Findings(), "test"), "k1")

    def hold(side: Side) -> Any:
        def work(conn: Connection) -> Any:
            put(conn, OTHER, Findings(), "test")
            decision = decide(conn, WAITS)
            if decision.outcome != "killed":
                side.embargoes.hold(Held(WAITS, Findings(), "test"), decision.key)
            return decision.outcome

        needs = of_input(WAITS, digest_of(WAITS)) | of_input(OTHER, digest_of(OTHER))
        return side.archive.change(needs, work)

    def bury_it(side: Side) -> None:
        digests = set(identities(WAITS, digest_of(WAITS)))
        side.archive.change(
            of_input(WAITS, digest_of(WAITS)), lambda conn: bury(conn, ["k1"], "", digests)
        )

    assert overtaken(both, hold, bury_it) == "killed"
    waiting = both.shared.embargoes.waiting()
    assert [each.article for each in waiting] == [before]


def test_an_earlier_text_is_kept_once(tmp_path: Path) -> None:
    both = BothSides(tmp_path)
    newer = replace(an_article(1, 0), version=7)
    old = replace(an_article(1, 2), version=2, embargoed_until=None)

    def hold(side: Side) -> Any:
        return side.embargoes.hold(Held(newer, Findings(), "test"), "k")

    def keep(side: Side) -> Any:
        return side.embargoes.keep_earlier(old)

    both.do(hold)
    done = overtaken(both, with_a_text(keep, OTHER), lambda side: stored(side, THIRD))
    assert done == "changed"
    assert both.shared.embargoes.earlier(newer) == (old,)


def test_what_others_made_of_it_is_not_taken_back(tmp_path: Path) -> None:
    both = BothSides(tmp_path)
    newest = replace(an_article(1, 0), version=9)

    def hold(side: Side, version: int) -> Any:
        article = replace(an_article(1, 0), body=f"Body {version}", version=version)
        return side.embargoes.hold(Held(article, Findings(), "test"), "k").outcome

    def newer(side: Side) -> None:
        stored(side, THIRD)
        side.embargoes.hold(Held(newest, Findings(), "test"), "k")

    done = overtaken(both, with_a_text(lambda side: hold(side, 3), OTHER), newer)
    assert done == "unchanged"  # an older text than the one that waits by now
    assert [each.article for each in both.shared.embargoes.waiting()] == [newest]


def test_nothing_is_taken_back_outside_of_a_change(tmp_path: Path) -> None:
    side = BothSides(tmp_path).shared
    side.embargoes.hold(Held(WAITS, Findings(), "test"), "k1")
    side.archive.change(NOTHING, lambda conn: put(conn, OTHER, Findings(), "test").outcome)
    assert [each.article for each in side.embargoes.waiting()] == [WAITS]
