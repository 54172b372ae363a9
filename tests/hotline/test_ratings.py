"""Ratings: the loop of a bad one on its boundary days, and what is counted."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

from contracts.hotline.ratings import RatedObject, RatingState, RatingWay, Remedy, Verdict
from kernel.calendar import Notice, Rest
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.hotline.domain import rating, standing
from services.hotline.domain.figures import Count
from tests.hotline.tickets import CALENDAR, NOW

R = RatingState
CONTACT_END = datetime(2026, 3, 6, tzinfo=CST)  # one working day after Wednesday 4 March has ended
RECTIFY_END = datetime(2026, 3, 12, tzinfo=CST)  # five working days
COMPLEX_END = datetime(2026, 3, 26, tzinfo=CST)  # fifteen


def given(level: int = 1, named: bool = True) -> rating.State:
    fields: dict[str, Any] = {
        "emitter": "portal",
        "rating_no": "P-1",
        "ticket": None,
        "given_at": NOW,
        "level": level,
        "way": RatingWay.ONLINE,
        "about": RatedObject.PLACE,
        "agency": "zwj",
        "guide": "SX-1",
        "channel": "网站",
        "named": named,
        "content": "d",
        "paper": None,
    }
    return rating.KIND.fold(None, rating.give(fields, "n", NOW, CALENDAR))


def after(state: rating.State, facts: Sequence[Fact]) -> rating.State:
    assert facts
    assert rating.tell(rating.KIND.fold(state, facts), facts)
    return rating.KIND.fold(state, facts)


def code(act: Callable[[], Sequence[Fact]]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.remedy
    return caught.value.code


def verified(verdict: Verdict = Verdict.VALID, complex_: bool = False, named: bool = True) -> rating.State:
    state = given(named=named)
    if named:
        state = after(state, rating.call(state, "zwj", False, True, NOW, CALENDAR))
    return after(state, rating.verify(state, verdict, complex_, "w", "rxzx", NOW, CALENDAR))


@pytest.mark.parametrize(("level", "state"), [(5, R.RECORDED), (3, R.RECORDED), (2, R.CONTACTING), (1, R.CONTACTING)])
def test_the_last_two_levels_are_bad(level: int, state: RatingState) -> None:
    assert given(level).state is state
    assert rating.record(given(level)).open is (level <= 2)


def test_a_bad_rating_is_contacted_verified_put_right_and_revisited() -> None:
    state = given()
    assert (state.due_at, rating.alarm(state)) == (CONTACT_END, datetime(2026, 3, 5, 9, tzinfo=CST))
    assert code(lambda: rating.call(state, "cgj", False, True, NOW, CALENDAR)) == "not_your_rating"
    state = after(state, rating.call(state, "zwj", False, True, NOW, CALENDAR))
    assert code(lambda: rating.verify(state, Verdict.VALID, False, "w", "zwj", NOW, CALENDAR)) == "own_rating"
    state = after(state, rating.verify(state, Verdict.VALID, False, "w", "rxzx", NOW, CALENDAR))
    assert (state.state, state.due_at) == (R.RECTIFYING, RECTIFY_END)
    state = after(state, rating.remedy(state, "zwj", Remedy.RECTIFIED, "w", NOW, CALENDAR))
    assert (state.state, state.due_at) == (R.REVISITING, CONTACT_END)
    assert code(lambda: rating.revisit(state, True, None, NOW, CALENDAR)) == "level_missing"
    state = after(state, rating.revisit(state, True, 4, NOW, CALENDAR))
    told = rating.record(state)
    assert (told.state, told.new_level, told.open, told.due_at) == ("closed", 4, False, None)


def test_what_is_complex_has_the_longer_limit() -> None:
    assert verified(complex_=True).due_at == COMPLEX_END


def test_a_limit_is_missed_at_its_first_moment_and_once() -> None:
    state = verified()
    warned = after(state, rating.tick(state, datetime(2026, 3, 11, 9, tzinfo=CST), CALENDAR))
    assert rating.tick(warned, RECTIFY_END - timedelta(seconds=1), CALENDAR) == []
    missed = after(warned, rating.tick(warned, RECTIFY_END, CALENDAR))
    assert (missed.overdue, rating.alarm(missed)) == (True, None)
    assert rating.tick(missed, RECTIFY_END + timedelta(days=9), CALENDAR) == []


@pytest.mark.parametrize("verdict", [Verdict.MISTAKEN, Verdict.MALICIOUS])
def test_mistaken_and_malicious_ones_end_there(verdict: Verdict) -> None:
    state = verified(verdict)
    assert (state.state, state.excluded) == (R.CLOSED, True)
    assert code(lambda: rating.remedy(state, "zwj", Remedy.EXPLAINED, "w", NOW, CALENDAR)) == "wrong_state"


def test_still_bad_is_put_right_once_more_and_no_oftener() -> None:
    state = verified()
    for expected in (R.RECTIFYING, R.CLOSED):
        state = after(state, rating.remedy(state, "zwj", Remedy.RECTIFIED, "w", NOW, CALENDAR))
        state = after(state, rating.revisit(state, True, 1, NOW, CALENDAR))
        assert state.state is expected


def test_who_cannot_be_reached_is_called_three_times() -> None:
    state = given()
    for expected in (R.CONTACTING, R.CONTACTING, R.VERIFYING):
        state = after(state, rating.call(state, "", True, False, NOW, CALENDAR))
        assert state.state is expected
    state = after(state, rating.verify(state, Verdict.VALID, False, "w", "rxzx", NOW, CALENDAR))
    state = after(state, rating.remedy(state, "zwj", Remedy.EXPLAINED, "w", NOW, CALENDAR))
    for expected in (R.REVISITING, R.REVISITING, R.CLOSED):
        state = after(state, rating.revisit(state, False, None, NOW, CALENDAR))
        assert state.state is expected


def test_a_nameless_one_is_verified_and_put_right_without_calls() -> None:
    state = verified(named=False)
    assert after(state, rating.remedy(state, "zwj", Remedy.RECTIFIED, "w", NOW, CALENDAR)).state is R.CLOSED


def test_the_unit_appeals_once_and_its_clock_runs_on() -> None:
    state = verified()
    appealed = after(state, rating.appeal(state, "zwj", "w", NOW))
    assert (appealed.state, appealed.due_at) == (R.VERIFYING, RECTIFY_END)
    again = after(appealed, rating.verify(appealed, Verdict.VALID, False, "w", "rxzx", NOW, CALENDAR))
    assert code(lambda: rating.appeal(again, "zwj", "w", NOW)) == "appealed_already"


def test_a_new_notice_moves_each_step() -> None:
    off = Rest(name="测试", first=date(2026, 3, 5), last=date(2026, 3, 5))
    shipped = Notice.read(files("kernel.data").joinpath("holidays/2026.json").read_text(encoding="utf-8"))
    later = CALENDAR.with_notice(shipped.model_copy(update={"rest": (*shipped.rest, off)}))
    remedied = after(verified(), rating.remedy(verified(), "zwj", Remedy.RECTIFIED, "w", NOW, CALENDAR))
    for state in (given(), verified(), verified(complex_=True), remedied, given(named=False)):
        assert rating.recompute(state, CALENDAR) == []
        moved = after(state, rating.recompute(state, later))
        assert state.due_at is not None
        assert moved.due_at is not None
        assert moved.due_at > state.due_at
        assert rating.recompute(moved, later) == []
    assert rating.recompute(given(5), later) == []


def test_known_numbers_with_other_content_are_refused() -> None:
    rating.same(given(), "d")
    with pytest.raises(Refused) as caught:
        rating.same(given(), "e")
    assert caught.value.field == "rating_no"


def test_the_rate_leaves_out_what_is_no_bad_rating() -> None:
    states = [given(5), given(4), given(3), verified(), verified(Verdict.MISTAKEN)]
    rows, total = standing.rows([Count(rating.index(each)["given"], 1) for each in states], lambda code: code)
    assert (total.counted, total.good, total.bad, total.excluded) == (4, 3, 1, 1)
    assert total.levels == (1, 1, 1, 0, 2)
    assert [row.agency for row in rows] == ["zwj"]
