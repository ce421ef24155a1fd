"""The stores of a file: it has everything at hand, so they are as they are."""

from service.engines.lists import Lists
from service.engines.sqlite.home import FileHome
from service.stores.aliases import AliasStore
from service.stores.articles import ArticleStore
from service.stores.candidates import CandidateStore
from service.stores.coverage import CoverageStore
from service.stores.edits import EditStore
from service.stores.entities import EntityStore
from service.stores.glance import GlanceStore
from service.stores.kills import KillStore
from service.stores.measures import MeasureStore
from service.stores.quotes import QuoteStore
from service.stores.related import RelatedStore
from service.stores.rereading import Rereading
from service.stores.suggestions import SuggestionStore


def lists_of(home: FileHome) -> Lists:
    archive = home.archive
    entities = EntityStore(archive)
    return Lists(
        articles=ArticleStore(archive),
        entities=entities,
        related=RelatedStore(archive),
        coverage=CoverageStore(archive),
        quotes=QuoteStore(archive, entities, EditStore(archive)),
        suggestions=SuggestionStore(archive),
        candidates=CandidateStore(archive),
        aliases=AliasStore(archive),
        kills=KillStore(archive),
        rereading=Rereading(archive),
        glance=GlanceStore(archive, archive.pending),
        measures=MeasureStore(archive, home.private),
    )
