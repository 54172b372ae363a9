"""The working-day calendar in force for a service: what is shipped, and notices loaded since."""

from chassis.store import Collection
from kernel.calendar import Calendar, Notice


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

    async def add(self, notice: Notice) -> None:
        """Keep a notice and use it from now on. Adding the same one again changes nothing."""
        await self._notices.update_one(
            {"_id": notice.year}, {"$set": {"notice": notice.model_dump_json()}}, upsert=True
        )
        await self.refresh()
