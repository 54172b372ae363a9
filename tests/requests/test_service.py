"""Requests through the service's own commands, on real servers. The clock stands at 2026-11-23, a Monday."""

import json
import time
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from chassis.actors import CITIZEN, Cause
from chassis.runtime import App
from contracts.base import Done, Role
from contracts.requests import procedure, terms
from contracts.requests.answers import Detail, Explained, Followed, LedgerImported, LedgerPage, Submitted
from contracts.requests.papers import DocumentKind
from contracts.supervision import CalendarNotice, CalendarNoticeLoaded
from kernel.calendar import Notice
from kernel.refused import Refused
from services.requests import handlers, intake
from services.requests.service import REFUSAL_SECONDS, Requests
from tests.requests.test_clock import long_new_year
from tests.servers import Desk, Servers, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
NAME, DOCUMENT, PHONE = "苏打水", "身份证 000000199001010000", "000-0000"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Requests]]:
    async with started(servers, ["requests"]) as serving:
        yield serving.apps[0]


@pytest.fixture
def service(app: App[Requests]) -> Requests:
    return app.it


def application(description: str = "2025年道路硬化项目清单", name: str = NAME, **changes: Any) -> terms.Application:
    given: dict[str, Any] = {
        "applicant_class": terms.ApplicantClass.PERSON,
        "applicants": (terms.Applicant(name=name, id_document=f"{DOCUMENT}{name}", contact=PHONE),),
        "description": description,
        "form": "电子邮件",
    }
    return terms.Application(**(given | changes))


async def submit(desk: Desk, description: str = "清单", key: str | None = None, **changes: Any) -> Submitted:
    name = changes.pop("name", NAME)
    command = procedure.Submit(
        agency="zrzyj", channel=terms.Channel.COUNTER, application=application(description, name), **changes
    )
    submitted: Submitted = await desk(command, Submitted, as_="张经办", agency="zrzyj", key=key)
    return submitted


async def clerk(desk: Desk, command: terms.Step) -> Done:
    done: Done = await desk(command, Done, as_="张经办", agency="zrzyj", roles=[Role.CLERK])
    return done


async def head(desk: Desk, command: terms.Step) -> Done:
    done: Done = await desk(command, Done, as_="李主任", agency="zrzyj", roles=[Role.HEAD])
    return done


async def answer(
    desk: Desk, number: str, outcome: terms.Outcome = terms.Outcome.OPEN_PROVIDE, reasons: str = ""
) -> None:
    await clerk(desk, procedure.DraftReply(number=number, outcome=outcome, text="现将清单提供给你。", reasons=reasons))
    await head(desk, procedure.ApproveReply(number=number))
    await clerk(desk, procedure.ReplyRequest(number=number, route=terms.Route.ELECTRONIC))


async def follow(desk: Desk, number: str, code: str) -> Followed:
    followed: Followed = await desk(procedure.Follow(number=number, code=code), Followed)
    return followed


async def test_from_submission_to_reply(desk: Desk, service: Requests) -> None:
    submitted = await submit(desk, "2024年采石场名单")
    number = submitted.number
    assert submitted.received_on == date(2026, 11, 23)
    await clerk(desk, procedure.Accept(number=number))
    await head(desk, procedure.Extend(number=number, days=10, reason="需要汇总多个股室的材料"))
    await clerk(
        desk, procedure.DraftReply(number=number, outcome=terms.Outcome.DENY_6, text="不予公开。", reasons="过程性")
    )
    with pytest.raises(Refused) as same:
        await desk(procedure.ApproveReply(number=number), Done, as_="张经办", agency="zrzyj", roles=[Role.REVIEWER])
    assert same.value.code == "same_person"
    await head(desk, procedure.ApproveReply(number=number))
    await clerk(desk, procedure.ReplyRequest(number=number, route=terms.Route.POST, proof="EX123456789CN"))
    seen = await follow(desk, number, submitted.code)
    assert seen.state_label == "已答复"
    assert (seen.may, seen.documents[-1]) == ((), DocumentKind.REPLY)
    assert seen.reply is not None
    assert "应当先自知道本决定之日起六十日内向" in seen.reply
    assert "示例县人民政府" in seen.reply
    assert "法院" in seen.reply
    detail = await desk(procedure.GetRequest(number=number), Detail, agency="zrzyj")
    assert [step.what for step in detail.history if step.kind != "deadlines_set.v1"] == [
        "登记申请", "确认收到申请", "受理", "延长答复期限", "起草答复", "审批答复", "送达答复",
    ]  # fmt: skip
    assert detail.application is None
    document = await service.cases.collection.find_one({"_id": number})
    assert document is not None
    for personal in (NAME, DOCUMENT, PHONE, "采石场", submitted.code, "不予公开。"):
        assert personal not in json.dumps(document, ensure_ascii=False, default=str)


async def test_wrong_code_looks_like_a_wrong_number(desk: Desk) -> None:
    submitted = await submit(desk, "甲")
    await follow(desk, submitted.number, submitted.code.lower())
    refusals = []
    for number, code in ((submitted.number, "WRONGCODE2"), ("999901-YSQ-2026-999999", submitted.code)):
        began = time.monotonic()
        with pytest.raises(Refused) as refused:
            await follow(desk, number, code)
        assert time.monotonic() - began >= REFUSAL_SECONDS
        refusals.append((refused.value.code, refused.value.message, refused.value.field, refused.value.remedy))
    assert refusals[0] == refusals[1]


async def test_repeat_of_a_submission_gets_the_same_number_and_code(desk: Desk) -> None:
    first = await submit(desk, "乙", key="k-1")
    assert await submit(desk, "乙", key="k-1") == first
    with pytest.raises(Refused) as refused:
        await submit(desk, "丙", key="k-1")
    assert refused.value.code == "key_used"


async def test_repeated_step_changes_nothing(desk: Desk) -> None:
    number = (await submit(desk, "丁")).number
    first: Done = await desk(procedure.Accept(number=number), Done, agency="zrzyj", key="a-1")
    again: Done = await desk(procedure.Accept(number=number), Done, agency="zrzyj", key="a-1")
    assert again.repeated
    assert again.version == first.version


async def test_only_the_agency_in_charge_acts(desk: Desk) -> None:
    number = (await submit(desk, "戊")).number
    with pytest.raises(Refused) as refused:
        await desk(procedure.Accept(number=number), Done, agency="czj")
    assert refused.value.code == "other_agency"
    with pytest.raises(Refused) as papers:
        await desk(procedure.GetRequest(number=number, purpose="看看"), Detail, agency="czj")
    assert papers.value.code == "other_agency"


async def test_papers_are_read_for_a_purpose_and_the_reading_is_kept(desk: Desk, service: Requests) -> None:
    number = (await submit(desk, "己")).number
    detail: Detail = await desk(procedure.GetRequest(number=number, purpose="拟答复"), Detail, agency="zrzyj")
    assert detail.application is not None
    assert detail.application.applicants[0].name == NAME
    readings = await service.papers.readings([f"{number}-application"])
    assert [reading["purpose"] for reading in readings] == ["拟答复"]


async def test_citizen_corrects_and_withdraws_with_the_code_today(service: Requests) -> None:
    now = service_now(service)
    submitted = await intake.submit(
        service,
        procedure.Submit(
            agency="zrzyj",
            channel=terms.Channel.INTERNET,
            application=application("庚"),
            arrived_on=date(2026, 11, 2),
        ),
        Cause(CITIZEN, "gateway:c-1", now),
    )
    held = await service.cases.load(submitted.number)
    assert held.state.arrived_on == now.date()
    assert held.state.stage is terms.Stage.ARRIVED
    wrong = procedure.Withdraw(number=submitted.number, statement="我撤回", code="NOPE")
    with pytest.raises(Refused) as refused:
        await handlers.withdraw(service, wrong, Cause(CITIZEN, "gateway:c-2", now))
    assert refused.value.code == "not_found"
    right = wrong.model_copy(update={"code": submitted.code})
    done = await handlers.withdraw(service, right, Cause(CITIZEN, "gateway:c-3", now))
    assert done.state == "closed_withdrawn"


def service_now(service: Requests) -> Any:
    from datetime import datetime

    from kernel.clock import CST

    return datetime(2026, 11, 23, 9, 30, tzinfo=CST)


async def test_same_information_openly_given_twice_is_proposed(desk: Desk, service: Requests) -> None:
    numbers = []
    for name in ("一号", "二号"):
        number = (await submit(desk, "2025年 公园建设方案。", name=name)).number
        await clerk(desk, procedure.Accept(number=number))
        await answer(desk, number)
        numbers.append(number)
    first, second = [(await service.cases.load(number)).state for number in numbers]
    assert not first.proposed
    assert second.proposed
    detail: Detail = await desk(procedure.GetRequest(number=numbers[1]), Detail, agency="zrzyj")
    assert [(each.number, each.same_applicant, each.same_information) for each in detail.similar] == [
        (numbers[0], False, True)
    ]


async def test_explanation_over_the_year_end_and_a_new_notice(desk: Desk, app: App[Requests]) -> None:
    service = app.it
    number = (await submit(desk, "辛")).number
    await clerk(desk, procedure.Accept(number=number))
    await head(desk, procedure.Extend(number=number, days=20, reason="材料较多"))
    before: Explained = await desk(procedure.Explain(number=number), Explained)
    assert before.provisional
    assert sum(day.counted for day in before.days) == 40
    assert before.due_on is not None
    notice = Notice(year=2027, number="国办发明电〔示例〕1号", rest=long_new_year(2027))
    record = CalendarNotice(id="notice-2027", year=2027, number=notice.number, notice_json=notice.model_dump_json())
    event = CalendarNoticeLoaded(record=record)
    try:
        await handlers.recompute_limits(service, event, Cause(CITIZEN, "notice-1", service_now(service)))
        after: Explained = await desk(procedure.Explain(number=number), Explained)
    finally:
        await app.runtime.collection("calendar_notices").delete_many({"_id": 2027})
        await service.calendars.refresh()
    assert not after.provisional
    assert after.due_on is not None
    assert after.due_on > before.due_on


async def test_import_takes_good_lines_reports_bad_ones_and_is_idempotent(desk: Desk) -> None:
    lines = [old_line(n) for n in range(500)]
    lines[7] = "{"
    lines[9] = json.dumps(json.loads(lines[9]) | {"agency": "nobody"})
    command = procedure.ImportLedger(lines=tuple(lines), first=1001)
    first: LedgerImported = await desk(command, LedgerImported, timeout=60)
    assert (first.imported, first.existing) == (498, 0)
    assert [(bad.line, bad.field) for bad in first.rejected] == [(1008, None), (1010, "agency")]
    again: LedgerImported = await desk(command, LedgerImported, timeout=60)
    assert (again.imported, again.existing) == (0, 498)
    changed = json.dumps(json.loads(lines[0]) | {"channel": "传真"}, ensure_ascii=False)
    last: LedgerImported = await desk(procedure.ImportLedger(lines=(changed,)), LedgerImported)
    assert last.rejected[0].code == "ledger_changed"
    rows: list[terms.Request] = []
    cursor = ""
    while True:
        query = procedure.Ledger(received_from=date(2026, 3, 2), received_to=date(2026, 3, 2), cursor=cursor, limit=200)
        page: LedgerPage = await desk(query, LedgerPage)
        rows += page.rows
        if page.next is None:
            break
        cursor = page.next
    assert len(rows) == len({row.id for row in rows}) == 498
    assert {row.row for row in rows} == {"r03"}


def old_line(n: int) -> str:
    given = {
        "id": f"T-{n:05d}", "agency": "zrzyj", "received_on": "2026-03-02", "channel": "邮寄",
        "applicant_class": "自然人", "outcome": "OPEN_PROVIDE", "closed_on": "2026-03-20",
    }  # fmt: skip
    return json.dumps(given, ensure_ascii=False)


async def test_overdue_is_noted_by_the_clock(desk: Desk, service: Requests) -> None:
    line = json.loads(old_line(9001)) | {"received_on": "2026-10-12", "outcome": None, "closed_on": None}
    done: LedgerImported = await desk(procedure.ImportLedger(lines=(json.dumps(line),)), LedgerImported)
    assert done.imported == 1

    async def overdue() -> bool:
        page: LedgerPage = await desk(procedure.ListDue(agency="zrzyj", working_days=0), LedgerPage)
        return any(row.ledger_id == "T-09001" and row.overdue for row in page.rows)

    assert await until(overdue)


async def test_due_list_orders_by_the_running_limit(desk: Desk) -> None:
    number = (await submit(desk, "壬", arrived_on=date(2026, 11, 2))).number
    page: LedgerPage = await desk(procedure.ListDue(agency="zrzyj", working_days=5), LedgerPage)
    assert number in [row.id for row in page.rows]
    dues = [row.due_at for row in page.rows if row.due_at]
    assert dues == sorted(dues)
    nearer: LedgerPage = await desk(procedure.ListDue(agency="zrzyj", working_days=4), LedgerPage)
    assert number not in [row.id for row in nearer.rows]


async def test_erasure_leaves_the_chain_and_no_papers(desk: Desk, service: Requests) -> None:
    from chassis import chain

    submitted = await submit(desk, "癸")
    number = submitted.number
    await clerk(desk, procedure.Accept(number=number))
    await answer(desk, number)
    await desk(procedure.Archive(number=number, archive_no="2026-永久-001"), Done, agency="zrzyj")
    erase = procedure.EraseApplicantData(number=number, handed_over_on=date(2026, 11, 23))
    await desk(erase, Done, as_="周档案", agency="zrzyj")
    detail: Detail = await desk(procedure.GetRequest(number=number, purpose="核对"), Detail, agency="zrzyj")
    assert detail.application is None
    assert detail.draft is None
    assert (await follow(desk, number, submitted.code)).reply is None
    assert chain.broken_at(await service.cases.entries(number)) is None
