"""The archive's entities as a reconciliation service, for OpenRefine and whatever else speaks 0.2.

Clients send parameters of their own (`callback`, `type_strict`), which are ignored. There is no
JSONP: it would hand the archive to any page that a reader happens to look at.
"""

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from service.entity import ENTITY_TYPES
from service.errors import InvalidRequest, NotFound, Problem, TooLarge, WrongMediaType
from service.reconciliation import DEFAULT_LIMIT, Reconciler, Strictness, Wanted
from service.stores.entities import EntityDetail, EntityRow
from service.web import examples
from service.web.answers.reconcile import (
    BATCH,
    PREVIEW_HEADERS,
    PROPERTY_NAMES,
    ExtensionOut,
    ManifestOut,
    ProposedOut,
    ResultOut,
    SuggestedEntitiesOut,
    SuggestedNamesOut,
    extension_out,
    manifest_out,
    preview_page,
    properties_named,
    result_out,
    suggested_out,
    types_named,
)
from service.web.api import At, present_key, refuse_repeats
from service.web.desk import Desk
from service.web.freshness import answer
from service.web.problems import message_of

# Entities a page of suggestions, and how many can be skipped to: further down nobody looks.
SUGGESTED, SUGGESTED_AT_MOST = 10, 200
_PROBLEMS_SHOWN = 10
Read = TypeVar("Read")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts = Annotated[list[str], BeforeValidator(_listed)]


class PropertyIn(BaseModel):
    """A value that the entity should have: `name` and `type` are heeded, others are not."""

    pid: str
    v: Any = None

    def values(self) -> list[str]:
        listed = self.v if isinstance(self.v, list) else [self.v]
        named = [value.get("id") if isinstance(value, dict) else value for value in listed]
        return [value for value in named if isinstance(value, str)]


class QueryIn(BaseModel):
    """One name of a batch; a bare text is a query too, as before 0.1."""

    query: str = ""
    type: Texts = []
    limit: int = Field(0, ge=0)
    type_strict: Strictness = "any"
    properties: list[PropertyIn] = []

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: object) -> object:
        if isinstance(value, str):
            return {"query": value}
        if isinstance(value, dict):
            return {name: part for name, part in value.items() if part is not None}
        return value

    def wanted(self) -> Wanted:
        types = [type_ for type_ in self.type if type_] or self._stated("type")
        name = self.query if self.query.strip() else next(iter(self._stated("name")), "")
        return Wanted(name, tuple(types), self.type_strict, self.limit or DEFAULT_LIMIT)

    def _stated(self, pid: str) -> list[str]:
        return [value for part in self.properties if part.pid == pid for value in part.values()]


class ExtensionPropertyIn(BaseModel):
    id: str


class ExtensionIn(BaseModel):
    """Which properties of which entities."""

    ids: list[str]
    properties: list[ExtensionPropertyIn]


class ReconcileParams(BaseModel):
    """A batch of queries, or an extension; neither asks for the manifest."""

    queries: str | None = Field(None, description="A batch of at most 100 queries, as JSON")
    extend: str | None = Field(None, description="A data extension query, as JSON")


class SuggestEntityParams(BaseModel):
    prefix: str = Field("", max_length=1_000, description="What has been typed so far, or an id")
    cursor: int = Field(0, ge=0, le=1_000_000, description="Suggestions to skip")
    type: list[str] = Field([], max_length=100, description="Only those of these types")


class SuggestNameParams(BaseModel):
    prefix: str = Field("", max_length=1_000, description="What has been typed so far")


class PreviewParams(BaseModel):
    id: str = Field(max_length=1_000, description="An entity's key")


class ProposalParams(BaseModel):
    type: str = Field("", max_length=1_000, description="Every type has the same properties")


BATCHES: TypeAdapter[dict[str, QueryIn]] = TypeAdapter(dict[str, QueryIn])
EXTENSIONS: TypeAdapter[ExtensionIn] = TypeAdapter(ExtensionIn)
Reconciled = ManifestOut | ExtensionOut | dict[str, ResultOut]


async def refuse_other_than_a_form(request: Request) -> None:
    """The specification has one format of a body, a form's."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise WrongMediaType("Send a form: `Content-Type: application/x-www-form-urlencoded`")


def _answers(example: Any) -> dict[int | str, dict[str, Any]]:
    fresh = {"description": "Nothing has changed since the ETag in If-None-Match"}
    ok = {"content": {"application/json": {"example": example}}}
    return {200: ok, 304: fresh, **examples.PROBLEMS}


_PERSON = {"id": "person", "name": "Person"}
_JO = {"id": "person-josonggil", "name": "Jo Song Gil", "description": "in 2 articles"}
_FOUND = {"q0": {"result": [{**_JO, "type": [_PERSON], "score": 100.0, "match": True}]}}
_MANIFEST = manifest_out("http://localhost:8000/")
router = APIRouter(prefix="/v1/reconcile", tags=["reconciliation"])


@router.get(
    "",
    summary="What the reconciliation service offers, or candidates for names",
    response_model=Reconciled,
    responses=_answers(_MANIFEST),
    dependencies=[Depends(refuse_repeats)],
)
def reconcile(request: Request, desk: At, params: Annotated[ReconcileParams, Query()]) -> Response:
    """The manifest; with `queries`, candidates; with `extend`, values of properties."""
    if params.queries is None and params.extend is None:
        return answer(desk, request, lambda: manifest_out(str(request.base_url)))
    return _reconciled(request, desk, params)


@router.post(
    "",
    summary="Candidates for names, or values of properties",
    response_model=ExtensionOut | dict[str, ResultOut],
    responses=_answers(_FOUND),
    dependencies=[Depends(refuse_other_than_a_form)],
)
def reconcile_by_post(
    request: Request, desk: At, params: Annotated[ReconcileParams, Form()]
) -> Response:
    """The same as a form, for batches too long for a URL."""
    return _reconciled(request, desk, params)


def _reconciled(request: Request, desk: Desk, params: ReconcileParams) -> Response:
    if (params.queries is None) == (params.extend is None):
        raise InvalidRequest("Send `queries` or `extend`, one of the two")
    if params.extend is not None:
        extension = _extension(params.extend)
        return answer(desk, request, lambda: _extended(desk, extension))
    batch = _read(BATCHES, params.queries or "", "queries")
    if len(batch) > BATCH:
        raise TooLarge(f"A batch may hold {BATCH} queries, this one has {len(batch):,}")
    return answer(desk, request, lambda: _found(desk, batch))


def _found(desk: Desk, batch: dict[str, QueryIn]) -> dict[str, ResultOut]:
    reconciler = Reconciler(desk.candidates)
    found = reconciler.reconcile([query.wanted() for query in batch.values()])
    return dict(zip(batch, map(result_out, found), strict=True))


def _extension(text: str) -> ExtensionIn:
    extension = _read(EXTENSIONS, text, "extend")
    if len(extension.ids) > BATCH:
        raise TooLarge(f"An extension may name {BATCH} ids, this one has {len(extension.ids):,}")
    problems = tuple(
        Problem(f"extend/properties/{place}/id", f"is none of {', '.join(PROPERTY_NAMES)}")
        for place, property_ in enumerate(extension.properties)
        if property_.id not in PROPERTY_NAMES
    )
    if problems:
        raise InvalidRequest(
            "There are no such properties: see `errors`", problems=problems[:_PROBLEMS_SHOWN]
        )
    return extension


def _extended(desk: Desk, extension: ExtensionIn) -> ExtensionOut:
    properties = list(dict.fromkeys(property_.id for property_ in extension.properties))
    return extension_out(properties, {key: _present(desk, key) for key in extension.ids})


def _read(adapter: TypeAdapter[Read], text: str, parameter: str) -> Read:
    """A parameter that is JSON; InvalidRequest with the place of each fault."""
    try:
        return adapter.validate_json(text)
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_input=False)[:_PROBLEMS_SHOWN]
        problems = tuple(
            Problem("/".join((parameter, *map(str, error["loc"]))), message_of(error))
            for error in errors
        )
        raise InvalidRequest(f"`{parameter}` cannot be used", problems=problems) from exc


@router.get(
    "/suggest/entity",
    summary="Complete an entity's name",
    response_model=SuggestedEntitiesOut,
    responses=_answers({"result": [{**_JO, "notable": [_PERSON]}]}),
)
def suggest_entity(
    request: Request, desk: At, params: Annotated[SuggestEntityParams, Query()]
) -> Response:
    """Entities with a spelling that begins so, or with that key: ten a page."""
    return answer(desk, request, lambda: suggested_out(_suggested(desk, params)))


def _suggested(desk: Desk, params: SuggestEntityParams) -> list[EntityRow]:
    wanted = {type_ for type_ in params.type if type_}
    types = [type_ for type_ in ENTITY_TYPES if not wanted or type_ in wanted]
    itself = _present(desk, params.prefix.strip())
    first = [itself.entity] if itself and itself.entity.type in types else []
    begun = desk.entities.beginning(params.prefix, SUGGESTED_AT_MOST, types)
    every = list(dict.fromkeys((*first, *begun)))
    return every[params.cursor : params.cursor + SUGGESTED]


def _present(desk: Desk, key: str) -> EntityDetail | None:
    """The entity with this key, or the one that it was merged into."""
    present = present_key(desk, key)
    return desk.entities.get(present) if present is not None else None


@router.get(
    "/suggest/type",
    summary="Complete a type's name",
    response_model=SuggestedNamesOut,
    responses=_answers({"result": [_PERSON]}),
)
def suggest_type(
    request: Request, desk: At, params: Annotated[SuggestNameParams, Query()]
) -> Response:
    """Types whose name begins so."""
    return answer(desk, request, lambda: SuggestedNamesOut(result=types_named(params.prefix)))


@router.get(
    "/suggest/property",
    summary="Complete a property's name",
    response_model=SuggestedNamesOut,
    responses=_answers({"result": [{"id": "aliases", "name": "Spellings"}]}),
)
def suggest_property(
    request: Request, desk: At, params: Annotated[SuggestNameParams, Query()]
) -> Response:
    """Properties whose name begins so."""
    return answer(desk, request, lambda: SuggestedNamesOut(result=properties_named(params.prefix)))


@router.get(
    "/properties",
    summary="Properties that an extension can add",
    response_model=ProposedOut,
    responses=_answers({"properties": [{"id": "aliases", "name": "Spellings"}]}),
)
def propose_properties(
    request: Request, desk: At, _: Annotated[ProposalParams, Query()]
) -> Response:
    """All of them: every type has the same."""
    return answer(desk, request, lambda: ProposedOut(properties=properties_named("")))


@router.get("/preview", include_in_schema=False, response_class=HTMLResponse, response_model=None)
def preview(request: Request, desk: At, params: Annotated[PreviewParams, Query()]) -> Any:
    """A small page about an entity, to be shown in a frame."""

    def look() -> None:
        if present_key(desk, params.id) is None:
            raise NotFound(f"There is no “{params.id}” here")

    page = answer(desk, request, lambda: _preview(desk, params.id), look)
    page.headers.update(PREVIEW_HEADERS)
    return page


def _preview(desk: Desk, key: str) -> HTMLResponse:
    detail = _present(desk, key)
    assert detail is not None  # noqa: S101 - looked up in the same snapshot
    return HTMLResponse(preview_page(detail))
