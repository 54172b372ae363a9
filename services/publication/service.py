"""The publication service: what its handlers share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chassis.actors import Cause
from chassis.calendars import Calendars
from chassis.calm import Calm
from chassis.cases import Cases, Held
from chassis.clock import Clock
from chassis.handlers import Handlers
from chassis.history import History
from chassis.numbers import Numbers
from chassis.objects import Objects
from chassis.papers import Papers
from chassis.runtime import Runtime
from chassis.store import Collection
from chassis.streams import DOCUMENTS
from contracts.base import Done
from contracts.publication.record import Changes
from kernel.agencies import Register
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.attachments.receiving import Uploads
from services.publication.catalogue import clocks, reconciliation
from services.publication.catalogue import domain as catalogue
from services.publication.catalogue.keeping import Catalogues
from services.publication.catalogue.reconciliation import Comparison
from services.publication.catalogue.timing import Timing
from services.publication.comments.keeping import Comments
from services.publication.decisions import catalogue as decision_catalogue
from services.publication.decisions import limits as decision_limits
from services.publication.decisions import telling as decision_telling
from services.publication.decisions.catalogue import Year
from services.publication.decisions.domain import Setting
from services.publication.decisions.limits import Limits
from services.publication.decisions.state import Decision
from services.publication.domain.examining import examine
from services.publication.domain.facts import Kept, Official
from services.publication.domain.state import Case
from services.publication.gazette.domain import COMPILATION, GAZETTE, Series
from services.publication.gazette.issuing import Press
from services.publication.inspection import domain as inspection
from services.publication.inspection.keeping import Draws
from services.publication.ledgers import telling as ledger_telling
from services.publication.ledgers.domain import Work
from services.publication.meetings import telling as meeting_telling
from services.publication.meetings.domain import Session
from services.publication.numbering import IndexNumbers
from services.publication.rounds import cleanup, doubts, proposals, secrets, shortfalls, surveys
from services.publication.rounds.cleanup import Round
from services.publication.rounds.doubts import Doubt
from services.publication.rounds.proposals import Proposal
from services.publication.rounds.shortfalls import Shortfall
from services.publication.storage import Documents, Texts

Decide = Callable[[Case], Sequence[Fact]]


@dataclass(frozen=True)
class Publication:
    """Its documents, their texts, numbers, papers, calendar and register."""

    region: str
    documents: Documents
    texts: Texts
    papers: Papers
    numbers: Numbers
    index_numbers: IndexNumbers
    calendars: Calendars
    register: Register
    phones: frozenset[str]
    """Published numbers of offices: no personal data."""
    history: History
    uploads: Uploads
    gazette: Press
    compilations: Press
    catalogues: Catalogues
    upper: Collection
    """Rows of lists from above: `{_id: list:key, list: type:agency, key, row}`."""
    reconciliations: Cases[Comparison]
    draws: Draws
    rounds: Cases[Round]
    judged: Collection
    """Conclusions of clean-up rounds: `{_id: round:document, round, document, agency, conclusion?, reason?, by?}`."""
    proposals: Cases[Proposal]
    doubts: Cases[Doubt]
    limits: Limits
    """Of the decision procedure; a region may set its own."""
    decisions: Cases[Decision]
    years: Cases[Year]
    """Yearly catalogues of matters of decision."""
    meetings: Cases[Session]
    shortfalls: Cases[Shortfall]
    watched_years: Collection
    """Years in which this platform has run: `{_id: year, since, judged?}`."""
    ledgers: Cases[Work]
    comments: Comments
    surveys: Cases[surveys.State]
    secrets: Cases[secrets.Secret]
    absences: Collection
    """Who signs for whom: `{_id, agency, absent, deputy, since, until, recorded_by, at}`."""
    virus_scanner: str
    clock: Clock
    calm: Calm = field(default_factory=Calm)

    @classmethod
    def of(cls, runtime: Runtime) -> "Publication":
        texts = Texts(runtime.collection("texts"))
        documents = Documents(runtime, texts)
        uploads = Uploads(runtime.collection("uploads"), Objects(lambda: runtime.bus.js, DOCUMENTS.name))
        phones = _phones(runtime.register)
        catalogues = _catalogues(runtime, documents, texts, phones)

        def press(series: Series) -> Press:
            issues = runtime.cases(series.kind)
            return Press(runtime.region, series, issues, documents, texts, uploads, runtime.numbers, runtime.history)

        return cls(
            region=runtime.region,
            documents=documents,
            texts=texts,
            papers=runtime.papers,
            numbers=runtime.numbers,
            index_numbers=IndexNumbers(runtime.numbers),
            calendars=runtime.calendars,
            register=runtime.register,
            phones=phones,
            catalogues=catalogues,
            upper=runtime.collection("upper_lists"),
            reconciliations=runtime.cases(reconciliation.KIND),
            draws=_draws(runtime, catalogues),
            history=runtime.history,
            uploads=uploads,
            gazette=press(GAZETTE),
            compilations=press(COMPILATION),
            rounds=runtime.cases(cleanup.KIND),
            judged=runtime.collection("judged"),
            proposals=runtime.cases(proposals.KIND),
            doubts=runtime.cases(doubts.KIND),
            **_deciding(runtime),
            surveys=runtime.cases(surveys.KIND),
            secrets=runtime.cases(secrets.KIND),
            absences=runtime.collection("absences"),
            virus_scanner=runtime.settings.virus_scanner,
            clock=runtime.clock,
        )

    async def create_indexes(self) -> None:
        await self.texts.create_indexes()
        await self.documents.create_indexes()
        await self.judged.create_index([("round", 1), ("conclusion", 1)])
        await self.upper.create_index([("list", 1)])
        await self.draws.lists.create_index([("draw", 1), ("chunk", 1)])
        await self.comments.create_indexes()

    async def new_ids(self, now: datetime, size: int = 1) -> list[str]:
        """Numbers of new documents: 999901-GW-2026-000123."""
        first = await self.numbers.block(f"GW/{now.year}", size)
        return [f"{self.region}-GW-{now.year}-{n:06d}" for n in range(first, first + size)]

    async def execute(self, id: str, decide: Decide, cause: Cause) -> Done:
        return done(await self.documents.execute(id, decide, cause))

    async def execute_with_text(
        self, id: str, text: str | None, decide: Callable[[Case, Kept | None], Sequence[Fact]], cause: Cause
    ) -> Done:
        """Execute a decision that brings another text. The text is kept before the commit; what the document does not
        name afterwards, an old draft or the text of a refused decision, is removed."""
        kept = examine(text, self.phones) if text is not None else None
        if text is not None and kept is not None:
            await self.documents.load(id)
            await self.texts.keep([(id, kept.sha256, text)])
        try:
            held = await self.documents.execute(id, lambda case: decide(case, kept), cause)
        finally:
            current = await self.documents.get(id)
            if current is not None:
                await self.texts.release(id, current.state.digests)
        return done(held)

    async def compare_claims(self, id: str, cause: Cause) -> None:
        """What a published document claims, against the items of the catalogues."""
        case = (await self.documents.load(id)).state
        if case.claims and case.public:
            await self.catalogues.claimed(case, cause)

    def setting(self, by: Official, cause: Cause) -> Setting:
        """Under what a step of a decision procedure is taken."""
        return Setting(by, cause.now, self.limits, self.calendars.current, frozenset(cause.actor.roles))

    def names(self, issuers: Sequence[str]) -> tuple[str, ...]:
        """Names of agencies. Raises `Refused` for a code that the register does not have."""
        return tuple(self.register.require(code, "issuers").name for code in issuers)

    def new_names(self, changes: Changes) -> tuple[str, ...] | None:
        return self.names(changes.issuers) if changes.issuers else None

    async def claim(self, case: Case, key: str) -> str:
        """The 索引号 of a document that gets public, kept for `key`; raises `Refused` when it can have none."""
        number = (await self.claim_many({key: case}))[key]
        if isinstance(number, Refused):
            raise number
        return number

    async def claim_many(self, cases: Mapping[str, Case]) -> dict[str, str | Refused]:
        """The 索引号 that each document carries, else the next of its lead issuer in the year of publication. The same
        key always gets the same one."""
        numbers: dict[str, str | Refused] = {}
        series: dict[tuple[str, int], list[str]] = {}
        for key, case in cases.items():
            try:
                if case.metadata.index_no:
                    numbers[key] = await self.index_numbers.take(case.metadata.index_no, key)
                else:
                    series.setdefault(self._series(case), []).append(key)
            except Refused as refused:
                numbers[key] = refused
        return numbers | await self.index_numbers.claim(series)

    def _series(self, case: Case) -> tuple[str, int]:
        lead = self.register.by_code(case.metadata.issuers[0])
        if lead is None or not lead.org_code or case.published_at is None:
            raise Refused(
                "org_code_missing", "发布机构没有机构代码，无法编索引号。", field="issuers", remedy="请在机构目录补登。"
            )
        return lead.org_code, case.published_at.year


on = Handlers[Publication]()
"""What the service reacts to; the modules of handlers add theirs."""


def _catalogues(runtime: Runtime, documents: Documents, texts: Texts, phones: frozenset[str]) -> Catalogues:
    region, items, numbers, calendars = (
        runtime.region,
        runtime.cases(catalogue.KIND),
        runtime.numbers,
        runtime.calendars,
    )
    timing = Timing(region, runtime.cases(clocks.KIND), items, numbers, calendars)
    return Catalogues(region, items, timing, documents, texts, numbers, calendars, runtime.register, phones)


def _draws(runtime: Runtime, catalogues: Catalogues) -> Draws:
    cases, lists = runtime.cases(inspection.KIND), runtime.collection("draw_lists")
    return Draws(runtime.region, cases, lists, runtime.papers, catalogues, runtime.numbers, runtime.calendars)


def _deciding(runtime: Runtime) -> dict[str, Any]:
    """What belongs to decisions, meetings and their execution."""
    limits = decision_limits.read(decision_limits.Overlay().limits)
    return {
        "limits": limits,
        "decisions": runtime.cases(decision_telling.kind(limits)),
        "years": runtime.cases(decision_catalogue.KIND),
        "meetings": runtime.cases(meeting_telling.KIND),
        "shortfalls": runtime.cases(shortfalls.KIND),
        "watched_years": runtime.collection("watched_years"),
        "ledgers": runtime.cases(ledger_telling.KIND),
        "comments": Comments(runtime.collection("comments"), runtime.numbers, runtime.papers),
    }


def _phones(register: Register) -> frozenset[str]:
    numbers = ((each.phone, each.office.phone, each.office.fax) if each.office else (each.phone,) for each in register)
    return frozenset(number for of_agency in numbers for number in of_agency if number)


def official(cause: Cause) -> Official:
    """The person of a cause. Raises `Refused` when a program acts: here decides a named person."""
    actor = cause.actor
    if actor.kind != "person":
        raise Refused("person_needed", "须由具名人员办理。", remedy="请以个人身份登录后办理。")
    return Official(id=actor.id, name=actor.name or actor.id, agency=actor.agency)


def done(held: Held[Case]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.stage.value, repeated=held.repeated)
