"""How long the words of opinions are kept."""

from datetime import date

from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.decisions import facts as f
from services.publication.decisions.clocks import end_of
from services.publication.decisions.domain import Setting
from services.publication.decisions.state import Decision


def may_erase(ended_on: date | None, left: int, handed_over_on: date, on: Setting) -> None:
    """The words of opinions go when they have served: all is answered, the case is over and handed to the archive, and
    the time within which somebody may still ask for them has passed (个人信息保护法47; how long: `limits.json`)."""
    if ended_on is None:
        raise Refused("not_over", "事项还没有办结，不能销毁公众意见原件。", remedy="请在归档、终止或办结后办理。")
    if left:
        raise Refused("comments_open", f"还有 {left} 条意见没有处理结论。", remedy="请先答复。")
    if not ended_on <= handed_over_on <= on.today:
        raise Refused("handed_over", "移交日期应在办结之后、今天之前。", field="handed_over_on", remedy="请核对日期。")
    row = on.limits.comments_kept
    last = end_of(row, ended_on, on.calendar)
    if on.today <= last:
        raise Refused(
            "kept_longer", f"公众意见原件须保存至 {last}（{row.source}）。", field="id", remedy="请在次日以后办理。"
        )


def comments_erased(state: Decision, handed_over_on: date, papers: int, on: Setting) -> list[Fact]:
    if state.comments_erased:
        return []
    return [f.CommentsErased(handed_over_on=handed_over_on, papers=papers, by=on.by, at=on.now)]
