"""Every step of approval can be signed by a named deputy during a recorded absence, and outside of it by nobody."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio

from chassis.runtime import App
from contracts.base import Done
from contracts.publication import documents as c
from contracts.publication.absences import Absence, Absences, GetAbsences, RecordAbsence
from contracts.publication.record import Attribute
from services.publication.domain import deputies
from services.publication.domain.facts import Official
from services.publication.service import Publication
from tests.publication.documents import LI, refused
from tests.publication.test_service import draft, file_of
from tests.publication.test_service import refused as refused_by
from tests.servers import Desk, Servers, started

FIRST, LAST = date(2026, 11, 23), date(2026, 11, 27)
AWAY = Absence(agency="cz", absent="孙局长", deputy="李负责", since=FIRST, until=LAST, recorded_by="孙局长")


@pytest.mark.parametrize(
    ("today", "stands"),
    [(date(2026, 11, 22), False), (FIRST, True), (LAST, True), (date(2026, 11, 28), False)],
)
def test_a_deputy_signs_from_the_first_to_the_last_day(today: date, stands: bool) -> None:
    if stands:
        assert deputies.deputising("孙局长", [AWAY], LI, today) == "孙局长"
    else:
        refused("not_deputising", deputies.deputising, "孙局长", [AWAY], LI, today)


def test_only_the_named_deputy_signs_and_only_for_the_named_person() -> None:
    other = Official(id="qian", name="钱某", agency="cz")
    refused("not_deputising", deputies.deputising, "孙局长", [AWAY], other, FIRST)
    refused("not_deputising", deputies.deputising, "吴局长", [AWAY], LI, FIRST)
    assert deputies.deputising("", [], LI, FIRST) == ""
    refused("own_deputy", deputies.recordable, AWAY, LI)
    refused("dates_reversed", deputies.recordable, AWAY.model_copy(update={"until": date(2026, 11, 22)}), other)
    refused("same_person", deputies.recordable, AWAY.model_copy(update={"deputy": "孙局长"}), other)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


@pytest.mark.asyncio(loop_scope="session")
async def test_each_step_is_signed_by_a_deputy_and_recorded_so(desk: Desk, app: App[Publication]) -> None:
    id = await draft(desk, "拟不公开的文件", formed_on=date(2026, 11, 20))
    withheld = {"attribute": Attribute.WITHHELD, "ground": "EX16-PROCESS", "reason": "尚在讨论研究"}
    await desk(c.SetAttribute(id=id, **withheld), Done, as_="张起草", agency="czj")
    steps = (
        (c.ApproveByOpenness(id=id, deputising_for="吴主任"), "王公开", "czj"),
        (c.ApproveByHead(id=id, deputising_for="孙局长"), "李负责", "czj"),
        (c.Review(id=id, secrecy=True, wording=True, timing=True, deputising_for="周审核"), "赵审核", "bgs"),
    )
    for step, deputy, agency in steps:
        await refused_by("not_deputising", desk(step, Done, as_=deputy, agency=agency))
        away = RecordAbsence(absent=step.deputising_for, deputy=deputy, since=FIRST, until=LAST)
        await refused_by("own_deputy", desk(away, Done, as_=deputy, agency=agency))
        for repeated in (False, True):
            recorded = await desk(away, Done, as_=step.deputising_for, agency=agency)
            assert recorded.repeated is repeated
        await desk(step, Done, as_=deputy, agency=agency)
    signed = [each.step for each in (await file_of(desk, id)).steps][-3:]
    assert signed == [
        "公开工作机构审查（代吴主任）",
        "单位负责人审批（代孙局长）",
        "发布前审查（保密审查）（代周审核）",
    ]
    found: Absences = await desk(GetAbsences(agency="czj", on=LAST), Absences)
    assert [(each.absent, each.deputy, each.recorded_by) for each in found.items] == [
        ("吴主任", "王公开", "吴主任"),
        ("孙局长", "李负责", "孙局长"),
    ]
    assert (await desk(GetAbsences(agency="czj", on=date(2026, 11, 28)), Absences)).items == ()
