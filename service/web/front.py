"""Health, and the API's own documentation."""

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import fastapi_offline
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, PlainTextResponse

from service.errors import NotReady
from service.web import examples
from service.web.answers.base import CheckOut, HealthOut, ReadyOut
from service.web.api import at_desk
from service.web.desk import Desk
from service.web.pages.rendering import HEADERS, POLICY
from service.web.parameters import NoParams
from service.web.readiness import Condition, conditions, without_details

# The files of Swagger UI come out of a package: the page asks no foreign host for anything.
DOCS_FILES = Path(fastapi_offline.__file__).parent / "static"
DOCS_FILES_AT = "/docs/files"

# Who may know what is behind a condition.
TOLD_WHY = ("loopback", "admin")

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
    "/readyz", tags=["service"], summary="Can the service answer?", responses=examples.READINESS
)
def readyz(request: Request, desk: At, _: None_) -> ReadyOut:
    """Each condition for an answer, and whether it holds; 503 where one that is needed does not."""
    found = list(conditions(desk, is_stopping=request.app.state.stopping.is_set()))
    if request.state.reader not in TOLD_WHY:
        found = [without_details(each) for each in found]
    failing = [each for each in found if each.needed and not each.ok]
    ready = ReadyOut(status="not ready" if failing else "ready", checks=[*map(check_out, found)])
    if failing:
        raise NotReady(_why(failing), {"checks": ready["checks"]})
    return ready


@router.get(
    "/metrics",
    tags=["service"],
    summary="Measure the service",
    response_class=PlainTextResponse,
    responses=examples.METRICS,
)
def metrics(request: Request, _: None_) -> Response:
    """Requests, stages of queries, ingests, the archive and the workers, for Prometheus."""
    told, media_type = request.app.state.metrics.exposed(request.headers.get("accept", ""))
    return Response(told, headers={"Cache-Control": "no-store"}, media_type=media_type)


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


def check_out(found: Condition) -> CheckOut:
    out = CheckOut(name=found.name, ok=found.ok, needed=found.needed)
    return out if found.ok or not found.detail else CheckOut(**out, detail=found.detail)


def _why(failing: Sequence[Condition]) -> str:
    reasons = (f"{each.name}: {each.detail}" if each.detail else each.name for each in failing)
    return f"Not as it has to be: {'; '.join(reasons)}"
