"""People, organisations and places as JSON."""

from service.stores.entities import EntityDetail, EntityPage
from service.web.answers.base import Answer


class AliasOut(Answer):
    text: str
    count: int


class EntityOut(Answer):
    """An entity over the whole archive; dates are those of the articles that name it."""

    key: str
    name: str
    type: str
    aliases: list[AliasOut]
    articles: int
    mentions: int
    first_seen: str | None
    last_seen: str | None


class EntitiesOut(Answer):
    total: int
    entities: list[EntityOut]
    next: str | None


def entity_out(detail: EntityDetail) -> EntityOut:
    entity = detail.entity
    return EntityOut(
        key=entity.key,
        name=entity.name,
        type=entity.type,
        aliases=[AliasOut(text=a.text, count=a.count) for a in detail.aliases],
        articles=entity.articles,
        mentions=entity.mentions,
        first_seen=detail.first_seen,
        last_seen=detail.last_seen,
    )


def entities_out(page: EntityPage, following: str | None) -> EntitiesOut:
    return EntitiesOut(
        total=page.total, entities=[entity_out(e) for e in page.entities], next=following
    )
