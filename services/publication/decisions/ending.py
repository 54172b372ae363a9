"""How a matter of decision ends: archived, or stopped; and how one that was stopped goes on."""

from contracts.base import Role
from contracts.publication import decisions as c
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.decisions import facts as f
from services.publication.decisions.domain import Setting
from services.publication.decisions.stages import stands
from services.publication.decisions.state import MAX_EARLIER, Decision
from services.publication.domain.signing import own


def archive(state: Decision, archive_no: str, on: Setting) -> list[Fact]:
    """归档 (第三十三条), by the agency itself or an archivist."""
    if state.archive_no:
        return []
    if Role.ARCHIVIST not in on.roles:
        own(state.agency, on.by)
    stands(state, c.ArchiveDecision)
    return on.timed(state, f.DecisionArchived(archive_no=archive_no, by=on.by, at=on.now))


def stop(state: Decision, reason: str, on: Setting) -> list[Fact]:
    """End the matter; nothing follows unless it is resumed."""
    if state.stopped_for:
        return []
    stands(state, c.StopDecision)
    return on.timed(state, f.DecisionStopped(reason=reason, by=on.by, at=on.now))


def resume(state: Decision, reason: str, on: Setting) -> list[Fact]:
    """Go on where it was stopped (no law says how, D). A consultation that was broken off begins anew with its whole
    length, and a legal review that was not answered is asked for again."""
    stands(state, c.ResumeDecision)
    if state.comments_erased:
        raise Refused("comments_erased", "公众意见原件已经销毁，不能恢复。", remedy="请作为新的事项启动决策程序。")
    if state.broken_off and len(state.earlier) >= MAX_EARLIER:
        raise Refused("too_often", f"征求意见已达 {MAX_EARLIER} 轮。", remedy="请作为新的事项启动决策程序。")
    return on.timed(state, f.DecisionResumed(reason=reason, by=on.by, at=on.now))
