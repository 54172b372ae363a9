"""政策解读: forms, the leader's share, questions that wait for an explanation, links in both directions."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from chassis.runtime import App
from contracts.base import Done
from contracts.publication import comparing as c
from contracts.publication.documents import Correct
from contracts.publication.explaining import (
    CountExplanations,
    ExplanationCounts,
    RaiseQuestion,
    RecordExplanation,
    UnitExplained,
)
from contracts.publication.record import Explanation, Raised
from services.publication.comparing import compared
from services.publication.service import Publication
from tests.publication.test_gazette import normative
from tests.publication.test_service import TEXT, draft, file_of, refused
from tests.servers import Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")
CLERK = {"as_": "张起草", "agency": "czj"}
OFFICE = {"as_": "赵审核", "agency": "bgs"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


def explanation(**given: Any) -> Explanation:
    usual = {"on": date(2026, 11, 23), "form": "问答", "interpreter": "县财政局局长"}
    return Explanation.model_validate(usual | given)


async def test_explanations_are_linked_and_counted(desk: Desk, app: App[Publication]) -> None:
    id, material = await normative(desk, 60), await draft(desk, "《办法》问答")

    async def explain(**given: Any) -> Any:
        return await desk(RecordExplanation(id=id, explanation=explanation(**given)), Done, **CLERK)

    async def counted() -> dict[str, UnitExplained]:
        counts: ExplanationCounts = await desk(CountExplanations(year=2026), ExplanationCounts)
        return {each.agency: each for each in counts.units}

    earlier = await counted()
    await refused("unknown_form", explain(form="舞蹈"))
    await refused("unknown_element", explain(elements=("别的",)))
    await refused("unknown_material", explain(material="999901-GW-2026-999999"))
    await refused("in_future", explain(on=date(2026, 11, 24)))
    await explain(lead=True, elements=("背景依据", "惠民利民举措"), material=material)
    await explain(form="图解", interpreter="县财政局")
    foreign = RecordExplanation(id=id, explanation=explanation(form="访谈"))
    await refused("other_agency", desk(foreign, Done, as_="钱外人", agency="lyj"))
    assert [each.agency for each in (await file_of(desk, id)).record.explanations] == ["czj", "czj"]
    assert (await file_of(desk, material)).record.metadata.interprets == (id,)
    counts = await counted()
    unit, before = counts["czj"], earlier["czj"]
    assert (unit.explanations, unit.by_lead) == (before.explanations + 2, before.by_lead + 1)
    assert (unit.owed, unit.left) == (2, max(before.left - 1, 0))
    assert len(counts) > 1, "units that explained nothing are listed too"


async def test_a_question_waits_for_its_explanation(desk: Desk, app: App[Publication]) -> None:
    id = await normative(desk, 61)
    raised = RaiseQuestion(id=id, source=Raised.HOTLINE, reference="RX-1", point="补贴标准看不懂")
    await desk(raised, Done, **CLERK)
    await desk(raised, Done, **CLERK)
    record = (await file_of(desk, id)).record
    assert (len(record.questions), record.open, record.waits_for) == (1, True, "二次解读")
    leaky = raised.model_copy(update={"point": "打13912345678问"})
    await refused("personal_data_in_field", desk(leaky, Done, **CLERK))
    wrong = RecordExplanation(id=id, explanation=explanation(answers=(2,)))
    await refused("unknown_question", desk(wrong, Done, **CLERK))
    settling = RecordExplanation(id=id, explanation=explanation(answers=(1,), agency="lyj"))
    await refused("other_agency", desk(settling, Done, as_="钱外人", agency="lyj"))
    await desk(RecordExplanation(id=id, explanation=explanation(answers=(1,))), Done, **CLERK)
    record = (await file_of(desk, id)).record
    assert (record.questions[0].answered, record.open) == (True, False)


async def test_versions_are_compared(desk: Desk, app: App[Publication]) -> None:
    id = await normative(desk, 62, f"{TEXT}\n补贴二百元。")
    for amount in ("三百", "四百"):
        command = Correct(id=id, text=f"{TEXT}\n补贴{amount}元。", reason=f"应为{amount}元")
        await desk(command, Done, **OFFICE)
    first: c.Comparison = await desk(c.CompareVersions(id=id, version=1), c.Comparison)
    assert first.reason == "应为三百元"
    assert [(line.change, line.text) for line in first.lines if line.change != "same"] == [
        ("removed", "补贴二百元。"),
        ("added", "补贴三百元。"),
    ]
    second: c.Comparison = await desk(c.CompareVersions(id=id, version=2), c.Comparison)
    assert [line.text for line in second.lines if line.change == "added"] == ["补贴四百元。"]
    await refused("unknown_version", desk(c.CompareVersions(id=id, version=3), c.Comparison))


async def test_nothing_is_lost_in_a_comparison() -> None:
    before, after = "甲\n乙\n丙", "甲\n丁\n丙\n戊"
    lines = list(compared(before, after))
    assert [line.text for line in lines if line.change != "added"] == before.splitlines()
    assert [line.text for line in lines if line.change != "removed"] == after.splitlines()
