"""政策疑问: what a named person saw people not understand about a public document, told by the service where it was
seen and answered by publication (二次解读). Tickets, events of opinion and opinions of the public carry it alike."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, Field

from contracts.base import CaseId, Contract
from kernel.refused import Refused

NAMED = Field(min_length=4, max_length=80, description="Its record number, 发文字号 or 索引号.")
POINT = Field(min_length=2, max_length=200, description="What is not understood, in the official's words; no names.")
SHOWN = 20
"""So many doubts one record may raise."""


class DoubtStage(StrEnum):
    """What became of a doubt."""

    SENT = "已转送"
    WAITING = "待解读"
    REFUSED = "未受理"
    EXPLAINED = "已二次解读"
    DECLINED = "已说明不再解读的理由"


LAST = frozenset({DoubtStage.REFUSED, DoubtStage.EXPLAINED, DoubtStage.DECLINED})


class RaisedDoubt(Contract):
    """A doubt as the record that raised it shows it."""

    no: int = Field(ge=1, description="Number within the record.")
    named: str = Field(max_length=80, description="The document as the official named it.")
    point: str = Field(max_length=200)
    by: str = Field(description="Id of the official who raised it.")
    by_name: str
    by_agency: str = ""
    at: AwareDatetime
    stage: DoubtStage = DoubtStage.SENT
    document: CaseId | None = Field(default=None, description="The public document, once publication has found it.")
    material: CaseId | None = Field(default=None, description="Document that explains it (解读材料).")
    said: str = Field(default="", max_length=400, description="How it was explained, or why it was not.")


class DoubtAnswer(Contract):
    """What publication says of a doubt."""

    no: int
    stage: DoubtStage
    document: CaseId | None = None
    material: CaseId | None = None
    said: str = Field(default="", max_length=400)


def another(
    doubts: Sequence[RaisedDoubt], named: str, point: str, by: tuple[str, str, str], now: datetime
) -> RaisedDoubt | None:
    """The next doubt of a record; `None` for one that it has raised and that waits. `by`: id, name, agency."""
    if any((each.named, each.point) == (named, point) and each.stage not in LAST for each in doubts):
        return None
    if len(doubts) >= SHOWN:
        raise Refused("too_many_doubts", f"政策疑问已达 {SHOWN} 条。", remedy="请等待解读，并合并提出。")
    person, name, agency = by
    return RaisedDoubt(no=len(doubts) + 1, named=named, point=point, by=person, by_name=name, by_agency=agency, at=now)


def news(doubts: Sequence[RaisedDoubt], answer: DoubtAnswer) -> bool:
    """The answer says more than is known; answers may come twice and out of order."""
    known = next((each for each in doubts if each.no == answer.no), None)
    return known is not None and known.stage not in LAST and known.stage is not answer.stage


def answered(doubts: Sequence[RaisedDoubt], answer: DoubtAnswer) -> tuple[RaisedDoubt, ...]:
    given = answer.model_dump(exclude={"no"})
    return tuple(each.model_copy(update=given) if each.no == answer.no else each for each in doubts)
