"""代行: who signs for somebody that is absent (国办发〔2016〕80号 一(一): each step recorded, by different people)."""

from collections.abc import Iterable
from datetime import date

from contracts.publication.absences import Absence
from kernel.refused import Refused
from services.publication.domain.facts import Official


def recordable(absence: Absence, by: Official) -> None:
    """Refuse an absence that ends before it begins, of nobody else, or that the deputy records."""
    if absence.until < absence.since:
        raise Refused("dates_reversed", "缺岗截止日早于起始日。", field="until", remedy="请更正日期。")
    if absence.absent == absence.deputy:
        raise Refused("same_person", "不能由本人代行本人。", field="deputy", remedy="请填写另一名有权人员。")
    if is_(absence.deputy, by):
        raise Refused("own_deputy", "代行人不能为自己登记代行。", field="deputy", remedy="请由本人或其他有权人员登记。")


def deputising(absent: str, absences: Iterable[Absence], by: Official, today: date) -> str:
    """The name of who is absent, for the signature; outside of a recorded absence nobody signs for another."""
    stands = (is_(each.deputy, by) and each.since <= today <= each.until for each in absences if each.absent == absent)
    if absent and not any(stands):
        raise Refused(
            "not_deputising",
            "没有登记该负责人今天不在岗、由你代行。",
            field="deputising_for",
            remedy="请先由本人或其他有权人员登记缺岗和代行人，或由本人办理。",
        )
    return absent


def is_(name: str, by: Official) -> bool:
    return name in (by.id, by.name)


def as_signed(step: str, deputising_for: str) -> str:
    """The step as it is recorded: 代 where a deputy signs."""
    return f"{step}（代{deputising_for}）" if deputising_for else step
