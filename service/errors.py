"""Every error that Cuttings raises on purpose.

CuttingsError
├── InvalidRequest          422  a value, parameter or query that cannot be used
│   └── InvalidQuery        422  a query with a mistake, when `strict=true`
├── NotAuthenticated        401  no key, or one that is unknown or revoked
├── Forbidden               403  a key without the scope, or a host that is not ours
├── NotFound                404  no such article, entity, facet or page
├── MethodNotAllowed        405  the path exists, the method does not
├── Conflict                409  what is asked for is so already, or was taken back already
├── Gone                    410  an article that was killed
├── PreconditionFailed      412  a condition (If-Match, If-None-Match) that is not met
├── TooLarge                413  a body beyond what a request may hold
├── TooLong                 414  an address beyond what a request may have
├── WrongMediaType          415  a body in a format that is not read
├── TooMany                 429  more requests, or wrong keys, than one may send in a while
├── NotBuilt                501  part of the public contract, not built yet
├── NotReady                503  the service cannot answer yet, or no more
├── Busy                    503  stopped at its time limit, or waiting for another writer
├── DiskFault               503  the disk does not do what is asked of it
│   ├── DiskFull            503  no room is left: what is stored can be read
│   └── ReadOnly            503  the file or its folder may only be read
├── Unreadable              422  an input that gives no article
└── Misconfigured           500  a setting, file or schema that the service cannot work with
    └── Damaged             500  a file that is not as SQLite left it

Each class states the HTTP status and the title its reader sees; the message says what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a request: `where` is a parameter or a JSON pointer; offsets in code points."""

    where: str
    message: str
    offset: int | None = None
    length: int | None = None


class CuttingsError(Exception):
    """Base of all. `slug` names the section of docs/errors.md that explains it."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(
        self,
        detail: str,
        *,
        problems: tuple[Problem, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems = problems
        self.headers = dict(headers or {})


class InvalidRequest(CuttingsError):
    status = 422
    slug = "invalid-request"
    title = "The request cannot be understood"


class InvalidQuery(InvalidRequest):
    slug = "invalid-query"
    title = "The query has a mistake"


class NotAuthenticated(CuttingsError):
    status = 401
    slug = "not-authenticated"
    title = "A valid API key is needed"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="cuttings"'})


class Forbidden(CuttingsError):
    status = 403
    slug = "forbidden"
    title = "This is not allowed"


class NotFound(CuttingsError):
    status = 404
    slug = "not-found"
    title = "There is nothing here"


class MethodNotAllowed(CuttingsError):
    status = 405
    slug = "method-not-allowed"
    title = "The path does not know this method"

    def __init__(self, detail: str, allow: str) -> None:
        super().__init__(detail, headers={"Allow": allow})


class Conflict(CuttingsError):
    status = 409
    slug = "conflict"
    title = "This cannot be done now"


class Gone(CuttingsError):
    """`facts` stand in the answer beside the standard members: key, time and reason."""

    status = 410
    slug = "gone"
    title = "This article was taken out"

    def __init__(self, detail: str, facts: Mapping[str, str]) -> None:
        super().__init__(detail)
        self.facts = dict(facts)


class PreconditionFailed(CuttingsError):
    status = 412
    slug = "precondition-failed"
    title = "A condition of the request is not met"


class TooLarge(CuttingsError):
    status = 413
    slug = "too-large"
    title = "The body is too large"


class TooLong(CuttingsError):
    status = 414
    slug = "too-long"
    title = "The address is too long"


class WrongMediaType(CuttingsError):
    status = 415
    slug = "wrong-media-type"
    title = "The body is in a format that is not read"


class TooMany(CuttingsError):
    """`headers` say how many there may be, and when to ask again."""

    status = 429
    slug = "too-many"
    title = "Too many requests"

    def __init__(self, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": "1"} | dict(headers or {}))


class NotBuilt(CuttingsError):
    status = 501
    slug = "not-built"
    title = "This is promised but not built yet"


class NotReady(CuttingsError):
    """`facts`: every condition, and whether it holds."""

    status = 503
    slug = "not-ready"
    title = "The service is not ready"

    def __init__(self, detail: str, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": "2"})
        self.facts = dict(facts or {})


class Busy(CuttingsError):
    status = 503
    slug = "busy"
    title = "The archive is busy"

    def __init__(self, detail: str, retry_after: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class DiskFault(CuttingsError):
    status = 503
    slug = "disk-fault"
    title = "The disk does not do what is asked of it"

    def __init__(self, detail: str, retry_after: int = 60) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class DiskFull(DiskFault):
    slug = "disk-full"
    title = "The disk is full"


class ReadOnly(DiskFault):
    slug = "read-only"
    title = "The archive may only be read"


class Unreadable(CuttingsError):
    status = 422
    slug = "unreadable"
    title = "This gives no article"


class Misconfigured(CuttingsError):
    slug = "misconfigured"
    title = "The service is not set up for this"


class Damaged(Misconfigured):
    slug = "damaged"
    title = "The archive's file is damaged"
