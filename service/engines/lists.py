"""The stores whose answers go over a whole archive, so that every home has its own."""

from dataclasses import dataclass

from service.stores.aliases import AliasStore
from service.stores.articles import ArticleStore
from service.stores.candidates import CandidateStore
from service.stores.coverage import CoverageStore
from service.stores.entities import EntityStore
from service.stores.glance import GlanceStore
from service.stores.kills import KillStore
from service.stores.measures import MeasureStore
from service.stores.quotes import QuoteStore
from service.stores.related import RelatedStore
from service.stores.rereading import Rereading
from service.stores.suggestions import SuggestionStore


@dataclass(frozen=True, slots=True)
class Lists:
    """Stores over one archive, as its engine answers best."""

    articles: ArticleStore
    entities: EntityStore
    related: RelatedStore
    coverage: CoverageStore
    quotes: QuoteStore
    suggestions: SuggestionStore
    candidates: CandidateStore
    aliases: AliasStore
    kills: KillStore
    rereading: Rereading
    glance: GlanceStore
    measures: MeasureStore
