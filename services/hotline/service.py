"""The hotline service: what its handlers share."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from chassis.actors import Actor, Cause
from chassis.calendars import Calendars
from chassis.calm import Calm
from chassis.cases import Cases, Held
from chassis.clock import Clock
from chassis.handlers import Handlers
from chassis.history import History
from chassis.numbers import Numbers
from chassis.papers import Paper, Papers
from chassis.rpc import Asker
from chassis.runtime import Runtime
from chassis.store import Collection
from contracts.base import Done
from contracts.hotline.terms import CENTRE
from kernel.agencies import Register
from kernel.clock import CST
from kernel.codes import query_code
from kernel.facts import Fact
from kernel.refused import Refused
from kernel.secrecy import refuse_classified
from services.hotline.domain import KIND, Case, bulletin, entry, rating, signal
from services.hotline.domain.figures import Count
from services.hotline.domain.intake import dossier
from services.hotline.guides import Guides
from services.hotline.papers import Words
from services.hotline.sketches import Sketches

S = TypeVar("S")
Decide = Callable[[Case], Sequence[Fact]]
CENTRE_FLAG = "hotline_centre"
PAGE = 200
MAX_COMBINATIONS = 200_000


on = Handlers["Hotline"]()


@dataclass(frozen=True)
class Hotline:
    """Its tickets, their papers, numbers, calendar and register; and what else is a case of its own."""

    region: str
    cases: Cases[Case]
    signals: Cases[signal.Burst]
    ratings: Cases[rating.State]
    entries: Cases[entry.State]
    bulletins: Cases[bulletin.State]
    documents: Collection
    """All cases as the database has them, to be counted."""
    sketches: Sketches
    guides: Guides
    clock: Clock
    ask: Asker
    papers: Papers
    numbers: Numbers
    calendars: Calendars
    register: Register
    names: dict[str, str]
    """Names and aliases of agencies to their codes."""
    history: History
    calm: Calm = field(default_factory=Calm)

    @classmethod
    def of(cls, runtime: Runtime) -> "Hotline":
        names = {name: agency.code for agency in runtime.register for name in (agency.name, *agency.aliases)}
        return cls(
            region=runtime.region,
            cases=runtime.cases(KIND),
            signals=runtime.cases(signal.KIND),
            ratings=runtime.cases(rating.KIND),
            entries=runtime.cases(entry.KIND),
            bulletins=runtime.cases(bulletin.KIND),
            documents=runtime.collection("cases"),
            sketches=Sketches(runtime.collection("sketches"), runtime.collection("marks"), runtime.keys),
            guides=Guides(runtime.collection("guides")),
            clock=runtime.clock,
            ask=runtime.ask,
            papers=runtime.papers,
            numbers=runtime.numbers,
            calendars=runtime.calendars,
            register=runtime.register,
            names=names,
            history=runtime.history,
        )

    def digest(self, text: str) -> str:
        return self.papers.keys.digest(text)

    def code(self, number: str) -> str:
        """The query code of a ticket."""
        return query_code(number, self.digest)

    async def new_numbers(self, now: datetime, size: int, sort: str = "RX") -> list[str]:
        """Numbers of new tickets (999901-RX-2026-000123), ratings (HP), texts (GK), signals (XH), bulletins (GB)."""
        year = now.astimezone(CST).year
        first = await self.numbers.block(f"{sort}/{year}", size)
        return [f"{self.region}-{sort}-{year}-{n:06d}" for n in range(first, first + size)]

    async def new_number(self, sort: str, now: datetime) -> str:
        (number,) = await self.new_numbers(now, 1, sort)
        return number

    async def decide(self, id: str, decide: Decide, cause: Cause) -> Done:
        return done(await self.cases.execute(id, decide, cause))

    async def decide_with_words(
        self, id: str, words: Words, decide: Callable[[Case, str], Sequence[Fact]], cause: Cause
    ) -> Done:
        """Keep words among the papers, then decide with the id of their paper. A repeat keeps and decides nothing."""
        refuse_classified(words.text)
        held = await self.cases.load(id)
        paper = f"w-{self.digest(f'{id}:{cause.id}')[:32]}"
        await self.papers.put([Paper(paper, dossier(held.state, self.digest), "words", words)], cause.now)
        return await self.decide(id, lambda case: decide(case, paper), cause)

    def each_open(self) -> AsyncIterator[Held[Case]]:
        """Every open ticket."""
        return each_open(self.cases)

    async def counted(self, kind: str, what: str, begin: datetime, end: datetime) -> list[Count]:
        """How many cases of a kind there are of each combination of what is counted, as they stand now, by the moment
        that they are counted by."""
        found = await self.documents.aggregate(
            [
                {"$match": {"kind": kind, "index.counted_at": {"$gte": begin, "$lt": end}}},
                {"$group": {"_id": f"$index.{what}", "n": {"$sum": 1}}},
                {"$limit": MAX_COMBINATIONS},
            ]
        )
        return [Count(each["_id"], each["n"]) for each in found]

    def above(self, code: str) -> list[str]:
        """The superiors of an agency, the nearest first."""
        found: list[str] = []
        agency = self.register.by_code(code)
        while agency is not None and agency.parent is not None:
            found.append(agency.parent)
            agency = self.register.by_code(agency.parent)
        return found

    def name_of(self, code: str) -> str:
        agency = self.register.by_code(code)
        return agency.name if agency else code

    def centre(self, now: datetime) -> str:
        """Code of the hotline centre; empty where the register names none."""
        return next((agency.code for agency in self.register.flagged(CENTRE_FLAG, now.date())), "")

    def at_centre(self, actor: Actor, now: datetime) -> bool:
        """The person belongs to the centre itself, not to one of its branches."""
        return any(agency.code == actor.agency for agency in self.register.flagged(CENTRE_FLAG, now.date()))


async def each_open(cases: Cases[S]) -> AsyncIterator[Held[S]]:
    """Every open case of a kind, page by page."""
    last = ""
    while page := await cases.find({"open": True, "_id": {"$gt": last}}, sort=[("_id", 1)], limit=PAGE):
        for held in page:
            yield held
        last = page[-1].id


def of_centre(actor: Actor) -> bool:
    """Acts as a dispatcher."""
    return bool(set(CENTRE) & actor.roles)


def official(cause: Cause) -> Actor:
    """The person who acts; raises `Refused` for a program."""
    if cause.actor.kind != "person":
        raise Refused("person_needed", "须由工作人员办理。", remedy="请登录后操作。")
    return cause.actor


def done(held: Held[Case]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.state.value, repeated=held.repeated)
