"""What the reports' handlers work with: the shelf of editions, the reports' own cases, texts and issued editions."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from chassis.actors import Cause
from chassis.cases import Cases, Held
from chassis.earlier import stood
from chassis.rpc import Asker
from chassis.runtime import Runtime
from chassis.store import Collection
from contracts.base import Role
from contracts.readmodel.terms import Declared, Opening
from kernel.agencies import Agency, Register
from kernel.calendar import end_of_day
from kernel.clock import CST
from kernel.refused import Refused
from services.readmodel import domain
from services.readmodel.domain import KIND, Case
from services.readmodel.reports.annual import Inputs
from services.readmodel.reports.counted import DocumentCount
from services.readmodel.reports.counting import Case as CountedCase
from services.readmodel.reports.editions import Shelf
from services.readmodel.reports.form import data
from services.readmodel.storage import Generations

PROGRESS = 200
"""So many fields and departments at most."""
SITE_YEAR = "网站年报/"
"""Items of declared figures that belong to the yearly form of a site (政府网站工作年度报表)."""
SITE_QUARTER = "网站通报/"
"""Items of declared figures that belong to the inspection bulletin of a quarter (网站与政务新媒体检查通报)."""
COORDINATING = ("office", "government")
"""Kinds of agencies that look after the reports of all units (全国政府信息公开工作主管部门在县级的对应机构)."""


@dataclass
class Office:
    """The reports of one region."""

    cases: Cases[Case]
    texts: Collection
    """Narrative parts and issued reports by SHA-256."""
    generations: Generations
    shelf: Shelf
    register: Register
    region: str
    ask: Asker

    @classmethod
    def of(cls, runtime: Runtime, generations: Generations) -> "Office":
        return cls(
            cases=runtime.cases(KIND),
            texts=runtime.collection("report_texts"),
            generations=generations,
            shelf=Shelf(),
            register=runtime.register,
            region=runtime.region,
            ask=runtime.ask,
        )

    def name(self, scope: str) -> str:
        """The reporter's name; raises `Refused` for an agency that the register does not know."""
        return self.register.require(scope).name if scope else f"{self.register.region_name}（全区域汇总）"

    async def opened(self, year: int, scope: str, cause: Cause) -> Held[Case]:
        """The report of a year and scope; begun where nobody has yet, by a cause of its own, for a case decides each
        cause once."""
        number = domain.number(self.region, year, scope)
        facts = domain.begin(self.region, year, scope, self.name(scope), self.due_on(year, scope), cause.now)
        held = await self.cases.get(number)
        return held or await self.cases.open(number, facts, replace(cause, id=f"{cause.id}:begin"), origin=number)

    def due_on(self, year: int, scope: str) -> date:
        """条例第49条: departments by 31 January, the government by 31 March."""
        agency = self.register.by_code(scope)
        unit = agency is not None and agency.kind not in ("government",)
        month, day = data()["due"]["unit" if unit else "government"]
        return date(year + 1, month, day)

    def require_may(self, scope: str, cause: Cause) -> None:
        """A unit acts on its own report; the coordinating office on every one."""
        actor = cause.actor
        agency = self.register.by_code(actor.agency)
        if agency is not None and agency.kind in COORDINATING and actor.roles & {Role.OPENNESS, Role.HEAD}:
            return
        heirs = {each.code for each in self.register.successors(scope, cause.now.date())} if scope else set()
        if actor.agency not in {scope, *heirs} or not scope:
            raise Refused(
                "other_agency",
                "该年报由其他单位编制。",
                field="agency",
                remedy="请由编制单位或者政务公开主管单位办理。",
            )

    def require_coordinating(self, cause: Cause) -> None:
        agency = self.register.by_code(cause.actor.agency)
        if agency is None or agency.kind not in COORDINATING:
            raise Refused("not_coordinating", "只有政务公开主管单位可以办理。", remedy="请联系政府办公室。")

    def units(self, year: int) -> list[Agency]:
        """Who must hand in a report for a year: those that existed at its end."""
        return [each for each in self.register.in_force(date(year, 12, 31)) if each.kind in data()["reporting_kinds"]]

    async def keep(self, text: str) -> str:
        """Keep a text by its digest."""
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        await self.texts.update_one({"_id": sha256}, {"$set": {"text": text}}, upsert=True)
        return sha256

    async def text(self, sha256: str) -> str:
        found = await self.texts.find_one({"_id": sha256})
        return str(found["text"]) if found else ""

    async def as_of(self, year_to: int, day: date) -> dict[tuple[int, str], Case]:
        """All reports up to a year as they stood at the end of a day, by year and scope."""
        found = stood(self.cases, {"year": {"$lte": year_to}}, end_of_day(day))
        return {(each.state.year, each.state.scope): each.state async for each in found if each.known}

    async def inputs(self, year: int, scope: str, day: date) -> Inputs:
        """All that the report of a year is made of, as it stood at the end of a day. Raises `Refused` when there is
        nothing: a year that has not begun, or of which the platform knows nothing."""
        name = self.name(scope)
        if day < date(year, 1, 1):
            raise Refused("year_ahead", "该年度在所指日期尚未开始。", field="year", remedy="请选择已经开始的年度。")
        cases, documents = await self.shelf.standing(await self.generations.answering(), day.isoformat())
        reports = await self.as_of(year, day)
        _require_data(year, day, cases, documents, reports)
        mine = reports.get((year, scope))
        members = {key[1]: each for key, each in reports.items() if key[0] == year and key[1]} if not scope else {}
        return Inputs(
            name=name,
            scope=scope,
            year=year,
            as_of=day,
            cases=[each for each in cases if not scope or each[1].agency == scope],
            documents=[each for each in documents if not scope or each.agency == scope],
            declared=_of_annual(mine.figures) if mine else {},
            units={code: _of_annual(each.figures) for code, each in members.items()},
            openings=_openings(reports, scope),
            parts={part: await self.text(sha) for part, sha in mine.parts.items() if sha} if mine else {},
            before=await self._issued(reports.get((year - 1, scope))),
            unit_reports=await self._unit_reports(year, members) if not scope else None,
            carry_reason=mine.carry_reason if mine else "",
            progress=await self._progress(year, scope, day),
            names={agency.code: agency.name for agency in self.register},
        )

    async def _progress(self, year: int, scope: str, day: date) -> list[tuple[str, str, str]]:
        """Yearly progress in the key fields (重点领域), of the items as they stand if they stood so on the day."""
        where = {
            "type": "publication.catalogue_item",
            "record.type": "key_progress",
            "record.values.year": str(year),
            "record.removed": False,
        }
        found = await (await self.generations.answering()).views.find(where, limit=PROGRESS)
        records = [each["record"] for each in found]
        standing = [each for each in records if not scope or each["agency"] == scope]
        return sorted(
            (each["agency"], each["values"]["field"], each["values"]["progress"])
            for each in standing
            if datetime.fromisoformat(each["since"]).astimezone(CST).date() <= day
        )

    async def _issued(self, report: Case | None) -> dict[str, Any] | None:
        """The last issued edition of a report."""
        if report is None or not report.issues:
            return None
        found: dict[str, Any] = json.loads(await self.text(report.issues[-1].content))
        return found

    async def _unit_reports(self, year: int, members: Mapping[str, Case]) -> Sequence[Mapping[str, Any]] | None:
        """Issued reports of all units; `None` while one of them is missing."""
        codes = [agency.code for agency in self.units(year)]
        if not codes or any(code not in members or not members[code].issues for code in codes):
            return None
        return [issued for code in codes if (issued := await self._issued(members[code]))]


def _of_annual(figures: Mapping[str, Declared]) -> dict[str, Declared]:
    """Without what was declared for the reports of sites."""
    return {item: each for item, each in figures.items() if not item.startswith((SITE_YEAR, SITE_QUARTER))}


def _openings(reports: Mapping[tuple[int, str], Case], scope: str) -> dict[int, list[Opening]]:
    """Opening balances by year: the scope's own, or for the whole region those of all."""
    found: dict[int, list[Opening]] = {}
    for (year, code), report in reports.items():
        if report.opening and (not scope or code == scope):
            found.setdefault(year, []).append(report.opening)
    return found


def _require_data(
    year: int,
    day: date,
    cases: Sequence[CountedCase],
    documents: Sequence[DocumentCount],
    reports: Mapping[tuple[int, str], Case],
) -> None:
    """A year of which nothing is known is no year with zeros."""
    first, last = f"{year}-01-01", min(day, date(year, 12, 31)).isoformat()
    known = any("" < case.received <= last and (not case.closed or case.closed >= first) for _, case in cases)
    known = known or any(first <= each.published <= last for each in documents)
    of_year = [report for (at, _), report in reports.items() if at == year]
    known = known or any(each.figures or each.opening or each.issues for each in of_year)
    if not known:
        raise Refused(
            "year_empty",
            "该年度没有申请、公开信息和申报数据，不能生成年报。",
            field="year",
            remedy="请先导入该年度的台账。",
        )


def today(cause: Cause) -> date:
    return cause.now.astimezone(CST).date()
