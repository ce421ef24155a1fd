"""The cluster that an archive lives in, if it is no file: rows like those of the settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args
from urllib.parse import urlsplit

from service.errors import Misconfigured
from service.limits import whole_number

EngineName = Literal["sqlite", "opensearch"]

# (name in the environment, default, what it does)
CLUSTER: tuple[tuple[str, str, str], ...] = (
    (
        "CUTTINGS_ENGINE",
        "sqlite",
        "Where the archive lives: sqlite, a file on this machine; or opensearch, a cluster.",
    ),
    (
        "CUTTINGS_OPENSEARCH_URL",
        "",
        "The cluster's nodes as https://host:port, comma-separated; any of them is asked.",
    ),
    ("CUTTINGS_OPENSEARCH_USER", "", "Who asks the cluster, with a password."),
    ("CUTTINGS_OPENSEARCH_PASSWORD", "", "The password."),
    ("CUTTINGS_OPENSEARCH_API_KEY", "", "Instead of user and password: an API key."),
    (
        "CUTTINGS_OPENSEARCH_CA",
        "",
        "A file (PEM) with the certificate that signed the nodes' own, where no public authority "
        "did.",
    ),
    (
        "CUTTINGS_OPENSEARCH_NAME",
        "cuttings",
        "What the archive's indices begin with, so that one cluster can hold several archives.",
    ),
    (
        "CUTTINGS_OPENSEARCH_SHARDS",
        "3",
        "Parts of the index of articles, 1 to 1024; counts when the archive is made and for "
        "`cuttings reindex`.",
    ),
    (
        "CUTTINGS_OPENSEARCH_COPIES",
        "1",
        "Copies of each part on other nodes, 0 to 8; counts when the archive is made and for "
        "`cuttings reindex`.",
    ),
    (
        "CUTTINGS_OPENSEARCH_YEARS",
        "0",
        "Years of articles that share an index, 1 to 100; 0: all do. Counts when the archive is "
        "made and for `cuttings reindex`.",
    ),
    (
        "CUTTINGS_OPENSEARCH_REPOSITORY",
        "",
        "The snapshot repository of the cluster in which `cuttings snapshot` keeps them.",
    ),
)
NO_NODES = "CUTTINGS_OPENSEARCH_URL: name the cluster's nodes, as https://host:9200"
NO_REPOSITORY = (
    "CUTTINGS_OPENSEARCH_REPOSITORY: name a snapshot repository that is registered in the cluster; "
    "docs/backup.md shows how to register one"
)
_NOT_IN_URL = (
    "CUTTINGS_OPENSEARCH_URL: give user and password in CUTTINGS_OPENSEARCH_USER and _PASSWORD, "
    "not in the address"
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}", re.ASCII)
# What can be sent in a header.
_KEY = re.compile(r"[!-~]*")
# What would name several, or stand for something else in an address.
_REPOSITORY = re.compile(r"(?![_.-])[^\s,#*?\"<>|\\/:%]{1,100}")


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """Where the nodes are, who asks them, and which of the cluster's archives is meant."""

    urls: tuple[str, ...] = ()
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    certificates: Path | None = None
    name: str = "cuttings"
    shards: int = 3
    copies: int = 1
    repository: str = ""
    years: int = 0


def read_engine(given: Mapping[str, str]) -> EngineName:
    """Misconfigured for what is none."""
    text = given["CUTTINGS_ENGINE"].strip().lower()
    known = get_args(EngineName)
    if text not in known:
        raise Misconfigured(f"CUTTINGS_ENGINE: “{text}” is none of {', '.join(known)}")
    return cast("EngineName", text)


def read_cluster(given: Mapping[str, str]) -> ClusterSettings:
    """Misconfigured names the setting that cannot be used."""
    asked = {name.removeprefix("CUTTINGS_OPENSEARCH_"): given[name].strip() for name in _NAMES}
    if "@" in asked["URL"]:
        # First, as what cannot be read as an address is shown.
        raise Misconfigured(_NOT_IN_URL)
    urls = tuple(_url(part.strip()) for part in asked["URL"].split(",") if part.strip())
    if read_engine(given) == "opensearch" and not urls:
        raise Misconfigured(NO_NODES)
    if bool(asked["USER"]) != bool(asked["PASSWORD"]):
        raise Misconfigured("CUTTINGS_OPENSEARCH_USER and _PASSWORD go together")
    if asked["USER"] and asked["API_KEY"]:
        raise Misconfigured("CUTTINGS_OPENSEARCH_API_KEY: give a user or a key, not both")
    if not _KEY.fullmatch(asked["API_KEY"]):
        raise Misconfigured("CUTTINGS_OPENSEARCH_API_KEY: a key is one word of ASCII characters")
    if ":" in asked["USER"]:
        raise Misconfigured("CUTTINGS_OPENSEARCH_USER: the name has a colon, which ends it")
    return ClusterSettings(
        urls,
        asked["USER"],
        asked["PASSWORD"],
        asked["API_KEY"],
        Path(asked["CA"]) if asked["CA"] else None,
        archive_name(asked["NAME"]),
        whole_number("CUTTINGS_OPENSEARCH_SHARDS", asked["SHARDS"], 1, 1024),
        whole_number("CUTTINGS_OPENSEARCH_COPIES", asked["COPIES"], 0, 8),
        _repository(asked["REPOSITORY"]),
        whole_number("CUTTINGS_OPENSEARCH_YEARS", asked["YEARS"], 0, 100),
    )


def archive_name(text: str, given_as: str = "CUTTINGS_OPENSEARCH_NAME") -> str:
    """Misconfigured for what cannot be one, or is a pattern of several."""
    # What is private to an archive has the archive's name and that.
    if not _NAME.fullmatch(text) or text.endswith("-private"):
        raise Misconfigured(
            f"{given_as}: “{text}” is no name of an index: small letters, digits, - and _, "
            "100 at most, and no -private at its end"
        )
    return text


def as_written(engine: EngineName, cluster: ClusterSettings) -> dict[str, str]:
    """The same as environment variables."""
    return {
        "CUTTINGS_ENGINE": engine,
        "CUTTINGS_OPENSEARCH_URL": ",".join(cluster.urls),
        "CUTTINGS_OPENSEARCH_USER": cluster.user,
        "CUTTINGS_OPENSEARCH_PASSWORD": cluster.password,
        "CUTTINGS_OPENSEARCH_API_KEY": cluster.api_key,
        "CUTTINGS_OPENSEARCH_CA": str(cluster.certificates or ""),
        "CUTTINGS_OPENSEARCH_NAME": cluster.name,
        "CUTTINGS_OPENSEARCH_SHARDS": str(cluster.shards),
        "CUTTINGS_OPENSEARCH_COPIES": str(cluster.copies),
        "CUTTINGS_OPENSEARCH_YEARS": str(cluster.years),
        "CUTTINGS_OPENSEARCH_REPOSITORY": cluster.repository,
    }


_NAMES = tuple(name for name, _, _ in CLUSTER if name.startswith("CUTTINGS_OPENSEARCH_"))


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise Misconfigured(
            f"CUTTINGS_OPENSEARCH_URL: “{text}” is no address of a node: write https://host:9200"
        )
    return text.rstrip("/")


def _repository(text: str) -> str:
    if text and not _REPOSITORY.fullmatch(text):
        raise Misconfigured(f"CUTTINGS_OPENSEARCH_REPOSITORY: “{text}” is no name of a repository")
    return text
