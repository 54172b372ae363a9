"""Time zone of the platform. Time itself is always an argument."""

from datetime import datetime, timedelta, timezone

CST = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China Standard Time, the only zone of the platform's records; it has had no daylight saving since 1991."""


def require_aware(moment: datetime) -> datetime:
    """The same moment in China Standard Time; raises `ValueError` for a datetime without a zone."""
    if moment.tzinfo is None:
        raise ValueError("datetime without time zone")
    return moment.astimezone(CST)
