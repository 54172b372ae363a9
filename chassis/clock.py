"""The platform's clock. Everything that decides takes its time from here, as an argument."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from kernel.clock import CST, require_aware


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, in China Standard Time, to the millisecond."""


def _to_millisecond(moment: datetime) -> datetime:
    """Databases keep milliseconds; so do we, lest a stored time differ from a told one."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return _to_millisecond(datetime.now(UTC).astimezone(CST))


class SimulatedClock:
    """A clock that runs at the usual pace from a chosen moment and can be moved forward, kept in a file that all
    processes of the embedded platform read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = 0
        self._offset = timedelta()

    @classmethod
    def start(cls, path: Path, at: datetime) -> "SimulatedClock":
        """Set the clock to `at` (aware) unless the file has a later time already: time never runs backwards."""
        clock = cls(path)
        wanted = require_aware(at) - datetime.now(UTC)
        if not path.exists() or clock._read() < wanted:
            clock._write(wanted)
        return clock

    def now(self) -> datetime:
        return _to_millisecond((datetime.now(UTC) + self._read()).astimezone(CST))

    def advance(self, by: timedelta) -> datetime:
        """Move forward; raises `ValueError` for a step back."""
        if by < timedelta():
            raise ValueError("time does not run backwards")
        self._write(self._read() + by)
        return self.now()

    def _read(self) -> timedelta:
        stamp = self._path.stat().st_mtime_ns
        if stamp != self._stamp:
            self._offset = timedelta(seconds=json.loads(self._path.read_text())["offset_seconds"])
            self._stamp = stamp
        return self._offset

    def _write(self, offset: timedelta) -> None:
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
        draft.replace(self._path)


def clock(path: Path | None) -> Clock:
    """The simulated clock where one is set, else the machine's."""
    return SimulatedClock(path) if path else SystemClock()
