"""The ASGI app, made from settings: nothing is built at import."""

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from service import __version__
from service.database import WAIT_FOR_WRITER
from service.errors import Busy, CuttingsError
from service.query import FACET_FIELDS, Search
from service.settings import Settings, read_settings
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
    unbuilt,
    versions,
)
from service.web.desk import Desk, open_desk
from service.web.freshness import release
from service.web.gate import Gate, HeadAsGet
from service.web.openapi import DocumentedApp
from service.web.pages.rendering import STATIC, STATIC_AT, KeptFiles
from service.web.pages.routes import PAGES
from service.web.problems import add_problem_handlers
from service.web.sql_room import SqlRoom

_log = logging.getLogger("cuttings")
# How long an embargoed article may be late for those who ask nothing (the SQL room, the file).
SECONDS_BETWEEN_ROUNDS = 5.0
# Until then each worker takes what was written from the tables itself.
WORTH_INDEXING = 200
EVERYTHING = Search(facets=FACET_FIELDS)

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
    unbuilt.router,
)
DESCRIPTION = """
Full-text search over a news archive: articles, exact facets, and the people, organisations and
places in them. Every error is `application/problem+json`.
"""


def create_app(settings: Settings) -> FastAPI:
    """The whole service over one archive."""
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
    for routes in (*PAGES, *ROUTES):
        app.include_router(routes)
    app.mount(front.DOCS_FILES_AT, StaticFiles(directory=front.DOCS_FILES))
    app.mount(STATIC_AT, GZipMiddleware(KeptFiles(directory=STATIC)))
    app.mount("/sql", SqlRoom(desk.archive.path, settings.query_seconds))
    add_problem_handlers(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Gate, settings=settings, keys=desk.keys, sessions=desk.sessions)
    if settings.allowed_origins:
        # Outermost: a browser asks beforehand without its key.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "If-None-Match"],
            expose_headers=["ETag", "Link", "Location"],
        )
    return app


def app_from_environment() -> FastAPI:
    """For servers that start workers by name: the settings come from the environment."""
    return create_app(read_settings())


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    stop = threading.Event()
    thread = threading.Thread(
        target=_keep_in_order, args=(app.state.desk, stop), name="rounds", daemon=True
    )
    thread.start()
    yield
    stop.set()
    thread.join()


def _keep_in_order(desk: Desk, stop: threading.Event) -> None:
    """What has to happen though nobody asks: embargoes end, and what was killed is erased.

    What the first search would have to wait for is loaded beforehand, and what others have written
    is taken up by the index, so that each worker need not read it for itself.
    """
    _try("the archive cannot be searched", lambda: desk.engine.facets(EVERYTHING))
    while not stop.wait(SECONDS_BETWEEN_ROUNDS):
        _try("embargoes cannot be lifted", lambda: release(desk, WAIT_FOR_WRITER))
        _try("what was killed cannot be erased", lambda: _sweep(desk))
        _try("the index lags behind", lambda: desk.engine.index(WORTH_INDEXING))


def _sweep(desk: Desk) -> None:
    if not desk.killing.sweep():
        raise Busy("another program reads or writes the archive")


def _try(otherwise: str, step: Callable[[], object]) -> None:
    """Whatever goes wrong with one of them, the others go on, and the next round tries again."""
    try:
        step()
    except CuttingsError as exc:
        _log.warning("%s: %s", otherwise, exc.detail)
    except Exception:
        _log.exception("%s", otherwise)
