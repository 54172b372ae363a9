"""政策疑问 from the hotline, from events of opinion and from opinions of the public: each waits with a question of the
document until that is explained again or declined with reason (二次解读, P07)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.base import Event
from contracts.doubts import LAST, DoubtAnswer, DoubtStage
from contracts.publication.doubts import (
    DoubtRefused,
    DoubtRestated,
    DoubtSettled,
    DoubtTaken,
    DoubtWithdrawn,
    PolicyDoubt,
)
from contracts.publication.record import Raised
from kernel.cases import CaseKind
from kernel.facts import Fact
from services.publication.domain.state import Case
from services.publication.domain.withdrawing import Sealable, Tombstones, sealable


class DoubtHeard(Fact):
    """`document` and `question` are empty where it was refused; `said` then holds why."""

    id: str
    raiser: str
    reference: str
    no: int
    source: Raised
    point: str
    agency: str
    document: str | None
    question: int | None
    said: str
    at: datetime


class DoubtAnswered(Fact):
    stage: DoubtStage
    material: str | None
    said: str
    at: datetime


class Doubt(Sealable):
    """A doubt as its facts make it."""

    raiser: str
    reference: str
    no: int
    source: Raised
    point: str
    stage: DoubtStage
    document: str | None
    question: int | None
    said: str = ""
    material: str | None = None

    @property
    def open(self) -> bool:
        return self.stage not in LAST


def outcome(document: Case, question: int) -> DoubtAnswer | None:
    """What became of a question: explained, declined, or gone with its document; `None` while it waits."""
    if not document.public:
        return DoubtAnswer(no=question, stage=DoubtStage.DECLINED, said="文件已撤下。")
    asked = next((each for each in document.questions if each.no == question), None)
    if asked is None or not asked.settled:
        return None
    if asked.declined:
        return DoubtAnswer(no=question, stage=DoubtStage.DECLINED, said=asked.declined)
    last = next(each for each in reversed(document.explanations) if question in each.answers)
    said = f"{last.on.isoformat()} {last.interpreter}：{last.form}"
    return DoubtAnswer(no=question, stage=DoubtStage.EXPLAINED, material=last.material, said=said)


def settle(state: Doubt, given: DoubtAnswer, now: datetime) -> list[Fact]:
    answered = DoubtAnswered(stage=given.stage, material=given.material, said=given.said, at=now)
    return [answered] if state.open and not state.seal else []


def evolve(state: Doubt | None, fact: Fact) -> Doubt:
    if isinstance(fact, DoubtHeard):
        stage = DoubtStage.WAITING if fact.document else DoubtStage.REFUSED
        return Doubt(**fact.model_dump(exclude={"at"}), opened_at=fact.at, stage=stage)
    if state is None or not isinstance(fact, DoubtAnswered):
        raise ValueError("the first fact opens a doubt")
    return state.model_copy(update={"stage": fact.stage, "material": fact.material, "said": fact.said})


def record(state: Doubt) -> PolicyDoubt:
    return PolicyDoubt(
        title=f"政策疑问（{state.source}）：{state.point}",
        state=state.stage.name.lower(),
        state_label=state.stage.value,
        open=state.open,
        waits_for="承办单位二次解读" if state.open else "",
        **state.model_dump(exclude={"seal"}),
    )


def tell(state: Doubt, facts: Sequence[Fact]) -> list[Event]:
    told = {DoubtStage.WAITING: DoubtTaken, DoubtStage.REFUSED: DoubtRefused}
    return [told.get(state.stage, DoubtSettled)(record=record(state))]


def index(state: Doubt) -> Mapping[str, Any]:
    """Open ones are found by their document; counted by document, question and source."""
    counted = {"document": state.document, "question": state.question, "source": state.source.value}
    marks = [f"doubts:{state.document}"] if state.open else []
    plain = {"agency": state.agency, "open": state.open, "state": state.stage.name.lower(), "marks": marks}
    return plain | counted | {"since": state.opened_at}


_KIND: CaseKind[Doubt] = CaseKind(
    name="doubt",
    title="政策疑问",
    facts=(DoubtHeard, DoubtAnswered),
    evolve=evolve,
    tell=tell,
    retell=lambda state: [DoubtRestated(record=record(state))],
    index=index,
)
KIND = sealable(_KIND, Tombstones(DoubtWithdrawn))
