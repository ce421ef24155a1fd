"""CSV (RFC 4180) for spreadsheets, an article a row, with everything but the names in it.

With a byte order mark, without which Excel takes UTF-8 for something else.
"""

import csv
import io
import json
import re
from typing import Any

from service.export.exported import Exported, ExportFormat
from service.export.ndjson import fields_of
from service.spreadsheets import disarmed

COLUMNS = (
    *("key", "uri", "title", "title_derived", "standfirst", "body", "captions", "authors"),
    *("credits", "dateline", "related", "source", "source_derived", "url", "origin", "language"),
    *("language_detected", "topics", "rights", "published_at", "published_precision"),
    *("updated_at", "ingested_at", "version", "stated_version", "status", "correction"),
    *("embargoed_until", "tagger", "subheadings", "extra"),
)
# Lists of short items, which people sort and filter by: joined they read better than as JSON.
_JOINED = ("authors", "topics")
BETWEEN = "; "
_NO_ITEM = re.compile(r"[;|]|^\s|^\[|\s$|^$")


def _row(cells: list[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _write(exported: Exported) -> str:
    fields = fields_of(exported)
    return _row([disarmed(_text(name, fields[name])) for name in COLUMNS])


def _text(name: str, value: Any) -> str:
    if value is None or value in ((), [], {}):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    # As text where the items can be told apart again, else as JSON.
    is_text = isinstance(value, tuple) and (len(value) == 1 or name in _JOINED)
    if is_text and not any(_NO_ITEM.search(item) for item in value):
        return BETWEEN.join(value)
    return json.dumps(value, ensure_ascii=False)


FORMAT = ExportFormat(
    "csv",
    "text/csv; charset=utf-8; header=present",
    "cuttings.csv",
    _write,
    beginning="\ufeff" + _row(list(COLUMNS)),
)
