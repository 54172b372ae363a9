"""A request that is told step by step in tests of the rules."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from contracts.requests.terms import ApplicantClass, Channel, Outcome, Route, Stage
from kernel.calendar import Calendar
from kernel.clock import CST
from kernel.facts import Fact
from services.requests.domain import KIND, answering, handling, intake
from services.requests.domain.state import Case

CALENDAR = Calendar.shipped()


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=CST)


def arrival(channel: Channel = Channel.COUNTER, on: date = date(2026, 11, 2), **changes: Any) -> intake.Arrival:
    given: dict[str, Any] = {
        "number": "999901-YSQ-2026-000001",
        "agency": "zrzyj",
        "channel": channel,
        "applicant_class": ApplicantClass.PERSON,
        "arrived_on": on,
        "applicant": "a" * 64,
        "information": "b" * 64,
        "application": "999901-YSQ-2026-000001-application",
        "code": "c" * 64,
        "content": "d" * 64,
        "missing": (),
        "route": Route.ELECTRONIC,
    }
    return intake.Arrival(**(given | changes))


class Story:
    """One request and its clock. `do` carries out a decision and folds its facts."""

    def __init__(self, channel: Channel = Channel.COUNTER, on: date = date(2026, 11, 2), **changes: Any) -> None:
        self.today = on
        self.facts: list[Fact] = list(intake.submit(arrival(channel, on, **changes), False, self.now, CALENDAR))
        self.case: Case = KIND.fold(None, self.facts)

    @property
    def now(self) -> datetime:
        return at(self.today)

    def do(self, decide: Callable[..., Sequence[Fact]], *args: Any, **named: Any) -> Sequence[Fact]:
        """`decide(case, *args)`, with `now` and `calendar` where it takes them."""
        wanted = decide.__code__.co_varnames[: decide.__code__.co_argcount]
        if "now" in wanted:
            named["now"] = self.now
        if "calendar" in wanted:
            named["calendar"] = CALENDAR
        facts = decide(self.case, *args, **named)
        self.add(facts)
        return facts

    def add(self, facts: Sequence[Fact]) -> None:
        self.facts += facts
        if facts:
            self.case = KIND.fold(self.case, facts)

    def on(self, day: date) -> "Story":
        """Move the clock without ringing."""
        self.today = day
        return self

    def ring(self, day: date) -> list[Fact]:
        """Move the clock to a day and note what has become true by then."""
        self.today = day
        noted: list[Fact] = []
        while (moment := KIND.alarm(self.case)) is not None and moment <= self.now:
            facts = KIND.tick(self.case, self.now, CALENDAR)
            assert facts, "an alarm rang and nothing was noted"
            self.add(facts)
            noted += facts
        return noted

    @property
    def due(self) -> date | None:
        return self.case.deadlines.reply.due if self.case.deadlines.reply else None

    def accepted(self) -> "Story":
        self.do(intake.accept, "")
        return self

    def approved(self, outcome: Outcome = Outcome.OPEN_PROVIDE, **wording: Any) -> "Story":
        self.do(answering.draft, words(outcome, **wording), "drafter", "paper")
        self.do(answering.approve, "head")
        return self

    def replied(self, on: date | None = None, route: Route = Route.HAND) -> "Story":
        self.do(answering.serve, route, on or self.today, "")
        assert self.case.stage is Stage.REPLIED
        return self

    def searched(self) -> "Story":
        self.do(handling.record_search, "档案室", "李四", False, "paper")
        return self


def words(outcome: Outcome, **changes: Any) -> answering.Wording:
    given: dict[str, Any] = {
        "outcome": outcome,
        "has_reasons": True,
        "ground": "EX16-PROCESS",
        "law": "不动产登记暂行条例",
        "earlier": "999901-YSQ-2026-000009",
        "right_organ": "",
        "public_interest": False,
    }
    return answering.Wording(**(given | changes))


def day_after(day: date) -> date:
    return day + timedelta(days=1)
