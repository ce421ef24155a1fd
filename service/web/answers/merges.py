"""Suggested merges as JSON."""

from service.entity import EntityType
from service.merging import MergePage, SuggestedMerge
from service.stores.entities import EntityRow
from service.twins import Why
from service.web.answers.base import Answer


class MergedOut(Answer):
    key: str
    name: str
    type: EntityType
    articles: int


class ReasonOut(Answer):
    """`detail` is for people, in English."""

    why: Why
    detail: str


class MergeOut(Answer):
    """Two entities that may be one: `one` is mentioned more; `score` is from 0.5 to 1."""

    one: MergedOut
    other: MergedOut
    score: float
    reasons: list[ReasonOut]


class MergesOut(Answer):
    total: int
    merges: list[MergeOut]
    next: str | None


def merges_out(page: MergePage, following: str | None) -> MergesOut:
    return MergesOut(
        total=page.total, merges=[_merge(merge) for merge in page.merges], next=following
    )


def _merge(merge: SuggestedMerge) -> MergeOut:
    return MergeOut(
        one=_entity(merge.one),
        other=_entity(merge.other),
        score=merge.score,
        reasons=[ReasonOut(why=reason.why, detail=reason.detail) for reason in merge.reasons],
    )


def _entity(row: EntityRow) -> MergedOut:
    return MergedOut(key=row.key, name=row.name, type=row.type, articles=row.articles)
