"""`cuttings entity`: the editor's desk. Each verb says how it is undone."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from pathlib import Path
from typing import IO, Any

import click

from service.alias_table import add_from_table, written
from service.cli.command import (
    Command,
    counted,
    with_settings,
    write_whole,
)
from service.cli.edit_words import said
from service.cli.recording import login_name
from service.cli.terminal import say, say_json, write
from service.edits import Edit
from service.entity import ENTITY_TYPES, EntityType
from service.errors import Conflict, InvalidRequest, NotFound
from service.home import Home, existing_home
from service.merging import Merging
from service.settings import Settings
from service.stores.edits import Author, EditStore
from service.stores.entities import EntityDetail, EntityStore
from service.web.answers.base import encoded
from service.web.answers.edits import edits_out
from service.web.answers.entities import entities_out, entity_in_full_out
from service.web.answers.merges import merges_out

# A terminal holds about as many lines.
MOST_ROWS_SHOWN = 50
Verb = Callable[..., Edit | None]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the commands here work with."""

    home: Home
    entities: EntityStore
    edits: EditStore

    def key(self, text: str) -> str:
        """The entity that is meant by a key, or by a name that only one has."""
        if self.entities.has(text) or self.edits.survivor(text):
            return text
        keys = [key for kind in ENTITY_TYPES for key in self.entities.keys_of(kind, text)]
        if not keys:
            raise NotFound(f"There is no “{text}” here: see `cuttings entity list`")
        if len(keys) > 1:
            listed = "".join(f"\n  {_line(self.detail(key))}" for key in keys)
            raise Conflict(f"“{text}” may be any of these, so give a key:{listed}")
        return keys[0]

    def detail(self, text: str) -> EntityDetail:
        """The entity that is meant, or the one that it was merged into."""
        key = self.key(text)
        found = self.entities.get(key) or self.entities.get(self.edits.survivor(key) or "")
        if found is None:
            raise NotFound(f"There is no “{text}” here")
        return found


def open_desk(settings: Settings) -> Desk:
    home = existing_home(settings)
    return Desk(home, home.lists.entities, EditStore(home.archive))


def with_author(command: Command) -> Command:
    """Gives a command `--reason` and `--who`, and a desk."""

    @click.option("--reason", default="", help="Why; it stays in the log.")
    @click.option("--who", metavar="NAME", help="Who decides; otherwise who is logged in.")
    @with_settings
    @wraps(command)
    def run(settings: Settings, reason: str, who: str | None, **options: Any) -> None:
        try:
            command(open_desk(settings), Author(who or login_name(), reason), **options)
        except InvalidRequest as exc:  # its places are those of a request
            raise InvalidRequest(exc.detail) from exc

    return run


def editing(verb: Verb) -> Command:
    """Makes a command of a verb: it tells what was done, and how to undo it."""

    @wraps(verb)
    def run(desk: Desk, author: Author, **options: Any) -> None:
        edit = verb(desk, author, **options)
        if edit is not None:
            done = said(edit) + _awaited(desk, edit)
            say(f"edit {edit.id}: {done} (undo: cuttings entity undo {edit.id})")

    return with_author(run)


@click.group()
def entity() -> None:
    """Decide who is who: merge, split, rename … An entity is given by its key or its name."""


@entity.command("list")
@click.argument("name", default="")
@click.option("--type", "type_", type=click.Choice(ENTITY_TYPES), help="Only those of this type.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=20, help="Entities at most.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API would answer.")
@with_settings
def list_(
    settings: Settings, name: str, type_: EntityType | None, limit: int, as_json: bool
) -> None:
    """Entities by name, the most mentioned first."""
    page = open_desk(settings).entities.page(
        name=name, type_=type_, sort="mentions", limit=limit, offset=0
    )
    if as_json:
        say_json(encoded(entities_out(page, None), indent=2))
        return
    for detail in page.entities:
        say(_line(detail))
    if not page.entities:
        say("no entity is called so" if name else "no entities", err=True)
    if page.more:
        say(f"{page.total - len(page.entities)} more: raise --limit", err=True)


@entity.command()
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help="Print what the API would answer.")
@with_settings
def show(settings: Settings, key: str, as_json: bool) -> None:
    """One entity with its spellings."""
    desk = open_desk(settings)
    with desk.home.archive.read():
        detail = desk.detail(key)
        full = entity_in_full_out(detail, desk.home.lists.coverage.of(detail))
    if as_json:
        say_json(encoded(full, indent=2))
        return
    say(_line(detail))
    if full["first_seen"] and full["last_seen"]:
        say(f"  from {full['first_seen']} to {full['last_seen']}")
    if full["note"]:
        say(f"  note: {full['note']}")
    for alias in detail.aliases:
        say(f"  {alias.text} ({alias.count})")


@entity.command()
@click.argument("key")
@click.argument("into")
@editing
def merge(desk: Desk, author: Author, key: str, into: str) -> Edit:
    """All that is KEY is INTO from now on, also in articles still to come."""
    one, other = desk.key(key), desk.key(into)
    if one == other:
        raise Conflict(f"“{key}” and “{into}” are one entity already, {one}")
    return desk.edits.merge(one, other, author)


@entity.command()
@click.argument("key")
@click.option("--alias", "aliases", multiple=True, required=True, help="A spelling of the other.")
@click.option("--name", required=True, help="What the other one is called.")
@click.option("--article", "articles", multiple=True, help="Only in the article with this key.")
@editing
def split(
    desk: Desk,
    author: Author,
    key: str,
    aliases: tuple[str, ...],
    name: str,
    articles: tuple[str, ...],
) -> Edit:
    """Some spellings of KEY are somebody else."""
    return desk.edits.split(desk.key(key), aliases, name, author, articles)


@entity.command()
@click.argument("key")
@click.argument("name")
@editing
def rename(desk: Desk, author: Author, key: str, name: str) -> Edit:
    """KEY is shown as NAME, whatever articles call it."""
    return desk.edits.rename(desk.key(key), name, author)


@entity.command()
@click.argument("key")
@click.argument("type_", metavar="TYPE", type=click.Choice(ENTITY_TYPES))
@editing
def retype(desk: Desk, author: Author, key: str, type_: EntityType) -> Edit:
    """KEY is a person, organization or place, and so has another key."""
    return desk.edits.retype(desk.key(key), type_, author)


@entity.command()
@click.argument("key")
@editing
def dismiss(desk: Desk, author: Author, key: str) -> Edit:
    """What is called so is no person, organisation or place."""
    return desk.edits.dismiss(desk.key(key), author)


@entity.command("alias")
@click.argument("key")
@click.argument("text")
@editing
def add_alias(desk: Desk, author: Author, key: str, text: str) -> Edit:
    """KEY is called TEXT too, where articles mean nobody else by it."""
    return desk.edits.add_alias(desk.key(key), text, author)


@entity.command("unalias")
@click.argument("key")
@click.argument("text")
@editing
def remove_alias(desk: Desk, author: Author, key: str, text: str) -> Edit:
    """Where an article says TEXT, it is not KEY."""
    return desk.edits.remove_alias(desk.key(key), text, author)


@entity.command()
@click.argument("key")
@click.argument("text", required=False)
@editing
def note(desk: Desk, author: Author, key: str, text: str | None) -> Edit | None:
    """Pin TEXT to KEY; '' takes the note off, and without TEXT it is shown."""
    if text is not None:
        return desk.edits.annotate(desk.key(key), text, author)
    say(desk.detail(key).note or "no note")
    return None


@entity.command()
@click.argument("key")
@click.argument("other")
@editing
def distinct(desk: Desk, author: Author, key: str, other: str) -> Edit:
    """KEY and OTHER are not the same, and not to be offered for merging again."""
    return desk.edits.keep_apart(desk.key(key), desk.key(other), author)


@entity.command()
@click.argument("number", metavar="ID", type=click.IntRange(1, 1_000_000))
@editing
def undo(desk: Desk, author: Author, number: int) -> Edit:
    """Take an edit back, as if it had never been; an undo can be undone."""
    return desk.edits.undo(number, author)


@entity.command()
@click.option("--entity", "key", metavar="KEY", help="Only what names this entity.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=20, help="Edits at most.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API would answer.")
@with_settings
def log(settings: Settings, key: str | None, limit: int, as_json: bool) -> None:
    """What editors decided, the newest first."""
    desk = open_desk(settings)
    page = desk.edits.page(key, limit)
    if key is not None and not page.total:
        page = desk.edits.page(desk.key(key), limit)
    if as_json:
        say_json(encoded(edits_out(page, None), indent=2))
        return
    if not page.edits:
        say("no edits", err=True)
    for logged in page.edits:
        edit = logged.edit
        state = "" if logged.in_force else "  [undone]"
        reason = f"  ({edit.reason})" if edit.reason else ""
        say(f"{edit.id}  {edit.at}  {edit.who}  {said(edit)}{reason}{state}")
    if page.more:
        say(f"{page.total - len(page.edits)} more: raise --limit", err=True)


@entity.command()
@click.option("--type", "type_", type=click.Choice(ENTITY_TYPES), help="Only of this type.")
@click.option("--entity", "key", metavar="KEY", help="Only for this one, among all there are.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=20, help="Pairs at most.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API would answer.")
@with_settings
def suggest(
    settings: Settings, type_: EntityType | None, key: str | None, limit: int, as_json: bool
) -> None:
    """Entities that may be one and the same, likeliest first; nothing is merged by itself."""
    desk = open_desk(settings)
    merging = Merging(desk.home.lists.suggestions)
    one = desk.detail(key).entity.key if key else None
    page = merging.page(type_=type_, entity=one, limit=limit, offset=0)
    if as_json:
        say_json(encoded(merges_out(page, None), indent=2))
        return
    if not page.merges:
        say("nobody looks like another", err=True)
    for merge in page.merges:
        why = "; ".join(f"{reason.why}: {reason.detail}" for reason in merge.reasons)
        say(f"{merge.score:.2f}  {merge.one.key}  {merge.other.key}  {why}")
    if page.more:
        say(f"{page.total - len(page.merges)} more: raise --limit", err=True)


@entity.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="-")
@with_settings
def export(settings: Settings, file: Path) -> None:
    """Every spelling of every entity as a table (CSV), to FILE or the terminal."""
    desk = open_desk(settings)
    pieces = (piece.encode() for piece in written(desk.home.lists.aliases.every()))
    if str(file) == "-":
        write(pieces)
        return
    write_whole(file, pieces, desk.home.own_files())


@entity.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_author
def import_(desk: Desk, author: Author, file: IO[bytes], as_json: bool) -> None:
    """Add every alias of a table (CSV) with `alias` and `key`, or `name` and `type`."""
    report = add_from_table(desk.edits, file.read(), author)
    if as_json:
        shown = {"added": report.added, "unchanged": report.unchanged}
        failed = [asdict(row) for row in report.failed]
        say_json(json.dumps(shown | {"failed": failed}, ensure_ascii=False))
    else:
        for row in report.failed[:MOST_ROWS_SHOWN]:
            say(f"failed: line {row.line}: {row.reason}", err=True)
        if more := len(report.failed[MOST_ROWS_SHOWN:]):
            say(f"failed: {more} more; `--json` names every one", err=True)
        edits = f" (edits {report.edits[0]} to {report.edits[1]})" if report.edits else ""
        counts = f"{report.added} added, {report.unchanged} unchanged"
        say(f"{counts}, {len(report.failed)} failed{edits}")
    sys.exit(1 if report.failed else 0)


def _awaited(desk: Desk, edit: Edit) -> str:
    """A spelling that only an editor gave makes nobody by itself."""
    new = edit.into if edit.action == "split" else None
    there = new is None or desk.entities.has(new) or desk.edits.survivor(new)
    return "" if there else ", whom no article names yet"


def _line(detail: EntityDetail) -> str:
    found = detail.entity
    counts = f"{counted(found.mentions, 'mention')} in {counted(found.articles, 'article')}"
    return f"{found.key}  {found.name}  {counts}"
