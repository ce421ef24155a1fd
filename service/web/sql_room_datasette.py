"""Datasette as the SQL room wants it: one file, read-only, an allow-list, nobody's plugins."""

import csv
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote

import yaml
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import DEFAULT_PLUGINS, pm
from datasette.utils.sqlite import sqlite3
from datasette.views import base as datasette_views
from starlette.types import ASGIApp

from service.spreadsheets import disarmed
from service.web.sql_room import Room
from service.web.sql_room_connection import SqlConnection

# In every URL, so that they do not depend on the file's name.
NAME = "cuttings"
METADATA = Path(__file__).with_name("sql_room.yaml")
SETTINGS = {
    "allow_download": False,
    "default_cache_ttl": 0,  # what was just ingested is seen
    "default_page_size": 50,
    "max_returned_rows": 1_000,
    "suggest_facets": False,  # tries every column: seconds on a large archive
    "truncate_cells_html": 300,  # bodies are long
}

# What SQL may read besides the tables on show: the schema, the text indexes, lists made of JSON.
INDEXES = ("articles_fts", "articles_words", "articles_pieces")
READABLE = frozenset({*("sqlite_master", "sqlite_schema", "json_each", "json_tree"), *INDEXES})
# What only a view may read: statements that name it are refused.
THROUGH_VIEWS = {
    "versions": "earlier_versions",
    "copy_pairs": "near_copies",
    "copy_signatures": "near_copies",
}
# Where an index keeps its words; it reads them by itself. Datasette asks for the columns of each.
_HIDDEN_INDEXES = ("versions_fts", "versions_words", "versions_pieces", "words_draft")
SHADOWS = frozenset(
    f"{index}_{part}"
    for index in (*INDEXES, *_HIDDEN_INDEXES)
    for part in ("config", "content", "data", "docsize", "idx")
)
REFUSED_FUNCTIONS = frozenset(
    {
        # These make as many bytes as they are told to, faster than the time limit.
        *("load_extension", "randomblob", "zeroblob"),
        # Takes the square of what it is given, and cannot be stopped.
        *("json_patch", "jsonb_patch"),
    }
)
PRAGMAS_OF_TABLES = frozenset(
    {"foreign_key_list", "index_info", "index_list", "index_xinfo", "table_info", "table_xinfo"}
)
# data_version: the text index asks for it by itself.
PRAGMAS = frozenset(
    {"data_version", "database_list", "function_list", "page_count", "page_size", "schema_version"}
)


def build(path: Path, room: Room, base_url: str) -> ASGIApp:
    """Datasette over the file, as an ASGI app that believes to be at `base_url`."""
    _drop_foreign_plugins()
    # All that it takes of the module csv; what is published there is opened in spreadsheets.
    datasette_views.csv = SimpleNamespace(writer=_Rows)
    # With rich installed it prints every local variable of a failed request, headers included.
    pm.get_plugin("datasette.handle_exception").rich = None
    limits = {
        "sql_time_limit_ms": round(room.seconds * 1_000),
        "max_returned_rows": room.rows,
        "default_page_size": min(room.rows, SETTINGS["default_page_size"]),
        "num_sql_threads": room.at_once,
        "base_url": base_url,
    }
    datasette = _Room(metadata=read_metadata(), settings=SETTINGS | limits)
    datasette.remove_database("_memory")
    datasette.add_database(_PublicFile(datasette, path, room.largest), name=NAME)
    return cast("ASGIApp", datasette.app())


def read_metadata() -> dict[str, Any]:
    """Titles, queries and which tables are on show: a new copy, since Datasette adds to its own."""
    return cast("dict[str, Any]", yaml.safe_load(METADATA.read_text("utf-8")))


def on_show() -> frozenset[str]:
    """The tables and views that people see."""
    tables = read_metadata()["databases"][NAME]["tables"]
    return frozenset(name for name, table in tables.items() if table.get("allow") is not False)


def _drop_foreign_plugins() -> None:
    """Datasette loads whatever plugin is installed, when it is imported."""
    for name, plugin in pm.list_name_plugin():
        if name not in DEFAULT_PLUGINS and plugin is not None:
            pm.unregister(plugin)


class _Rows:
    """Rows of a table as CSV, in which no cell is a formula."""

    def __init__(self, file: Any) -> None:
        self._rows = csv.writer(file)

    def writerow(self, cells: Sequence[object]) -> Any:
        return self._rows.writerow([disarmed(c) if isinstance(c, str) else c for c in cells])


class _Room(Datasette):  # type: ignore[misc]  # Datasette has no types
    def __init__(self, **options: Any) -> None:
        self._on_show = on_show()
        super().__init__(**options)

    async def permission_allowed(
        self, actor: Any, action: str, resource: Any = None, default: Any = False
    ) -> Any:
        if action == "view-table" and (resource[0] != NAME or resource[1] not in self._on_show):
            return False
        return await super().permission_allowed(actor, action, resource, default)


class _PublicFile(Database):  # type: ignore[misc]  # Datasette has no types
    """The archive. What Datasette asks in its own name is refused, too, so the lists are short."""

    def __init__(self, datasette: Datasette, path: Path, largest: int) -> None:
        # Datasette makes a URI of it without quoting.
        super().__init__(datasette, quote(str(path.absolute())), is_mutable=True)
        self._file = path
        self._largest = largest
        self._on_show = on_show()
        self._hidden = frozenset(read_metadata()["databases"][NAME]["tables"]) - self._on_show

    @property
    def size(self) -> int:
        return self._file.stat().st_size

    def connect(self, write: bool = False) -> Any:
        if write:
            raise PermissionError("The SQL room never writes")
        uri = f"file:{self.path}?mode=ro"
        conn = sqlite3.connect(uri, uri=True, check_same_thread=False, factory=SqlConnection)
        conn.bound(self._largest)
        conn.set_authorizer(partial(self._authorize, conn))
        self._all_file_connections.append(conn)
        return conn

    async def execute(self, sql: str, params: Any = None, **options: Any) -> Any:
        # A reader's mistake is not ours to log, nor the whole query.
        try:
            return await super().execute(sql, params, **{**options, "log_sql_errors": False})
        except sqlite3.Warning as exc:  # two statements in one: to Datasette not yet an error
            raise sqlite3.ProgrammingError(str(exc)) from exc

    async def table_names(self) -> list[str]:
        return [name for name in await super().table_names() if name in self._on_show]

    async def get_all_foreign_keys(self) -> dict[str, dict[str, list[dict[str, str]]]]:
        return {
            table: {
                way: [k for k in keys if k["other_table"] in self._on_show]
                for way, keys in links.items()
            }
            for table, links in (await super().get_all_foreign_keys()).items()
        }

    def _authorize(
        self,
        conn: SqlConnection,
        action: int,
        one: str | None,
        two: str | None,
        _: str | None,
        view: str | None,
    ) -> int:
        """What SQLite asks when it compiles a statement; ATTACH and all writes end here, too."""
        allowed = {
            sqlite3.SQLITE_SELECT: True,
            sqlite3.SQLITE_RECURSIVE: True,
            sqlite3.SQLITE_READ: self._readable(one or "")
            or self._is_made_up(one, two)
            or _is_within(conn.statement, one or "", two, view),
            sqlite3.SQLITE_FUNCTION: two not in REFUSED_FUNCTIONS,
            sqlite3.SQLITE_PRAGMA: one in PRAGMAS_OF_TABLES or (one in PRAGMAS and two is None),
            # Older versions ask for this when they open a virtual table; a real one is refused by
            # SQLite itself, and the file is opened read-only.
            sqlite3.SQLITE_UPDATE: one in ("sqlite_master", "sqlite_schema"),
        }
        return int(sqlite3.SQLITE_OK if allowed.get(action) else sqlite3.SQLITE_DENY)

    def _is_made_up(self, table: str | None, column: str | None) -> bool:
        """A common table of the reader's own, of which he reads no column but counts the rows."""
        return not column and table not in self._hidden

    def _readable(self, table: str) -> bool:
        pragma = table.removeprefix("pragma_")
        is_pragma = pragma != table and (pragma in PRAGMAS_OF_TABLES or pragma in PRAGMAS)
        return table in self._on_show or table in READABLE or is_pragma


def _is_within(statement: str, table: str, column: str | None, view: str | None) -> bool:
    """Whether a view, or an index, reads what is its own.

    A common table of the reader's may be called as the view is: so he must not name the table.
    """
    if table in SHADOWS:
        return not _names(statement, table)
    if table in THROUGH_VIEWS:
        is_its_own = view == THROUGH_VIEWS[table] or not column  # without, only rows are counted
        return is_its_own and not _names(statement, table)
    return False


def _names(statement: str, table: str) -> bool:
    return re.search(rf"(?<!\w){table}(?!\w)", statement, re.IGNORECASE) is not None
