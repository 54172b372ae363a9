"""Who must answer. A rule only proposes; a named person assigns."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Proposal:
    """The agency that should answer, and why."""

    agency: str
    reason: str


def propose(places: Sequence[str], departments: Sequence[str]) -> Proposal:
    """Who should answer for a matter in these places (codes of townships) and fields (codes of departments).

    属地管理、分级负责、谁主管谁负责: the department concerned is the first in duty; what touches a township is answered
    there; what touches several places by the competent department above them (七星关方案 (七)1).
    """
    if len(places) > 1 and departments:
        return Proposal(departments[0], "涉及多个地方，由上级政府主管部门回应。")
    if len(departments) > 1:
        return Proposal(departments[0], "涉及多个部门，由主要责任部门牵头回应。")
    if departments:
        return Proposal(departments[0], "涉事责任部门是第一责任主体。")
    if len(places) == 1:
        return Proposal(places[0], "涉及乡镇（街道），由属地回应。")
    return Proposal("", "未识别出唯一的地点或主管部门，请人工确定回应主体。")
