"""One report being made: who asks, and how work and records stand on the day that is asked for."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chassis.actors import Cause
from contracts.readmodel import reports as c
from kernel.agencies import Agency
from kernel.calendar import end_of_day
from kernel.refused import Refused
from services.readmodel import past
from services.readmodel.board import Board
from services.readmodel.handlers import ReadModel
from services.readmodel.reports.bulletins import gather
from services.readmodel.reports.bulletins.gather import Record
from services.readmodel.reports.bulletins.sheet import Sheet
from services.readmodel.reports.form import data
from services.readmodel.reports.office import today
from services.readmodel.storage import Generation
from services.readmodel.work import FIELDS, TYPES, Piece, piece


@dataclass
class Asking:
    """One report being made."""

    service: ReadModel
    query: c.GetReport
    cause: Cause
    sheet: Sheet

    @property
    def generation(self) -> Awaitable[Generation]:
        return self.service.generations.answering()

    @property
    def past(self) -> bool:
        """Whether the report is made as of a day that is over."""
        return self.sheet.as_of < today(self.cause)

    @property
    def past_day(self) -> date | None:
        """The day, if it is over: what others are asked for."""
        return self.sheet.as_of if self.past else None

    @property
    def now(self) -> datetime:
        """The moment by which limits are judged: the last one of a past day."""
        return end_of_day(self.sheet.as_of) - timedelta(microseconds=1) if self.past else self.cause.now

    async def work(self) -> Board:
        """All work, as it stands or stood on the day."""
        generation = await self.generation
        if not self.past:
            return await self.service.board.read(generation)
        await self.require_known()
        day = self.sheet.as_of.isoformat()
        return Board.of([view for name in TYPES for view in await past.standing(generation, name, day)])

    async def finished(self, work: Board, name: str, most: int) -> list[Piece]:
        """The newest of what is done of a kind of work that is only counted then, with what lists show of it."""
        generation, wanted = await self.generation, work.done(name, self.query.agency, most)
        if self.past:
            day = self.sheet.as_of.isoformat()
            views = [view for view in await past.standing(generation, name, day) if view["id"] in set(wanted)]
        else:
            views = await generation.views.find({"_id": {"$in": [f"{name}:{id}" for id in wanted]}}, FIELDS)
        found = {view["id"]: piece(view) for view in views}
        return [found[id] for id in wanted if id in found]

    async def records(self, name: str, *fields: str) -> list[Record]:
        """All records of a type whose dated states are kept, as they stand or stood on the day; of a numerous kind the
        named fields alone."""
        generation = await self.generation
        if not self.past:
            return await gather.records(generation, name, *fields)
        await self.require_known()
        views = await past.standing(generation, name, self.sheet.as_of.isoformat())
        return [view["record"] for view in views if not view["removed"]]

    async def require_known(self) -> None:
        """Raises `Refused` for a past day of which nothing is kept: zeros would look like a quiet time."""
        generation = await self.generation
        trimmed = await generation.trimmed()
        if self.sheet.as_of.isoformat() < trimmed:
            raise Refused(
                "day_forgotten",
                f"按日期的状况只保存到{trimmed}，更早的已经清除。",
                field="as_of",
                remedy="请选择该日期以后的日子；更早的情况见当时印发的报表。",
            )
        if not await past.known(generation, self.sheet.as_of.isoformat()):
            raise Refused(
                "day_unknown",
                "平台在所指日期还没有任何记录，不能按那一天出表。",
                field="as_of",
                remedy="请选择平台启用以后的日期。",
            )

    def name(self, code: str) -> str:
        found = self.service.register.by_code(code) if code else None
        return found.name if found else code

    def units(self) -> list[Agency]:
        """Units that report, on the last day of the time or today; or the one that is asked for."""
        register, period = self.service.register, self.sheet.period
        if self.query.agency:
            return [register.require(self.query.agency)]
        day = min(period.last, self.sheet.as_of) if period else self.sheet.as_of
        return [each for each in register.in_force(day) if each.kind in data()["reporting_kinds"]]
