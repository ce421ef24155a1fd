"""`cuttings serve`: the API, its documentation and the SQL room, as a server."""

import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from service.cli.command import with_settings
from service.database import archive_database, private_database
from service.errors import Misconfigured
from service.settings import Settings, as_environment, serving_at
from service.stores.keys import KeyStore

APP = "service.web.app:app_from_environment"
# A long URL can arrive in pieces; h11 refuses what is longer than this (bytes).
LONGEST_REQUEST_HEAD = 262_144
# Elsewhere the sockets at a port are not all asked in turn.
DEALS_OUT = sys.platform == "linux"


@click.command()
@click.option("--host", help="The address to listen on (CUTTINGS_HOST, else 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65_535), help="CUTTINGS_PORT, else 8000.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="Processes that answer.")
@click.option(
    "--open", "open_", is_flag=True, help="Reading needs no key, beyond this machine too."
)
@click.option("--browse", is_flag=True, help="Open a browser on it.")
@with_settings
def serve(
    settings: Settings, host: str | None, port: int | None, workers: int, open_: bool, browse: bool
) -> None:
    """Serve the API, its documentation and the SQL room."""
    settings = serving_at(settings, host, port, open_)
    # Both files before any worker starts: they would race to make them.
    archive_database(settings).migrate()
    private_database(settings)
    _refuse_strangers(settings)
    settings = replace(settings, port=_free_port(settings))
    address = f"http://{_shown_host(settings)}:{settings.port}"
    click.echo(f"Cuttings: {address}/ ({address}/docs: the API, {address}/sql/: the SQL room)")
    if not settings.on_loopback:
        named = ", ".join(settings.allowed_hosts) or "none"
        click.echo(f"Other names and addresses it answers to (CUTTINGS_ALLOWED_HOSTS): {named}")
    if browse:
        threading.Timer(1.0, webbrowser.open, [f"{address}/"]).start()
    os.environ.update(as_environment(settings))
    _run(settings, workers)


def _run(settings: Settings, workers: int) -> None:
    options: dict[str, Any] = {
        "factory": True,
        "host": settings.host,
        "port": settings.port,
        "workers": workers,
        "http": "h11",
        "h11_max_incomplete_event_size": LONGEST_REQUEST_HEAD,
        # It would print whole queries, and what a reporter looks for is nobody's business.
        "access_log": False,
        # The gate must see who really asks, so no header may say otherwise.
        "proxy_headers": False,
        "server_header": False,
        "log_level": "warning",
    }
    if workers > 1 and DEALS_OUT:
        port = SharedPort.at(settings.host, settings.port)
        Multiprocess(uvicorn.Config(APP, **options), [port]).run()
    else:
        uvicorn.run(APP, **options)


class SharedPort(socket.socket):
    """A port at which each worker has a socket of its own: the kernel deals connections out.

    All at one socket, the first to wake takes every connection that waits, and two workers answer
    no more than one. A worker is sent a pickle, which becomes another socket there.
    """

    @classmethod
    def at(cls, host: str, port: int) -> "SharedPort":
        shared = cls(socket.AF_INET6 if ":" in host else socket.AF_INET)
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        shared.bind((host, port))
        return shared

    def __reduce__(self) -> tuple[Callable[[str, int], "SharedPort"], tuple[str, int]]:
        host, port, *_ = self.getsockname()
        return SharedPort.at, (host, port)


def _refuse_strangers(settings: Settings) -> None:
    if settings.on_loopback or settings.open or KeyStore(private_database(settings)).any_in_use():
        return
    raise Misconfigured(
        f"{settings.host} is reachable from other machines, and there is no key: make one "
        "(`cuttings key create --scope read`), or say --open if everyone may read"
    )


def _free_port(settings: Settings) -> int:
    """The port asked for, or for 0 one that nobody uses; Misconfigured when it is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
            return int(probe.getsockname()[1])
        except OSError as exc:
            raise Misconfigured(
                f"Cannot listen on {settings.host}, port {settings.port}: {exc.strerror or exc}. "
                "Name another with --port"
            ) from exc


def _shown_host(settings: Settings) -> str:
    if settings.host in ("0.0.0.0", "::"):  # noqa: S104 - shown, not bound
        return "localhost"
    return f"[{settings.host}]" if ":" in settings.host else settings.host
