"""Settings: a table of rows, read once from the environment, handed down as one frozen object."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from service.dates import parse_zone
from service.errors import InvalidRequest, Misconfigured

# (name in the environment, default, what it does): docs/settings.md is tested against these rows.
SETTINGS: tuple[tuple[str, str, str], ...] = (
    ("CUTTINGS_DB", "cuttings.db", "The archive: one SQLite file. A private file lies beside it."),
    ("CUTTINGS_TAGGER", "auto", "What reads names: auto, gazetteer, off, or a spaCy model's name."),
    (
        "CUTTINGS_PROCESSES",
        "auto",
        "How many processes read names: 1 to 64, or auto, as many as pay off (4 at most).",
    ),
    ("CUTTINGS_TIMEZONE", "UTC", "The zone of dates in requests that name none."),
    ("CUTTINGS_ALLOWED_HOSTS", "", "Host names to answer to besides localhost, comma-separated."),
    (
        "CUTTINGS_ALLOWED_ORIGINS",
        "",
        "Web pages elsewhere that may ask from a browser (CORS), comma-separated.",
    ),
    ("CUTTINGS_QUERY_SECONDS", "10", "When a query is stopped, in seconds."),
    (
        "CUTTINGS_HALF_LIFE",
        "0",
        "The age in days at which relevance counts half; 0: age is nothing.",
    ),
    ("CUTTINGS_HOST", "127.0.0.1", "The address that `serve` listens on."),
    ("CUTTINGS_PORT", "8000", "The port that `serve` listens on."),
    ("CUTTINGS_OPEN", "", "Set to 1: reading needs no key, also beyond this machine."),
)

_MOST_PROCESSES = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """What the whole service is told from outside; build it with `read_settings`."""

    db: Path = Path("cuttings.db")
    tagger: str = "auto"
    processes: int | None = None
    timezone: str = "UTC"
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    query_seconds: float = 10.0
    half_life: float = 0.0
    host: str = "127.0.0.1"
    port: int = 8000
    open: bool = False

    @property
    def private_db(self) -> Path:
        """The file for what readers must not see: `cuttings-private.db` beside `cuttings.db`."""
        return self.db.with_name(f"{self.db.stem}-private{self.db.suffix}")

    @property
    def on_loopback(self) -> bool:
        return self.host in {"127.0.0.1", "localhost", "::1"}


def read_settings(environ: Mapping[str, str] | None = None, db: str | None = None) -> Settings:
    """Settings from the environment; `db` (the `--db` of a command) wins over CUTTINGS_DB.

    Raises Misconfigured, which names the setting and the value that it cannot use.
    """
    given = os.environ if environ is None else environ
    rows = {name: given.get(name) or default for name, default, _ in SETTINGS}
    return Settings(
        db=Path(db or rows["CUTTINGS_DB"]),
        tagger=rows["CUTTINGS_TAGGER"],
        processes=_processes(rows["CUTTINGS_PROCESSES"]),
        timezone=_zone_name(rows["CUTTINGS_TIMEZONE"]),
        allowed_hosts=_listed(rows["CUTTINGS_ALLOWED_HOSTS"]),
        allowed_origins=_listed(rows["CUTTINGS_ALLOWED_ORIGINS"]),
        query_seconds=_number("CUTTINGS_QUERY_SECONDS", rows["CUTTINGS_QUERY_SECONDS"], 86_400),
        half_life=_number("CUTTINGS_HALF_LIFE", rows["CUTTINGS_HALF_LIFE"], 100_000),
        host=rows["CUTTINGS_HOST"],
        port=int(_number("CUTTINGS_PORT", rows["CUTTINGS_PORT"], 65_535)),
        open=rows["CUTTINGS_OPEN"].lower() in {"1", "true", "yes"},
    )


def as_environment(settings: Settings) -> dict[str, str]:
    """The same settings as environment variables, for worker processes to read."""
    return {
        "CUTTINGS_DB": str(settings.db),
        "CUTTINGS_TAGGER": settings.tagger,
        "CUTTINGS_PROCESSES": str(settings.processes or "auto"),
        "CUTTINGS_TIMEZONE": settings.timezone,
        "CUTTINGS_ALLOWED_HOSTS": ",".join(settings.allowed_hosts),
        "CUTTINGS_ALLOWED_ORIGINS": ",".join(settings.allowed_origins),
        "CUTTINGS_QUERY_SECONDS": str(settings.query_seconds),
        "CUTTINGS_HALF_LIFE": str(settings.half_life),
        "CUTTINGS_HOST": settings.host,
        "CUTTINGS_PORT": str(settings.port),
        "CUTTINGS_OPEN": "1" if settings.open else "",
    }


def serving_at(settings: Settings, host: str | None, port: int | None, open_: bool) -> Settings:
    """The settings with what `serve` was told on its command line."""
    return replace(
        settings,
        host=host or settings.host,
        port=settings.port if port is None else port,
        open=open_ or settings.open,
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


def _zone_name(name: str) -> str:
    try:
        return parse_zone(name).key
    except InvalidRequest as exc:
        raise Misconfigured(f"CUTTINGS_TIMEZONE: {exc.detail}") from exc


def _processes(text: str) -> int | None:
    """None for `auto`."""
    if text.lower() == "auto":
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MOST_PROCESSES:
        raise Misconfigured(
            f"CUTTINGS_PROCESSES: “{text}” is neither auto nor a number from 1 to {_MOST_PROCESSES}"
        )
    return int(text)


def _number(name: str, text: str, highest: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= highest:
        raise Misconfigured(f"{name}: “{text}” is not a number from 0 to {highest:g}")
    return number
