"""What the caller sees of a ticket, by number and query code."""

from contracts.hotline.reading import Following
from kernel.refused import Refused
from services.hotline.domain.ticket import LABELS, RUNNING, Case


def unknown() -> Refused:
    """The same words for a wrong number and a wrong code."""
    return Refused("not_found", "编号或查询码不正确。", field="code", remedy="请核对受理时告知的编号和查询码。")


def following(case: Case, reply: str | None) -> Following:
    """The caller's view. A suspension shows the promised day beside the steps; no clock is hidden."""
    return Following(
        number=case.number,
        state=case.state.value,
        state_label=LABELS[case.state],
        kind=case.kind,
        category=case.category,
        received_at=case.received_at,
        due_at=case.limit.due_at if case.state in RUNNING else None,
        overdue=case.overdue and case.running,
        promised_on=case.promised_on,
        agency=case.lead,
        steps=case.steps,
        reply=reply,
        can_rate=case.answered and case.rating is None,
        merged_into=case.merged_into,
    )
