"""Articles that wait for their time, in a file that no reader of the archive opens.

An article that was published and is under embargo now waits with all that it has said; one that is
changed before its time only has its last text, since the others were never published.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from service.archive import WAIT_FOR_WRITER, Archive
from service.article import Article
from service.database import Connection, Row
from service.dates import utc_now
from service.errors import Busy, DiskFault
from service.findings import Findings
from service.needs import HELD_PUBLIC, HELD_UNTIL, Condition, Name, Needs, Span, together
from service.stores.articles import published_key, put
from service.stores.held import Held as Held
from service.stores.held import identity, known_as, of_article, pack, taken_over, to_publish, unpack
from service.stores.recognition import Decision, Outcome, decide, of_input
from service.stores.versions import is_older, texts_of

_log = logging.getLogger("cuttings")

HOLD = """
INSERT INTO embargoed (key, embargoed_until, uri, source, origin, stated, public_key, held_at,
  content_hash, document)
VALUES (:key, :embargoed_until, :uri, :source, :origin, :stated, :public_key, :held_at,
  :content_hash, :document)
"""
HELD = """
SELECT * FROM embargoed
WHERE key = :key OR (uri = :uri AND source IS :source)
  OR (origin = :origin AND NOT (stated AND :stated))
  OR (content_hash = :hash AND NOT stated AND NOT :stated)
ORDER BY held_at, key
"""
BY_KEY = "SELECT key, public_key, document FROM embargoed WHERE :key IN (key, public_key)"
ALL = "SELECT key, content_hash, document FROM embargoed"
STILL_HELD = """
SELECT 1 FROM embargoed WHERE key = :key AND content_hash = :hash AND document = :document
"""
DUE = """
SELECT key, content_hash, public_key, held_at, document FROM embargoed
WHERE embargoed_until <= :now ORDER BY embargoed_until, held_at, key
"""
WAITING = """
SELECT key, public_key, document FROM embargoed WHERE embargoed_until > :now ORDER BY key
"""
INGESTED_AT = "SELECT ingested_at FROM articles WHERE key = :key"
NEXT_DUE = "SELECT min(embargoed_until) FROM embargoed"
REWRITE = """
UPDATE embargoed SET document = :document
WHERE key = :key AND content_hash = :hash AND document = :was
"""
LET_GO = "DELETE FROM embargoed WHERE key = :key AND content_hash = :hash"
LET_GO_OF_SAME = f"{LET_GO} AND document = :document"
TAKE_BACK = """
DELETE FROM embargoed
WHERE key = :key AND content_hash = :content_hash AND held_at = :held_at AND document = :document
"""
GIVE_BACK = f"{HOLD} ON CONFLICT DO NOTHING"
# So many are looked at in one go where that is done in parts.
_AT_ONCE = 100


class EmbargoStore:
    """Articles that wait for their time.

    Each is put into the archive first and deleted here then, so that a crash between the two loses
    nothing and doubles nothing.
    """

    def __init__(self, private: Archive, archive: Archive) -> None:
        self._private = private
        self._archive = archive
        self._releasing = threading.Lock()

    def files(self) -> frozenset[Path]:
        """The private file and those beside it."""
        return self._private.files()

    def standing(self, article: Article) -> Decision:
        """Whether this very article is held already, another text of it, or none."""
        return _decision(article, self._held(article))

    def hold(self, held: Held, public_key: str, *, replacing: bool = False) -> Decision:
        """Keep an article back until its `embargoed_until`.

        `public_key` is the key it has, had or will have when it is published. `replacing` keeps it
        instead of whatever waits, also of a newer text. Inside of a change of the archive it is as
        if it had never been done should that be done again.
        """
        decision, swap = self._private.change(
            of_article(held.article),
            lambda conn: _hold(conn, held, public_key, replacing=replacing),
        )
        if swap is not None:
            self._archive.before_again(lambda: self._take_back(swap))
        return decision

    def any_held(self) -> bool:
        """Whether anything waits at all."""
        with self._private.read(_FIRST) as conn:
            return conn.execute(NEXT_DUE).fetchone()[0] is not None

    def keep_earlier(self, article: Article) -> Outcome | None:
        """What a text is that comes before one that waits, and so waits with it; None for another.

        It may not be seen either, and is what the article said before. So is one that was known
        when the other came.
        """
        digest = article.content_hash()
        for row in self._held(article):
            held = unpack(row["document"])
            if digest in {text.content_hash() for text in held.earlier}:
                return "unchanged"
            if is_older(article, held.article):
                document = pack(replace(held, earlier=(*held.earlier, article)))
                # Again if another one was faster.
                return "changed" if self._rewritten(row, document) else self.keep_earlier(article)
        return None

    def earlier(self, article: Article) -> tuple[Article, ...]:
        """What this article said while it was published, the oldest first."""
        held = (unpack(row["document"]) for row in self._held(article))
        return tuple(text for each in held for text in each.earlier)

    def kill(self) -> int:
        """Let go of all that the archive knows as killed; how many that were."""
        number = 0
        for part in self._private.parts(Span(HELD_UNTIL), _AT_ONCE):
            with self._private.read(part) as conn:
                rows = conn.execute(ALL).fetchall()
            killed = self._killed(rows) if rows else []
            for row in killed:
                self._let_go(row)
            number += len(killed)
        return number

    def rewrite(self) -> None:
        """Leave no remains of what was let go in the bytes of the private file."""
        self._private.rewrite()
        self._private.empty_log()

    def find(self, key: str) -> Held | None:
        """What waits under this key."""
        named: frozenset[Name] = frozenset({("held", key)})
        with self._private.read(Needs(named, frozenset({(HELD_PUBLIC, key)}))) as conn:
            row = conn.execute(BY_KEY, {"key": key}).fetchone()
        return _held_in(row) if row is not None else None

    def waiting(self) -> tuple[Held, ...]:
        """All whose time has not come."""
        now = utc_now()
        with self._private.read(_until(Condition(HELD_UNTIL, least=now))) as conn:
            rows = conn.execute(WAITING, {"now": now}).fetchall()
        return tuple(map(_held_in, rows))

    def public_key(self, article: Article) -> str | None:
        """The key that a held text of this article had when it was published before."""
        return next((row["public_key"] for row in self._held(article) if row["public_key"]), None)

    def forget(self, article: Article) -> None:
        """Let go of held texts of this article, since a newer one may be seen."""
        self.forgetting(article)()

    def forgetting(self, article: Article) -> Callable[[], None]:
        """To be called when a newer one may be seen: lets go of those that are held now."""
        rows = self._held(article)

        def forget() -> None:
            for row in rows:
                self._let_go(row)

        return forget

    def release_due(self, patience: float = WAIT_FOR_WRITER) -> int:
        """Move what is due into the archive; returns how many articles that were.

        Cheap when nothing is due, and safe to call from several processes at once. An article that
        the archive refuses stays here and is named in the log; it keeps nobody else back. Raises
        Busy when another process has been writing for `patience` seconds.
        """
        with self._private.read(_FIRST) as conn:
            first = conn.execute(NEXT_DUE).fetchone()[0]
        if first is None or first > utc_now():
            return 0
        # Whoever is releasing already does it for all.
        if not self._releasing.acquire(timeout=patience):
            return 0
        try:
            return self._release(patience)
        finally:
            self._releasing.release()

    def _held(self, article: Article) -> list[Row]:
        with self._private.read(of_article(article)) as conn:
            return conn.execute(HELD, known_as(article)).fetchall()

    def _still_held(self, row: Row) -> bool:
        with self._private.read(_of_row(row)) as conn:
            return conn.execute(STILL_HELD, _row(row)).fetchone() is not None

    def _rewritten(self, row: Row, document: str) -> bool:
        values = _text(row) | {"document": document, "was": row["document"]}

        def work(conn: Connection) -> bool:
            return conn.execute(REWRITE, values).rowcount > 0

        done = self._private.change(_of_row(row), work)
        if done:
            swap = _Swap([dict(row)], {**dict(row), "document": document})
            self._archive.before_again(lambda: self._take_back(swap))
        return done

    def _take_back(self, swap: "_Swap") -> None:
        """What it replaced is there again, unless others have changed it since."""
        rows = (swap.given, *swap.taken)
        names: frozenset[Name] = frozenset(("held", str(row["key"])) for row in rows)

        def work(conn: Connection) -> None:
            if conn.execute(TAKE_BACK, swap.given).rowcount:
                conn.executemany(GIVE_BACK, swap.taken)

        self._private.change(Needs(names), work)

    def _killed(self, rows: Sequence[Row]) -> list[Row]:
        articles = [unpack(row["document"]).article for row in rows]
        needs = together(of_input(each, each.content_hash()) for each in articles)
        with self._archive.read(needs) as conn:
            pairs = zip(rows, articles, strict=True)
            return [row for row, article in pairs if _is_killed(conn, article)]

    def _release(self, patience: float) -> int:
        now = utc_now()
        with self._private.read(_until(Condition(HELD_UNTIL, most=now))) as conn:
            due = conn.execute(DUE, {"now": now}).fetchall()
        return sum(self._released(row, patience) for row in due)

    def _released(self, row: Row, patience: float) -> bool:
        def work(conn: Connection) -> bool:
            # An ingest may have let it go for a newer text while this one waited its turn.
            if not self._still_held(row):
                return False
            if not _is_superseded(conn, held.article, row):
                _publish(conn, held, row["public_key"])
            return True

        try:
            held = unpack(row["document"])
            if not self._archive.change(to_publish(held, row["public_key"]), work, patience):
                return False
        except (Busy, DiskFault):
            raise
        except Exception as exc:
            _log.error("the embargoed article %s cannot be released: %s", row["key"], exc)
            return False
        self._let_go(row, patience)
        return True

    def _let_go(self, row: Row, patience: float = WAIT_FOR_WRITER) -> None:
        """Deletes that very text: a newer one may have been held meanwhile, or one behind it."""

        def work(conn: Connection) -> None:
            conn.execute(LET_GO_OF_SAME, _row(row))

        self._private.change(_of_row(row), work, patience)


@dataclass(frozen=True, slots=True)
class _Swap:
    """Rows that a new one, or a newer state of one, has been put in the place of."""

    taken: Sequence[Mapping[str, Any]]
    given: Mapping[str, Any]


def _hold(
    conn: Connection, held: Held, public_key: str, *, replacing: bool
) -> tuple[Decision, _Swap | None]:
    article = held.article
    before = conn.execute(HELD, known_as(article)).fetchall()
    decision = _decision(article, before, replacing=replacing)
    if decision.outcome == "unchanged" and held.earlier:
        return decision, _taken_over(conn, before[0], held.earlier)
    if decision.outcome == "unchanged" or article.embargoed_until is None:
        return decision, None
    earlier = [text for row in before for text in unpack(row["document"]).earlier]
    held = replace(held, earlier=(*earlier, *held.earlier))
    keys = (row["public_key"] for row in before if row["public_key"])
    values = identity(article) | {
        "key": article.key or decision.key,
        "embargoed_until": article.embargoed_until.start,
        "public_key": next(keys, public_key),
        "held_at": utc_now(),
        "content_hash": decision.content_hash,
        "document": pack(held),
    }
    conn.executemany(LET_GO, [_text(row) for row in before])
    conn.execute(HOLD, values)
    key = str(article.key or values["public_key"])
    return replace(decision, key=key), _Swap([dict(row) for row in before], values)


def _taken_over(conn: Connection, row: Row, earlier: Sequence[Article]) -> _Swap:
    """What others hold already, made what this holds as well: it is about to take all that was
    published out of sight, and they may take theirs back.
    """
    document = taken_over(row["document"], row["content_hash"], earlier)
    conn.execute(REWRITE, _text(row) | {"document": document, "was": row["document"]})
    return _Swap([dict(row)], {**dict(row), "document": document})


# What is needed ------------------------------------------------------------------------------

_FIRST = Needs(spans=frozenset({Span(HELD_UNTIL, 1)}))


def _of_row(row: Row) -> Needs:
    return Needs(frozenset({("held", str(row["key"]))}))


def _until(when: Condition) -> Needs:
    return Needs(spans=frozenset({Span(HELD_UNTIL, where=(when,))}))


# What becomes of it ---------------------------------------------------------------------------


def _publish(conn: Connection, held: Held, public_key: str | None) -> None:
    """Into the archive, with what it said before it came under embargo."""
    article = held.article
    is_alone = published_key(conn, article) is None
    for text in held.earlier:
        put(conn, text, Findings(), held.tagger, public_key)
    put(
        conn,
        article,
        held.findings,
        held.tagger,
        public_key,
        signature=held.signature,
        replacing=is_alone and bool(held.earlier),
    )


def _is_killed(conn: Connection, article: Article) -> bool:
    return decide(conn, article).outcome == "killed"


def _decision(article: Article, held: Sequence[Row], *, replacing: bool = False) -> Decision:
    """A text that is older than the one that waits will never be published: nothing changes."""
    digest = article.content_hash()
    if not held:
        return Decision("added", article.key or digest[:16], digest)
    same = any(row["content_hash"] == digest for row in held)
    if not same and not replacing:
        texts = [unpack(row["document"]).article for row in held]
        same = any(is_older(article, text) for text in texts)
    return Decision("unchanged" if same else "changed", held[0]["key"], digest)


def _held_in(row: Row) -> Held:
    return replace(unpack(row["document"]), key=row["key"], public_key=row["public_key"])


def _text(row: Row) -> dict[str, str]:
    """Which text a row holds, not only of which article."""
    return {"key": row["key"], "hash": row["content_hash"]}


def _row(row: Row) -> dict[str, str]:
    """And all that waits with it."""
    return _text(row) | {"document": row["document"]}


def _is_superseded(conn: Connection, article: Article, row: Row) -> bool:
    """Whether a newer text was published after this one was held, and the two not yet told apart.

    An ingest that was killed between the two files leaves it so. Where the source tells which is
    newer, both are kept.
    """
    key = published_key(conn, article)
    published = conn.execute(INGESTED_AT, {"key": key}).fetchone()
    if published is None or published["ingested_at"] < row["held_at"]:
        return False
    public = texts_of(conn, str(key))[-1].article
    return not is_older(article, public) and not is_older(public, article)


def is_embargoed(article: Article) -> bool:
    """Whether the article must not be seen yet; a full date lifts as its day starts in UTC."""
    return article.embargoed_until is not None and article.embargoed_until.start > utc_now()
