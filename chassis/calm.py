"""When a take-down has found nothing any more for so long that nothing will come: another replica may have been about
to publish, and PUBLIC follows EVENTS a moment later."""

import time

SECONDS = 15.0
"""So long nothing must have been found; longer than any publication that was under way can take."""


class Calm:
    """Since when nothing more was found of a case that was taken down, by this process's own time."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def reached(self, id: str, found: int, seconds: float = SECONDS) -> bool:
        """Whether nothing has been found for so long; the case is asked about no more then."""
        since = self._since.setdefault(id, time.monotonic())
        if found:
            self._since[id] = time.monotonic()
            return False
        if time.monotonic() - since < seconds:
            return False
        self._since.pop(id, None)
        return True
