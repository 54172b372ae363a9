"""The requests service: what its handlers share."""

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chassis.actors import Actor, Cause
from chassis.calendars import Calendars
from chassis.cases import Cases, Held
from chassis.numbers import Numbers
from chassis.papers import Paper, Papers
from chassis.rpc import Asker
from chassis.runtime import Runtime
from chassis.store import Collection
from contracts.base import Done
from kernel.agencies import Register
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from kernel.secrecy import refuse_classified
from services.requests.configuration import Configuration
from services.requests.domain import KIND, channel, collection, complaint
from services.requests.domain.following import code_digest, unknown
from services.requests.domain.outcomes import Remedy, remedy_text
from services.requests.domain.state import Case
from services.requests.papers import Words

Decide = Callable[[Case, str], Sequence[Fact]]
"""A decision on a request, given the id of the paper that holds the words of the command."""
PAGE = 200
MAX_PROPOSED = 100
REFUSAL_SECONDS = 0.05
"""Longer than reading a request takes, so that the time of a refusal does not tell whether it exists."""


@dataclass(frozen=True)
class Requests:
    """Its requests, their papers, numbers, calendar and register."""

    region: str
    cases: Cases[Case]
    collections: Cases[collection.State]
    complaints: Cases[complaint.State]
    channels: Cases[channel.State]
    papers: Papers
    numbers: Numbers
    calendars: Calendars
    register: Register
    configuration: Configuration
    kept: Collection
    """The papers as stored: which there are, not what they say."""
    ask: Asker
    now: Callable[[], datetime]

    @classmethod
    def of(cls, runtime: Runtime, configuration: Configuration) -> "Requests":
        return cls(
            region=runtime.region,
            cases=runtime.cases(KIND),
            collections=runtime.cases(collection.COLLECTION),
            complaints=runtime.cases(complaint.COMPLAINT),
            channels=runtime.cases(channel.CHANNEL),
            papers=runtime.papers,
            numbers=runtime.numbers,
            calendars=runtime.calendars,
            register=runtime.register,
            configuration=configuration,
            kept=runtime.collection("papers"),
            ask=runtime.ask,
            now=runtime.clock.now,
        )

    @property
    def calendar(self) -> Calendar:
        return self.calendars.current

    def digest(self, text: str) -> str:
        return self.papers.keys.digest(text)

    async def new_numbers(self, year: int, size: int = 1) -> list[str]:
        """Numbers of new requests: 999901-YSQ-2026-000123."""
        first = await self.numbers.block(f"YSQ/{year}", size)
        return [f"{self.region}-YSQ-{year}-{n:06d}" for n in range(first, first + size)]

    async def number(self, sign: str, year: int) -> str:
        """The number of a new case of another kind: 999901-TS-2026-000001."""
        n = await self.numbers.block(f"{sign}/{year}")
        return f"{self.region}-{sign}-{year}-{n:06d}"

    async def same_given(self, case: Case) -> list[Held[Case]]:
        """Other requests by which the same information was openly given."""
        if not case.information:
            return []
        same = {"information": case.information, "given": True, "_id": {"$ne": case.number}}
        return await self.cases.find(same, limit=MAX_PROPOSED)

    async def mentioned(self, number: str) -> Case | None:
        """The request that a person names by its number; none where it is not held here."""
        held = await self.cases.get(number)
        return held.state if held else None

    async def earlier_in_month(self, case: Case) -> int:
        """Requests of the same applicant earlier in the same calendar month (国办函〔2020〕109号第四条)."""
        if not case.applicant:
            return 0
        month = KIND.index(case)["month"]
        return await self.cases.count({"applicant": case.applicant, "month": month, "_id": {"$lt": case.number}})

    async def step(
        self, number: str, decide: Decide, cause: Cause, words: Mapping[str, str] | None = None, code: str = ""
    ) -> Done:
        """Keep the words of a step among the papers, then decide. A citizen must know the query code, a person must
        belong to the agency in charge. A repeat keeps and decides nothing."""
        held = await self.admitted(number, cause, code)
        paper = self.paper(number, cause)
        for text in (words or {}).values():
            refuse_classified(text)
        if words:
            await self.papers.put([Paper(paper, held.id, "words", Words(parts=dict(words)))], cause.now)
        return done(await self.cases.execute(held.id, lambda case: decide(case, paper), cause))

    def paper(self, number: str, cause: Cause) -> str:
        """Id of the paper that holds the words of one step."""
        return f"{number}-{self.digest(cause.id)[:24]}"

    async def admitted(self, number: str, cause: Cause, code: str = "") -> Held[Case]:
        """The request, for those who may act on it."""
        if cause.actor.kind == "citizen":
            return await self.proven(number, code)
        held = await self.cases.load(number)
        self.require_own(held.state.agency, cause.actor, cause.now)
        return held

    async def proven(self, number: str, code: str) -> Held[Case]:
        """The request of whoever holds number and code; compared in constant time, one refusal for both mistakes, which
        takes as long whether there is such a request, that must be read, or not."""
        refuse_at = time.monotonic() + REFUSAL_SECONDS
        held = await self.cases.get(number)
        given = code_digest(number, code, self.digest)
        kept = held.state.code if held and held.state.code else self.digest("no such request")
        if not hmac.compare_digest(given, kept) or held is None:
            await asyncio.sleep(refuse_at - time.monotonic())
            raise unknown()
        return held

    def require_own(self, agency: str, actor: Actor, now: datetime) -> None:
        """Only the agency in charge, or the one that has taken over from it, acts on a request."""
        heirs = {each.code for each in self.register.successors(agency, now.date())}
        if actor.agency not in {agency, *heirs}:
            raise Refused("other_agency", "该申请由其他单位办理。", field="agency", remedy="请由承办单位的人员办理。")

    def remedy(self, agency: str, kind: Remedy) -> str:
        """The remedy text with the review organ and the court from the agency's record; neither is ever guessed."""
        held = self.register.by_code(agency)
        organ = self.register.by_code(held.reviewed_by) if held and held.reviewed_by else None
        court = self.register.by_code(held.court) if held and held.court else None
        if kind != "none" and (organ is None or court is None):
            raise Refused(
                "remedy_unknown", "机构目录没有登记该单位的复议机关或者管辖法院。", remedy="请先补全机构目录。"
            )
        return remedy_text(kind, organ.name if organ else "", court.name if court else "")

    def agency_name(self, code: str) -> str:
        held = self.register.by_code(code)
        return held.name if held else code

    async def each_watched(self) -> AsyncIterator[Held[Case]]:
        """Every request with a limit that may run, page by page."""
        last = ""
        while page := await self.cases.find({"watched": True, "_id": {"$gt": last}}, sort=[("_id", 1)], limit=PAGE):
            for held in page:
                yield held
            last = page[-1].id


def person(cause: Cause) -> str:
    """Who acts, for the separation of duties; raises `Refused` for a program."""
    if cause.actor.kind != "person":
        raise Refused("person_needed", "须由具名人员办理。", remedy="请以个人身份登录后办理。")
    return cause.actor.id


def day_of(given: date | None, cause: Cause) -> date:
    """The day of a step: as an office records it, and always today from a citizen."""
    return given if given and cause.actor.kind != "citizen" else cause.now.date()


def done(held: Held[Case]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.stage.value, repeated=held.repeated)
