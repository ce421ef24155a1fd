"""`cuttings quarantine`: what could not be read; to look at, to read again, to let go."""

import io
import json
import re
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import click

from service.cli.command import PROCESSES, counted, with_settings
from service.cli.terminal import say, say_json, say_lines, write
from service.errors import InvalidRequest, NotFound
from service.extract import load_tagger
from service.formats import format_of
from service.formats.document import Document, Options
from service.formats.records.field_names import check_mapping
from service.home import existing_home, made_home
from service.ingest import Ingest, Report
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.stores.ingests import IngestStore
from service.stores.quarantine import Kept, QuarantineStore
from service.web.answers.base import encoded
from service.web.answers.quarantine import LARGEST_SHOWN, aside_in_full_out, quarantine_out

# Reads documents as an ingest does.
Read = Callable[[Iterable[Document]], Report]
NUMBER = click.IntRange(1, (1 << 63) - 1)
ALL = 1_000_000
_AWAY = "its bytes are not kept here: ingest it again from where it is"
_PART = "cannot be read without the rest of its file: ingest it again from where that is"


@dataclass(frozen=True, slots=True)
class Reread:
    """What came of reading it again: why not, None where it read well."""

    kept: Kept
    reason: str | None


@click.group()
def quarantine() -> None:
    """What could not be read, with its bytes, until it reads well or is dropped."""


@quarantine.command("list")
@click.option("--limit", type=click.IntRange(1, ALL), default=20, help="Inputs at most.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API would answer.")
@with_settings
def list_(settings: Settings, limit: int, as_json: bool) -> None:
    """Inputs and records that gave no article, the newest first."""
    page = _store(settings).page(limit)
    if as_json:
        say_json(encoded(quarantine_out(page, None), indent=2))
        return
    if not page.kept:
        say("nothing in quarantine", err=True)
    for kept in page.kept:
        say(f"{kept.id}  {_line(kept)}")
    if page.more:
        say(f"{page.total - len(page.kept)} more: raise --limit", err=True)


@quarantine.command()
@click.argument("number", metavar="ID", type=NUMBER)
@click.option("--data", is_flag=True, help="Write its bytes, and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API would answer.")
@with_settings
def show(settings: Settings, number: int, data: bool, as_json: bool) -> None:
    """One of them, with the beginning of its text if it is one."""
    store = _store(settings)
    kept = store.get(number)
    if data:
        _write_data(store, kept)
        return
    answer = aside_in_full_out(kept, store.data(number, LARGEST_SHOWN + 1))
    if as_json:
        say_json(encoded(answer, indent=2))
        return
    say(_line(kept))
    say(f"  {counted(kept.size, 'byte')}, read as {kept.format or 'nothing known'}")
    say(f"  from {kept.first_seen} to {kept.last_seen}")
    if not kept.is_whole:
        say("  its bytes are not kept here")
    elif answer["text"] is None:
        say("  no text in UTF-8: see its bytes with --data")
    else:
        say()
        say_lines(f"{answer['text']}{'…' if answer['cut'] else ''}")


@quarantine.command()
@click.argument("numbers", metavar="[ID]…", type=NUMBER, nargs=-1)
@click.option("--map", "mapping", multiple=True, metavar="NAME=FIELD", help="headline=title …")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@PROCESSES
@with_settings
def retry(
    settings: Settings,
    numbers: tuple[int, ...],
    mapping: tuple[str, ...],
    as_json: bool,
    processes: int | None,
) -> None:
    """Read these again, or all; what reads well leaves the quarantine."""
    store = _store(settings)
    job = _job(settings, store, Options(check_mapping(mapping)), processes)
    rows = [store.get(n) for n in dict.fromkeys(numbers)] or store.page(ALL).kept
    retries = read_again(store, rows, job.run_documents)
    failed = [each for each in retries if each.reason is not None]
    if as_json:
        shown = [{"id": f.kept.id, "origin": f.kept.origin, "reason": f.reason} for f in failed]
        report = {"read": len(retries) - len(failed), "failed": shown}
        say_json(json.dumps(report, ensure_ascii=False))
    else:
        for each in failed:
            say(f"failed: {each.kept.id}: {_place(each.kept)}: {each.reason}", err=True)
        say(f"{len(retries) - len(failed)} read, {len(failed)} failed -> {settings.place}")
    sys.exit(1 if failed else 0)


@quarantine.command()
@click.argument("numbers", metavar="ID…", type=NUMBER, nargs=-1)
@click.option("--all", "every", is_flag=True, help="All there are.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_settings
def drop(settings: Settings, numbers: tuple[int, ...], every: bool, as_json: bool) -> None:
    """Let go of these, or of all; what is read again and is still broken comes back."""
    if bool(numbers) == every:
        raise InvalidRequest("Name what to drop by its ID, or all with --all")
    store = _store(settings)
    if every and at_terminal():
        click.confirm(f"Drop all {store.total()} with their bytes?", abort=True, err=True)
    for number in numbers:
        store.get(number)
    dropped = store.drop(None if every else numbers)
    say(json.dumps({"dropped": dropped}) if as_json else f"{dropped} dropped")


def at_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def read_again(store: QuarantineStore, rows: Sequence[Kept], read: Read) -> list[Reread]:
    """Give the kept bytes to `read` once more, and drop those of which nothing failed."""
    with store.reading_again([kept.id for kept in rows]):
        parts: set[int] = set()
        reasons = _reasons(read(_documents(store, rows, parts)))
        retries = [Reread(kept, _reason(store, kept, reasons, parts)) for kept in rows]
        for kept in (each.kept for each in retries if each.kept.number is not None):
            store.drop_origin(_place(kept))  # where the ingest has put it aside anew
        for each in retries:
            if each.reason not in (None, _AWAY, _PART):
                store.reword(each.kept.id, each.reason)
        store.drop([each.kept.id for each in retries if each.reason is None])
    return retries


def _reason(
    store: QuarantineStore, kept: Kept, reasons: Mapping[str, str], parts: Container[int]
) -> str | None:
    if not kept.is_whole:
        return _AWAY
    if kept.id in parts:
        return _PART
    return store.seen_again(kept.id) or reasons.get(_place(kept))


def _reasons(report: Report) -> dict[str, str]:
    """By the place that failed, and by what that lies in: `a.zip!b.json#3`, `a.zip!b.json`, …"""
    reasons: dict[str, str] = {}
    for failure in report.failed:
        for end in re.finditer("[#!]|$", failure.origin):
            reasons.setdefault(failure.origin[: end.start()], failure.reason)
    return reasons


def _documents(store: QuarantineStore, rows: Iterable[Kept], parts: set[int]) -> Iterator[Document]:
    """Oldest first, as they came; one at a time, since each may be large.

    `parts` gets the ids of records that are something else without their file.
    """
    for kept in sorted(rows, key=lambda kept: kept.id):
        data = store.data(kept.id)
        if data is None:
            continue
        document = _document(kept, data, store.sidecar(kept.id))
        if _is_part(kept, document):
            parts.add(kept.id)
        else:
            yield document


def _document(kept: Kept, data: bytes, sidecar: bytes | None) -> Document:
    url = re.fullmatch(r"(?:.*!)?(https?://.+)", kept.origin)  # also of a page in a crawl
    return Document(
        origin=_place(kept),
        name=re.split(r"[!/\\]", kept.origin)[-1],
        stream=io.BytesIO(data),
        sidecar=sidecar,
        url=url[1] if url else None,
    )


def _is_part(kept: Kept, document: Document) -> bool:
    """Whether it is read differently alone: as prose, say, or as nothing at all."""
    if kept.number is None:
        return False
    return not document.head or kept.format not in (None, format_of(document))


def _job(
    settings: Settings, store: QuarantineStore, options: Options, processes: int | None
) -> Ingest:
    home = made_home(settings)
    embargoes = EmbargoStore(home.private, home.archive)
    tagger = partial(load_tagger, settings.tagger)  # other processes must be able to load it too
    processes = processes or settings.processes
    return Ingest(
        home.archive,
        home.engine,
        embargoes,
        store,
        tagger,
        processes,
        options,
        ingests=IngestStore(home.private),
    )


def _store(settings: Settings) -> QuarantineStore:
    return QuarantineStore(existing_home(settings).private)


def _write_data(store: QuarantineStore, kept: Kept) -> None:
    data = store.data(kept.id)
    if data is None:
        raise NotFound(f"The bytes of {kept.id} are not kept here: they are at {kept.origin}")
    write([data])


def _place(kept: Kept) -> str:
    """As an article of it would say where it was read."""
    return kept.origin if kept.number is None else f"{kept.origin}#{kept.number}"


def _line(kept: Kept) -> str:
    times = f" ({kept.times} times)" if kept.times > 1 else ""
    return f"{_place(kept)}: {kept.reason}{times}"
