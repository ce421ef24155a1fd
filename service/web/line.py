"""Who is at work and who waits: fairly between clients, in order of arrival within each.

For one event loop, so that nothing here needs a lock.
"""

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Literal

# What becomes of who waits: his turn, the time he may wait is over, or he has gone away.
Outcome = Literal["turn", "late", "left"]
Place = asyncio.Future[Outcome]


@dataclass(frozen=True, slots=True)
class Room:
    """How many may be at work, and wait; of all clients together, and of each."""

    at_once: int
    at_once_each: int
    waiting: int
    waiting_each: int


class Line:
    """Turns are given round robin over the clients that wait.

    A client that has as many at work as one may have is passed over until one of these is done.
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self.at_work: dict[str, int] = {}
        self._total = 0
        self._places: OrderedDict[str, deque[Place]] = OrderedDict()
        self._waiting = 0

    def __len__(self) -> int:
        """How many wait."""
        return self._waiting

    def enter(self, client: str) -> bool:
        """Whether the client can go to work at once; then `leave` has to follow."""
        if not self._has_room(client) or client in self._places:
            return False
        self._begin(client)
        return True

    def is_full(self) -> bool:
        return self._waiting >= self.room.waiting

    def is_full_for(self, client: str) -> bool:
        """Whether as many of this client's wait as may."""
        return len(self._places.get(client, ())) >= self.room.waiting_each

    def stand(self, client: str) -> Place:
        """A place in the line; who has it waits for its outcome, then calls `give_up` or works."""
        place: Place = asyncio.get_running_loop().create_future()
        self._places.setdefault(client, deque()).append(place)
        self._waiting += 1
        return place

    def give_up(self, client: str, place: Place) -> None:
        """Take a place out of the line, if it still is in it."""
        places = self._places.get(client, deque())
        if place not in places:
            return
        places.remove(place)
        self._waiting -= 1
        if not places:
            del self._places[client]

    def leave(self, client: str) -> None:
        """One of the client's is done: the next one's turn."""
        self._total -= 1
        others = self.at_work[client] - 1
        if others:
            self.at_work[client] = others
        else:
            del self.at_work[client]
        if self._places:
            self._call()

    def _has_room(self, client: str) -> bool:
        room = self.room
        return self._total < room.at_once and self.at_work.get(client, 0) < room.at_once_each

    def _begin(self, client: str) -> None:
        self._total += 1
        self.at_work[client] = self.at_work.get(client, 0) + 1

    def _call(self) -> None:
        """Give turns to as many as there is room for."""
        while client := next(filter(self._has_room, self._places), None):
            places = self._places[client]
            place = places[0]
            self.give_up(client, place)
            if client in self._places:
                self._places.move_to_end(client)
            if not place.done():
                self._begin(client)
                place.set_result("turn")
