"""Time limits: day limits count working days, hour limits run by the clock through holidays. Values are data."""

from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from contracts.hotline.terms import Matter
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST

MORNING = time(9, tzinfo=CST)
Unit = Literal["workdays", "hours", "promise"]


class _Row(BaseModel):
    """One limit of the profile with its source; `unverified` until somebody has read the original."""

    label: str
    amount: int
    unit: Literal["workdays", "hours"]
    unverified: bool
    source: str


class _Value(BaseModel):
    value: Any
    unverified: bool
    source: str


class Profile(BaseModel):
    """The limits that a place has set itself."""

    profile: str
    note: str
    matters: dict[Matter, _Row]
    first_contact_workdays: _Value
    sign_workdays: _Value
    return_workdays: _Value
    visit_workdays: _Value
    rating_contact_workdays: _Value
    rating_rectify_workdays: _Value
    rating_complex_workdays: _Value
    extension_workdays: _Value
    promise_days: _Value
    warn_percent: _Value
    alarm_minutes: _Value


PROFILE = Profile.model_validate_json(files(__package__).joinpath("limits.json").read_text(encoding="utf-8"))


class Limit(BaseModel):
    """A limit that runs: what it was made from, and what came of it under the calendar then in force."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Unit
    amount: int
    """Working days, hours, or 0 for a promised day."""
    start: datetime
    extra: int = 0
    """Working days added by an extension."""
    cap: datetime | None = None
    """An earlier reply that the emitter has promised."""
    due_at: datetime
    warn_at: tuple[datetime, ...]
    """When each share of `warn_percent` begins to pass."""
    provisional: bool = False


def limit_for(matter: Matter, start: datetime, calendar: Calendar, cap: datetime | None = None) -> Limit:
    """The limit of a matter from `start` (002 梅陇镇 三1: 5 and 1 working days; the others by profile)."""
    row = PROFILE.matters[matter]
    return _made(row.unit, row.amount, start, 0, cap, calendar)


def promised(day: date, start: datetime) -> Limit:
    """A limit that ends with the day promised to the caller (承诺办理)."""
    end = end_of_day(day)
    shares = (start + (end - start) * percent / 100 for percent in PROFILE.warn_percent.value)
    return Limit(unit="promise", amount=0, start=start, due_at=end, warn_at=tuple(shares))


def extended(limit: Limit, days: int, calendar: Calendar) -> Limit:
    """The same limit with more working days."""
    return _made(limit.unit, limit.amount, limit.start, limit.extra + days, None, calendar)


def recomputed(limit: Limit, calendar: Calendar) -> Limit:
    """The same limit under another calendar; hour limits and promised days never change."""
    if limit.unit == "promise":
        return limit
    return _made(limit.unit, limit.amount, limit.start, limit.extra, limit.cap, calendar)


def workdays_after(start: datetime, days: int, calendar: Calendar) -> datetime:
    """The end of the last of `days` working days after the day of `start`."""
    return end_of_day(calendar.due(_day(start), days))


def morning_before(end: datetime) -> datetime:
    """Nine o'clock of the day that ends at `end`."""
    return datetime.combine(_day(end - timedelta(seconds=1)), MORNING)


def _made(unit: Unit, amount: int, start: datetime, extra: int, cap: datetime | None, calendar: Calendar) -> Limit:
    if unit == "hours":
        due, provisional = start + timedelta(hours=amount), False
        span = due - start
        warn = tuple(start + span * percent / 100 for percent in PROFILE.warn_percent.value)
    else:
        total = amount + extra
        day = calendar.due(_day(start), total)
        due, provisional = end_of_day(day), calendar.provisional(_day(start), day)
        warn = tuple(_morning(start, total * percent // 100 + 1, calendar) for percent in PROFILE.warn_percent.value)
    if cap is not None and start < cap < due:
        due = cap
    warn = tuple(moment for moment in warn if start < moment < due)
    return Limit(
        unit=unit, amount=amount, start=start, extra=extra, cap=cap, due_at=due, warn_at=warn, provisional=provisional
    )


def _morning(start: datetime, n: int, calendar: Calendar) -> datetime:
    """Nine o'clock of the n-th working day after the day of `start`: a warning at night reaches nobody."""
    return datetime.combine(calendar.due(_day(start), n), MORNING)


def _day(moment: datetime) -> date:
    return moment.astimezone(CST).date()
