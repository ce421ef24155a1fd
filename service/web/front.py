"""Health, and the API's own documentation."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import fastapi_offline
from fastapi import APIRouter, Depends, Query
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from service.errors import Busy, CuttingsError
from service.web import examples
from service.web.answers.base import HealthOut
from service.web.api import at_desk
from service.web.desk import Desk
from service.web.pages.rendering import HEADERS, POLICY
from service.web.parameters import NoParams

# The files of Swagger UI come out of a package: the page asks no foreign host for anything.
DOCS_FILES = Path(fastapi_offline.__file__).parent / "static"
DOCS_FILES_AT = "/docs/files"

router = APIRouter()
At = Annotated[Desk, Depends(at_desk)]
None_ = Annotated[NoParams, Query()]


@router.get(
    "/healthz", tags=["service"], summary="Is the process alive?", responses=examples.HEALTH
)
def healthz(_: None_) -> HealthOut:
    """The process answers."""
    return HealthOut(status="ok")


@router.get(
    "/readyz", tags=["service"], summary="Can the archive be read?", responses=examples.HEALTH
)
def readyz(desk: At, _: None_) -> HealthOut:
    """The archive can be read and its schema is the one this version knows; 503 otherwise."""
    try:
        missing = desk.archive.pending()
    except CuttingsError as exc:
        raise Busy(f"The archive cannot be read: {exc.detail}") from exc
    if missing:
        raise Busy("The archive's schema is old: run `cuttings migrate`")
    return HealthOut(status="ready")


@router.get("/docs", include_in_schema=False)
def docs() -> HTMLResponse:
    """The API, to read and to try."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Cuttings API",
        swagger_js_url=f"{DOCS_FILES_AT}/swagger-ui-bundle.js",
        swagger_css_url=f"{DOCS_FILES_AT}/swagger-ui.css",
        swagger_favicon_url=f"{DOCS_FILES_AT}/favicon.png",
    )
    page.headers.update(HEADERS | {"Content-Security-Policy": docs_policy(bytes(page.body))})
    return page


def docs_policy(page: bytes) -> str:
    """That of all pages, but Swagger UI starts in the page itself and styles what it makes."""
    scripts = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    hashes = (b64encode(sha256(script).digest()).decode() for script in scripts)
    allowed = " ".join(["script-src 'self'", *(f"'sha256-{each}'" for each in hashes)])
    styled = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
    return styled.replace("script-src 'self'", allowed)
