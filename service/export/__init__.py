"""Articles out again: the formats of an export, by the name that they are asked for with."""

from collections.abc import Mapping

from service.export import ndjson, ninjs, table
from service.export.exported import ExportFormat

EXPORT_FORMATS: Mapping[str, ExportFormat] = {
    exported.name: exported for exported in (ndjson.FORMAT, table.FORMAT, ninjs.FORMAT)
}
