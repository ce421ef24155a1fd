"""What must not be seen is on no way to read: random histories, and every way there is.

Each text has a word of its own in all of its fields. What may be seen is kept in a few lines beside
the archive (`Story`); every other word must be nowhere.
"""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote_plus

import httpx
import pytest
from conftest import LONG, Archive, examples, folder_of_archives, open_archive
from fastapi import FastAPI
from homes import IN_CLUSTER, bytes_of, files_of
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from kept_in_cluster import Kept
from read_paths import (
    COMMANDS,
    MOUNTS,
    ROUTES,
    Known,
    Question,
    calls,
    commands,
    printed,
    rooms,
    routes,
    rows,
)

# One process may open a file through one SQLite library only: the service's.
from service.database import sqlite3  # type: ignore[attr-defined]
from service.errors import CuttingsError
from service.needs import Needs
from service.stores import articles, embargoes
from service.stores.edits import Author, EditStore
from service.stores.keys import KeyStore
from service.stores.kills import KillStore
from service.stores.sessions import SessionStore
from service.web.app import create_app
from service.web.sessions import SESSION

# Far away, so that time only passes where a history says so.
UNTILS = ("2100-01-01T00:00:00Z", "2200-01-01T00:00:00Z")
STORIES = 4
# Of all ways to read one history looks at so many parts: the others are other histories'.
PARTS = 12
# Consonants, so that no stem is taken of them and no word of a language is met by chance.
LETTERS = "bcdfghjkmnpqrtvwxz"
HELD = Needs(kinds=frozenset({"held"}))
ANN = Author("Ann", "as it seems")
BODY = """The council met on Thursday to hear what became of the bridge, which was closed in spring.
Rosa {word} told the council that the work would take a year. “The {word} is unsafe,” Rosa {word}
said. Rosa Parks, who had asked for the hearing on 12 June 2018, left before it ended."""


def word_of(number: int) -> str:
    return "".join(Random(number).choices(LETTERS, k=11)).capitalize()  # noqa: S311


# What may be seen ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """One text of a story. `until` is the index of its embargo's end in UNTILS, None for none."""

    story: int
    word: str
    rank: int
    until: int | None = None


@dataclass
class Story:
    """One article as its source knows it, and what of it may be seen.

    It is known by its `uri`, its `key` or its path alone; which text of it comes later is told by
    number, by date or by arrival.
    """

    number: int
    known_by: str
    order: str
    word: str
    seen: set[str] = field(default_factory=set)
    current: Text | None = None
    held: Text | None = None
    earlier: dict[str, Text] = field(default_factory=dict)  # wait with the one that is held
    # What an editor has said of it while it was seen stays said while it waits.
    told: set[str] = field(default_factory=set)
    dead: bool = False
    tombstone: str | None = None

    def is_older(self, one: Text, other: Text) -> bool:
        return self.order != "arrival" and one.rank < other.rank

    def publish(self, text: Text) -> None:
        if self.dead:
            return
        if self.held is not None and self.current is None and self._waits_too(text, self.held):
            self.earlier.setdefault(text.word, text)
            return
        if text.word in self.seen and text != self.current:
            return  # it stays the version that it is
        comes_last = self.current is None or not self.is_older(text, self.current)
        if self.held is not None and comes_last:
            self._let_out()
        self._show(text)

    def _waits_too(self, text: Text, held: Text) -> bool:
        """What the article said before, with all that it said out of sight."""
        return text.word in self.earlier or self.is_older(text, held)

    def hold(self, text: Text) -> None:
        if self.dead or text == self.held:
            return
        if self.held is not None and self.is_older(text, self.held):
            return
        self.held = text
        if self.current is not None and not self.is_older(text, self.current):
            self.earlier |= {word: Text(self.number, word, -1) for word in self.seen}
            self.earlier[self.current.word] = self.current
            self.seen, self.current = set(), None

    def lift(self, now: int) -> None:
        if self.held is not None and self.held.until is not None and self.held.until < now:
            text = self.held
            self._let_out()
            self._show(text)

    def kill(self) -> None:
        self.dead, self.seen, self.current, self.held, self.earlier = True, set(), None, None, {}

    def _let_out(self) -> None:
        earlier, self.earlier, self.held = self.earlier, {}, None
        for text in earlier.values():
            self._show(text)

    def _show(self, text: Text) -> None:
        self.seen.add(text.word)
        if self.current is None or not self.is_older(text, self.current):
            self.current = text


# What is done -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deliver:
    """Texts that come together: (story, rank, index of the embargo's end in UNTILS)."""

    texts: tuple[tuple[int, int, int | None], ...]
    over_http: bool


@dataclass(frozen=True)
class Again:
    """A text that was delivered before."""

    number: int


@dataclass(frozen=True)
class Broken:
    """What cannot be read, in the place of a story."""

    story: int


@dataclass(frozen=True)
class Kill:
    story: int
    by_notice: bool


@dataclass(frozen=True)
class Revive:
    story: int


@dataclass(frozen=True)
class Wait:
    """Until the next embargo has ended."""


@dataclass(frozen=True)
class Edit:
    """What an editor decides about one entity, perhaps with the name of another."""

    verb: str
    one: int
    other: int


@dataclass(frozen=True)
class Upkeep:
    command: str


@dataclass(frozen=True)
class Look:
    """At a part of all that can be read."""

    turn: int


Step = Deliver | Again | Broken | Kill | Revive | Wait | Edit | Upkeep | Look


class Newsroom:
    """An archive, and beside it what may be seen of it."""

    def __init__(self, folder: Path, stories: Sequence[tuple[str, str]], patch: Any) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.archive = open_archive(folder / "db", tagger="gazetteer")
        self.app = create_app(self.archive.settings)
        self.stories = [
            Story(number, *told, word_of(2_000 + number)) for number, told in enumerate(stories)
        ]
        self.texts: list[Text] = []
        self.broken: dict[str, int] = {}
        self.erased: set[str] = set()
        self.keys: set[str] = set()
        self.now = 0
        self._files = count()
        private = self.archive.private
        self.editor = {"Authorization": f"Bearer {KeyStore(private).create('edit')}"}
        key = KeyStore(private).find(KeyStore(private).create("edit", "Ann"))
        assert key is not None
        self.logged_in = {"Cookie": f"{SESSION}={SessionStore(private).begin(key)}"}
        self.writer = {"Authorization": f"Bearer {KeyStore(private).create('write')}"}
        ticks = count()
        for module in (embargoes, articles):
            patch.setattr(module, "utc_now", lambda: self._time(next(ticks)))

    def _time(self, tick: int) -> str:
        at = datetime(2030 + 120 * self.now, 1, 1, tzinfo=UTC) + timedelta(seconds=tick)
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def do(self, step: Step) -> None:
        match step:
            case Deliver(told, over_http):
                self._deliver([self._new(*each) for each in told], over_http)
            case Again(number) if self.texts:
                self._deliver([self.texts[number % len(self.texts)]], over_http=False)
            case Broken(number) if self.stories[number].known_by == "path":
                self._break(self.stories[number])
            case Kill(number, by_notice):
                self._kill(self.stories[number], by_notice)
            case Revive(number) if self.stories[number].tombstone is not None:
                self._revive(self.stories[number])
            case Wait() if self.now < len(UNTILS):
                self._wait()
            case Edit():
                self._edit(step)
            case Upkeep(command):
                printed((command,), self.archive.environment)
            case Look(turn):
                self.look(turn, 8 * PARTS)
        self._learn_keys()

    # Steps ----------------------------------------------------------------------------------------

    def _new(self, number: int, rank: int, until: int | None) -> Text:
        text = Text(number, word_of(len(self.texts)), rank, until)
        self.texts.append(text)
        return text

    def _deliver(self, texts: Sequence[Text], over_http: bool) -> None:
        known = {text.story: text for text in texts}  # a path holds one text at a time
        come = [
            text
            for text in texts
            if self.stories[text.story].known_by != "path" or known[text.story] is text
        ]
        if over_http and all(self.stories[text.story].known_by != "path" for text in come):
            sent = [self._document(text) for text in come]
            (answer,) = self.ask([Question("/v1/articles", "POST", body=sent)], self.writer)
            assert answer.status_code == 200, answer.text
        else:
            report = self.archive.ingest(*map(self._file, come), tagger="gazetteer")
            assert report.failed == []
        waiting = [t for t in come if t.until is not None and t.until >= self.now]
        for text in [t for t in come if t not in waiting] + waiting:
            story = self.stories[text.story]
            if story.dead:
                self.erased.add(text.word)
                continue
            self.erased -= {text.word, story.word}
            (story.hold if text in waiting else story.publish)(text)

    def _document(self, text: Text) -> dict[str, Any]:
        story, word = self.stories[text.story], text.word
        said: dict[str, Any] = {
            "title": f"Council hears {word}",
            "standfirst": f"What {word} means for the bridge",
            "body": BODY.format(word=word),
            "authors": [f"Jane {word}"],
            "captions": [f"The {word} bridge"],
            "credits": [f"{word} Pictures"],
            "related": [f"Where {word} began"],
            "topics": [f"bridges/{word}"],
            "rights": f"All of it {word}",
            "correction": f"It said something else than {word}.",
            "source": f"{word} Post",
            "published_at": "2018-06-12",
            "language": "en",
            "slug": {"of": [word]},
        }
        if story.known_by == "uri":
            said |= {"uri": f"wire:{story.word}", "source": f"{story.word} Post"}
            said |= {"url": f"https://example.org/{word}"}
        elif story.known_by == "key":
            said["key"] = f"story-{story.number}"
        if story.order == "number":
            said["version"] = text.rank
        elif story.order == "date":
            said["updated_at"] = f"2020-01-0{text.rank}"
        if text.until is not None:
            said["embargoed_until"] = UNTILS[text.until]
        return said

    def _file(self, text: Text) -> Path:
        said = json.dumps(self._document(text))
        story = self.stories[text.story]
        if story.known_by == "path":
            return self._written(f"{story.word}.json", said)
        return self._written(f"wire-{next(self._files)}.ndjson", f"{said}\n")

    def _written(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def _break(self, story: Story) -> None:
        word = word_of(1_000 + len(self.broken))
        self.broken[word] = story.number
        self.erased.discard(story.word)
        path = self._written(f"{story.word}.json", f'{{"title": "All of {word}", "body": 7')
        assert self.archive.ingest(path).lost == 1

    def _kill(self, story: Story, by_notice: bool) -> None:
        before = {stone.key for stone in self._tombstones()}
        key = self._key(story)
        if by_notice and story.known_by == "uri":
            name = f"notice-{next(self._files)}.json"
            report = self.archive.ingest(self._written(name, json.dumps(_notice(story))))
            assert (report.killed, report.failed) == (1, [])
        elif key is not None:
            self.archive.killing.kill(key, "a court's order")
        else:
            return
        new = {stone.key for stone in self._tombstones()} - before
        story.tombstone = min(new, default=story.tombstone)
        story.kill()
        self.erased |= {story.word, *(t.word for t in self.texts if t.story == story.number)}
        self.erased |= {word for word, of in self.broken.items() if of == story.number}
        if not IN_CLUSTER:
            self.look_at_bytes()

    def _tombstones(self) -> tuple[Any, ...]:
        return KillStore(self.archive.database).all()

    def _key(self, story: Story) -> str | None:
        """The key of the article, seen or waiting."""
        words = [text.word for text in self.texts if text.story == story.number]
        found = self.archive.rows("SELECT key, body FROM articles")
        with self.archive.private.read(HELD) as conn:
            held = conn.execute("SELECT key, document FROM embargoed").fetchall()
        keys = (key for key, said in [*found, *held] if any(word in said for word in words))
        return next(keys, None)

    def _revive(self, story: Story) -> None:
        assert story.tombstone is not None
        KillStore(self.archive.database).revive(story.tombstone)
        story.dead, story.tombstone = False, None

    def _wait(self) -> None:
        self.now += 1
        self.archive.embargoes.release_due()
        for story in self.stories:
            story.lift(self.now)

    def _edit(self, edit: Edit) -> None:
        found = self.archive.rows("SELECT key, name FROM entities ORDER BY key")
        if not found:
            return
        (key, name), (other, called) = (found[n % len(found)] for n in (edit.one, edit.other))
        for story in self.stories:
            story.told |= {w for w in story.seen if w.lower() in f"{key} {other}"}
        store = EditStore(self.archive.database)
        try:
            match edit.verb:
                case "merge":
                    store.merge(key, other, ANN)
                case "alias":
                    store.add_alias(key, called, ANN)
                case "rename":
                    store.rename(key, f"{name} Vance", ANN)
                case "split":
                    store.split(key, [name], f"{name} Vance", ANN)
                case "distinct":
                    store.keep_apart(key, other, ANN)
                case "dismiss":
                    store.dismiss(key, ANN)
                case "undo":
                    store.undo(edit.one + 1, ANN)
        except CuttingsError:
            return  # it cannot be done now

    def _learn_keys(self) -> None:
        self.keys |= {key for (key,) in self.archive.rows("SELECT key FROM articles")}
        self.keys |= {stone.key for stone in self._tombstones()}

    # Looking --------------------------------------------------------------------------------------

    @property
    def hidden(self) -> set[str]:
        """Every word that nobody may see."""
        every = {text.word for text in self.texts} | {story.word for story in self.stories}
        seen = {word for story in self.stories for word in story.seen}
        seen |= {word for story in self.stories if not story.dead for word in story.told}
        return (every | set(self.broken)) - seen - {s.word for s in self.stories if s.seen}

    @property
    def known(self) -> Known:
        words = tuple(text.word for text in self.texts)
        there = {key for (key,) in self.archive.rows("SELECT key FROM entities")}
        named = {f"person-rosa{word.lower()}" for word in words} | {"person-rosaparks"}
        return Known(
            keys=tuple(sorted(self.keys)),
            numbers=tuple(range(1, 7)),
            entities=tuple(sorted(there | named)),
            uris=tuple(f"wire:{s.word}" for s in self.stories if s.known_by == "uri"),
            words=words,
            asides=tuple(kept.id for kept in self.archive.quarantine.page(100).kept),
        )

    def ask(self, asked: Sequence[Question], headers: Any = None) -> list[httpx.Response]:
        def sent_with(question: Question) -> Any:
            if question.needs_key:
                return headers
            return self.logged_in if question.is_page else None

        return asyncio.run(_asked(self.app, [(each, sent_with(each)) for each in asked]))

    def look(self, turn: int, of: int) -> None:
        """At all that is kept, and at one of so many parts of every way to ask for it."""
        self.look_at_rows()
        known = self.known
        every = [q for name in sorted(ROUTES) for q in ROUTES[name](known) if name not in STILL]
        self._look_at(every[turn % of :: of])
        self._look_at([] if IN_CLUSTER else rooms()[turn % of :: of * 2])
        for call in calls(known)[turn % of :: of * 2]:
            hidden = self.erased if call[0] == "quarantine" else self.hidden
            said = printed(call, self.archive.environment)
            _refuse(" ".join(call), said, _not_told(hidden, " ".join(call)))

    def _look_at(self, asked: Sequence[Question]) -> None:
        for question, answer in zip(asked, self.ask(asked, self.editor), strict=True):
            of_editors = question.url.startswith("/v1/quarantine")
            hidden = self.erased if of_editors else self.hidden
            told = unquote_plus(question.told)
            said = unquote_plus(f"{answer.text} {answer.headers}")
            _refuse(f"{question.method} {told}", said, _not_told(hidden, told))
            if len(_not_told(hidden, told)) < len(hidden):
                _refuse_finds(question, answer)

    def look_at_rows(self) -> None:
        if IN_CLUSTER:
            self._look_into_indices(self.hidden, private=False)
        else:
            self._look_into_tables()
        bodies = " ".join(body for (body,) in self.archive.rows("SELECT body FROM articles"))
        for story in self.stories:
            assert story.current is None or story.current.word in bodies, story

    def _look_into_tables(self) -> None:
        with sqlite3.connect(f"file:{self.archive.settings.db}?mode=ro", uri=True) as conn:
            for table, said in rows(conn):
                _refuse(table, said, self.hidden)
        conn.close()

    def _look_into_indices(self, hidden: set[str], *, private: bool) -> None:
        kept = Kept(self.archive.settings.cluster)
        for index, said in kept.documents(private=private):
            _refuse(index, said, hidden)
        found = [*kept.found_by(sorted(hidden), private=private)]
        assert not found, f"{found} is found by what nobody may see"
        seen = [story.current.word for story in self.stories if story.current is not None]
        assert private or not seen or [*kept.found_by(seen, private=private)]

    def look_at_bytes(self) -> None:
        """In a cluster of all that was killed at once, as that takes half a minute each time."""
        self.archive.erase()
        if IN_CLUSTER:
            self._look_into_indices(self.erased, private=True)
        paths = files_of(self.archive.settings)
        assert paths
        for path in paths:
            said = bytes_of(path).lower().decode("latin-1")
            # An index keeps of a word what it does not share with the word before.
            _refuse(path.name, said, {word[3:] for word in self.erased})

    def look_for_tombstones(self) -> None:
        """Each killed article is told of by all that answers about an article."""
        about = [path for method, path in ROUTES if path.startswith("/v1/articles/{key}")]
        for stone in self._tombstones():
            paths = [path.format(key=stone.key, version=1) for path in about]
            for answer in self.ask([Question(path) for path in paths]):
                assert answer.status_code == 410, answer.url
                told = {name: answer.json()[name] for name in ("key", "killed_at", "reason")}
                assert told == {name: getattr(stone, name) for name in told}


# What no history changes is asked for once, below.
STILL = {("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/metrics")}


def _notice(story: Story) -> dict[str, Any]:
    return {
        "uri": f"wire:{story.word}",
        "pubstatus": "canceled",
        "type": "text",
        "versioncreated": "2020-01-01T00:00:00Z",
        "infosources": [{"name": f"{story.word} Post"}],
    }


async def _asked(app: FastAPI, asked: Sequence[tuple[Question, Any]]) -> list[httpx.Response]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return [
            await client.request(q.method, q.url, json=q.body, data=q.form, headers=headers)
            for q, headers in asked
        ]


def _not_told(hidden: Iterable[str], told: str) -> set[str]:
    """Without the words that the question itself says."""
    return {word for word in hidden if word.lower() not in told.lower()}


def _refuse(where: str, said: str, hidden: Iterable[str]) -> None:
    folded = said.lower()
    for word in hidden:
        # Not an assert: what was looked at may be a whole file, and would be told of.
        if word.lower() in folded:
            raise AssertionError(f"{where} shows {word}")


def _refuse_finds(question: Question, answer: httpx.Response) -> None:
    """A hidden word was asked for: nothing may answer to it."""
    if answer.status_code != 200 or "json" not in answer.headers["content-type"]:
        return
    found = answer.json()
    if "total" in found and "facets" not in question.told:
        assert found["total"] == 0, f"{question.told} finds {found['total']}"


# Properties ---------------------------------------------------------------------------------------

numbers = st.integers(0, STORIES - 1)
texts = st.tuples(numbers, st.integers(1, 6), st.sampled_from((None, None, 0, 1)))
deliveries = st.builds(Deliver, st.lists(texts, min_size=1, max_size=3).map(tuple), st.booleans())
VERBS = ("merge", "alias", "rename", "split", "distinct", "dismiss", "undo")
others = st.one_of(
    st.builds(Again, st.integers(0, 20)),
    st.builds(Kill, numbers, st.booleans()),
    st.builds(Edit, st.sampled_from(VERBS), st.integers(0, 7), st.integers(0, 7)),
    st.builds(Revive, numbers),
    st.builds(Broken, numbers),
    st.just(Wait()),
    st.builds(Upkeep, st.sampled_from(("reindex", "retag"))),
    st.builds(Look, st.integers(0, 8 * PARTS - 1)),
)
histories = st.lists(st.tuples(deliveries, others), min_size=1, max_size=6).map(
    lambda pairs: [step for pair in pairs for step in pair]
)
told = st.tuples(
    st.sampled_from(("uri", "key", "path")), st.sampled_from(("number", "date", "arrival"))
)


# Making a history shorter takes minutes, which only the long form has.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
PHASES = tuple(Phase) if LONG and not IN_CLUSTER else QUICK


@settings(max_examples=examples(file=40 if LONG else 12, cluster=3), phases=PHASES)
@given(
    stories=st.lists(told, min_size=STORIES, max_size=STORIES),
    history=histories,
    turn=st.integers(0, 8 * PARTS - 1),
)
def test_what_must_not_be_seen_is_nowhere(
    stories: list[tuple[str, str]], history: list[Step], turn: int
) -> None:
    with folder_of_archives() as folder, pytest.MonkeyPatch.context() as patch:
        newsroom = Newsroom(folder, stories, patch)
        for step in history:
            newsroom.do(step)
        newsroom.look(turn, PARTS)
        newsroom.look_for_tombstones()
        newsroom.look_at_bytes()


def test_each_way_to_read_is_known(archive: Archive) -> None:
    app = create_app(archive.settings)
    mounted = {("MOUNT", path) for path in MOUNTS}
    assert routes(app) == set(ROUTES) | mounted
    assert set(commands()) == set(COMMANDS)


def come(*told: tuple[int, int, int | None]) -> Deliver:
    return Deliver(told, over_http=False)


# What was found, in the fewest steps; the entities are, in their order, Rosa Parks and story 0's.
RENAMED = (come((0, 1, None)), Edit("rename", 1, 0))
FOUND: dict[str, tuple[Step, ...]] = {
    "killed with an entity that another was merged into": (
        *(come((0, 1, None), (1, 1, None)), Edit("merge", 1, 2), Kill(0, by_notice=False)),
    ),
    "killed after an edit about what only an earlier version names": (
        *(*RENAMED, come((0, 2, None)), Kill(0, by_notice=False)),
    ),
    "put under embargo after it was published": (come((0, 1, None)), come((0, 2, 0))),
    "killed under embargo after an edit": (*(*RENAMED, come((0, 2, 0)), Kill(0, by_notice=False)),),
    "killed under embargo after it was published": (
        *(come((0, 1, None)), come((0, 2, 0)), Kill(0, by_notice=False)),
    ),
    "withdrawn under embargo": (come((0, 1, 0)), Kill(0, by_notice=True)),
    "killed after an edit": (*RENAMED, Kill(0, by_notice=False)),
    "killed with an edit taken back": (*RENAMED, Edit("undo", 0, 0), Kill(0, by_notice=False)),
}


# One after the other; in a cluster all together, so that they wait for their bytes together.
TOGETHER = {"all": [*FOUND.values()]} if IN_CLUSTER else {name: [FOUND[name]] for name in FOUND}


@pytest.mark.parametrize("histories", TOGETHER.values(), ids=TOGETHER)
def test_in_few_steps(
    tmp_path: Path, histories: list[tuple[Step, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    newsrooms = []
    for number, steps in enumerate(histories):
        stories = [("uri", "number")] * STORIES
        newsroom = Newsroom(tmp_path / str(number), stories, monkeypatch)
        newsrooms.append(newsroom)
        for step in steps:
            newsroom.do(step)
        newsroom.look(0, PARTS)
        newsroom.look_for_tombstones()
    for newsroom in newsrooms:
        newsroom.look_at_bytes()


def test_every_way_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stories = [("uri", "number"), ("key", "date"), ("path", "arrival"), ("uri", "arrival")]
    newsroom = Newsroom(tmp_path, stories, monkeypatch)
    killed = (come((2, 1, None)), Broken(2), Kill(2, by_notice=False))
    for step in (*killed, come((0, 2, None), (0, 1, None), (1, 1, None)), come((3, 1, 0))):
        newsroom.do(step)
    newsroom.look(0, 1)
    newsroom.look_for_tombstones()
    newsroom.look_at_bytes()
