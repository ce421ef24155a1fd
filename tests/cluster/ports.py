"""Ports of this machine for nodes."""

import random
import socket

# Below what systems give to outgoing connections: else one of those takes a killed node's port.
_RANGE = range(20_000, 30_000)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    found: list[int] = []
    for port in random.sample(_RANGE, 100 * count):
        if len(found) < count and is_free(port):
            found.append(port)
    if len(found) < count:
        raise OSError("too few ports are free")
    return found


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
