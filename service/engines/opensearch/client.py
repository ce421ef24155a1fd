"""The cluster's nodes, asked through opensearch-py, whose errors become ours here."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    ImproperlyConfigured,
    NotFoundError,
    OpenSearchException,
    SSLError,
    TransportError,
)

from service.deadline import raise_if_late, seconds_left
from service.errors import Busy, CuttingsError, InvalidRequest, Misconfigured

Json = dict[str, Any]

# Less would end every request.
_LEAST_SECONDS = 0.05
# What a node answers that has too much to do, or whose shards are on their way to another.
_OVERLOADED = frozenset((408, 429, 502, 503, 504))
# What is asked for has more clauses or levels than the cluster takes.
_TOO_MUCH = ("too_many_clauses", "too_many_nested_clauses", "max_nested_depth")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the cluster is and who asks it; without a user and a key nobody in particular does."""

    urls: tuple[str, ...]
    user: str = ""
    password: str = ""
    api_key: str = ""
    certificates: str | None = None
    seconds: float = 30.0


class Client:
    """Asks any node that answers; serves many threads."""

    def __init__(self, address: Address) -> None:
        self._seconds = address.seconds
        with our_errors():
            self._nodes = OpenSearch(
                list(address.urls),
                http_auth=(address.user, address.password) if address.user else None,
                headers={"Authorization": f"ApiKey {address.api_key}"} if address.api_key else None,
                ca_certs=address.certificates,
                timeout=address.seconds,
                max_retries=len(address.urls),
                retry_on_timeout=False,  # whoever waits has waited long enough
                retry_on_status=(429, 502, 503),
            )

    def close(self) -> None:
        self._nodes.close()

    def search(self, index: str, body: Mapping[str, Any]) -> Json:
        """One search; Busy rather than an answer of some of the shards only."""
        raise_if_late()
        asked = {
            "allow_partial_search_results": "false",
            "request_timeout": max(_LEAST_SECONDS, min(self._seconds, seconds_left())),
        }
        with our_errors():
            found: Json = self._nodes.search(index=index, body=body, params=asked)
        return _whole(found)

    def create(self, index: str, body: Mapping[str, Any]) -> None:
        """A new index, once every copy of each shard is there."""
        with our_errors():
            self._nodes.indices.create(
                index=index, body=body, params={"wait_for_active_shards": "all"}
            )

    def delete(self, index: str) -> None:
        with our_errors():
            self._nodes.indices.delete(index=index)

    def refresh(self, index: str) -> None:
        """Whatever was written is found by searches from now on."""
        with our_errors():
            self._nodes.indices.refresh(index=index)

    def put(self, index: str, documents: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Documents by their keys, in place of those that are there; Busy if one was not taken."""
        lines: list[Mapping[str, Any]] = []
        for key, document in documents:
            lines += ({"index": {"_id": key}}, document)
        if not lines:
            return
        with our_errors():
            done = self._nodes.bulk(body=lines, index=index)
        for item in done["items"] if done["errors"] else ():
            if fault := item["index"].get("error"):
                raise _of_status(item["index"]["status"], str(fault.get("reason", fault)))

    def analyze(self, index: str, body: Mapping[str, Any]) -> Json:
        """What an analyzer of the index makes of a text."""
        with our_errors():
            made: Json = self._nodes.indices.analyze(index=index, body=body)
        return made


@contextmanager
def our_errors() -> Iterator[None]:
    """Errors of the client as errors of ours, which say what to do."""
    try:
        yield
    except (AuthenticationException, AuthorizationException) as exc:
        raise Misconfigured("The cluster does not take these credentials: check them") from exc
    except SSLError as exc:
        raise Misconfigured(f"The cluster's certificate is not trusted: {exc.error}") from exc
    except ImproperlyConfigured as exc:
        raise Misconfigured(f"The cluster's address cannot be used: {exc}") from exc
    except ConnectionTimeout as exc:
        raise Busy("The cluster did not answer in time: try again later", 5) from exc
    except NotFoundError as exc:
        raise Misconfigured(f"The cluster has no such index: {exc.error}") from exc
    except TransportError as exc:
        raise _of_transport(exc) from exc
    except OpenSearchException as exc:
        raise Busy(f"The cluster cannot be asked: {exc}", 5) from exc


def _of_transport(exc: TransportError) -> CuttingsError:
    if not isinstance(exc.status_code, int):
        return Busy("No node of the cluster can be reached: try again later", 5)
    return _of_status(exc.status_code, f"{exc.error} {exc.info}")


def _of_status(status: int, said: str) -> CuttingsError:
    if any(sign in said for sign in _TOO_MUCH):
        return InvalidRequest("The query asks for more than the cluster takes: shorten it")
    if status in _OVERLOADED:
        return Busy("The cluster has too much to do: try again later", 5)
    return Misconfigured(f"The cluster refused what it was asked ({status}): {said[:500]}")


def _whole(found: Json) -> Json:
    if found.get("timed_out") or found["_shards"]["failed"]:
        raise Busy("The cluster did not answer in time: try again later", 5)
    return found
