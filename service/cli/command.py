"""What every command shares: the settings, how errors are told, the archive, words for counts."""

import os
import re
import sys
import time
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.cli.recording import recorded
from service.cli.terminal import say, say_lines
from service.errors import Busy, CuttingsError, DiskFault, Misconfigured
from service.logs import configure
from service.settings import read_settings

if TYPE_CHECKING:
    # For a type alone: ingest brings along all that reads documents, and most commands read none.
    from service.ingest import Progress
    from service.stores.embargoes import EmbargoStore

Command = Callable[..., None]
# Where no bar can be drawn, a line every so often.
SECONDS_BETWEEN_LINES = 5.0

PROCESSES = click.option(
    "--processes",
    type=click.IntRange(1, 64),
    help="How many read names (CUTTINGS_PROCESSES, else as many as pay off).",
)


def with_settings(command: Command) -> Command:
    """Gives a command `--db` and the settings; an error of ours is a line on stderr and exit 2."""

    @click.option("--db", metavar="FILE", help="The archive (CUTTINGS_DB, else cuttings.db).")
    @wraps(command)
    def run(*args: Any, db: str | None = None, **options: Any) -> None:
        try:
            settings = read_settings(db=db)
            configure(settings.log, settings.log_level)
            with recorded(settings, click.get_current_context()):
                command(settings, *args, **options)
        except CuttingsError as exc:
            for problem in exc.problems:
                say(f"{option_of(problem.where)}: {problem.message}", err=True)
            say_lines(f"cuttings: {exc.detail}", err=True)
            sys.exit(2)
        except UnicodeEncodeError:
            if all(map(_is_text, (*args, *options.values()))):
                raise
            say("cuttings: some of what was given is no text in UTF-8", err=True)
            sys.exit(2)

    return run


def _is_text(given: Any) -> bool:
    """A terminal passes on bytes that are no UTF-8 as halves of characters."""
    texts = given if isinstance(given, tuple) else (given,)
    return not any(isinstance(t, str) and re.search("[\ud800-\udfff]", t) for t in texts)


def option_of(parameter: str) -> str:
    """How a parameter of the API is called here."""
    return "query" if parameter == "q" else "--" + parameter.replace(".", "-").replace("_", "-")


def lift(embargoes: "EmbargoStore") -> None:
    """Release what is due; where that cannot be written, what is public can still be read."""
    try:
        embargoes.release_due()
    except (Busy, DiskFault, Misconfigured) as exc:
        say(f"note: embargoed articles wait a little longer: {exc.detail}", err=True)


def write_whole(file: Path, pieces: Iterable[bytes], own: Container[Path]) -> None:
    """Whole or not at all: an older file stays until the new one is there.

    Misconfigured for one of the archive's `own` files, and for what cannot be written.
    """
    if file.resolve() in own:
        raise Misconfigured(f"{file} is the archive itself: name another file")
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as out:
            out.writelines(pieces)
        unfinished.replace(file)
    except OSError as exc:
        raise Misconfigured(f"{file} cannot be written: {exc.strerror or exc}") from exc
    finally:
        unfinished.unlink(missing_ok=True)


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@contextmanager
def progress_bar(label: str, noun: str = "inputs") -> "Iterator[Progress]":
    """A bar with the rate and the time left on a terminal, a plain line now and then elsewhere."""
    started = time.monotonic()
    if not sys.stderr.isatty():
        yield _lines(label, noun, started)
        return

    def rate(_item: object) -> str:
        return _rate(taken, noun, started)

    taken = 0
    with click.progressbar(length=0, label=label, file=sys.stderr, item_show_func=rate) as bar:

        def show(done: int, total: int | None, inputs: int) -> None:
            nonlocal taken
            taken = inputs
            bar.length = total or 0
            # A file that is read here and there must not make it go back.
            bar.update(max(done - bar.pos, 0), current_item=inputs)

        yield show


def _lines(label: str, noun: str, started: float) -> "Progress":
    told = started

    def show(done: int, total: int | None, inputs: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told < SECONDS_BETWEEN_LINES:
            return
        told = now
        share = f", {done / total:.0%}" if total else ""
        left = (now - started) * (total - done) / done if total and done else None
        ahead = f", {left:.0f} s left" if left is not None else ""
        say(f"{label}: {_rate(inputs, noun, started)}{share}{ahead}", err=True)

    return show


def _rate(inputs: int, noun: str, started: float) -> str:
    seconds = max(time.monotonic() - started, 0.001)
    return f"{inputs:,} {noun}, {inputs / seconds:,.0f} a second"
