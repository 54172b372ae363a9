"""From the visit to the archive, and the merging of duplicates."""

from datetime import datetime

from contracts.hotline.terms import Ending, Satisfaction, TicketKind
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from services.hotline.domain import facts as f
from services.hotline.domain.limit import limit_for
from services.hotline.domain.ticket import RUNNING, Case, S, require


def visit(case: Case, reached: bool, solved: bool | None, satisfaction: Satisfaction, now: datetime) -> list[Fact]:
    """Visit the caller (回访). Satisfied, silent or out of reach closes; dissatisfied is handled once more, and after
    that only a person may close it as handled as it can be (实事求是)."""
    require(case, S.VISITING)
    visited = f.Visited(at=now, reached=reached, solved=solved, satisfaction=satisfaction)
    if not reached or satisfaction is not Satisfaction.DISSATISFIED:
        return [visited, f.Closed(at=now, ending=Ending.VISITED, paper=None)]
    if case.redone == 0 and case.lead:
        return [visited, f.SentBack(at=now, paper=None)]
    return [visited]


def close(case: Case, ending: Ending, paper: str | None, now: datetime) -> list[Fact]:
    """Close with a stated ending. An emergency must have been handed over first."""
    if case.alarmed:
        raise Refused("emergency_open", "紧急事项尚未确认移交，不能办结。", remedy="请先确认已移交110/119/120/122。")
    match ending:
        case Ending.VISITED:
            require(case, S.VISITING)
            if case.visited_at is None:
                raise Refused("not_visited", "尚未回访。", remedy="请先登记回访结果。")
        case Ending.FACTUAL:
            require(case, S.VISITING)
        case Ending.ANSWERED | Ending.REFUSED:
            require(case, S.TRIAGE)
            _require_no_suggestion(case, ending)
        case Ending.TRANSFERRED:
            require(case, S.TRIAGE, S.SIGNED)
    if paper is None and ending is not Ending.VISITED:
        raise Refused("text_missing", "须写明答复、移交联系方式或理由。", field="text", remedy="请填写后再办结。")
    return [f.Closed(at=now, ending=ending, paper=paper)]


def _require_no_suggestion(case: Case, ending: Ending) -> None:
    """A suggestion ends as adopted or not, with the reason: a unit says so."""
    if ending is Ending.ANSWERED and case.kind is TicketKind.SUGGESTION:
        raise Refused(
            "adoption_missing",
            "建议须写明是否采纳，不能即答办结。",
            field="ending",
            remedy="请派给承办单位办理。",
        )


def reopen(case: Case, paper: str, now: datetime, calendar: Calendar) -> list[Fact]:
    """Take up a closed ticket again; its limit begins anew."""
    require(case, S.CLOSED)
    return [f.Reopened(at=now, paper=paper, limit=limit_for(case.matter, now, calendar))]


def archive(case: Case, now: datetime) -> list[Fact]:
    """File a closed ticket."""
    if case.state is S.ARCHIVED:
        return []
    require(case, S.CLOSED)
    return [f.Archived(at=now)]


def rate(case: Case, level: int, now: datetime) -> list[Fact]:
    """One rating per reply, by the caller (国办发〔2019〕51号: 一事一评)."""
    if not case.answered:
        raise Refused("no_reply", "尚无可评价的回复。", remedy="请在收到回复后评价。")
    if case.rating is not None:
        raise Refused("rated_already", "已经评价过。", remedy="如有新的情况请另行反映。")
    return [f.Rated(at=now, level=level)]


def merge(case: Case, into: Case, now: datetime) -> list[Fact]:
    """Handle this ticket with another one. Both must still be running, and no chains are made."""
    if case.merged_into == into.number:
        return []
    require(case, *(RUNNING - {S.MERGED}))
    require(into, *(RUNNING - {S.MERGED}))
    if case.number == into.number:
        raise Refused("same_ticket", "不能与自身合并。", field="into", remedy="请填写另一工单的编号。")
    if case.absorbed:
        raise Refused("has_merged", "该工单已并入其他工单，不能再并出。", remedy="请以该工单为主件合并。")
    if case.alarmed:
        raise Refused("emergency_open", "紧急事项尚未确认移交，不能合并。", remedy="请先确认移交。")
    return [f.Merged(into=into.number, at=now)]


def absorb(case: Case, duplicate: Case) -> list[Fact]:
    """The main ticket knows whom it is handled for; the strictest wish for secrecy holds."""
    if duplicate.number in case.absorbed or duplicate.merged_into != case.number:
        return []
    return [f.Absorbed(duplicate=duplicate.number, secret=duplicate.masked)]


def unmerge(case: Case, now: datetime) -> list[Fact]:
    """Handle a merged ticket by itself again."""
    if case.merged_into is None:
        return []
    require(case, S.MERGED)
    return [f.Unmerged(at=now)]


def release(case: Case, duplicate: str) -> list[Fact]:
    """The main ticket is no longer handled for the duplicate. Secrecy once given stays."""
    return [f.Released(duplicate=duplicate)] if duplicate in case.absorbed else []
