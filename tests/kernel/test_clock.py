"""Times as people read them."""

from datetime import UTC, datetime

from kernel.clock import CST, shown, shown_limit


def test_a_time_is_shown_in_china_standard_time() -> None:
    assert shown(datetime(2026, 11, 25, 1, 30, 59, tzinfo=UTC)) == "2026-11-25 09:30"


def test_a_limit_that_ends_with_a_day_is_shown_as_that_day() -> None:
    assert shown_limit(datetime(2026, 12, 1, tzinfo=CST)) == "2026-11-30"
    assert shown_limit(datetime(2026, 12, 1, 0, 1, tzinfo=CST)) == "2026-12-01 00:01"
