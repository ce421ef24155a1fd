"""What has to be known of an answer, and is said with it."""

from collections.abc import Sequence

from service.query import Diagnostic
from service.result import Hit

# By relevance a write can change the order under a walk's feet.
MOVED_ON = Diagnostic(
    "the archive has changed since the first page: this one goes on in the new order", 0, 0
)


def told_of_past(hits: Sequence[Hit], *, by_score: bool) -> tuple[Diagnostic, ...]:
    """That what only a past version says is not ranked."""
    if not by_score or all(hit.version is None for hit in hits):
        return ()
    message = "what only a past version says has no rank: it comes last, newest first"
    return (Diagnostic(message, 0, 0),)
