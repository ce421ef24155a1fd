"""An archive in the cluster in a few numbers."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from service.archive import Archive
from service.engines.opensearch.compiling import EVERYTHING
from service.engines.opensearch.lists.asking import WholeArchive
from service.entity import ENTITY_TYPES
from service.schema_versions import migrations_folder, newest
from service.sqlite_library import sqlite3
from service.stores.glance import GlanceStore, Health, Totals
from service.stores.measures import ArchiveMeasures, MeasureStore, PrivateMeasures

ERASING = {"term": {"lists.erasing": True}}
_KILLED = {"exists": {"field": "lists.killed_at"}}
_LAST_TO_COME_FIRST = [{"added_in": "desc"}]
STATE = "SELECT number, (SELECT max(id) FROM edits) AS edits FROM generation"


class OpenSearchGlance(GlanceStore):
    """Reads what an archive holds from the cluster."""

    def __init__(self, archive: Archive, whole: WholeArchive) -> None:
        super().__init__(archive)
        self._whole = whole

    def totals(self) -> Totals:
        counted = {name: {"sum": {"field": f"lists.{name}"}} for name in ("earlier", "quoted")}
        made = self._whole.asked(self._whole.articles, EVERYTHING, counted)
        types = {"types": {"terms": {"field": "lists.type"}}}
        found = self._whole.asked(self._whole.entities, EVERYTHING, types)["types"]["buckets"]
        entities = {each["key"]: each["doc_count"] for each in found}
        by_type = {name: entities.get(name, 0) for name in ENTITY_TYPES}
        return Totals(round(made["earlier"]["value"]), round(made["quoted"]["value"]), by_type)

    def health(self) -> Health:
        size = self._whole.size()
        return Health(0, _count_of_killed(self._whole, ERASING), "", size, ())

    def _newest(self, most: int) -> list[Mapping[str, Any]]:
        body = {
            "query": EVERYTHING,
            "sort": _LAST_TO_COME_FIRST,
            "size": most,
            "track_total_hits": False,
            "_source": ["lists.came"],
        }
        found = self._whole.first(self._whole.articles, body)
        return [_arrived(each["_source"]["lists"]["came"]) for each in found]


class OpenSearchMeasures(MeasureStore):
    """Reads the cluster's archive, and its private part."""

    def __init__(
        self, archive: Archive, private: Archive, whole: WholeArchive, held: Callable[[], int]
    ) -> None:
        super().__init__(archive, private)
        self._whole = whole
        self._held = held

    def private(self) -> PrivateMeasures:
        return replace(super().private(), embargoed=self._held())

    def archive(self) -> ArchiveMeasures:
        """Nothing is filed late there, and what is free is nobody's to know."""
        with self._archive.read() as conn:
            generation, edits = conn.execute(STATE).fetchone()
        return ArchiveMeasures(
            generation=generation,
            articles=self._whole.count(self._whole.articles, EVERYTHING),
            unfiled=0,
            segments=0,
            erasures=_count_of_killed(self._whole, ERASING),
            killed=_count_of_killed(self._whole, _KILLED),
            edits=edits or 0,
            sqlite=sqlite3.sqlite_version,
            schema=newest(migrations_folder()),
            bytes=self._whole.size(),
            log_bytes=0,
            free_bytes=0,
        )

    def unfiled(self, most: int) -> int:  # noqa: ARG002 - all is found that is there
        return 0


def _count_of_killed(whole: WholeArchive, query: dict[str, Any]) -> int:
    return whole.count(f"{whole.articles},{whole.others}", query)


def _arrived(came: Mapping[str, str | None]) -> dict[str, Any]:
    at = came["at"]
    seconds = None
    # Another program may have written what is no time into the file that was moved here.
    with suppress(ValueError):
        seconds = int(datetime.fromisoformat(at).timestamp()) if at else None
    return {"at": at, "seconds": seconds, "origin": came["origin"]}
