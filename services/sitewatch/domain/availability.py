"""Whether a site could be reached, over a window of full days. Pure functions over probes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contracts.sitewatch import Outcome
from services.sitewatch.domain.indicators import Indicators


@dataclass(frozen=True)
class Sample:
    """One probe of a home page."""

    at: datetime
    outcome: Outcome

    @property
    def counts(self) -> bool:
        return self.outcome is not Outcome.UNKNOWN

    @property
    def failed(self) -> bool:
        return self.counts and self.outcome is not Outcome.OK


@dataclass(frozen=True)
class DayCount:
    """Probes of one calendar day that could be judged."""

    day: date
    probes: int
    fails: int


@dataclass(frozen=True)
class Window:
    """The full days before a day, counted."""

    days: tuple[DayCount, ...]
    complete: bool
    """Each day had as many probes as the indicator asks for; without it there is no verdict."""
    veto: bool
    warn: bool

    @property
    def probes(self) -> int:
        return sum(day.probes for day in self.days)

    @property
    def fails(self) -> int:
        return sum(day.fails for day in self.days)

    @property
    def share(self) -> float:
        return self.fails / self.probes if self.probes else 0.0


def window(samples: Sequence[Sample], today: date, indicators: Indicators) -> Window:
    """The seven full days before `today`: at least 20 probes on each; a veto when 5 % or more of all failed
    (国办秘函〔2019〕19号, 单项否决 站点无法访问). `samples` may hold more than these days."""
    length = indicators.count("window_days")
    days = tuple(_count(samples, today - timedelta(days=back)) for back in range(length, 0, -1))
    complete = all(day.probes >= indicators["probes_a_day"] for day in days)
    counted = Window(days, complete, veto=False, warn=False)
    return Window(
        days,
        complete,
        veto=complete and counted.share >= indicators["fail_share"],
        warn=complete and counted.share >= indicators["fail_share_warn"],
    )


def _count(samples: Sequence[Sample], day: date) -> DayCount:
    counted = [sample for sample in samples if sample.counts and sample.at.date() == day]
    return DayCount(day, len(counted), sum(sample.failed for sample in counted))


def down(samples: Sequence[Sample], indicators: Indicators) -> bool:
    """The latest probes, two by default, all failed: seen at different times, so no accident of one moment."""
    latest = sorted((s for s in samples if s.counts), key=lambda s: s.at)[-indicators.count("down_probes") :]
    return len(latest) == indicators["down_probes"] and all(sample.failed for sample in latest)


def up(samples: Sequence[Sample], indicators: Indicators) -> bool:
    """The latest probes all succeeded."""
    latest = sorted((s for s in samples if s.counts), key=lambda s: s.at)[-indicators.count("down_probes") :]
    return len(latest) == indicators["down_probes"] and not any(sample.failed for sample in latest)
