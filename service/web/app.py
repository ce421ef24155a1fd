"""The ASGI app, made from settings: nothing is built at import."""

import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from service import __version__
from service.in_memory import bound_memory
from service.limits import Limits
from service.logs import EVENTS
from service.settings import Settings
from service.web import (
    api,
    articles,
    edits,
    entities,
    export,
    front,
    quarantine,
    quotes,
    reconcile,
    search,
    suggested_merges,
    versions,
)
from service.web.archive_metrics import ArchiveMetrics
from service.web.audited import Audited
from service.web.clients import Clients
from service.web.desk import Desk, open_desk
from service.web.gate import Gate, HeadAsGet
from service.web.headers import SecurityHeaders
from service.web.metrics import Metrics
from service.web.observed import Observed
from service.web.openapi import DocumentedApp
from service.web.pages.rendering import STATIC, STATIC_AT, KeptFiles
from service.web.pages.routes import PAGES
from service.web.problems import add_problem_handlers
from service.web.rates import Rates
from service.web.rounds import keep_in_order
from service.web.slow import SlowLog
from service.web.sql_room import Room, SqlRoom
from service.web.stopping import Finishing
from service.web.turns import Turns

LONGEST_ROUND = 5.0  # that a server which stops waits for
# How long a thread may go on in Python while another waits: by default ten times as long, and a
# quick answer waits some ten times for a slow one.
SWITCH_SECONDS = 0.0005

ROUTES = (
    search.router,
    api.router,
    articles.router,
    edits.router,
    entities.router,
    reconcile.router,
    quotes.router,
    suggested_merges.router,
    export.router,
    versions.router,
    quarantine.router,
    front.router,
)
DESCRIPTION = """
Full-text search over a news archive: articles, exact facets, and the people, organisations and
places in them. Every error is `application/problem+json`.
"""


def create_app(settings: Settings) -> FastAPI:
    """The whole service over one archive."""
    bound_memory(settings.limits.sqlite_memory)
    desk = open_desk(settings)
    app = DocumentedApp(
        title="Cuttings",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        license_info={"name": "MIT", "identifier": "MIT"},
    )
    app.state.desk = desk
    app.state.has_sql_room = _file(settings) is not None
    app.state.stopping = threading.Event()
    app.state.metrics = Metrics([ArchiveMetrics(desk.measures)])
    for routes in (*PAGES, *ROUTES):
        app.include_router(routes)
    app.mount(front.DOCS_FILES_AT, StaticFiles(directory=front.DOCS_FILES))
    app.mount(STATIC_AT, GZipMiddleware(KeptFiles(directory=STATIC)))
    app.mount("/sql", SqlRoom(_file(settings), _sql_room(settings.limits)))
    add_problem_handlers(app)
    _add_middleware(app, desk, settings)
    return app


def _add_middleware(app: FastAPI, desk: Desk, settings: Settings) -> None:
    """From the inside out: what refuses for less stands further outside."""
    app.add_middleware(HeadAsGet)
    app.add_middleware(Audited, settings=settings, audit=desk.audit)
    app.add_middleware(Turns, limits=settings.limits, lines=app.state.metrics.lines)
    app.add_middleware(Rates, settings=settings)
    app.add_middleware(Gate, settings=settings, keys=desk.keys, sessions=desk.sessions)
    app.add_middleware(Finishing, stopping=app.state.stopping)
    app.add_middleware(
        Observed,
        metrics=app.state.metrics,
        slow=SlowLog(settings, desk.slow_queries, desk.threads),
        clients=Clients(settings.proxies),
    )
    if settings.allowed_origins:
        # Outside the gate: a browser asks beforehand without its key.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "If-None-Match"],
            expose_headers=["ETag", "Link", "Location"],
        )
    app.add_middleware(SecurityHeaders)


def _file(settings: Settings) -> Path | None:
    return settings.db if settings.engine == "sqlite" else None


def _sql_room(limits: Limits) -> Room:
    return Room(limits.sql_seconds, limits.sql_rows, limits.sql_largest, limits.sql_at_once)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    sys.setswitchinterval(SWITCH_SECONDS)
    stop = threading.Event()
    thread = threading.Thread(
        target=keep_in_order,
        args=(app.state.desk, app.state.metrics, stop),
        name="rounds",
        daemon=True,
    )
    thread.start()
    EVENTS.info("a worker serves %s", app.state.desk.settings.place)
    yield
    stop.set()
    # What it is at may take minutes (the file is written anew after a kill), and is safe to cut.
    thread.join(LONGEST_ROUND)
    EVENTS.info("a worker has stopped")
