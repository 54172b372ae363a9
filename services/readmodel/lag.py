"""How far the views are behind what was told."""

from collections.abc import Sequence
from datetime import datetime

from prometheus_client import Gauge

from chassis.store import Document

SECONDS = Gauge("zwgk_view_lag_seconds", "From the telling of the newest event of a type to its view", ["view"])


class Pending:
    """When the last event was told, and how long each type's newest one took until it was a view."""

    def __init__(self) -> None:
        self.last_event_at: str | None = None
        self.lags: dict[str, float] = {}

    def applied(self, documents: Sequence[Document], now: datetime) -> None:
        """Remember and measure views that have just been written."""
        newest = {document["type"]: document["told_at"] for document in documents}
        for name, told_at in newest.items():
            self.lags[name] = max(0.0, round((now - datetime.fromisoformat(told_at)).total_seconds(), 3))
            SECONDS.labels(name).set(self.lags[name])
