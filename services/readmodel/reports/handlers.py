"""What the reports react to: figures and steps of persons, and the questions for reports."""

import asyncio
import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from chassis.actors import Cause
from contracts.base import Done
from contracts.readmodel import answers, terms
from kernel.facts import Fact
from kernel.refused import Refused
from services.readmodel import domain, downloads, lists
from services.readmodel.domain import Case
from services.readmodel.handlers import INSIDE, ReadModel, on
from services.readmodel.reports import files, proactive
from services.readmodel.reports.annual import Inputs, Made, make, relevant
from services.readmodel.reports.bulletins import site_quarter, site_year
from services.readmodel.reports.counting import behind
from services.readmodel.reports.editions import uncollected
from services.readmodel.reports.form import BLOCKS, COLUMNS, ENDS, MERGED, ROWS, TOTAL
from services.readmodel.reports.layout import laid_out
from services.readmodel.reports.office import today

MAX_GAPS = 3
MAX_NAMED = 12
"""Cells that a refusal names; the report itself names all."""


async def _decide(
    service: ReadModel, command: terms.OfReport, cause: Cause, decide: Callable[[Case], Sequence[Fact]]
) -> Done:
    office = service.reports
    office.name(command.agency)
    office.require_may(command.agency, cause)
    held = await office.opened(command.year, command.agency, cause)
    held = await office.cases.execute(held.id, decide, cause)
    return Done(id=held.id, version=held.version, state=held.state.stage.value, repeated=held.repeated)


def _who(cause: Cause) -> str:
    return cause.actor.name or cause.actor.id


@on.command(answers.DeclareFigures)
async def declare(service: ReadModel, command: answers.DeclareFigures, cause: Cause) -> Done:
    for figure in command.figures:
        site_year.require_item(figure)
        site_quarter.require_item(figure)

    def decide(state: Case) -> Sequence[Fact]:
        return domain.declare(state, command.figures, command.source, _who(cause), cause.now)

    return await _decide(service, command, cause, decide)


@on.command(answers.EnterOpening)
async def enter_opening(service: ReadModel, command: answers.EnterOpening, cause: Cause) -> Done:
    def decide(state: Case) -> Sequence[Fact]:
        return domain.enter_opening(state, command.opening, command.source, _who(cause), cause.now)

    return await _decide(service, command, cause, decide)


@on.command(answers.ExplainCarry)
async def explain_carry(service: ReadModel, command: answers.ExplainCarry, cause: Cause) -> Done:
    def decide(state: Case) -> Sequence[Fact]:
        return domain.explain_carry(state, command.reason, _who(cause), cause.now)

    return await _decide(service, command, cause, decide)


@on.command(answers.WritePart)
async def write_part(service: ReadModel, command: answers.WritePart, cause: Cause) -> Done:
    sha256 = await service.reports.keep(command.text) if command.text else ""

    def decide(state: Case) -> Sequence[Fact]:
        return domain.write_part(state, command.part, sha256, _who(cause), cause.now)

    return await _decide(service, command, cause, decide)


@on.command(answers.SubmitReport)
async def submit(service: ReadModel, command: answers.SubmitReport, cause: Cause) -> Done:
    service.reports.require_may(command.agency, cause)
    if not command.agency:
        raise Refused("no_unit", "全区域汇总的年报不需要报送。", field="agency", remedy="请直接定稿。")
    made = await _made(service, command.year, command.agency, today(cause))
    require_sound(made, "报送")
    content = await service.reports.keep(_canonical(made.report))
    return await _decide(service, command, cause, lambda state: domain.submit(state, content, _who(cause), cause.now))


@on.command(answers.ReturnReport)
async def give_back(service: ReadModel, command: answers.ReturnReport, cause: Cause) -> Done:
    service.reports.require_coordinating(cause)

    def decide(state: Case) -> Sequence[Fact]:
        return domain.give_back(state, command.reason, _who(cause), cause.now)

    return await _decide(service, command, cause, decide)


@on.command(answers.IssueReport)
async def issue(service: ReadModel, command: answers.IssueReport, cause: Cause) -> Done:
    service.reports.require_may(command.agency, cause)
    made = await _made(service, command.year, command.agency, today(cause))
    require_sound(made, "定稿")
    content = await service.reports.keep(_canonical(made.report))

    def decide(state: Case) -> Sequence[Fact]:
        return domain.issue(state, made.report["digest"], content, today(cause), command.reason, _who(cause), cause.now)

    return await _decide(service, command, cause, decide)


def _canonical(report: Mapping[str, Any]) -> str:
    return json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def require_sound(made: Made, act: str) -> None:
    """Raises `Refused` that names the cells of broken error-grade relations, or what is missing."""
    if errors := made.checks.errors:
        cells = [f"{finding.id}：{'、'.join(finding.cells)}" for finding in errors]
        more = f"等{len(cells)}处" if len(cells) > MAX_NAMED else ""
        raise Refused(
            "unbalanced",
            f"勾稽关系不成立，不能{act}：{'；'.join(cells[:MAX_NAMED])}{more}。",
            remedy="请用 zwgk report annual --explain 核对。",
        )
    if missing := made.report["missing"]:
        raise Refused("incomplete", f"年报尚不完整，不能{act}：{''.join(missing)}", remedy="请补齐后再办理。")


@on.command(answers.OpenCollection)
async def open_collection(service: ReadModel, command: answers.OpenCollection, cause: Cause) -> terms.Collected:
    service.reports.require_coordinating(cause)
    for unit in service.reports.units(command.year):
        await service.reports.opened(command.year, unit.code, cause)
    return await _collected(service, command.year, today(cause))


@on.query(answers.ReportsDue)
async def reports_due(service: ReadModel, query: answers.ReportsDue, cause: Cause) -> terms.Collected:
    return await _collected(service, query.year, today(cause))


async def _collected(service: ReadModel, year: int, day: date) -> terms.Collected:
    office = service.reports
    held = await office.cases.find({"year": year}, limit=1000)
    states = {each.state.scope: each.state for each in held}
    due = [_due(unit.code, unit.name, states.get(unit.code), office.due_on(year, unit.code), day)
           for unit in office.units(year)]  # fmt: skip
    return terms.Collected(year=year, units=tuple(sorted(due, key=lambda each: (not each.overdue, each.agency))))


def _due(code: str, name: str, state: Case | None, due_on: date, day: date) -> terms.Due:
    working = state is None or state.stage in (terms.ReportStage.COLLECTING, terms.ReportStage.RETURNED)
    return terms.Due(
        agency=code,
        agency_name=name,
        state=state.stage.value if state else "not_begun",
        state_label=domain.LABELS[state.stage] if state else "未开始",
        due_on=due_on,
        overdue=working and day > due_on,
        issue=state.issues[-1].edition if state and state.issues else None,
    )


async def _made(service: ReadModel, year: int, agency: str, day: date, **options: Any) -> Made:
    """A report is computed beside the event loop: a large one takes a second."""
    inputs = await service.reports.inputs(year, agency, day)
    with uncollected():
        return await asyncio.to_thread(make, inputs, **options)


@on.query(answers.GetAnnualReport)
async def annual(service: ReadModel, query: answers.GetAnnualReport, cause: Cause) -> terms.ReportReply:
    findings: tuple[terms.CheckFinding, ...] = ()
    day = _day(query.as_of, cause)
    if query.issued or query.edition is not None or not cause.actor.roles & INSIDE:
        report = await _edition(service, query)
    else:
        made = await _made(service, query.year, query.agency, day, form=query.form, merge_other=query.merge_other)
        report, findings = made.report, tuple(made.checks.findings)
    content, media_type = _file(report, query.format)
    return terms.ReportReply(
        report=report,
        findings=findings,
        file=base64.b64encode(content).decode() if content else None,
        media_type=media_type,
    )


def _day(wanted: date | None, cause: Cause) -> date:
    if wanted is not None and wanted > today(cause):
        raise Refused("day_ahead", "所指日期还没有到。", field="as_of", remedy="请选择今天或者以前的日期。")
    return wanted or today(cause)


async def _edition(service: ReadModel, query: answers.GetAnnualReport) -> dict[str, Any]:
    """An issued edition, exactly as it was frozen; the last one where none is named."""
    office = service.reports
    office.name(query.agency)
    held = await office.cases.get(domain.number(office.region, query.year, query.agency))
    issues = [each for each in held.state.issues if query.edition in (None, each.edition)] if held else []
    if not issues:
        raise Refused("not_issued", "该年报没有这一版定稿。", field="edition", remedy="请先核对年度、单位和版次。")
    report: dict[str, Any] = json.loads(await office.text(issues[-1].content))
    return report | {"issue": issues[-1].model_dump(mode="json")}


def _file(report: Mapping[str, Any], format: str) -> tuple[bytes, str]:
    match format:
        case "html":
            return files.html(laid_out(report)).encode(), files.HTML
        case "docx":
            return files.docx(laid_out(report)), files.DOCX
        case "xlsx":
            return files.xlsx(laid_out(report)), files.XLSX
        case _:
            return b"", "application/json"


@on.query(answers.ExplainCell)
async def explain_cell(service: ReadModel, query: answers.ExplainCell, cause: Cause) -> terms.CellCases:
    row, column = cell_named(query.row, query.column)
    inputs = await service.reports.inputs(query.year, query.agency, _day(query.as_of, cause))
    found = behind(relevant(inputs), inputs.period, row, column)
    opening = _from_opening(inputs, row, column)
    return terms.CellCases(
        row=row,
        column=column,
        value=len(found) + opening if row not in BLOCKS.values() else _reviews(inputs, row, column),
        total=len(found),
        cases=tuple(found[query.offset : query.offset + query.limit]),
        opening=opening,
    )


def _reviews(inputs: Inputs, row: str, column: str) -> int | None:
    """A request may have several reviews: a cell of table 3 can be larger than the number of its requests."""
    return make(inputs).report["table3"][row][column]  # type: ignore[no-any-return]


def _from_opening(inputs: Inputs, row: str, column: str) -> int:
    key = next((key for key, label in ROWS.items() if label == row), "")
    values = inputs.opening.rows().get(key, [])
    return sum(values) if column == TOTAL else (values[COLUMNS.index(column)] if values else 0)


def cell_named(row: str, column: str) -> tuple[str, str]:
    """Labels of a cell by what a person wrote: a whole label, its end, one with … for what was left out, or r01 to
    r25. Raises `Refused`."""
    labels = [*ROWS.values(), MERGED, *BLOCKS.values()]
    named = [ROWS[row]] if row in ROWS else [label for label in labels if label == row]
    if not named:
        shown = re.compile(".*".join(map(re.escape, re.split("…+|\\.{3,}", row, maxsplit=MAX_GAPS))) + "$")
        named = [label for label in labels if label.endswith(row) or shown.match(label)]
    if len(named) != 1:
        raise Refused("row_unknown", "年报表格中没有这一行，或者不止一行。", field="row", remedy="请写出完整的行名。")
    columns = (*ENDS.values(), TOTAL) if named[0] in BLOCKS.values() else (*COLUMNS, TOTAL)
    if column not in columns:
        raise Refused("column_unknown", "这一行没有这一列。", field="column", remedy=f"可用：{'、'.join(columns)}。")
    return named[0], column


@on.query(answers.GetDisclosure)
async def disclosure(service: ReadModel, query: answers.GetDisclosure, cause: Cause) -> terms.DisclosureStatistics:
    day = _day(query.as_of, cause)
    inputs = await service.reports.inputs(query.year, query.agency, day)
    categories = proactive.by_category(inputs.documents, inputs.period, inputs.declared)
    channels = proactive.by_channel(inputs.documents, inputs.period, inputs.declared)
    return terms.DisclosureStatistics(
        year=query.year,
        agency=inputs.name,
        as_of=day,
        total=sum(each.count for each in categories),
        by_category=categories,
        by_channel=channels,
        channel_total=sum(each.count for each in channels),
    )


@on.query(answers.CatalogueFile)
async def catalogue_file(service: ReadModel, query: answers.CatalogueFile, cause: Cause) -> terms.FileReply:
    generation = await service.generations.answering()
    asked = answers.Catalogue(filters=query.filters, cursor=query.cursor, limit=query.limit)
    page = await lists.catalogue(generation, await service.holdings.read(generation), service.register, asked)
    found = downloads.rows(page, service.register, query.site)
    content = downloads.written(found, query.format, site=query.site, name=service.register.region_name, now=cause.now)
    return terms.FileReply(
        file=base64.b64encode(content).decode(),
        media_type=downloads.MEDIA[query.format],
        total=page.total,
        next=page.next,
    )


@on.query(answers.Changes)
async def changes(service: ReadModel, query: answers.Changes, cause: Cause) -> terms.ChangePage:
    return await downloads.changes(await service.generations.answering(), query.cursor, query.limit)


__all__ = ["on"]
