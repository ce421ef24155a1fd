"""What becomes of a connection: cut when it takes too long, and its faults told in words."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from service.errors import Unreadable

# In seconds: of a server that does not answer, and of an answer that has no end.
SILENCE = 30.0
WHOLE_ANSWER = 120.0


@contextmanager
def opened(client: httpx.Client, request: httpx.Request) -> Iterator[httpx.Response]:
    """The answer to a request, to be read inside; whatever goes wrong is Unreadable.

    A server that sends a byte now and then keeps no timeout waiting, so the connection is cut.
    """
    with _told_in_words(), _watched(request):
        response = client.send(request, stream=True)
        try:
            yield response
        finally:
            response.close()


@contextmanager
def _watched(request: httpx.Request) -> Iterator[None]:
    """Unreadable when it takes too long; some answers look whole where they were cut."""
    lines: list[Any] = []
    late = threading.Event()

    def note(event: str, facts: dict[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            lines.append(facts["return_value"])

    def cut() -> None:
        late.set()
        _cut(lines)

    request.extensions = {**request.extensions, "trace": note}
    watch = threading.Timer(WHOLE_ANSWER, cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    except httpx.HTTPError:
        if not late.is_set():
            raise
    finally:
        watch.cancel()
    if late.is_set():
        raise Unreadable(f"does not end within {WHOLE_ANSWER:g} s")


def _cut(lines: list[Any]) -> None:
    """Ends a connection that another thread waits for."""
    ends = [end for line in lines if (end := line.get_extra_info("socket"))]
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def _told_in_words() -> Iterator[None]:
    """What httpx raises becomes Unreadable, worded to follow the address."""
    try:
        yield
    except httpx.TimeoutException as fault:
        raise Unreadable(f"does not answer within {SILENCE:g} s") from fault
    except httpx.DecodingError as fault:
        raise Unreadable("sends a damaged answer") from fault
    except httpx.ConnectError as fault:
        raise Unreadable(_no_connection(fault)) from fault
    except (httpx.NetworkError, httpx.RemoteProtocolError) as fault:
        raise Unreadable("breaks off its answer") from fault
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as fault:
        raise Unreadable(f"cannot be fetched: {fault}") from fault


def _no_connection(fault: BaseException) -> str:
    causes: list[BaseException] = [fault]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) and len(causes) < 10:
        causes.append(cause)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "has no such host"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"has no valid certificate: {fault}"
    return f"cannot be reached: {fault}"
