"""The working-day calendar in force for a service: what is shipped, and notices loaded since."""

import logging

from chassis.store import Collection, Duplicate
from kernel.calendar import Calendar, Notice

log = logging.getLogger(__name__)


class Calendars:
    """Keeps the calendar in memory; notices loaded at run time stand in the service's own database."""

    def __init__(self, notices: Collection) -> None:
        self._notices = notices
        self._loaded: dict[int, str] = {}
        self.current = Calendar.shipped()

    async def refresh(self) -> None:
        """Take up notices that another replica has written."""
        stored = {document["_id"]: document["notice"] for document in await self._notices.find({})}
        if stored == self._loaded:
            return
        calendar = Calendar.shipped()
        for year in sorted(stored):
            calendar = calendar.with_notice(Notice.model_validate_json(stored[year]))
        self.current, self._loaded = calendar, stored

    async def add(self, notice: Notice, epoch: int = 0, version: int = 0) -> None:
        """Keep a notice and use it from now on. `(epoch, version)` of the event that brought it keeps an older one that
        comes late from taking the place of its correction."""
        stamp = epoch << 20 | version
        kept = {"notice": notice.model_dump_json(), "stamp": stamp}
        try:
            await self._notices.update_one({"_id": notice.year, "stamp": {"$lte": stamp}}, {"$set": kept}, upsert=True)
        except Duplicate:
            log.info("an older notice came late", extra={"year": notice.year})
        await self.refresh()
