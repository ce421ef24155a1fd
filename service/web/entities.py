"""The routes of people, organisations and places: lists, one of them, and what goes with it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.web import examples
from service.web.answers.entities import (
    EntitiesOut,
    EntityInFullOut,
    RelatedEntitiesOut,
    SightingsOut,
    entities_out,
    entity_in_full_out,
    related_out,
    sightings_out,
)
from service.web.api import At, Key, refuse_repeats
from service.web.desk import Desk
from service.web.freshness import answer
from service.web.parameters import EntityParams, ListParams, NoParams, RelatedParams
from service.web.present_keys import about_entity

router = APIRouter(prefix="/v1/entities", dependencies=[Depends(refuse_repeats)])


@router.get(
    "",
    tags=["entities"],
    summary="List people, organisations and places",
    response_model=EntitiesOut,
    responses=examples.ENTITIES,
)
def entities(request: Request, desk: At, params: Annotated[EntityParams, Query()]) -> Response:
    """People, organisations and places, by name or type.

    A name is found in any spelling: who is called exactly so first, then persons under another
    romanisation, order or form of it where nobody is, then names that contain it.
    """
    offset = params.offset(params.what)
    return answer(desk, request, lambda: _entities(desk, params, offset))


def _entities(desk: Desk, params: EntityParams, offset: int) -> EntitiesOut:
    page = desk.entities.page(
        name=params.name, type_=params.type, sort=params.sort, limit=params.limit, offset=offset
    )
    return entities_out(page, params.next(params.what) if page.more else None)


@router.get(
    "/{key}",
    tags=["entities"],
    summary="Look up a person, organisation or place",
    response_model=EntityInFullOut,
    responses=examples.ENTITY,
)
def entity(request: Request, desk: At, key: Key, _: Annotated[NoParams, Query()]) -> Response:
    """An entity with its spellings and counts, over time and by source.

    A key that editors have merged into another answers 307.
    """
    return about_entity(desk, request, key, lambda: _entity(desk, key))


def _entity(desk: Desk, key: str) -> EntityInFullOut:
    detail = desk.entities.get(key)
    assert detail is not None  # noqa: S101 - looked up in the same snapshot
    return entity_in_full_out(detail, desk.coverage_of(detail))


@router.get(
    "/{key}/related",
    tags=["entities"],
    summary="List who is named beside it",
    response_model=RelatedEntitiesOut,
    responses=examples.RELATED,
)
def related(
    request: Request,
    desk: At,
    key: Key,
    params: Annotated[RelatedParams, Query()],
) -> Response:
    """Everybody named in the same articles, with how many those are and the newest of them.

    `significance` is a log-likelihood ratio: 0 for as often as chance would have it, negative for
    less often; above 11 is chance once in 1,000 times.
    """
    what = params.what(key)
    offset = params.offset(what)

    def found() -> RelatedEntitiesOut:
        page = desk.related.page(key, params.type, params.sort, params.limit, offset)
        return related_out(page, params.next(what) if page.more else None)

    return about_entity(desk, request, key, found)


@router.get(
    "/{key}/mentions",
    tags=["entities"],
    summary="List its mentions with their sentences",
    response_model=SightingsOut,
    responses=examples.MENTIONS,
)
def mentions(
    request: Request, desk: At, key: Key, params: Annotated[ListParams, Query()]
) -> Response:
    """Every mention with the sentence around it, the newest article first, in reading order within.

    `start - sentence_start` is where the mention begins in its sentence.
    """
    what = f"mentions\n{key}"
    after = params.after(what)

    def found() -> SightingsOut:
        page = desk.sightings.page(key, params.limit, after)
        return sightings_out(page, params.going_on(what, page.next) if page.next else None)

    return about_entity(desk, request, key, found)
