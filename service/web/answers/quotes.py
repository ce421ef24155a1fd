"""Quotes as JSON."""

from service.stores.quotes import PlacedQuote, QuotePage
from service.web.answers.base import Answer, shown


class QuoteOut(Answer):
    """Speech in an article; start and end are [start, end) in code points of `field`.

    `speaker` is an entity's key and `name` its name; null when the speaker is described only
    (`speaker_name`, as the text calls the speaker), left open or not told. `direct` is false where
    the words are the writer's.
    """

    speaker: str | None
    speaker_name: str | None
    verb: str | None
    quote: str
    article: str
    field: str
    start: int
    end: int
    direct: bool
    name: str | None
    title: str
    source: str | None
    published_at: str | None


class QuotesOut(Answer):
    total: int
    quotes: list[QuoteOut]
    next: str | None


def quotes_out(page: QuotePage, following: str | None) -> QuotesOut:
    return QuotesOut(total=page.total, quotes=[_quote(q) for q in page.quotes], next=following)


def _quote(quote: PlacedQuote) -> QuoteOut:
    return QuoteOut(
        speaker=quote.speaker,
        speaker_name=quote.speaker_name,
        verb=quote.verb,
        quote=quote.text,
        article=quote.article,
        field=quote.field,
        start=quote.start,
        end=quote.end,
        direct=quote.direct,
        name=quote.name,
        title=quote.title,
        source=quote.source,
        published_at=shown(quote.published),
    )
