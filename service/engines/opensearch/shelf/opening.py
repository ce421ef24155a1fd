"""Indices for articles of other years, made when the first of them comes.

The register tells which there are, so that everybody knows all places where an article may stand.
An index is made and found by searches before the register names it, and written into after that.
"""

import logging
from collections.abc import Collection
from dataclasses import replace

from service.deadline import until_answered
from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Layout
from service.engines.opensearch.shelf.register import Head, Register

_LOG = logging.getLogger(__name__)
# A node that leads the others may have to be found first.
_PATIENCE = 30.0


class Opening:
    """By whoever needs one, in any process."""

    def __init__(self, client: Client, indices: Indices, register: Register) -> None:
        self._client = client
        self._indices = indices
        self._register = register

    def opened(self, head: Head, dates: Collection[str], copies: int | None = None) -> Head | None:
        """The register, in whose layouts articles of all these dates have a place; None if somebody
        has replaced it meanwhile. With as many `copies` as the layout says, or as are asked for.
        """
        layouts = [(each, each.lacks(dates)) for each in head.layouts]
        if not any(spans for _, spans in layouts):
            return head
        return until_answered(lambda: self._opened(head, layouts, copies), _PATIENCE)

    def _opened(
        self, head: Head, layouts: Collection[tuple[Layout, tuple[str, ...]]], copies: int | None
    ) -> Head | None:
        for layout, spans in layouts:
            self._create(layout, spans, copies)
        current, *coming = [layout.opened(spans) for layout, spans in layouts]
        new = replace(head, layout=current, coming=coming[0] if coming else None)
        done = self._register.replace(head, new)
        if done is not None:
            for layout, spans in layouts:
                # Those of a version that has come into use since.
                self._show(layout, spans)
        return done

    def _create(self, layout: Layout, spans: Collection[str], copies: int | None) -> None:
        parts = layout.parts if copies is None else layout.parts._replace(copies=copies)
        body = self._indices.body_of_articles(parts)
        for name in self._names(layout, spans):
            _LOG.info("The index %s is made", name)
            self._client.create_missing(name, body, at_once=True)
        self._show(layout, spans)

    def _show(self, layout: Layout, spans: Collection[str]) -> None:
        """Searches find what is in there, if they ask this version."""
        others = self._indices.others
        asked = others, self._indices.name_in(layout, others)
        if names := self._names(layout, spans):
            self._client.point_beside([(self._indices.articles, name) for name in names], asked)

    def _names(self, layout: Layout, spans: Collection[str]) -> tuple[str, ...]:
        return self._indices.names_in(layout._replace(spans=tuple(spans)), self._indices.articles)
