"""The clocks of meetings, decisions and catalogues name their source, warn before their end, are silent on the last day
and overdue on the day after."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.publication.decisions import Consultation, Discussion, DiscussionOutcome
from contracts.publication.record import RunningLimit
from kernel.calendar import end_of_day
from kernel.facts import Fact
from services.publication.catalogue import clocks as catalogue
from services.publication.catalogue.types import Limit, types
from services.publication.decisions import clocks as deciding
from services.publication.decisions.evolution import evolve as decide
from services.publication.decisions.state import LegalReview
from services.publication.domain import running
from services.publication.domain.facts import Warned, WentOverdue
from services.publication.meetings import domain as meetings
from tests.publication.documents import CALENDAR, NOW, ZHANG
from tests.publication.test_decisions import SHIPPED, started
from tests.publication.test_meetings import held, item
from tests.publication.test_meetings import planned as meeting

SECOND = timedelta(seconds=1)
LIMITS = [(kind, limit) for kind in types().values() for limit in kind.clocks]
Tick = Callable[[Any, datetime], Sequence[Fact]]
Evolve = Callable[[Any, Fact], Any]


def sourced(limit: RunningLimit | None, id: str) -> None:
    assert limit is not None
    assert (limit.id, bool(limit.source), limit.grade in "ABCDM") == (id, True, True)


def walked(state: Any, tick: Tick, evolve: Evolve) -> None:
    """From the start of a limit to its end."""
    assert state.due_at is not None
    assert state.warn_at is not None
    assert state.warn_at < state.due_at
    assert list(tick(state, state.warn_at - SECOND)) == []
    assert list(tick(state, state.warn_at)) == [Warned()]
    assert list(tick(state, state.due_at)) == [WentOverdue()], "nobody looked before the end"
    state = evolve(state, Warned())
    assert list(tick(state, state.due_at - SECOND)) == []
    assert list(tick(state, state.due_at)) == [WentOverdue()]
    assert list(tick(evolve(state, WentOverdue()), state.due_at + timedelta(days=1))) == []


def test_of_a_meeting() -> None:
    state = held(meeting(item(1)))
    sourced(state.limit, "MEETING.RESULT")
    walked(state, lambda state, now: running.tick(state, now, CALENDAR), meetings.evolve)


def decisions() -> Iterator[tuple[str, Any]]:
    today, state = NOW.date(), started()
    over = Consultation(until=today, forms=(), explanation="范围", contact="县生态环境局", ended=True)
    yield "DECISION.FEEDBACK", state.model_copy(update={"consultation": over})
    review = LegalReview(sent_on=today, until=deciding.end_of(SHIPPED.legal_review, today, CALENDAR))
    yield "DECISION.LEGAL", state.model_copy(update={"legal": review})
    passed = Discussion(meeting="m-1", on=today, outcome=DiscussionOutcome.PASSED)
    yield "DECISION.PUBLISH", state.model_copy(update={"discussions": (passed,)})
    yield "DECISION.PLANNED", state.model_copy(update={"planned_on": today + timedelta(days=60)})


@pytest.mark.parametrize(("id", "state"), [pytest.param(*each, id=each[0]) for each in decisions()])
def test_of_a_decision(id: str, state: Any) -> None:
    (due,) = deciding.recount(state, SHIPPED, CALENDAR)
    state = decide(state, due)
    sourced(state.limit, id)
    walked(state, lambda state, now: deciding.tick(SHIPPED)(state, now, CALENDAR), decide)


@pytest.mark.parametrize(
    ("kind", "limit"), [pytest.param(*each, id=f"{each[0].type}-{each[1].act}") for each in LIMITS]
)
def test_of_a_catalogue(kind: Any, limit: Limit) -> None:
    facts = catalogue.start("q-1", kind, "cz", limit.act, "k", "某项", None, NOW.date(), ZHANG, NOW, CALENDAR)
    timer = catalogue.evolve(None, facts[0])
    assert (bool(limit.source), limit.grade in "ABCDM", timer.due_on) == (True, True, limit.due(NOW.date(), CALENDAR))
    assert timer.warn_on is not None
    warned, due = end_of_day(timer.warn_on), end_of_day(timer.due_on)
    assert catalogue.tick(timer, warned - SECOND, CALENDAR) == []
    timer = catalogue.evolve(timer, catalogue.tick(timer, warned, CALENDAR)[0])
    assert catalogue.record(timer).state == "warned"
    assert catalogue.tick(timer, due - SECOND, CALENDAR) == []
    timer = catalogue.evolve(timer, catalogue.tick(timer, due, CALENDAR)[0])
    assert catalogue.record(timer).overdue
    assert catalogue.tick(timer, due + timedelta(days=1), CALENDAR) == []
