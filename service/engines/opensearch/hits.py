"""Documents of a page -> hits, with the passages that the other engine would show."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.dates import Moment
from service.engines.fields import is_english
from service.engines.highlights import COLUMNS, snippets
from service.engines.leaves import unstemmed
from service.engines.opensearch.near_copies import Copies, Document
from service.engines.opensearch.past_texts import past_text_of
from service.engines.opensearch.spellings import SpellingsOfTexts
from service.engines.reading import Reading
from service.engines.respelling import respelled
from service.query import Node
from service.result import Explanation, Hit, Snippet

# Where any word is enough, scores of what has all of them are multiplied by the one, and so are
# above all others; before, the other is added to each, for what has no score. A score has but
# seven digits, and keeps them when it is multiplied by a power of two; added to much it would not.
LIFTED, LEAST = 2.0**70, 2.0**-40
_MOST = 2.0**29


def hits_of(
    found: Sequence[Document],
    tree: Node | None,
    copies: Mapping[str, Copies],
    explained: Mapping[str, Explanation],
    *,
    by_score: bool,
    any_word: bool,
    with_snippets: bool,
) -> tuple[Hit, ...]:
    """The hits of a page in their order.

    With `any_word` those that have every word come first.
    """
    shown = _passages(found, tree) if with_snippets else {}
    return tuple(
        _hit(
            each,
            _score(each, any_word=any_word) if by_score else None,
            shown.get(each["_id"], ()),
            copies.get(each["_id"], Copies()),
            explained.get(each["_id"]),
        )
        for each in found
    )


def reading_of(texts: Sequence[str], tree: Node | None) -> Reading:
    """How some texts are read for a tree."""
    if tree is None:
        return Reading(None)
    written = respelled(tree, SpellingsOfTexts(texts))
    exact = unstemmed(written)
    return Reading(written, exact if exact != written else None)


def _passages(found: Sequence[Document], tree: Node | None) -> Mapping[str, tuple[Snippet, ...]]:
    rows = [_row(each) for each in found]
    texts = [row[column] for row in rows for column in COLUMNS]
    return snippets(rows, reading_of(texts, tree))


def _row(found: Document) -> dict[str, Any]:
    article = found["_source"]["article"]
    past = past_text_of(found)
    said = article if past is None else past["article"]
    texts = {column: said[column] for column in COLUMNS}
    return {"id": found["_id"], "is_foreign": not is_english(article["language"]), **texts}


def _score(found: Document, *, any_word: bool) -> float | None:
    if past_text_of(found) is not None:
        return None
    score = float(found["_score"])
    if not any_word:
        return score
    return (score / LIFTED if score > _MOST else score) - LEAST


def _hit(
    found: Document,
    score: float | None,
    passages: tuple[Snippet, ...],
    copies: Copies,
    explanation: Explanation | None,
) -> Hit:
    article = found["_source"]["article"]
    published = article["published"]
    past = past_text_of(found)
    return Hit(
        key=found["_id"],
        title=article["title"],
        title_derived=article["title_derived"],
        source=article["source"],
        source_derived=article["source_derived"],
        authors=tuple(article["authors"]),
        published=Moment(published, article["precision"]) if published else None,
        url=article["url"],
        language=article["language"],
        score=score,
        snippets=passages,
        copies=copies.number,
        copied_in=copies.oldest,
        version=past["version"] if past is not None else None,
        explanation=explanation,
    )
