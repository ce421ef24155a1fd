"""What cannot be read as a request is refused as everything else is, in problem+json."""

import sys
from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.errors import CuttingsError, InvalidRequest, TooLong
from service.web.problems import problem_response

# h11's word for a head that never ends.
_ENDLESS = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class Protocol(H11Protocol):
    """uvicorn's, which would answer in plain text."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - says the same of every fault
        answer = problem_response(self._error())
        head = h11.Response(
            status_code=answer.status_code,
            headers=[*answer.raw_headers, (b"connection", b"close")],
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
