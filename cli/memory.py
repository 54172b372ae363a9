"""How a process that runs for months uses memory."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

M_ARENA_MAX = -8
"""From `malloc.h` of the GNU C library."""
ARENAS = 2


@contextmanager
def lasting() -> Iterator[None]:
    """What is made within lives as long as the process and is kept out of all later collections of garbage."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def few_arenas() -> None:
    """Let threads share their pools of freed memory. Otherwise each thread that ever held a large file keeps one for
    itself: after twenty attachments of 20 MB the whole platform took 747 MB, and 450 MB with this."""
    try:
        ctypes.CDLL("libc.so.6").mallopt(M_ARENA_MAX, ARENAS)
    except (OSError, AttributeError):  # another C library
        return
