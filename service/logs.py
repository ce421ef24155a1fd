"""Log lines on stderr, as text or JSON, each with the request that it belongs to.

Much of what is logged was sent by strangers: whatever they send, a line stays one line, and none
can be forged. Only a traceback has several, and those are indented.
"""

import logging
import sys
import time
from contextvars import ContextVar
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

from service.settings import Format, Level

# Which request is answered, also in the threads that answer it; empty outside of any.
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
# Logged only where somebody wants a log: a person at a terminal reads warnings.
REQUESTS = logging.getLogger("cuttings.requests")
EVENTS = logging.getLogger("cuttings.events")

TEXT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"
JSON = ("levelname", "name", "message", "request_id")
JSON_NAMES = {"levelname": "level", "name": "logger", "exc_info": "exception"}
_INDENT = "    "


def configure(format_: Format | None, level: Level = "info") -> None:
    """Log to stderr from now on; without a format only what a person has to know."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _Stderr)]:
        root.removeHandler(handler)
    root.addHandler(_Stderr(_formatter(format_)))
    root.setLevel(logging.WARNING)
    logging.getLogger("cuttings").setLevel(level.upper())
    for logger in (REQUESTS, EVENTS):
        logger.disabled = format_ is None


def one_line(text: str) -> str:
    """With each character escaped that ends a line, moves a cursor or turns the reading round."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _formatter(format_: Format | None) -> logging.Formatter:
    if format_ == "json":
        return JsonFormatter(JSON, rename_fields=JSON_NAMES, timestamp="time")
    formatter = _Text(TEXT if format_ == "text" else "%(message)s", "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    return formatter


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler may have kept it as it is
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return one_line(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802
        lines = super().formatException(ei).split("\n")  # type: ignore[arg-type]  # as logging has it
        return "\n".join(_INDENT + one_line(line) for line in lines)

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return "\n".join(_INDENT + one_line(line) for line in stack_info.split("\n"))


class _Stderr(logging.StreamHandler[TextIO]):
    """To what stderr is when a line is written: tests and terminals change it."""

    def __init__(self, formatter: logging.Formatter) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(formatter)
        self.addFilter(_with_request_id)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # a property, as logging's last resort has it
        return sys.stderr


def _with_request_id(record: logging.LogRecord) -> bool:
    record.request_id = REQUEST_ID.get() or "-"
    return True
