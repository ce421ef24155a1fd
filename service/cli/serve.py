"""`cuttings serve`: the API, its documentation and the SQL room, as a server."""

import os
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click

from service.cli.command import with_settings
from service.cli.terminal import say
from service.errors import Misconfigured
from service.home import home_of, made_home
from service.logs import configure
from service.serving.listening import inherited, listen
from service.serving.server import serve_here
from service.serving.workers import Workers
from service.settings import Settings, read_settings, serving_at
from service.stores.keys import KeyStore
from service.web.metrics import SHARED

ENV_FILE = "CUTTINGS_ENV_FILE"


@click.command()
@click.option("--host", help="The address to listen on (CUTTINGS_HOST, else 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65_535), help="CUTTINGS_PORT, else 8000.")
@click.option("--fd", type=click.IntRange(3), help="A socket that is open already (systemd: 3).")
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="Processes that answer.")
@click.option(
    "--env-file",
    type=click.Path(path_type=Path),
    help="More settings, KEY=VALUE a line; read again at SIGHUP (CUTTINGS_ENV_FILE).",
)
@click.option(
    "--open", "open_", is_flag=True, help="Reading needs no key, beyond this machine too."
)
@click.option("--browse", is_flag=True, help="Open a browser on it.")
@with_settings
def serve(
    settings: Settings,
    host: str | None,
    port: int | None,
    fd: int | None,
    workers: int,
    env_file: Path | None,
    open_: bool,
    browse: bool,
) -> None:
    """Serve the API, its documentation and the SQL room."""
    if env_file is not None:
        os.environ[ENV_FILE] = str(env_file)
    db = click.get_current_context().params["db"]

    def told() -> Settings:
        return serving_at(read_settings(db=db), host, port, open_)

    settings = told()
    given = inherited(fd, workers) if fd is not None else []
    if given:
        settings = replace(settings, host=given[0].getsockname()[0])
    _prepare(settings)
    sockets = given or listen(settings.host, settings.port, workers)
    settings = replace(settings, port=sockets[0].getsockname()[1])
    _greet(settings, browse)
    if workers > 1 or os.environ.get(ENV_FILE):
        _supervise(sockets, settings, told)
    else:
        configure(settings.log, settings.log_level)
        serve_here(settings, sockets)


def _prepare(settings: Settings) -> None:
    """Both files before any worker starts, since they would race to make them."""
    made_home(settings)
    _refuse_strangers(settings)


def _supervise(
    sockets: Sequence[socket.socket], settings: Settings, told: Callable[[], Settings]
) -> NoReturn:
    def again() -> Settings:
        read = told()
        if (read.host, read.port) != (told_first.host, told_first.port):
            raise Misconfigured("the address and the port only change with a new start")
        read = replace(read, host=settings.host, port=settings.port)
        _prepare(read)
        return read

    told_first = told()
    configure(settings.log, settings.log_level)
    with tempfile.TemporaryDirectory(prefix="cuttings-metrics-") as counts:
        os.environ[SHARED] = counts
        code = Workers(sockets, settings, again, say).run()
    sys.exit(code)


def _greet(settings: Settings, browse: bool) -> None:
    address = f"http://{_shown_host(settings)}:{settings.port}"
    rooms = [f"{address}/docs: the API"]
    if settings.engine == "sqlite":  # elsewhere there is none
        rooms.append(f"{address}/sql/: the SQL room")
    say(f"Cuttings: {address}/ ({', '.join(rooms)})")
    if not settings.on_loopback:
        named = ", ".join(settings.allowed_hosts) or "none"
        say(f"Other names and addresses it answers to (CUTTINGS_ALLOWED_HOSTS): {named}")
    if browse:
        threading.Timer(1.0, webbrowser.open, [f"{address}/"]).start()


def _refuse_strangers(settings: Settings) -> None:
    if settings.on_loopback or settings.open or KeyStore(home_of(settings).private).any_in_use():
        return
    raise Misconfigured(
        f"{settings.host} is reachable from other machines, and there is no key: make one "
        "(`cuttings key create --scope read`), or say --open if everyone may read"
    )


def _shown_host(settings: Settings) -> str:
    if settings.host in ("0.0.0.0", "::"):  # noqa: S104 - shown, not bound
        return "localhost"
    return f"[{settings.host}]" if ":" in settings.host else settings.host
