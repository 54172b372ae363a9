"""The annual report of one agency and year: what was declared for it, how it was handed in, and what was issued.

Its tables are computed from records elsewhere; here stands only what persons decide about it (条例第49条、第50条).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.base import Event
from contracts.readmodel import answers as c
from contracts.readmodel.terms import AnnualReport, Declared, Figure, Issue, Opening, Part, ReportStage
from kernel.cases import CaseKind
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused

LABELS: dict[ReportStage, str] = {
    ReportStage.COLLECTING: "编制中",
    ReportStage.SUBMITTED: "已报送",
    ReportStage.RETURNED: "退回修改",
    ReportStage.ISSUED: "已定稿",
}
TABLE_CLASSES = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
RESULT_ROWS = frozenset(f"r{n:02d}" for n in range(3, 24))
MAX_COUNT = 10_000_000


class Begun(Fact):
    """Work on a report began."""

    number: str
    year: int
    scope: str
    title: str
    due_on: date
    opened_at: datetime


class _Said(Fact):
    by: str
    at: datetime


class FiguresDeclared(_Said):
    """Figures were entered with their source."""

    figures: tuple[Figure, ...]
    source: str


class OpeningEntered(_Said):
    """An opening balance was entered."""

    opening: Opening
    source: str


class CarryExplained(_Said):
    """A difference to the year before was explained."""

    reason: str


class PartWritten(_Said):
    """A narrative part was written; empty `sha256`: the draft stands again."""

    part: Part
    sha256: str


class Submitted(_Said):
    """The report was handed in; `content` is the digest of its JSON."""

    content: str


class Returned(_Said):
    """The report was given back."""

    reason: str


class Issued(Fact):
    """An edition was issued."""

    issue: Issue


class Case(BaseModel):
    """An annual report as the rules see it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    number: str
    year: int
    scope: str
    title: str
    due_on: date
    opened_at: datetime
    stage: ReportStage = ReportStage.COLLECTING
    figures: dict[str, Declared] = {}
    opening: Opening | None = None
    carry_reason: str = ""
    parts: dict[str, str] = {}
    submitted_on: date | None = None
    content: str = ""
    returned: int = 0
    issues: tuple[Issue, ...] = ()


def number(region: str, year: int, scope: str) -> str:
    """Number of the report of a year and scope."""
    return f"{region}-NB-{year}-{scope or 'all'}"


def evolve(state: Case | None, fact: Fact) -> Case:
    """The report after a fact."""
    if isinstance(fact, Begun):
        return Case(**fact.model_dump())
    if state is None:
        raise TypeError(f"{fact.kind} does not begin a report")
    return state.model_copy(update=_change(state, fact))


def _change(state: Case, fact: Fact) -> dict[str, Any]:
    match fact:
        case FiguresDeclared():
            given = {
                each.item: Declared(figure=each, source=fact.source, by=fact.by, at=fact.at) for each in fact.figures
            }
            return {"figures": state.figures | given}
        case OpeningEntered():
            return {"opening": fact.opening}
        case CarryExplained():
            return {"carry_reason": fact.reason}
        case PartWritten():
            return {"parts": state.parts | {fact.part: fact.sha256}}
        case Submitted():
            day = fact.at.astimezone(CST).date()
            return {"stage": ReportStage.SUBMITTED, "submitted_on": day, "content": fact.content}
        case Returned():
            return {"stage": ReportStage.RETURNED, "returned": state.returned + 1}
        case Issued():
            return {"stage": ReportStage.ISSUED, "issues": (*state.issues, fact.issue)}
        case _:
            raise TypeError(fact.kind)


def begin(region: str, year: int, scope: str, name: str, due_on: date, now: datetime) -> list[Fact]:
    """Open the report of a year and scope."""
    return [
        Begun(
            number=number(region, year, scope),
            year=year,
            scope=scope,
            title=f"{name}{year}年政府信息公开工作年度报告",
            due_on=due_on,
            opened_at=now,
        )
    ]


def declare(state: Case, figures: Sequence[Figure], source: str, by: str, now: datetime) -> list[Fact]:
    """Enter declared figures; the same ones again from the same source change nothing."""
    _may_change(state)
    for figure in figures:
        if figure.value < 0 and not figure.item.endswith("本年增/减"):
            raise Refused("figure_negative", "申报数不能小于零。", field="figures", remedy="请核对数字。")
    fresh = [
        each
        for each in figures
        if (held := state.figures.get(each.item)) is None or (held.figure, held.source) != (each, source)
    ]
    return [FiguresDeclared(figures=tuple(fresh), source=source, by=by, at=now)] if fresh else []


def enter_opening(state: Case, opening: Opening, source: str, by: str, now: datetime) -> list[Fact]:
    """Enter the opening balance: what became of the carried requests cannot be more than were carried."""
    _may_change(state)
    by_class: dict[str, int] = dict.fromkeys(TABLE_CLASSES, 0)
    if not set(opening.results) <= RESULT_ROWS:
        raise Refused("opening_row", "办理结果的行号应当为 r03 至 r23。", field="results")
    for counts in (opening.carried, *opening.results.values()):
        if not set(counts) <= set(TABLE_CLASSES) or any(not 0 <= each <= MAX_COUNT for each in counts.values()):
            raise Refused("opening_value", "申请人类别或者数量不符合要求。", field="opening", remedy="请核对年报表三。")
    for counts in opening.results.values():
        for name, count in counts.items():
            by_class[name] += count
    if any(count > opening.carried.get(name, 0) for name, count in by_class.items()):
        raise Refused(
            "opening_results",
            "期初结转件的办理结果多于结转数量。",
            field="results",
            remedy="请核对上年年报与本年结果。",
        )
    return [] if state.opening == opening else [OpeningEntered(opening=opening, source=source, by=by, at=now)]


def explain_carry(state: Case, reason: str, by: str, now: datetime) -> list[Fact]:
    _may_change(state)
    return [] if state.carry_reason == reason else [CarryExplained(reason=reason, by=by, at=now)]


def write_part(state: Case, part: Part, sha256: str, by: str, now: datetime) -> list[Fact]:
    _may_change(state)
    return [] if state.parts.get(part, "") == sha256 else [PartWritten(part=part, sha256=sha256, by=by, at=now)]


def submit(state: Case, content: str, by: str, now: datetime) -> list[Fact]:
    """报送. What has been handed in stands until it is given back."""
    if state.stage is ReportStage.SUBMITTED:
        return []
    return [Submitted(content=content, by=by, at=now)]


def give_back(state: Case, reason: str, by: str, now: datetime) -> list[Fact]:
    """退回修改: only what was handed in can be given back."""
    if state.stage is not ReportStage.SUBMITTED:
        raise Refused("not_submitted", "该年报尚未报送，不能退回。", remedy="请先查看报送情况。")
    return [Returned(reason=reason, by=by, at=now)]


def issue(state: Case, digest: str, content: str, as_of: date, reason: str, by: str, now: datetime) -> list[Fact]:
    """定稿. The same inputs again change nothing; others make a new edition, which needs its reason."""
    if state.issues and state.issues[-1].digest == digest:
        return []
    if state.issues and not reason:
        raise Refused("reason_missing", "该年报已定稿，更正须说明理由。", field="reason", remedy="请用 --reason 说明。")
    edition = Issue(
        edition=len(state.issues) + 1,
        issued_on=now.astimezone(CST).date(),
        issued_by=by,
        as_of=as_of,
        digest=digest,
        content=content,
        reason=reason,
    )
    return [Issued(issue=edition)]


def _may_change(state: Case) -> None:
    if state.stage is ReportStage.SUBMITTED:
        raise Refused("submitted_already", "该年报已报送。", remedy="请由主管单位退回后再修改。")


def record(state: Case) -> AnnualReport:
    """The report as it is told."""
    working = state.stage in (ReportStage.COLLECTING, ReportStage.RETURNED)
    due = datetime.combine(state.due_on, time(23, 59, 59), tzinfo=CST)
    waits: dict[ReportStage, str] = {
        ReportStage.COLLECTING: "编制单位",
        ReportStage.RETURNED: "编制单位",
        ReportStage.SUBMITTED: "政务公开主管单位",
        ReportStage.ISSUED: "",
    }
    return AnnualReport(
        id=state.number,
        title=state.title,
        state=state.stage.value,
        state_label=LABELS[state.stage],
        open=state.stage is not ReportStage.ISSUED,
        agency=state.scope,
        opened_at=state.opened_at,
        due_at=due if working else None,
        waits_for=waits[state.stage],
        year=state.year,
        scope=state.scope,
        submitted_on=state.submitted_on,
        returned=state.returned,
        issues=state.issues,
    )


TOLD: dict[type[Fact], type[c.ReportSubmitted | c.ReportReturned | c.ReportIssued]] = {
    Submitted: c.ReportSubmitted,
    Returned: c.ReportReturned,
    Issued: c.ReportIssued,
}


def tell(state: Case, facts: Sequence[Fact]) -> list[Event]:
    told: list[Event] = [TOLD[type(fact)](record=record(state)) for fact in facts if type(fact) in TOLD]
    return told or [c.ReportChanged(record=record(state))]


def retell(state: Case) -> list[Event]:
    return [c.ReportRestated(record=record(state))]


def index(state: Case) -> Mapping[str, Any]:
    return {"year": state.year, "scope": state.scope, "stage": state.stage.value}


KIND: CaseKind[Case] = CaseKind(
    name="annual_report",
    title="政府信息公开工作年度报告",
    facts=(Begun, FiguresDeclared, OpeningEntered, CarryExplained, PartWritten, Submitted, Returned, Issued),
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
)
