"""How much anybody may ask: requests by key or address, and wrong keys by address.

Counted in sliding windows, in the memory of each worker.
"""

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import TooMany
from service.settings import Settings
from service.web.problems import refusal

# Of how many keys and addresses a worker keeps count; who has not asked for longest is forgotten.
MOST_CLIENTS = 20_000
# As many right keys are told from the wrong ones of their neighbours.
MOST_RIGHT_KEYS = 1_000
# What runs the service asks these, and a page brings along a dozen of the others.
UNLIMITED = frozenset({"/healthz", "/readyz", "/favicon.ico", "/opensearch.xml", "/robots.txt"})
UNLIMITED_FILES = ("/static/", "/docs/files/")
# Of a window.
_NEARLY_ALL = 1 - 1e-9


class Counters(MemoryStorage):
    """The counters of `limits`, bounded, without its threads, and by a clock that never jumps.

    Everything is done by the one thread that runs the app.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        # Of each client: when its window began, what was counted in the one before, and in this
        # one. The first begins with its first request.
        self._counts: OrderedDict[str, tuple[float, int, int]] = OrderedDict()

    def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        begun, before, now, left = self._window(key, expiry)
        if math.floor(before * left + now) + amount > limit:
            return False
        self._counts[key] = (begun, before, now + amount)
        self._counts.move_to_end(key)
        if len(self._counts) > MOST_CLIENTS:
            self._counts.popitem(last=False)
        return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        _, before, now, left = self._window(key, expiry)
        # A whole one would be taken for none, as it begins.
        left = min(left, _NEARLY_ALL)
        return before, left * expiry, now, (left + 1) * expiry

    def _window(self, key: str, expiry: int) -> tuple[float, int, int, float]:
        """When this window began, the counts as of now, and how much of it is left (0 to 1)."""
        at = self._clock()
        begun, before, now = self._counts.get(key, (at, 0, 0))
        windows = int((at - begun) / expiry)
        if windows > 1:
            begun, before, now = at, 0, 0
        elif windows == 1:
            begun, before, now = begun + expiry, now, 0
        return begun, before, now, 1 - (at - begun) / expiry


class Allowance:
    """What each client may do in a while; `name` is what the headers call it, `what` a person."""

    def __init__(
        self, name: str, what: str, rate: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._what = what
        self._item: RateLimitItem | None = parse(rate) if rate else None
        self._limiter = SlidingWindowCounterRateLimiter(Counters(clock))

    def spend(self, client: str) -> dict[str, str]:
        """One of what is left, and the headers that tell; TooMany when nothing is left."""
        if self._item is None:
            return {}
        spent = self._limiter.hit(self._item, client)
        headers = self._told(self._item, client)
        if not spent:
            raise self._too_many(self._item, headers)
        return headers

    def check(self, client: str) -> None:
        """TooMany when nothing is left; spends nothing."""
        if self._item is not None and not self._limiter.test(self._item, client):
            raise self._too_many(self._item, self._told(self._item, client))

    def _told(self, item: RateLimitItem, client: str) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers (10) writes it."""
        stats = self._limiter.get_window_stats(item, client)
        again = max(1, math.ceil(stats.reset_time - time.time()))
        return {
            "RateLimit-Policy": f'"{self._name}";q={item.amount};w={item.get_expiry()}',
            "RateLimit": f'"{self._name}";r={stats.remaining};t={again}',
            "Retry-After": str(again),
        }

    def _too_many(self, item: RateLimitItem, headers: dict[str, str]) -> TooMany:
        most = f"{item.amount:,} {self._what} in {item.get_expiry():,} s are the most"
        return TooMany(f"{most}: wait {headers['Retry-After']} s", headers)


class Attempts:
    """How often an address may come with what opens nothing.

    A key that was right before is not held up by the wrong ones of a neighbour behind the same
    proxy: its digest is remembered.
    """

    def __init__(self, rate: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowance = Allowance("attempt", "wrong keys from one address", rate, clock)
        self._right: OrderedDict[bytes, None] = OrderedDict()

    def check(self, client: str, key: str) -> None:
        """TooMany after too many wrong keys, unless this one is known to be right."""
        if _digest(key) not in self._right:
            self._allowance.check(client)

    def spend(self, client: str) -> None:
        """One more; TooMany when that is too many."""
        self._allowance.spend(client)

    def note(self, client: str, key: str, *, is_right: bool) -> None:
        """What a key turned out to be."""
        digest = _digest(key)
        if not is_right:
            self._right.pop(digest, None)
            self._allowance.spend(client)
            return
        self._right[digest] = None
        self._right.move_to_end(digest)
        if len(self._right) > MOST_RIGHT_KEYS:
            self._right.popitem(last=False)


class Rates:
    """ASGI middleware behind the gate: who has asked too much is refused before any work.

    This machine without a key is not counted, nor are probes and the pages' own files.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._of_keys = Allowance("key", "requests with one key", settings.rate_key)
        self._of_addresses = Allowance(
            "address", "requests from one address without a key", settings.rate_address
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_unlimited(scope):
            await self._app(scope, receive, send)
            return
        client = scope["state"]["client"]
        allowance = self._of_keys if client.startswith("key ") else self._of_addresses
        try:
            headers = allowance.spend(client)
        except TooMany as exc:
            await refusal(Request(scope), exc)(scope, receive, send)
            return
        headers.pop("Retry-After", None)

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, send_told if headers else send)


def _is_unlimited(scope: Scope) -> bool:
    path = scope["path"]
    if path in UNLIMITED or path.startswith(UNLIMITED_FILES):
        return True
    return bool(scope["state"]["reader"] == "loopback")


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
