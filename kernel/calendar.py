"""Working days of the People's Republic of China, by year and by holiday notice.

A period in working days does not count its first day, counts working days only (make-up days included) and so ends on
a working day (民法典第201条; 全国年节及纪念日放假办法; the yearly notice of the General Office of the State Council).
For a year without a notice, weekends and the statutory days alone are known: what rests on them is *provisional*.
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

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kernel.clock import CST, require_aware
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
    """A yearly holiday notice: days off, and weekend days that are worked instead.

    It rules its year, and the December before where the New Year's holiday reaches into it. `number` is the title where
    the number is not known; `grade` says whether the number was seen in a copy of the notice. What cannot be a notice
    (another year, overlaps, a make-up day on a weekday or a day off, a statutory day that is worked) is `Refused`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    year: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    number: str = Field(min_length=1, max_length=60, description="Number of the notice, e.g. 国办发明电〔2025〕7号")
    grade: Literal["verified", "unverified"] = "verified"
    issued_on: date | None = None
    amended_by: tuple[str, ...] = Field(default=(), description="Later notices whose changes are taken up here")
    rest: tuple[Rest, ...] = Field(min_length=1, max_length=40)
    makeup: tuple[date, ...] = Field(default=(), max_length=40)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        off: set[date] = set()
        for rest in self.rest:
            if not rest.first <= rest.last < rest.first + 20 * DAY:
                raise _impossible("每个假期的最后一天不能早于第一天，也不能超过20天。", "rest")
            days = set(_days(rest.first, rest.last))
            if off & days:
                raise _impossible("两个假期的日期有重叠。", "rest")
            off |= days
        if not all(map(self._rules, [*off, *self.makeup])):
            raise _impossible("有日期不属于通知的年份（只有元旦假期可以跨到上一年12月）。", "year")
        if any(day.weekday() < 5 or day in off for day in self.makeup) or len(set(self.makeup)) < len(self.makeup):
            raise _impossible("调休上班日应当是不放假的周六或周日，且不重复。", "makeup")
        if not _statutory_days(self.year) <= off:
            raise _impossible("法定节日没有全部放假。", "rest")
        return self

    def _rules(self, day: date) -> bool:
        return day.year == self.year or (day.year == self.year - 1 and day.month == 12)

    @property
    def source(self) -> str:
        """The number as shown with a day, with those of the notices that changed it."""
        return "、".join((self.number, *self.amended_by))

    @classmethod
    def read(cls, text: str | bytes) -> Self:
        """A notice from JSON; raises `Refused` for what cannot be one."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
            raise _impossible("节假日通知的格式不正确。", place or None) from None


def _impossible(message: str, field: str | None) -> Refused:
    return Refused("notice", message, field=field, remedy="请对照通知原文核对年份、放假日期和调休上班日期。")


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
        """Whether the day is one of them."""
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


def add_hours(start: datetime, hours: float) -> datetime:
    """The end of a limit in hours, in China Standard Time: it runs by the clock, through nights and holidays.

    Raises `ValueError` for a datetime without a zone.
    """
    return require_aware(start) + timedelta(hours=hours)


def _merged(intervals: Iterable[Interval]) -> list[tuple[date, date]]:
    """The union of the intervals, in order: days that two of them cover are left out once."""
    merged: list[tuple[date, date]] = []
    for after, until in sorted((each.after, each.until) for each in intervals if each.after < each.until):
        if merged and after <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
        else:
            merged.append((after, until))
    return merged


class Calendar:
    """An immutable calendar: the shipped notices, and any loaded since."""

    def __init__(self, notices: Iterable[Notice]) -> None:
        self._notices = {notice.year: notice for notice in notices}
        self._days: dict[date, Day] = {}
        for _, notice in sorted(self._notices.items()):
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
        return Day(day, working, "工作日" if working else "周末", notice.source if notice else STATUTE, notice is None)

    def is_workday(self, day: date) -> bool:
        return self.day(day).working

    def due(self, start: date, n: int, excluded: Sequence[Interval] = ()) -> date:
        """Last day of a period of `n` working days after `start`; days in `excluded` (their union) are not counted.

        No working day, no period: `start` itself for `n` = 0. Raises `Refused` past the last year of the calendar.
        """
        _require_known(start)
        if n <= 0:
            return start
        position = bisect_right(self._working, start) + n
        for after, until in _merged(excluded) if excluded else ():
            first = bisect_right(self._working, max(after, start))
            if first >= position:
                break
            position += max(0, bisect_right(self._working, until) - first)
        return self._nth(position - 1)

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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.version == other.version

    def __hash__(self) -> int:
        return hash(self.version)

    def _nth(self, position: int) -> date:
        if position >= len(self._working):
            raise _unknown()
        return self._working[position]

    def _take(self, notice: Notice) -> None:
        for rest in notice.rest:
            for day in _days(rest.first, rest.last):
                self._days[day] = Day(day, False, rest.name, notice.source, False)
        for day in notice.makeup:
            self._days[day] = Day(day, True, "调休上班", notice.source, False)

    def _assume(self, year: int) -> None:
        """Statutory days of a year without a notice (全国年节及纪念日放假办法第二条, 2024年修订)."""
        for text, name in _statutory().get(str(year), {}).items():
            day = date.fromisoformat(text)
            if day in self._days:
                continue
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


@lru_cache(maxsize=64)
def _statutory_days(year: int) -> frozenset[date]:
    """Days that no notice can make working days; before 2027 those with fixed dates (the law changed meanwhile)."""
    fixed = {date(year, 1, 1), date(year, 5, 1), *(date(year, 10, day) for day in (1, 2, 3))}
    return frozenset(fixed | {date.fromisoformat(text) for text in _statutory().get(str(year), {})})
