"""The newest public events, held once for all readers."""

from bisect import bisect_right
from collections.abc import Sequence

from services.gateway.events.public import PublicEvent

MAX_EVENTS = 4000
MAX_BYTES = 16 * 2**20


class Ring:
    """Events in the order of the stream. Holds every one after `floor`; what was before must be read from the stream.

    A reader keeps nothing but its position, so a slow reader costs no memory: it falls behind `floor`.
    """

    def __init__(self, start: int, max_events: int = MAX_EVENTS, max_bytes: int = MAX_BYTES) -> None:
        self.floor = start
        self.last = start
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._events: list[PublicEvent] = []
        self._bytes = 0

    def add(self, event: PublicEvent) -> None:
        """Take the next event. One that seals a record removes what was told of it before."""
        if event.sealed:
            self._forget(event.record)
        self._events.append(event)
        self._bytes += event.size
        self.last = event.sequence
        if len(self._events) > self._max_events or self._bytes > self._max_bytes:
            self._trim()

    def skip_to(self, sequence: int) -> None:
        """There is nothing for readers up to `sequence`."""
        self.last = max(self.last, sequence)

    def after(self, sequence: int) -> Sequence[PublicEvent]:
        """Events after a position that is not before `floor`."""
        return self._events[bisect_right(self._events, sequence, key=lambda event: event.sequence) :]

    def _forget(self, record: str) -> None:
        self._events = [event for event in self._events if event.record != record]
        self._bytes = sum(event.size for event in self._events)

    def _trim(self) -> None:
        """Drop the oldest quarter and more, so that this happens rarely."""
        drop = 0
        while self._events[drop:] and (
            len(self._events) - drop > self._max_events * 3 // 4 or self._bytes > self._max_bytes * 3 // 4
        ):
            self._bytes -= self._events[drop].size
            drop += 1
        self.floor = self._events[drop - 1].sequence
        del self._events[:drop]
