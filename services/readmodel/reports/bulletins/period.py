"""The time that a bulletin speaks of: a year, a quarter or a month, up to a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kernel.refused import Refused

QUARTERS = "一二三四"


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date
    label: str

    @classmethod
    def of(cls, year: int | None, quarter: int | None, month: int | None) -> "Period":
        """Raises `Refused` without a year, or for a quarter and a month at once."""
        if year is None:
            raise Refused("year_missing", "没有说明年度。", field="year", remedy="请加年度，如 2026。")
        if quarter and month:
            raise Refused("period_double", "季度和月份只能选一个。", field="month", remedy="请去掉其中一个。")
        if month:
            return cls._months(year, month, 1, f"{year}年{month}月")
        if quarter:
            return cls._months(year, 3 * quarter - 2, 3, f"{year}年第{QUARTERS[quarter - 1]}季度")
        return cls._months(year, 1, 12, f"{year}年")

    @classmethod
    def _months(cls, year: int, month: int, count: int, label: str) -> "Period":
        after = date(year + (month + count > 12), (month + count - 1) % 12 + 1, 1)
        return cls(date(year, month, 1), after - timedelta(days=1), label)

    @property
    def months(self) -> int:
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def before(self) -> "Period":
        """The period of the same length just before."""
        end = self.first - timedelta(days=1)
        quarter, month = ((end.month + 2) // 3, None) if self.months == 3 else (None, end.month)
        return Period.of(end.year, quarter, month) if self.months < 12 else Period.of(end.year, None, None)

    def year_before(self) -> "Period":
        """The same period of the year before."""
        quarter = (self.first.month + 2) // 3 if self.months == 3 else None
        return Period.of(self.first.year - 1, quarter, self.first.month if self.months == 1 else None)

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def told(self, as_of: date) -> dict[str, Any]:
        """As JSON: whether it was over on the day of the report."""
        return {
            "label": self.label,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "over": as_of > self.last,
        }

    def require_begun(self, day: date) -> None:
        """Raises `Refused` for a time that has not begun: a report with zeros would look like one of a quiet time."""
        if day < self.first:
            raise Refused("period_ahead", "该期间在所指日期尚未开始。", field="year", remedy="请选择已经开始的期间。")
