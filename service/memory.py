"""How a process that answers keeps its memory: it neither grows for hours, nor stops all answers
for a tenth of a second to look for what may be thrown away.
"""

import ctypes
import gc

# As in glibc's malloc.h.
_M_ARENA_MAX = -8
_ARENAS = 2
# New objects, and looks at these, until the next older ones are looked at too; all are only when
# they are asked for.
_NEW, _LOOKS, _NEVER = 5_000, 10, 1_000_000_000


def share_arenas() -> None:
    """Let all threads that come take their memory from the same few arenas.

    glibc gives nearly every thread one of its own, up to eight for each processor, and what is
    freed in one serves no other: a server with many threads would grow for hours. Other libraries
    have no such arenas.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


def set_aside() -> None:
    """Keep all that is loaded by now for good: nobody need look through it again.

    A look at all objects holds up every thread, so from now on `collect` alone has one.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW, _LOOKS, _NEVER)


def collect() -> None:
    """Throw away what only refers to itself, of all that came since."""
    gc.collect()
