"""Signals (苗头预警): bursts on one place and class, unusual volume of a class. Found by rule, judged by a person."""

import math
import statistics
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from contracts.base import Event
from contracts.hotline.public import Signal, SignalClosed, SignalGrew, SignalRaised, SignalRestated
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.personal import scan
from kernel.refused import Refused

GROWTH = 0.25
"""A signal is told again when a quarter more have come."""
MAX_TICKETS = 20


class _Line(BaseModel):
    value: float
    unverified: bool
    source: str


class Lines(BaseModel):
    """The lines between chance and signal (`signals.json`)."""

    note: str
    burst_count: _Line
    burst_days: _Line
    history_days: _Line
    history_least_days: _Line
    volume_least: _Line
    volume_score: _Line
    similar_days: _Line
    similar_text: _Line
    similar_text_same_place: _Line
    retain_days: _Line


LINES = Lines.model_validate_json(files(__package__).joinpath("signals.json").read_text(encoding="utf-8"))


class Raised(Fact):
    """`key` is a keyed digest of place and class: it groups, and tells nobody where."""

    number: str
    at: datetime
    sort: Literal["burst", "volume"]
    key: str
    category: str
    area: str
    count: int
    days: int
    expected: float | None
    first_at: datetime
    last_at: datetime
    tickets: tuple[str, ...]
    reason: str


class Grew(Fact):
    count: int
    last_at: datetime
    tickets: tuple[str, ...]


class Ended(Fact):
    at: datetime
    reason: str


class Burst(BaseModel):
    """A signal as its facts leave it."""

    model_config = ConfigDict(frozen=True)

    number: str
    at: datetime
    sort: Literal["burst", "volume"]
    key: str
    category: str
    area: str
    count: int
    days: int
    expected: float | None
    first_at: datetime
    last_at: datetime
    tickets: tuple[str, ...]
    reason: str
    ended: str = ""


class Seen(BaseModel):
    """The tickets behind a signal."""

    count: int
    first_at: datetime
    last_at: datetime
    tickets: tuple[str, ...]


def evolve(state: Burst | None, fact: Fact) -> Burst:
    """The state after one more fact. Raises `ValueError` for a history that does not begin with `Raised`."""
    if isinstance(fact, Raised):
        return Burst(**dict(fact))
    if state is None:
        raise ValueError("a signal begins with being raised")
    match fact:
        case Grew():
            return state.model_copy(update=dict(fact))
        case Ended():
            return state.model_copy(update={"ended": fact.reason})
        case _:
            raise ValueError(f"not a fact of a signal: {fact.kind}")


def burst(number: str, key: str, category: str, area: str, seen: Seen, now: datetime) -> list[Fact]:
    """Many tickets on one place and class within the window."""
    days = int(LINES.burst_days.value)
    reason = f"同一地点同类诉求{days}日内{seen.count}件，达到{int(LINES.burst_count.value)}件的界线"
    named: dict[str, Any] = {
        "number": number,
        "at": now,
        "key": key,
        "category": category,
        "area": area,
        "reason": reason,
    }
    return [Raised(sort="burst", days=days, expected=None, **named, **dict(seen))]


def volume(number: str, key: str, category: str, expected: float, seen: Seen, now: datetime) -> list[Fact]:
    """More tickets of one class on a day than its own history lets expect."""
    reason = f"“{category}”当日{seen.count}件，前期日均{expected:.1f}件，明显高于本分类的历史水平"
    named: dict[str, Any] = {
        "number": number,
        "at": now,
        "key": key,
        "category": category,
        "area": "",
        "reason": reason,
    }
    return [Raised(sort="volume", days=1, expected=round(expected, 2), **named, **dict(seen))]


def grow(state: Burst, seen: Seen) -> list[Fact]:
    """More tickets belong to it; told when they are many more."""
    if seen.count < state.count * (1 + GROWTH):
        return []
    return [Grew(count=seen.count, last_at=seen.last_at, tickets=seen.tickets)]


def end(state: Burst, reason: str, now: datetime) -> list[Fact]:
    """A person has done with it."""
    if scan(reason):
        raise Refused("personal_data", "填写内容含有个人信息。", field="reason", remedy="请删去个人信息后重试。")
    return [] if state.ended else [Ended(at=now, reason=reason)]


def unusual(count: int, history: Sequence[int]) -> float | None:
    """The daily mean of the history where `count` is far above it; else nothing.

    Counts are compared after Anscombe's transform, which makes the spread of a Poisson count one; a history that
    spreads wider than Poisson widens it by its own dispersion. Proposed lines, unverified (`signals.json`).
    """
    if len(history) < LINES.history_least_days.value or count < LINES.volume_least.value:
        return None
    mean = statistics.fmean(history)
    dispersion = max(1.0, statistics.pvariance(history) / mean) if mean else 1.0
    score = 2 * (math.sqrt(count + 0.375) - math.sqrt(mean + 0.375)) / math.sqrt(dispersion)
    return mean if score >= LINES.volume_score.value else None


def record(state: Burst) -> Signal:
    """The signal as everybody inside may know it."""
    place = " · ".join(filter(None, (state.category, state.area)))
    kept = {name: getattr(state, name) for name in Signal.model_fields if name in Burst.model_fields}
    return Signal(
        id=state.number,
        title=f"苗头 · {place} · {state.days}日{state.count}件",
        state="closed" if state.ended else "raised",
        state_label="已处理" if state.ended else "待研判",
        open=not state.ended,
        opened_at=state.at,
        waits_for="" if state.ended else "派单员、督查人员：研判",
        **kept,
    )


def tell(state: Burst, facts: Sequence[Fact]) -> list[Event]:
    kinds: dict[type[Fact], type[Event]] = {Raised: SignalRaised, Grew: SignalGrew, Ended: SignalClosed}
    return [kinds[type(facts[-1])](record=record(state))]


def index(state: Burst) -> Mapping[str, Any]:
    return {"marks": [f"signal:{state.key}"], "open": not state.ended, "at": state.at, "last_at": state.last_at}


KIND: CaseKind[Burst] = CaseKind(
    name="signal",
    title="苗头预警",
    facts=(Raised, Grew, Ended),
    evolve=evolve,
    tell=tell,
    retell=lambda state: [SignalRestated(record=record(state))],
    index=index,
)
