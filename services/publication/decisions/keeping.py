"""How long the words of opinions and of objections are kept."""

from datetime import date, datetime

from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.decisions import facts as f
from services.publication.decisions.clocks import end_of
from services.publication.decisions.domain import Setting
from services.publication.decisions.state import Decision
from services.publication.domain.facts import Official


def may_erase(ended_on: date | None, left: int, handed_over_on: date, on: Setting) -> None:
    """The words of opinions and objections go when they have served: all is answered, the case is over and handed to
    the archive, and the time within which somebody may still ask for them has passed (个人信息保护法47; how long:
    `limits.json`)."""
    if ended_on is None:
        raise Refused(
            "not_over", "还没有办结，不能销毁意见、异议原件。", remedy="请在归档、终止、办结或登记公示结果后办理。"
        )
    if left:
        raise Refused("comments_open", f"还有 {left} 条意见或者异议没有处理结论。", remedy="请先答复。")
    if not ended_on <= handed_over_on <= on.today:
        raise Refused("handed_over", "移交日期应在办结之后、今天之前。", field="handed_over_on", remedy="请核对日期。")
    row = on.limits.comments_kept
    last = end_of(row, ended_on, on.calendar)
    if on.today <= last:
        raise Refused(
            "kept_longer", f"意见、异议原件须保存至 {last}（{row.source}）。", field="id", remedy="请在次日以后办理。"
        )


def comments_erased(state: Decision, handed_over_on: date, papers: int, by: Official, now: datetime) -> list[Fact]:
    if state.comments_erased:
        return []
    return [f.CommentsErased(handed_over_on=handed_over_on, papers=papers, by=by, at=now)]
