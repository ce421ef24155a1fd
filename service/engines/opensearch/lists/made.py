"""All stores of an archive in the cluster, those that ask about all of it and the others."""

from collections.abc import Callable

from service.archive import Archive
from service.engines.lists import Lists
from service.engines.opensearch.lists.asking import WholeArchive
from service.engines.opensearch.lists.candidates import OpenSearchCandidates
from service.engines.opensearch.lists.coverage import OpenSearchCoverage
from service.engines.opensearch.lists.entities import OpenSearchEntities
from service.engines.opensearch.lists.numbers import OpenSearchGlance, OpenSearchMeasures
from service.engines.opensearch.lists.others import (
    OpenSearchAliases,
    OpenSearchKills,
    OpenSearchRereading,
)
from service.engines.opensearch.lists.quotes import OpenSearchQuotes
from service.engines.opensearch.lists.related import OpenSearchRelated
from service.engines.opensearch.lists.suggestions import OpenSearchSuggestions
from service.stores.articles import ArticleStore
from service.stores.edits import EditStore
from service.working.shelf import Shelf


def lists_in(
    archive: Archive,
    private: Archive,
    whole: WholeArchive,
    shelf: Shelf,
    held: Callable[[], int],
) -> Lists:
    """The stores over one archive: `whole` are its indices, `shelf` has its documents, `held`
    counts the articles under embargo.
    """
    entities = OpenSearchEntities(archive, whole)
    return Lists(
        articles=ArticleStore(archive),
        entities=entities,
        related=OpenSearchRelated(archive, whole),
        coverage=OpenSearchCoverage(archive, whole),
        quotes=OpenSearchQuotes(archive, entities, EditStore(archive), whole, shelf),
        suggestions=OpenSearchSuggestions(archive, whole),
        candidates=OpenSearchCandidates(archive, whole),
        aliases=OpenSearchAliases(archive, whole),
        kills=OpenSearchKills(archive, whole),
        rereading=OpenSearchRereading(archive, whole),
        glance=OpenSearchGlance(archive, whole),
        measures=OpenSearchMeasures(archive, private, whole, held),
    )
