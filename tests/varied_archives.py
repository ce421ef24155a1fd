"""Archives with all that stores can read: names, quotes, dates, copies, former keys and edits."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

from conftest import open_archive

from service.article import Article
from service.database import Database
from service.dates import parse_moment
from service.entity import EntityName, EntityType, Mention, entity_key
from service.errors import CuttingsError
from service.findings import Findings, MentionedDate, Quote
from service.near_copies import signature
from service.stores.articles import put
from service.stores.batches import Stored, store_batch
from service.stores.edits import Author, EditStore
from service.working.rows import no_ids, read
from service.working.shared import SharedArchive
from service.working.shelf import Changes, MemoryShelf

ANN = Author("Ann")
NAMES: Sequence[tuple[str, EntityType]] = (
    ("Kim Jong Un", "person"),
    ("Kim Jong-un", "person"),
    ("Rosa Lee Parks", "person"),
    ("Rosa Parks", "person"),
    ("United Nations", "organization"),
    ("Paris", "place"),
    ("Paris", "person"),
    ("Rome", "place"),
    ("Ann Lee", "person"),
    ("J. Smith", "person"),
    ("John Smith", "person"),
)
# Whom no edit takes away.
STAY = tuple(name for name in NAMES if name[0] in ("Paris", "J. Smith", "John Smith"))
DATES = (None, "2018-12-16", "2018-12-16T10:00:05Z", "2018-12-16T10:00:07Z", "2017-01-02")
LONG_TEXT = " ".join(f"word{n % 17} of{n}" for n in range(60))


def a_mention(name: str, type_: EntityType, start: int) -> Mention:
    entity = EntityName(entity_key(type_, name) or "", name, type_)
    return Mention("body", start, start + len(name), name, name, type_, entity, "model", 0.9)


def a_text(random: Random, number: int) -> Stored:
    """Names in any number, of which some are equally frequent; copies and quotes among them."""
    mentions: list[Mention] = []
    body = ""
    for name, type_ in random.choices(NAMES, k=random.randrange(9)):
        mentions.append(a_mention(name, type_, len(body)))
        body += f"{name} spoke. "
    body += random.choice([f"Nothing {number}.", f"{LONG_TEXT} {number % 3}"])
    quotes = tuple(
        Quote("body", at, at + 3, body[at : at + 3], at if at < len(mentions) else None, "Who", "v")
        for at in range(random.randrange(3))
    )
    date = random.choice(DATES)
    article = Article(
        body=body,
        title=random.choice(["", f"Title {number % 4}"]),
        key=random.choice([None, f"k{number}"]),
        uri=random.choice([None, f"urn:{number}"]),
        source=random.choice([None, "AFP", "Reuters"]),
        published=parse_moment(date) if date else None,
        authors=("Jane", "John")[: random.randrange(3)],
        topics=("trade", "war")[: random.randrange(3)],
    )
    dates = (MentionedDate("body", 0, 2, body[:2], "2018-06", "month"),)
    found = Findings(tuple(mentions), quotes, dates)
    return Stored(article, found, "test", signature(article.title, article.body))


def an_archive(folder: Path, seed: int) -> Database:
    random = Random(seed)  # noqa: S311
    database = open_archive(folder).database
    numbers = iter(range(1_000))
    for _ in range(4):
        batch = [a_text(random, next(numbers) % 23) for _ in range(8)]
        for stored in batch if random.random() < 0.5 else ():
            with suppress(CuttingsError), database.write() as conn:
                put(conn, stored.article, stored.findings, "test", signature=stored.signature)
        with suppress(CuttingsError), database.write() as conn:
            store_batch(conn, batch)
        edited(database, random)
    with database.write() as conn:
        named = tuple(a_mention(*name, 0) for name in STAY)
        put(conn, Article(body="Of four"), Findings(named), "test")
    EditStore(database).add_alias("person-johnsmith", "Jack Smith the Elder", ANN)
    text = Article(body="A key is stated later", uri="urn:stated", source="AFP")
    for article in (text, replace(text, key="stated")):
        with database.write() as conn:
            put(conn, article, Findings(), "test")
    return database


def edited(database: Database, random: Random) -> None:
    edits = EditStore(database)
    with database.read() as conn:
        keys = [row[0] for row in conn.execute("SELECT key FROM entities ORDER BY key")]
    keys = [key for key in keys if "paris" not in key and "smith" not in key]
    verbs = ("merge", "rename", "rename", "alias", "alias", "note", "note", "dismiss", "retype")
    for verb in random.choices(verbs, k=4):
        one, other = random.choice(keys), random.choice(keys)
        with suppress(CuttingsError):
            match verb:
                case "merge":
                    edits.merge(one, other, ANN)
                case "rename":
                    edits.rename(one, "Another Name", ANN)
                case "alias":
                    edits.add_alias(one, "Kim the Great", ANN)
                case "note":
                    edits.annotate(one, "A note", ANN)
                case "dismiss":
                    edits.dismiss(one, ANN)
                case _:
                    edits.retype(one, "place", ANN)


def shared(database: Database) -> SharedArchive:
    shelf = MemoryShelf()
    with database.read() as conn:
        assert shelf.commit(0, Changes(read(conn, no_ids()), frozenset()))
    return SharedArchive(shelf)
