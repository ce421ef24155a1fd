"""Settings: a table of rows, read once from the environment, handed down as one frozen object."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, get_args

from service.cluster import (
    CLUSTER,
    ClusterSettings,
    EngineName,
    read_cluster,
    read_engine,
)
from service.cluster import as_written as cluster_as_written
from service.dates import parse_zone
from service.env_file import read_env_file
from service.errors import InvalidRequest, Misconfigured
from service.limits import LIMITS, Limits, as_written, read_limits

Format = Literal["text", "json"]
Level = Literal["debug", "info", "warning", "error"]

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
    (
        "CUTTINGS_PROXIES",
        "",
        "Addresses or networks of proxies in front, whose `X-Forwarded-For` is believed for rates "
        "and logs, comma-separated.",
    ),
    (
        "CUTTINGS_RATE_KEY",
        "3000/minute",
        "Requests that one key may send, as number/second, /minute, /hour or /day; off: any.",
    ),
    (
        "CUTTINGS_RATE_ADDRESS",
        "600/minute",
        "Requests without a key that may come from one address beyond this machine; off: any.",
    ),
    (
        "CUTTINGS_RATE_REFUSED",
        "20/minute",
        "Wrong keys, and attempts to log in, that may come from one such address; off: any.",
    ),
    (
        "CUTTINGS_AUDIT_DAYS",
        "0",
        "After how many days lines of the audit log are forgotten; 0: never.",
    ),
    ("CUTTINGS_QUERY_SECONDS", "10", "When a query is stopped, in seconds; 0: never."),
    (
        "CUTTINGS_HALF_LIFE",
        "0",
        "The age in days at which relevance counts half; 0: age is nothing.",
    ),
    (
        "CUTTINGS_LOG",
        "",
        "The log on stderr: text or json, a line for each request; unset, only what a person has "
        "to know.",
    ),
    ("CUTTINGS_LOG_LEVEL", "info", "From where on it is logged: debug, info, warning or error."),
    (
        "CUTTINGS_SLOW_SECONDS",
        "1",
        "From when on an answer to a query is logged as slow, in seconds; 0: never.",
    ),
    (
        "CUTTINGS_LOG_QUERIES",
        "",
        "Set to 1: the private file keeps what slow queries asked (`cuttings slow`).",
    ),
    ("CUTTINGS_LOG_QUERIES_DAYS", "7", "For how many days it keeps that."),
    (
        "CUTTINGS_STOP_SECONDS",
        "30",
        "How long a server that stops goes on with what it has begun, in seconds.",
    ),
    (
        "CUTTINGS_ENV_FILE",
        "",
        "A file with more of these, KEY=VALUE a line, which win over the environment.",
    ),
    ("CUTTINGS_HOST", "127.0.0.1", "The address that `serve` listens on."),
    ("CUTTINGS_PORT", "8000", "The port that `serve` listens on."),
    ("CUTTINGS_OPEN", "", "Set to 1: reading needs no key, also beyond this machine."),
    *LIMITS,
    *CLUSTER,
)

_MOST_PROCESSES = 64
_RATE = re.compile(r"[1-9][0-9]{0,8}/(second|minute|hour|day)", re.ASCII)
_HOST = re.compile(r"[a-z0-9_-][a-z0-9._-]*|\[[0-9a-f:.]+\]", re.ASCII)
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#*@]+", re.ASCII)
_YES = {"1", "true", "yes", "on"}
_NO = {"", "0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the whole service is told from outside; build it with `read_settings`."""

    db: Path = Path("cuttings.db")
    tagger: str = "auto"
    processes: int | None = None
    timezone: str = "UTC"
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    rate_key: str = "3000/minute"  # empty: any number
    rate_address: str = "600/minute"
    rate_refused: str = "20/minute"
    audit_days: int = 0
    query_seconds: float = 10.0
    half_life: float = 0.0
    log: Format | None = None
    log_level: Level = "info"
    slow_seconds: float = 1.0
    log_queries: bool = False
    log_queries_days: float = 7.0
    stop_seconds: float = 30.0
    host: str = "127.0.0.1"
    port: int = 8000
    open: bool = False
    limits: Limits = field(default_factory=Limits)
    engine: EngineName = "sqlite"
    cluster: ClusterSettings = field(default_factory=ClusterSettings)

    @property
    def private_db(self) -> Path:
        """The file for what readers must not see: `cuttings-private.db` beside `cuttings.db`."""
        return self.db.with_name(f"{self.db.stem}-private{self.db.suffix}")

    @property
    def place(self) -> str:
        """Where the archive is, as people are told."""
        if self.engine == "sqlite":
            return str(self.db)
        return f"“{self.cluster.name}” in the cluster at {self.cluster.urls[0]}"

    @property
    def on_loopback(self) -> bool:
        return self.host in {"127.0.0.1", "localhost", "::1"}


def read_settings(environ: Mapping[str, str] | None = None, db: str | None = None) -> Settings:
    """Settings from the environment; `db` (the `--db` of a command) wins over CUTTINGS_DB.

    Raises Misconfigured, which names the setting and the value that it cannot use.
    """
    given = _with_file(os.environ if environ is None else environ)
    rows = {name: given.get(name) or default for name, default, _ in SETTINGS}
    return Settings(
        db=Path(db or rows["CUTTINGS_DB"]),
        tagger=rows["CUTTINGS_TAGGER"],
        processes=_processes(rows["CUTTINGS_PROCESSES"]),
        timezone=_zone_name(rows["CUTTINGS_TIMEZONE"]),
        allowed_hosts=_hosts("CUTTINGS_ALLOWED_HOSTS", rows["CUTTINGS_ALLOWED_HOSTS"]),
        allowed_origins=_origins("CUTTINGS_ALLOWED_ORIGINS", rows["CUTTINGS_ALLOWED_ORIGINS"]),
        proxies=_networks("CUTTINGS_PROXIES", rows["CUTTINGS_PROXIES"]),
        rate_key=_rate("CUTTINGS_RATE_KEY", rows["CUTTINGS_RATE_KEY"]),
        rate_address=_rate("CUTTINGS_RATE_ADDRESS", rows["CUTTINGS_RATE_ADDRESS"]),
        rate_refused=_rate("CUTTINGS_RATE_REFUSED", rows["CUTTINGS_RATE_REFUSED"]),
        audit_days=int(_number("CUTTINGS_AUDIT_DAYS", rows["CUTTINGS_AUDIT_DAYS"], 100_000)),
        query_seconds=_number("CUTTINGS_QUERY_SECONDS", rows["CUTTINGS_QUERY_SECONDS"], 86_400),
        half_life=_number("CUTTINGS_HALF_LIFE", rows["CUTTINGS_HALF_LIFE"], 100_000),
        log=_one_of("CUTTINGS_LOG", rows["CUTTINGS_LOG"], get_args(Format)) or None,
        log_level=_one_of("CUTTINGS_LOG_LEVEL", rows["CUTTINGS_LOG_LEVEL"], get_args(Level)),
        slow_seconds=_number("CUTTINGS_SLOW_SECONDS", rows["CUTTINGS_SLOW_SECONDS"], 86_400),
        log_queries=_is_set("CUTTINGS_LOG_QUERIES", rows["CUTTINGS_LOG_QUERIES"]),
        log_queries_days=_number(
            "CUTTINGS_LOG_QUERIES_DAYS", rows["CUTTINGS_LOG_QUERIES_DAYS"], 3_650
        ),
        stop_seconds=_number("CUTTINGS_STOP_SECONDS", rows["CUTTINGS_STOP_SECONDS"], 86_400),
        host=rows["CUTTINGS_HOST"],
        port=int(_number("CUTTINGS_PORT", rows["CUTTINGS_PORT"], 65_535)),
        open=_is_set("CUTTINGS_OPEN", rows["CUTTINGS_OPEN"]),
        limits=read_limits(rows),
        engine=read_engine(rows),
        cluster=read_cluster(rows),
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
        "CUTTINGS_PROXIES": ",".join(settings.proxies),
        "CUTTINGS_RATE_KEY": settings.rate_key or "off",
        "CUTTINGS_RATE_ADDRESS": settings.rate_address or "off",
        "CUTTINGS_RATE_REFUSED": settings.rate_refused or "off",
        "CUTTINGS_AUDIT_DAYS": str(settings.audit_days),
        "CUTTINGS_QUERY_SECONDS": str(settings.query_seconds),
        "CUTTINGS_HALF_LIFE": str(settings.half_life),
        "CUTTINGS_LOG": settings.log or "",
        "CUTTINGS_LOG_LEVEL": settings.log_level,
        "CUTTINGS_SLOW_SECONDS": str(settings.slow_seconds),
        "CUTTINGS_LOG_QUERIES": "1" if settings.log_queries else "",
        "CUTTINGS_LOG_QUERIES_DAYS": str(settings.log_queries_days),
        "CUTTINGS_STOP_SECONDS": str(settings.stop_seconds),
        "CUTTINGS_HOST": settings.host,
        "CUTTINGS_PORT": str(settings.port),
        "CUTTINGS_OPEN": "1" if settings.open else "",
        **as_written(settings.limits),
        **cluster_as_written(settings.engine, settings.cluster),
    }


def serving_at(settings: Settings, host: str | None, port: int | None, open_: bool) -> Settings:
    """The settings with what `serve` was told on its command line."""
    return replace(
        settings,
        host=host or settings.host,
        port=settings.port if port is None else port,
        open=open_ or settings.open,
    )


def _with_file(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment and the file that it names; a name that is no setting is a typo."""
    file = environ.get("CUTTINGS_ENV_FILE")
    if not file:
        return environ
    said = read_env_file(Path(file))
    known = {name for name, _, _ in SETTINGS} - {"CUTTINGS_ENV_FILE"}
    if unknown := sorted(said.keys() - known):
        raise Misconfigured(f"{file}: there is no setting {unknown[0]}")
    return {**environ, **said}


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


def _hosts(name: str, text: str) -> tuple[str, ...]:
    """As the `Host` header has them, without a port; what could never be there is a mistake."""
    listed = _listed(text)
    for each in listed:
        if not _HOST.fullmatch(each):
            raise Misconfigured(
                f"{name}: “{each}” is no host name as browsers send it: name it without http:// "
                "and port, as archive.example.org"
            )
    return listed


def _origins(name: str, text: str) -> tuple[str, ...]:
    """As the `Origin` header has them. `*` would let any page read what this machine may."""
    listed = _listed(text)
    for each in listed:
        if not _ORIGIN.fullmatch(each):
            raise Misconfigured(
                f"{name}: “{each}” is no origin: name each without a path, as https://wiki.example"
            )
    return listed


def _networks(name: str, text: str) -> tuple[str, ...]:
    listed = _listed(text)
    for each in listed:
        try:
            ip_network(each, strict=False)
        except ValueError as exc:
            raise Misconfigured(f"{name}: “{each}” is neither an address nor a network") from exc
    return listed


def _rate(name: str, text: str) -> str:
    """Empty for `off`."""
    rate = text.strip().lower()
    if rate == "off":
        return ""
    if not _RATE.fullmatch(rate):
        raise Misconfigured(
            f"{name}: “{text}” is neither off nor a number of requests in a while, as 600/minute"
        )
    return rate


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


def _is_set(name: str, text: str) -> bool:
    """Anything else is refused: who wrote `on` would take it for set."""
    said = text.strip().lower()
    if said not in _YES | _NO:
        raise Misconfigured(f"{name}: “{text}” is neither 1 nor 0")
    return said in _YES


def _one_of(name: str, text: str, known: tuple[str, ...]) -> Any:
    """The empty text stands for none of them."""
    if text and text.lower() not in known:
        raise Misconfigured(f"{name}: “{text}” is none of {', '.join(known)}")
    return text.lower()
