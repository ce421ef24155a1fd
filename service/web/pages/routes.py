"""Every page, in the order in which its paths are looked at."""

from fastapi import APIRouter

from service.web.pages import (
    archive,
    article,
    article_versions,
    compare,
    desk_entity,
    desk_history,
    desk_queue,
    entities,
    entity,
    frame,
    login,
    search,
)

PAGES: tuple[APIRouter, ...] = (
    archive.router,
    article.router,
    article_versions.router,
    compare.router,
    desk_entity.router,
    desk_history.router,
    desk_queue.router,
    entities.router,
    entity.router,
    frame.router,
    login.router,
    search.router,
)
