"""What the cluster and the way to it answer with, as errors of ours, which say what to do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    ConflictError,
    ConnectionTimeout,
    ImproperlyConfigured,
    NotFoundError,
    OpenSearchException,
    SSLError,
    TransportError,
)

from service.errors import Busy, CuttingsError, DiskFull, InvalidRequest, Misconfigured

# What a node answers that has too much to do. Above 499 it is at fault, not what it was asked: its
# shards are on their way to another, or one that was killed was asked by it.
_OVERLOADED = frozenset((408, 429))
_AT_FAULT = 500
_NO_INDEX = "index_not_found_exception"
_FULL = "disk usage exceeded"
_WRONG_CREDENTIALS = (
    "The cluster does not take these credentials: check CUTTINGS_OPENSEARCH_USER and _PASSWORD, or "
    "CUTTINGS_OPENSEARCH_API_KEY"
)
_FORBIDDEN = 403
_MAY_NOT = "The cluster's user lacks a right, docs/cluster.md shows the role to give"
_RIGHT = re.compile(r"no permissions for \[.*?\](?= and User|$)")
# Also 403, and says nothing of who asks.
_BLOCKED = "blocked by: ["
_NOT_TRUSTED = "The cluster's certificate is not trusted"
_MAY_NAME_SIGNER = ", CUTTINGS_OPENSEARCH_CA may name its signer"
_UNKNOWN_SIGNER = ("self-signed", "self signed", "unable to get")
_NO_TLS = ("WRONG_VERSION_NUMBER", "record layer failure")
# A node that was killed meanwhile; and one that wants TLS and gets none looks the same.
_TORN, _CLOSED = ("UNEXPECTED_EOF", "EOF occurred"), "RemoteDisconnected"
_IN_C = re.compile(r"\s*\(_ssl\.c:\d+\)")
_SNAPSHOT = "snapshot_in_progress_exception"
# What is asked for has more clauses, levels or terms than the cluster takes, whoever is asked.
_TOO_MUCH = (
    "too_many_clauses",
    "too_many_nested_clauses",
    "max_nested_depth",
    "expanded to too many terms",
)


class Conflicting(Exception):
    """Another document stands there."""


@contextmanager
def telling_what_is_open() -> Iterator[None]:
    """Of a write: Conflicting, a refusal as what it is, and Busy where it may have been done."""
    with our_errors():
        try:
            yield
        except ConflictError as exc:
            raise Conflicting from exc


@contextmanager
def our_errors() -> Iterator[None]:
    """Errors of the client as errors of ours, which say what to do."""
    try:
        yield
    except AuthenticationException as exc:
        raise Misconfigured(_WRONG_CREDENTIALS) from exc
    except AuthorizationException as exc:
        if _FULL in str(exc.args):
            raise _of_transport(exc) from exc
        raise of_status(_FORBIDDEN, _reason(exc)) from exc
    except SSLError as exc:
        raise _of_tls(_IN_C.sub("", str(exc.error))) from exc
    except ImproperlyConfigured as exc:
        raise Misconfigured(f"The cluster's address cannot be used: {exc}") from exc
    except ConnectionTimeout as exc:
        raise Busy("The cluster did not answer in time: try again later", 5) from exc
    except NotFoundError as exc:
        if exc.error != _NO_INDEX:
            raise Busy(f"A part of the cluster is on its way: {exc.error}", 5) from exc
        raise Misconfigured(f"The cluster has no such index: {exc.error}") from exc
    except TransportError as exc:
        raise _of_transport(exc) from exc
    except OpenSearchException as exc:
        raise Busy(f"The cluster cannot be asked: {exc}", 5) from exc


def _reason(exc: TransportError) -> str:
    """In the cluster's own words."""
    said = exc.info.get("error", exc.info) if isinstance(exc.info, dict) else exc.info
    reason = said.get("reason", said) if isinstance(said, dict) else said
    return str(reason or exc.error)


def _of_tls(said: str) -> CuttingsError:
    if any(sign in said for sign in _NO_TLS):
        return Misconfigured(
            "The cluster's nodes do not speak TLS: CUTTINGS_OPENSEARCH_URL says https://"
        )
    if any(sign in said for sign in _TORN):
        return Busy("No node of the cluster can be reached: try again later", 5)
    hint = _MAY_NAME_SIGNER if any(sign in said for sign in _UNKNOWN_SIGNER) else ""
    return Misconfigured(f"{_NOT_TRUSTED}{hint}: {said[:500]}")


def _of_transport(exc: TransportError) -> CuttingsError:
    if isinstance(exc.status_code, int):
        return of_status(exc.status_code, f"{exc.error} {exc.info}")
    if _CLOSED in str(exc.error):
        return Busy(
            "The cluster's nodes close the connection: write https:// in CUTTINGS_OPENSEARCH_URL "
            "if they speak TLS, else try again later",
            5,
        )
    return Busy("No node of the cluster can be reached: try again later", 5)


def of_status(status: int, said: str) -> CuttingsError:
    if any(sign in said for sign in _TOO_MUCH):
        return InvalidRequest("The query asks for more than the cluster takes: shorten it")
    if _FULL in said:
        return DiskFull("A disk of the cluster is too full to be written to: make room there")
    if _is_denied(status, said):
        right = _RIGHT.search(said)
        return Misconfigured(f"{_MAY_NOT}: {right[0] if right else said[:500]}")
    if _SNAPSHOT in said:
        return Busy("A snapshot is being taken of it: try again later", 60)
    if status in _OVERLOADED:
        return Busy("The cluster has too much to do: try again later", 5)
    if status >= _AT_FAULT:
        return Busy(f"The cluster is at fault ({status}): try again later. {said[:500]}", 5)
    return Misconfigured(f"The cluster refused what it was asked ({status}): {said[:500]}")


def _is_denied(status: int, said: str) -> bool:
    """Whoever asks may not; of several things asked at once each says so with a status or none."""
    return "security_exception" in said or (status == _FORBIDDEN and _BLOCKED not in said)
