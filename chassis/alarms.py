"""Alarms: cases that want to be looked at because time has passed. Any number of replicas may run this."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

from chassis.actors import CLOCK, Cause
from chassis.calendars import Calendars
from chassis.cases import Cases
from chassis.clock import Clock
from chassis.store import Collection, Document, Unreachable
from kernel.refused import Refused

log = logging.getLogger(__name__)
BATCH = 200
PUT_OFF = timedelta(hours=1)


class Alarms:
    """Wakes due cases of one service."""

    def __init__(
        self, collection: Collection, kinds: dict[str, Cases[Any]], clock: Clock, calendars: Calendars, seconds: float
    ) -> None:
        self._collection = collection
        self._kinds = kinds
        self._clock = clock
        self._calendars = calendars
        self._seconds = seconds

    async def run(self) -> None:
        """For ever: wake what is due, wait, look again."""
        while True:
            try:
                while await self.ring():
                    pass
            except Unreachable:
                log.warning("alarms wait for the database")
            await asyncio.sleep(self._seconds)

    async def ring(self) -> int:
        """Wake the cases that are due now; their number."""
        now = self._clock.now()
        due = await self._collection.find(
            {"alarm_at": {"$lte": now}}, {"kind": 1, "alarm_at": 1, "version": 1}, sort=[("alarm_at", 1)], limit=BATCH
        )
        for found in due:
            try:
                await self._wake(found, now)
            except Unreachable:
                raise
            except Exception:
                log.exception("a case could not be woken", extra={"case": found["_id"]})
                await self._put_off(found["_id"], found["alarm_at"], now)
        return len(due)

    async def _wake(self, found: Document, now: datetime) -> None:
        id, alarm_at = found["_id"], found["alarm_at"]
        cases = self._kinds[found["kind"]]
        cause = Cause(CLOCK, f"alarm:{alarm_at.isoformat()}:{found['version']}", now)
        try:
            held = await cases.execute(id, lambda state: cases.kind.tick(state, now, self._calendars.current), cause)
        except Refused as error:
            log.error("a case could not be woken", extra={"case": id, "code": error.code})
            held = None
        if held is None or not held.facts:
            await self._settle(cases, id, alarm_at, now)

    async def _settle(self, cases: Cases[Any], id: str, alarm_at: datetime, now: datetime) -> None:
        """Nothing was decided: set the alarm to what the state says, and never to the past, lest it ring for ever."""
        held = await cases.get(id)
        wanted = cases.kind.alarm(held.state) if held else None
        if wanted is not None and wanted <= now:
            log.error("an alarm rang and nothing was decided", extra={"case": id})
            wanted = now + PUT_OFF
        change = {"$set": {"alarm_at": wanted}} if wanted else {"$unset": {"alarm_at": ""}}
        await self._collection.update_one({"_id": id, "alarm_at": alarm_at}, change)

    async def _put_off(self, id: str, alarm_at: datetime, now: datetime) -> None:
        """One case that fails must not keep the others from being woken."""
        await self._collection.update_one({"_id": id, "alarm_at": alarm_at}, {"$set": {"alarm_at": now + PUT_OFF}})
