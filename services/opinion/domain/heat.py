"""Heat of posts on one matter, and the alert level that it proposes. Pure: the time is an argument.

No public plan gives numbers for either; all values are engineering defaults (`limits.json`).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.opinion import Level, Reach, Tier
from services.opinion.domain.limits import Limits

ORDER = (Level.NONE, Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED)
_LINES = {Level.BLUE: "blue", Level.YELLOW: "yellow", Level.ORANGE: "orange", Level.RED: "red"}
_TIERS = {Tier.CENTRAL: "central", Tier.PROVINCIAL: "provincial", Tier.CITY: "city", Tier.SELF: "self"}
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Echo:
    """What heat is computed from: when a post stood, how far it went, who spoke."""

    posted_at: datetime
    reach: Reach
    tier: Tier


@dataclass(frozen=True)
class Point:
    """Heat at the end of one window."""

    at: datetime
    heat: float


def heat(echoes: Sequence[Echo], at: datetime, limits: Limits) -> float:
    """Heat at `at`, 0 to 100, rounded to two places.

    `H = 100·(1 − exp(−(Σ weight·L(x))·W·R))` with `L(x) = ln(1+x)/ln(1+reference)`; every post counts by half for
    each half-life since it was posted; `W` is the mean source weight, `R` grows with the last hour. Posts after `at`
    do not count.
    """
    past = [echo for echo in echoes if echo.posted_at <= at]
    shares = [_share(echo, at, limits) for echo in past]

    def total(value: Callable[[Echo], float]) -> float:
        return math.fsum(share * value(echo) for share, echo in zip(shares, past, strict=True))

    posts = total(lambda echo: 1)
    if posts == 0:
        return 0.0
    sums = {
        "posts": posts,
        "reposts": total(lambda echo: echo.reach.reposts),
        "comments": total(lambda echo: echo.reach.comments),
        "likes": total(lambda echo: echo.reach.likes),
        "hundred_views": total(lambda echo: echo.reach.views) / 100,
    }
    weight = total(lambda echo: limits[f"tier_{_TIERS[echo.tier]}"]) / posts
    loudness = math.fsum(_weight(name, limits) * _loudness(sums[name], name, limits) for name in sums)
    return round(100 * (1 - math.exp(-loudness * weight * _growth(past, at, limits))), 2)


def _share(echo: Echo, at: datetime, limits: Limits) -> float:
    return float(0.5 ** ((at - echo.posted_at) / limits.hours("half_life")))


def _weight(name: str, limits: Limits) -> float:
    return limits[f"weight_{'views' if name == 'hundred_views' else name}"]


def _loudness(amount: float, name: str, limits: Limits) -> float:
    return math.log1p(amount) / math.log1p(limits[f"reference_{name}"])


def _growth(past: Sequence[Echo], at: datetime, limits: Limits) -> float:
    """1, and more as the last hour had more posts than the hour before; capped."""
    last = sum(1 for echo in past if echo.posted_at > at - _HOUR)
    before = sum(1 for echo in past if at - 2 * _HOUR < echo.posted_at <= at - _HOUR)
    return min(limits["growth_cap"], 1 + max(0, last - before) / max(before, 1))


def level_of(value: float, limits: Limits) -> Level:
    """The level whose line the heat reaches."""
    reached = [level for level, name in _LINES.items() if value >= limits[f"level_{name}"]]
    return max(reached, key=ORDER.index, default=Level.NONE)


def proposed(current: Level, points: Sequence[Point], at: datetime, limits: Limits) -> Level:
    """The level that the course of the heat proposes.

    Raised when the last windows, two by default, all reach a higher line; lowered when the heat has stayed under the
    line of the present level for three hours: an alert does not flicker. `points` are oldest first.
    """
    latest = points[-int(limits["raise_windows"]) :]
    if len(latest) == int(limits["raise_windows"]):
        steady = min((level_of(point.heat, limits) for point in latest), key=ORDER.index)
        if ORDER.index(steady) > ORDER.index(current):
            return steady
    since = at - limits.hours("lower")
    if current is Level.NONE or not points or points[0].at > since:
        return current
    highest = max((level_of(p.heat, limits) for p in points if p.at >= since), key=ORDER.index, default=Level.NONE)
    return min(current, highest, key=ORDER.index)
