"""Dates written relative to the day on which the sample is loaded, so that something is always due soon."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo

from kernel.clock import CST, require_aware

WorkdaysBefore = Callable[[date, int], date]
"""`workdays_before(day, n)`: the n-th working day before `day`, in the calendar of the region."""

_DAYS = re.compile(r"-?(\d{1,4})(wd|d)")
_AGO = re.compile(r"-(\d{1,4})(h|m)")
_EMBEDDED = re.compile(r"\{\{(-?\d{1,4}(?:wd|d))\}\}")


@dataclass(frozen=True)
class Load:
    """The moment of loading (aware) and the calendar that counts back from it."""

    now: datetime
    workdays_before: WorkdaysBefore

    def day(self, written: str) -> date:
        """An ISO date, `-12d` (calendar days ago), `-8wd` (working days ago) or `0d` (today), as a date in China."""
        found = _DAYS.fullmatch(written)
        if found is None:
            return date.fromisoformat(written)
        today, count = require_aware(self.now).date(), int(found[1])
        return self.workdays_before(today, count) if found[2] == "wd" else today - timedelta(days=count)

    def moment(self, written: str) -> datetime:
        """`-5h`, `-40m` or a day with a clock time (`-3d 14:20`), in China Standard Time and never after now."""
        now = require_aware(self.now)
        found = _AGO.fullmatch(written)
        if found is not None:
            return now - timedelta(**{"hours" if found[2] == "h" else "minutes": int(found[1])})
        day, _, clock = written.partition(" ")
        return min(now, datetime.combine(self.day(day), time.fromisoformat(clock), CST))

    def dated(self, written: str) -> str:
        """A cell that is an offset as an ISO date, any other as it stands."""
        return self.day(written).isoformat() if _DAYS.fullmatch(written) else written

    def text(self, written: str) -> str:
        """A page in which every `{{-3d}}` stands as an ISO date."""
        return _EMBEDDED.sub(lambda found: self.day(found[1]).isoformat(), written)


def _load(info: ValidationInfo) -> Load:
    if not isinstance(info.context, Load):
        raise ValueError("the sample is read with a Load as validation context")
    return info.context


def _day(written: object, info: ValidationInfo) -> object:
    return _load(info).day(written) if isinstance(written, str) else written


def _moment(written: object, info: ValidationInfo) -> object:
    return _load(info).moment(written) if isinstance(written, str) else written


Day = Annotated[date, BeforeValidator(_day)]
"""A date that the file may write as an offset."""

Moment = Annotated[datetime, BeforeValidator(_moment)]
"""An aware datetime that the file may write as an offset."""
