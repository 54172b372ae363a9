"""What is imported lives as long as the process: the collector of garbage need not look through it again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting() -> Iterator[None]:
    """What is made within is kept out of all later collections."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
