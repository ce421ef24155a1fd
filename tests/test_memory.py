"""What a process that answers does so that its memory stays flat: see service/memory.py."""

import subprocess
import sys

# Each thread takes memory while the others hold theirs; glibc then tells of its arenas.
_ARENAS = """
import ctypes, sys, tempfile, threading
from service.memory import share_arenas
libc = ctypes.CDLL(None)
if sys.argv[1] == "shared":
    share_arenas()
together = threading.Barrier(8)
def hold():
    libc.malloc(1_000)
    together.wait()
threads = [threading.Thread(target=hold) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as told:
    file = ctypes.c_void_p(libc.fopen(told.name.encode(), b"w"))
    libc.malloc_info(0, file)
    libc.fclose(file)
    print(told.read().count(b"<heap nr="))
"""


def _arenas(how: str) -> int:
    program = [sys.executable, "-c", _ARENAS, how]
    return int(subprocess.run(program, check=True, capture_output=True, text=True).stdout)


def test_threads_share_a_few_arenas() -> None:
    assert _arenas("shared") == 2 < _arenas("each its own")
