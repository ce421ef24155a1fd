"""A key that something had before answers 307 to the one that it has now, path and query kept."""

from collections.abc import Callable
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from service.article import Article
from service.errors import CuttingsError, Gone, NotFound
from service.needs import of_articles, of_entities
from service.stores.kills import killed_key, of_notice
from service.web.desk import Desk
from service.web.freshness import Made, answer, release


def about_entity(desk: Desk, request: Request, key: str, make: Callable[[], Made]) -> Response:
    """The answer about an entity; 307 when editors have merged it into another."""

    def look() -> None:
        if not desk.entities.has(key):
            raise NotFound(f"There is no “{key}” here")

    if not desk.entities.has(key):
        release(desk)  # it may be due just now
        if moved := redirect(request, desk.edits.survivor(key)):
            return moved
    return answer(desk, request, make, look, needs=of_entities([key]))


def about_article(desk: Desk, request: Request, key: str, make: Callable[[], Made]) -> Response:
    """The answer about an article; 307 for a key that it had before, 410 if it was killed."""

    def look() -> None:
        if not desk.articles.has(key):
            raise gone(desk, key) or NotFound(f"There is no “{key}” here")

    if not desk.articles.has(key):
        release(desk)
        if moved := redirect(request, desk.articles.key_since(key)):
            return moved
    text = desk.articles.text_of(key)
    return answer(desk, request, make, look, tag=text, needs=of_articles([key]))


def gone(desk: Desk, key: str) -> CuttingsError | None:
    """What is told of an article that was killed; None of one that was not."""
    tombstone = desk.kills.get(key)
    if tombstone is None:
        return None
    why = f": {tombstone.reason}" if tombstone.reason else ""
    facts = {name: getattr(tombstone, name) for name in ("key", "killed_at", "reason")}
    return Gone(f"The article {key} was taken out at {tombstone.killed_at}{why}", facts)


def gone_by_uri(desk: Desk, uri: str) -> CuttingsError | None:
    """The same by its source's identifier, where its source was not known.

    Else the tombstone tells it only to who names the source as well.
    """
    unseen = Article(body="", uri=uri)
    with desk.archive.read(of_notice(None, uri, None)) as conn:
        key = killed_key(conn, unseen, "")
        return gone(desk, key) if key is not None else None


def path_of(key: str) -> str:
    """Where the article with this key is read."""
    return f"/v1/articles/{quote(key, safe='')}"


def redirect(request: Request, key: str | None) -> RedirectResponse | None:
    """To the same under another key, if there is one."""
    if not key:
        return None
    others = {name: quote(str(value), safe="") for name, value in request.path_params.items()}
    path = request.scope["route"].path_format.format(**others | {"key": quote(key, safe="")})
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(path + query, 307)
