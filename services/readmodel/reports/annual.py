"""The annual report put together: tables from editions, declared figures, checks, digest of the inputs."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.readmodel.terms import Declared, Form, Opening
from services.readmodel.reports import narrative, proactive
from services.readmodel.reports.counted import DocumentCount
from services.readmodel.reports.counting import Balance, Case, Period, Table, balance, merged, table2, table3
from services.readmodel.reports.form import FORMATS, PARTS, cells, form_of
from services.readmodel.reports.identities import Checks, check, check_carry, check_sum, check_valid


@dataclass(frozen=True)
class Inputs:
    """All that a report is made of, as it stood on a day."""

    name: str
    scope: str
    year: int
    as_of: date
    cases: Sequence[Case]
    documents: Sequence[DocumentCount]
    declared: Mapping[str, Declared]
    units: Mapping[str, Mapping[str, Declared]] = field(default_factory=dict)
    """What the units declared, by agency code; for the report of the whole region."""
    openings: Mapping[int, Sequence[Opening]] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    """Narrative parts as written."""
    before: Mapping[str, Any] | None = None
    """The issued report of the year before."""
    unit_reports: Sequence[Mapping[str, Any]] | None = None
    """Issued reports of all units, when there are all of them."""
    carry_reason: str = ""
    progress: Sequence[tuple[str, str, str]] = ()
    """Progress in the key fields (重点领域) as departments published it: agency, field, text."""
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        return Period.of(self.year, self.as_of)

    @property
    def opening(self) -> Balance:
        return balance(self.openings, self.year)

    @property
    def begun_before(self) -> bool:
        """Whether anything is known of an earlier year."""
        first = self.period.first
        return bool(self.openings) or any(case.received and case.received < first for _, case in self.cases)


@dataclass(frozen=True)
class Made:
    """A report, what was checked in it, and why it is not whole yet."""

    report: dict[str, Any]
    checks: Checks


def make(inputs: Inputs, form: Form | None = None, *, merge_other: bool = False) -> Made:
    """The report as JSON in the shape of the published ones, with checks, narrative parts and the digest."""
    form, period = form or form_of(inputs.year), inputs.period
    cases = relevant(inputs)
    table: Table = table2(cases, period, inputs.opening)
    report: dict[str, Any] = {
        "agency": inputs.name,
        "agency_code": inputs.scope,
        "year": inputs.year,
        "format": FORMATS[form],
        "as_of": inputs.as_of.isoformat(),
        "table1": table1(inputs, form),
        "table2": merged(table) if merge_other or form == "2019" else table,
        "table3": table3(cases, period),
    }
    report["fees_reported"] = narrative.fees(period, list(_fees(inputs, cases)))
    report["parts"] = _parts(inputs, report, sum(case.late and period.holds(case.closed) for _, case in cases))
    checks = checked(inputs, report)
    missing = lacking(inputs, report)
    report |= {
        "declared": [_told(item, each) for item, each in sorted(_all_declared(inputs).items())],
        "notes": _notes(inputs),
        "balanced": not checks.errors,
        "complete": not missing,
        "missing": missing,
        "checks": checks.told(),
        "digest": digest(inputs, cases),
    }
    return Made(report, checks)


def relevant(inputs: Inputs) -> list[Case]:
    """Requests that can stand in a table of the year: received, not closed before it, or with a review that lasts."""
    period = inputs.period
    first, cutoff = period.first, period.cutoff
    return [
        (id, case)
        for id, case in inputs.cases
        if "" < case.received <= cutoff and (not case.closed or case.closed >= first or case.reviews)
    ]


def table1(inputs: Inputs, form: Form) -> dict[str, dict[str, Any]]:
    """Table 1: what was declared, else what was counted from publication, else the sum of what the units declared.
    A cell of which nothing is known is empty, never zero."""
    counted = proactive.normative(inputs.documents, inputs.period)
    table: dict[str, dict[str, Any]] = {}
    for row, column in cells(form):
        given = _given(inputs, f"{row}/{column}")
        value = given if given is not None else counted.get(row, {}).get(column)
        table.setdefault(row, {})[column] = value
    return table


def _given(inputs: Inputs, item: str) -> int | float | None:
    if item in inputs.declared:
        return plain(inputs.declared[item].figure.value)
    values = [figures[item].figure.value for figures in inputs.units.values() if item in figures]
    return plain(sum(values, Decimal())) if values else None


def plain(value: Decimal) -> int | float:
    """A number as JSON shows it: whole where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def _fees(inputs: Inputs, cases: Sequence[Case]) -> Iterator[tuple[str, int, int]]:
    """Fees collected from requests that were closed in the period, by agency."""
    counts: Counter[str] = Counter()
    yuan: Counter[str] = Counter()
    period = inputs.period
    for _, case in cases:
        if case.fee and period.holds(case.closed):
            counts[case.agency] += 1
            yuan[case.agency] += case.fee
    for code, count in sorted(counts.items()):
        yield inputs.names.get(code, code), count, yuan[code]


def _parts(inputs: Inputs, report: Mapping[str, Any], late: int) -> dict[str, str]:
    documents = proactive.published(inputs.documents, inputs.period)
    drafts = {
        "overview": narrative.overview(
            inputs.name, report, inputs.period, len(documents), proactive.deliveries(inputs.documents, inputs.period)
        ),
        "problems": narrative.problems(report, late),
        "other": narrative.other(report["fees_reported"], inputs.progress, inputs.names),
    }
    return {PARTS[part]: inputs.parts.get(part) or draft for part, draft in drafts.items()}


def checked(inputs: Inputs, report: Mapping[str, Any]) -> Checks:
    """Every relation of the form and across reports (国办公开办函〔2021〕30号; the X ones are the platform's own)."""
    checks = check(report)
    if inputs.before is not None:
        check_carry(checks, report, inputs.before, inputs.carry_reason)
        check_valid(checks, report, inputs.before)
    elif not inputs.begun_before:
        checks.skipped.append("X-CARRY：没有上一年度的申请、年报和期初结转")
    _check_text(checks, report)
    _check_fees(checks, inputs, report)
    if inputs.unit_reports is not None:
        check_sum(checks, report, inputs.unit_reports)
    return checks


def _check_text(checks: Checks, report: Mapping[str, Any]) -> None:
    text = report["parts"][PARTS["overview"]]
    for key, said, stands in narrative.said_otherwise(text, report["table2"]):
        checks.equal("X-TEXT", key, said, stands, [f"parts/{PARTS['overview']}"], "warning")


def _check_fees(checks: Checks, inputs: Inputs, report: Mapping[str, Any]) -> None:
    """X-FEE: part 六 speaks of the fee, and who did not pay had been told what to pay."""
    stated = "信息处理费" in report["parts"][PARTS["other"]]
    checks.equal("X-FEE", "第六部分说明收取信息处理费情况", stated, True, [f"parts/{PARTS['other']}"], "warning")
    period = inputs.period
    unnoticed = sum(case.row == "r22" and not case.noticed and period.holds(case.closed) for _, case in inputs.cases)
    checks.equal("X-FEE", "逾期未缴费结案而没有收费通知的件数", unnoticed, 0, ["table2/r22"], "warning")


def lacking(inputs: Inputs, report: Mapping[str, Any]) -> list[str]:
    """Why the report is not whole, in sentences; empty when it is."""
    why = []
    if inputs.as_of < date(inputs.year, 12, 31):
        why.append(f"{inputs.year}年尚未结束，本表截至{inputs.as_of.isoformat()}。")
    table = ((row, column, value) for row, values in report["table1"].items() for column, value in values.items())
    if empty := [f"{row}（{column}）" for row, column, value in table if value is None]:
        why.append(f"表二尚未申报：{'、'.join(empty)}。")
    why += [f"“{title}”尚有待补充之处。" for title, text in report["parts"].items() if narrative.TO_FILL in text]
    return why


def _notes(inputs: Inputs) -> list[str]:
    notes = []
    if any(each.carried for openings in inputs.openings.values() for each in openings):
        notes.append("上年结转及其办理结果含录入的期初结转数。")
    if inputs.carry_reason:
        notes.append(f"上年结转与上年年报不一致的原因：{inputs.carry_reason}")
    return notes


def _all_declared(inputs: Inputs) -> dict[str, Declared]:
    units = {f"{code}:{item}": each for code, items in inputs.units.items() for item, each in items.items()}
    return units | dict(inputs.declared)


def _told(item: str, declared: Declared) -> dict[str, Any]:
    return {
        "item": item,
        "value": plain(declared.figure.value),
        "approximate": declared.figure.approximate,
        "source": declared.source,
        "by": declared.by,
        "on": declared.at.date().isoformat(),
    }


def digest(inputs: Inputs, cases: Sequence[Case]) -> str:
    """SHA-256 over all that the report was made of, in a fixed order."""
    hashed = hashlib.sha256(f"{inputs.scope}/{inputs.year}/{inputs.period.cutoff}\n".encode())
    for each in sorted(cases):
        hashed.update(repr(tuple(each[1])).encode() + each[0].encode() + b"\n")
    for document in sorted(inputs.documents):
        hashed.update(repr(tuple(document)).encode() + b"\n")
    rest = {
        "declared": {item: each.model_dump(mode="json") for item, each in _all_declared(inputs).items()},
        "openings": {year: [each.model_dump() for each in found] for year, found in inputs.openings.items()},
        "parts": dict(inputs.parts),
        "carry_reason": inputs.carry_reason,
    } | ({"progress": inputs.progress} if inputs.progress else {})
    hashed.update(json.dumps(rest, ensure_ascii=False, sort_keys=True).encode())
    return hashed.hexdigest()
