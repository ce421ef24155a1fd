"""Every page, in the order in which its paths are looked at."""

from fastapi import APIRouter

from service.web.pages import frame, login
from service.web.pages.archive import page as archive
from service.web.pages.article import page as article
from service.web.pages.article import versions
from service.web.pages.comparison import page as comparison
from service.web.pages.desk import entity as desk_of_entity
from service.web.pages.desk import history, queue
from service.web.pages.entities import entity, listing
from service.web.pages.search import page as search

PAGES: tuple[APIRouter, ...] = (
    archive.router,
    article.router,
    versions.router,
    comparison.router,
    desk_of_entity.router,
    history.router,
    queue.router,
    listing.router,
    entity.router,
    frame.router,
    login.router,
    search.router,
)
