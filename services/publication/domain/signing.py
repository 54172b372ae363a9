"""What every publication outside the way of a document needs: a secrecy review, signed by somebody else than who
prepared it."""

from collections.abc import Collection

from kernel.refused import Refused
from services.publication.domain.facts import Official


def sign(secrecy: bool, by: Official, prepared_by: Collection[str]) -> None:
    """Refuse what nobody has signed (条例第17条), and a signature under one's own work."""
    if not secrecy:
        raise Refused(
            "secrecy_unsigned", "没有签署保密审查意见，不能公开。", field="secrecy", remedy="请逐项审查后确认保密审查。"
        )
    if by.id in prepared_by:
        raise Refused("own_work", "经办人不能审查公开自己经办的内容。", remedy="请由另一名有权人员办理。")


def own(agency: str, by: Official) -> None:
    """Steps inside a unit are for its own people."""
    if by.agency != agency:
        raise Refused("other_agency", "只能由承办单位的人员办理。", remedy="请用承办单位的身份办理。")
