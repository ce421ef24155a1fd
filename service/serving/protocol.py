"""What cannot be read as a request is refused as everything else is, in problem+json.

It never comes to the app, so its id and what is said to browsers are put on here.
"""

import secrets
import sys
from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.errors import CuttingsError, InvalidRequest, TooLong
from service.logs import REQUEST_ID
from service.web.headers import HEADERS
from service.web.problems import problem_response

# h11's word for a head that never ends.
_ENDLESS = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class Protocol(H11Protocol):
    """uvicorn's, which would answer in plain text."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - says the same of every fault
        id_ = secrets.token_hex(8)
        before = REQUEST_ID.set(id_)
        answer = problem_response(self._error())
        REQUEST_ID.reset(before)
        answer.headers.update(HEADERS | {"X-Request-ID": id_, "Connection": "close"})
        head = h11.Response(
            status_code=answer.status_code,
            headers=answer.raw_headers,
            reason=HTTPStatus(answer.status_code).phrase.encode(),
        )
        for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _error(self) -> CuttingsError:
        """Made of the error that is being handled; what has come so far tells which part it is."""
        fault, (come, _) = sys.exception(), self.conn.trailing_data
        if isinstance(fault, h11.RemoteProtocolError) and fault.error_status_hint == _ENDLESS:
            if b"\n" not in come:
                return TooLong("The address is longer than CUTTINGS_LONGEST_ADDRESS allows")
            return InvalidRequest("The headers are too long together")
        return InvalidRequest("This is no HTTP request")
