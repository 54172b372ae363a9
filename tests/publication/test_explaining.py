"""政策解读: forms, the leader's share, questions that wait for an explanation, links in both directions."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from chassis.runtime import App
from contracts.base import Done
from contracts.publication import comparing as c
from contracts.publication import documents
from contracts.publication.documents import Correct
from contracts.publication.explaining import (
    CountExplanations,
    ExplanationCounts,
    RaiseQuestion,
    RecordExplanation,
    UnitExplained,
)
from contracts.publication.record import Attribute, Explanation, Interpretation, Raised
from contracts.publication.stock import ConfirmImport, ConfirmImports, ImportOutcomes, ImportReport, WaitingPage
from services.publication.comparing import compared
from services.publication.service import Publication
from tests.publication.test_gazette import normative
from tests.publication.test_service import TEXT, draft, file_of, line, refused, take_in
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


async def material_by_import(desk: Desk, document: str, n: int, *, link_first: bool) -> None:
    """Material that comes in by import: linked to what it explains before it is confirmed, or when it is public."""
    (taken,) = await take_in(
        desk,
        line(n, title=f"政策问答{n}", body=f"第{n}问：怎样申请？", formed_on="2026-11-20", published_on="2026-11-20"),
    )
    said = RecordExplanation(id=document, explanation=explanation(material=taken.id))
    if link_first:
        await desk(said, Done, **CLERK)
        outcomes: ImportOutcomes = await desk(ConfirmImports(ids=(taken.id,)), ImportOutcomes, **OFFICE)
        assert outcomes.items[0].outcome == "published"
    else:
        await desk(ConfirmImport(id=taken.id or ""), Done, **OFFICE)
        await desk(said, Done, **CLERK)


@pytest.mark.parametrize("link_first", [True, False])
async def test_imported_material_ends_the_limit_of_its_document(
    desk: Desk, app: App[Publication], link_first: bool
) -> None:
    """郑州市2016年政策解读规定: within three working days."""
    planned, n = await draft(desk, "《示例办法》问答", formed_on=date(2026, 11, 20)), 70 + link_first
    id = await draft(desk, f"需要解读的办法{n}", formed_on=date(2026, 11, 20))
    plan = Interpretation(plan="同步解读", forms=("问答",), interpreter="财政局局长", material=planned)
    await desk(documents.SetAttribute(id=id, attribute=Attribute.PROACTIVE, interpretation=True), Done, **CLERK)
    await desk(documents.PlanInterpretation(id=id, interpretation=plan), Done, **CLERK)
    await desk(documents.ApproveByHead(id=id), Done, as_="李负责", agency="czj")
    await desk(documents.Review(id=id, secrecy=True, wording=True, timing=True), Done, **OFFICE)
    await desk(documents.Publish(id=id), Done, **OFFICE)
    record = (await file_of(desk, id)).record
    assert (record.limit.id if record.limit else None, record.open) == ("INTERPRETATION", True)
    await material_by_import(desk, id, n, link_first=link_first)
    record = (await file_of(desk, id)).record
    assert (record.limit, record.due_at, record.open) == (None, None, False)


async def test_a_day_to_come_is_named_among_what_an_imported_document_lacks(desk: Desk, app: App[Publication]) -> None:
    (taken,) = await take_in(desk, line(75, title="日期在后的通知", published_on="2026-12-01", formed_on="2026-11-20"))
    page: WaitingPage = await desk(ImportReport(limit=100), WaitingPage)
    (lacks,) = (each.lacks for each in page.items if each.id == taken.id)
    assert "公开日期还没有到" in lacks
