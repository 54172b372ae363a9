"""Working days of the People's Republic of China, by year and by holiday notice.

A period in working days does not count its first day, counts working days only (make-up days included) and so ends on
a working day (民法典第201条; 全国年节及纪念日放假办法; the yearly notice of the General Office of the State Council). For a
year without a notice, weekends and the statutory days alone are known: everything that rests on them is *provisional*.
"""

import hashlib
import json
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from functools import lru_cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kernel.clock import CST
from kernel.refused import Refused

DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2004, 2060
STATUTE = "全国年节及纪念日放假办法"


class Rest(BaseModel):
    """Days off of one festival, first and last included."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(min_length=1, max_length=20)
    first: date
    last: date


class Notice(BaseModel):
    """A yearly holiday notice: days off, and weekend days that are worked instead."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    year: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    number: str = Field(min_length=1, max_length=60, description="Number of the notice, e.g. 国办发明电〔2025〕7号")
    grade: Literal["verified", "unverified"] = "verified"
    rest: tuple[Rest, ...] = Field(min_length=1, max_length=40)
    makeup: tuple[date, ...] = Field(default=(), max_length=40)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        off: set[date] = set()
        for rest in self.rest:
            days = set(_days(rest.first, rest.last))
            if rest.last < rest.first or len(days) > 20 or off & days:
                raise ValueError("rest days overlap or run backwards")
            if {day.year for day in days} != {self.year}:
                raise ValueError("rest days outside the year of the notice")
            off |= days
        for day in self.makeup:
            if day.weekday() < 5 or day in off or day.year != self.year:
                raise ValueError("a make-up day must be a weekend day of the year that is not a day off")
        return self

    @classmethod
    def read(cls, text: str) -> Self:
        """A notice from JSON; raises `Refused` for what cannot be one."""
        try:
            return cls.model_validate_json(text)
        except ValueError:
            raise Refused(
                "notice", "节假日通知的内容不合理或格式不正确。", remedy="请核对年份、放假日期和调休上班日期。"
            ) from None


@dataclass(frozen=True)
class Day:
    """What one day is, why, and by which source."""

    date: date
    working: bool
    reason: str
    source: str
    provisional: bool


@dataclass(frozen=True)
class CountedDay:
    """A day of a period: counted, or skipped or excluded with its reason."""

    date: date
    counted: bool
    reason: str
    source: str
    provisional: bool


@dataclass(frozen=True)
class Interval:
    """Days that do not count: after `after`, up to and including `until`. `why` stands in explanations."""

    after: date
    until: date
    why: str = "不计入期限"

    def covers(self, day: date) -> bool:
        return self.after < day <= self.until


@dataclass(frozen=True)
class Deadline:
    """Last day of a period, day by day."""

    start: date
    due: date
    provisional: bool
    days: tuple[CountedDay, ...]
    calendar: str


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def end_of_day(day: date) -> datetime:
    """The end of a day, 24:00 in China Standard Time: the first moment after it (民法典第203条)."""
    return datetime.combine(day + DAY, clock_time(), CST)


class Calendar:
    """An immutable calendar: the shipped notices, and any loaded since."""

    def __init__(self, notices: Iterable[Notice]) -> None:
        self._notices = {notice.year: notice for notice in notices}
        self._days: dict[date, Day] = {}
        for notice in self._notices.values():
            self._take(notice)
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            if year not in self._notices:
                self._assume(year)
        self._working: list[date] = []
        self._working_from(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
        text = "".join(notice.model_dump_json() for _, notice in sorted(self._notices.items()))
        self.version = hashlib.sha256(text.encode()).hexdigest()[:12]

    @classmethod
    def shipped(cls) -> "Calendar":
        """The calendar of the notices that come with the platform."""
        return _shipped()

    def with_notice(self, notice: Notice) -> "Calendar":
        """A calendar in which this notice rules its year."""
        return Calendar([*(held for held in self._notices.values() if held.year != notice.year), notice])

    @property
    def last_notice_year(self) -> int:
        return max(self._notices)

    def day(self, day: date) -> Day:
        """What a day is; raises `Refused` outside 2004–2060."""
        _require_known(day)
        special = self._days.get(day)
        if special:
            return special
        notice = self._notices.get(day.year)
        working = day.weekday() < 5
        return Day(
            day, working, "工作日" if working else "周末", notice.number if notice else STATUTE, notice is None
        )

    def is_workday(self, day: date) -> bool:
        return self.day(day).working

    def due(self, start: date, n: int, excluded: Sequence[Interval] = ()) -> date:
        """Last day of a period of `n` working days after `start`, days in `excluded` not counted."""
        _require_known(start)
        position = bisect_right(self._working, start)
        if not excluded:
            return self._nth(position + n - 1) if n > 0 else start
        day = start
        while n > 0:
            day = self._nth(position)
            position += 1
            if not any(interval.covers(day) for interval in excluded):
                n -= 1
        return day

    def add_workdays(self, start: date, n: int, excluded: Sequence[Interval] = ()) -> Deadline:
        """The same period with every counted, skipped and excluded day and its reason."""
        due = self.due(start, n, excluded)
        days = tuple(self._counted(day, excluded) for day in _days(start + DAY, due))
        return Deadline(start, due, any(day.provisional for day in days), days, self.version)

    def workdays_between(self, after: date, until: date) -> int:
        """Working days after `after` up to and including `until`; negative when `until` lies before."""
        _require_known(after)
        _require_known(until)
        return bisect_right(self._working, until) - bisect_right(self._working, after)

    def workdays_before(self, day: date, n: int) -> date:
        """The `n`-th working day before `day`."""
        _require_known(day)
        position = bisect_right(self._working, day - DAY) - n
        if position < 0:
            raise _unknown()
        return self._working[position]

    def provisional(self, after: date, until: date) -> bool:
        """Whether any day of a period rests on a year without a notice."""
        return any(year not in self._notices for year in range(after.year, until.year + 1))

    def add_days(self, start: date, n: int) -> date:
        """Last day of a period of `n` calendar days: the first is not counted; when the last one is a day off, the
        period ends on the next working day (民法典第201、203条)."""
        return self._after_rest(start + timedelta(days=n))

    def add_months(self, start: date, n: int) -> date:
        """Last day of a period of months: the corresponding day, or the month's last (民法典第202、203条)."""
        months = start.year * 12 + start.month - 1 + n
        year, month = divmod(months, 12)
        day = min(start.day, monthrange(year, month + 1)[1])
        return self._after_rest(date(year, month + 1, day))

    def _after_rest(self, day: date) -> date:
        while not self.is_workday(day):
            day += DAY
        return day

    def _counted(self, day: date, excluded: Sequence[Interval]) -> CountedDay:
        known = self.day(day)
        for interval in excluded:
            if known.working and interval.covers(day):
                return CountedDay(day, False, interval.why, known.source, known.provisional)
        return CountedDay(day, known.working, known.reason, known.source, known.provisional)

    def _nth(self, position: int) -> date:
        if position >= len(self._working):
            raise _unknown()
        return self._working[position]

    def _take(self, notice: Notice) -> None:
        for rest in notice.rest:
            for day in _days(rest.first, rest.last):
                self._days[day] = Day(day, False, rest.name, notice.number, False)
        for day in notice.makeup:
            self._days[day] = Day(day, True, "调休上班", notice.number, False)

    def _assume(self, year: int) -> None:
        """Statutory days of a year without a notice (全国年节及纪念日放假办法第二条, 2024年修订)."""
        for text, name in _statutory().get(str(year), {}).items():
            day = date.fromisoformat(text)
            self._days[day] = Day(day, False, name, STATUTE, True)

    def _working_from(self, first: date, last: date) -> None:
        for day in _days(first, last):
            special = self._days.get(day)
            if special.working if special else day.weekday() < 5:
                self._working.append(day)


def _unknown() -> Refused:
    return Refused("date_out_of_range", f"日期超出日历范围（{FIRST_YEAR}—{LAST_YEAR} 年）。", remedy="请核对日期。")


def _require_known(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _unknown()


@lru_cache(maxsize=1)
def _shipped() -> Calendar:
    folder = files("kernel") / "data" / "holidays"
    texts = (entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".json"))
    return Calendar([Notice.model_validate_json(text) for text in texts])


@lru_cache(maxsize=1)
def _statutory() -> dict[str, dict[str, str]]:
    held: dict[str, dict[str, str]] = json.loads(
        (files("kernel") / "data" / "statutory_days.json").read_text(encoding="utf-8")
    )
    return held
