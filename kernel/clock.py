"""Time zone of the platform. Time itself is always an argument."""

from datetime import datetime, timedelta, timezone

CST = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China Standard Time, the only zone of the platform's records; it has had no daylight saving since 1991."""


def require_aware(moment: datetime) -> datetime:
    """The same moment in China Standard Time; raises `ValueError` for a datetime without a zone."""
    if moment.tzinfo is None:
        raise ValueError("datetime without time zone")
    return moment.astimezone(CST)


def shown(moment: datetime) -> str:
    """`2026-11-23 09:00`, as people in China read it (国办发〔2017〕47号: the form of times on pages)."""
    return moment.astimezone(CST).strftime("%Y-%m-%d %H:%M")


def shown_limit(end: datetime) -> str:
    """The end of a limit. One that ends with a day is shown as that day, not as 00:00 of the next."""
    at = end.astimezone(CST)
    ends_a_day = at.hour == at.minute == at.second == 0
    return (at - timedelta(days=1)).date().isoformat() if ends_a_day else shown(at)
