"""What the cluster and the way to it answer with, as errors of ours, which say what to do."""

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
_SNAPSHOT = "snapshot_in_progress_exception"
# What is asked for has more clauses or levels than the cluster takes.
_TOO_MUCH = ("too_many_clauses", "too_many_nested_clauses", "max_nested_depth")


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
    except (AuthenticationException, AuthorizationException) as exc:
        if _FULL in str(exc.args):
            raise _of_transport(exc) from exc
        raise Misconfigured("The cluster does not take these credentials: check them") from exc
    except SSLError as exc:
        raise Misconfigured(f"The cluster's certificate is not trusted: {exc.error}") from exc
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


def _of_transport(exc: TransportError) -> CuttingsError:
    if not isinstance(exc.status_code, int):
        return Busy("No node of the cluster can be reached: try again later", 5)
    return of_status(exc.status_code, f"{exc.error} {exc.info}")


def of_status(status: int, said: str) -> CuttingsError:
    if any(sign in said for sign in _TOO_MUCH):
        return InvalidRequest("The query asks for more than the cluster takes: shorten it")
    if _FULL in said:
        return DiskFull("A disk of the cluster is too full to be written to: make room there")
    if _SNAPSHOT in said:
        return Busy("A snapshot is being taken of it: try again later", 60)
    if status in _OVERLOADED:
        return Busy("The cluster has too much to do: try again later", 5)
    if status >= _AT_FAULT:
        return Busy(f"The cluster is at fault ({status}): try again later. {said[:500]}", 5)
    return Misconfigured(f"The cluster refused what it was asked ({status}): {said[:500]}")
