"""What staff may read with a person's token: desk, records, counts."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from contracts.base import ID_PATTERN
from contracts.readmodel import answers
from contracts.requests.answers import Explained, LedgerPage
from contracts.requests.procedure import Explain
from contracts.requests.work import ListArrived
from services.gateway.asking import It, Staff, Text, Token
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1", tags=["工作人员"], route_class=Traced, responses=PROBLEM_RESPONSES)
TYPE = r"^[a-z_]{1,30}\.[a-z_]{1,40}$"
TypeName = Annotated[str, Path(pattern=TYPE, description="记录类型，如 `publication.public_document`")]


@routes.get("/desk", summary="办理台", description="已超期、即将到期和其他在办事项，以及各由谁办理。")
async def desk(
    it: It,
    person: Staff,
    agency: Text = None,
    working_days: Annotated[int, Query(ge=1, le=60, description="多少个工作日内到期算即将到期")] = 10,
    type: Text = None,
    waits_for: Text = None,
    limit: Annotated[int, Query(ge=1, le=200, description="每栏条数")] = 50,
) -> answers.DeskPage:
    asked = answers.Desk(agency=agency, type=type, waits_for=waits_for, working_days=working_days, limit=limit)
    return await it.ask(asked, answers.DeskPage, token=person.token)


@routes.get("/views/{type}", summary="记录列表", description="某一类型的记录，最近变动的在前。")
async def views(
    it: It,
    person: Staff,
    type: TypeName,
    agency: Text = None,
    state: Text = None,
    open: bool | None = None,
    overdue: bool | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> answers.ViewPage:
    asked = answers.ListViews(
        type=type, agency=agency, state=state, open=open, overdue=overdue, cursor=cursor, limit=limit
    )
    return await it.ask(asked, answers.ViewPage, token=person.token)


@routes.get("/views/{type}/{id}", summary="一条记录", description="未带身份凭证时只能读到已公开的记录。")
async def view(
    it: It,
    token: Token,
    type: TypeName,
    id: Annotated[str, Path(pattern=ID_PATTERN, description="编号")],
    wait_version: Annotated[int | None, Query(ge=0, description="最多等 3 秒，直到有这一版本")] = None,
) -> answers.View:
    return await it.ask(answers.GetView(type=type, id=id, wait_version=wait_version), answers.View, token=token)


@routes.get(
    "/requests/{number}/deadline",
    summary="答复期限的逐日说明",
    description="每个计入、跳过和不计入的日子，及其理由和依据；何时起算、何时中止、哪些是暂定的。",
)
async def deadline(
    it: It, person: Staff, number: Annotated[str, Path(pattern=ID_PATTERN, description="申请编号")]
) -> Explained:
    return await it.ask(Explain(number=number), Explained, token=person.token)


@routes.get(
    "/requests/arrived",
    summary="新收的申请",
    description="最近几天到达的信息公开申请，最新的在前。",
)
async def arrived(
    it: It,
    person: Staff,
    days: Annotated[int, Query(ge=0, le=60, description="往前多少天；0 为今天")] = 1,
    agency: Annotated[str, Query(max_length=40, description="承办单位代码")] = "",
) -> LedgerPage:
    return await it.ask(ListArrived(days=days, agency=agency), LedgerPage, token=person.token)


@routes.get("/counts", summary="年度统计", description="某一年的首批统计数字。")
async def counts(
    it: It, person: Staff, year: Annotated[int, Query(ge=2000, le=2100, description="年份")]
) -> answers.CountTable:
    return await it.ask(answers.Counts(year=year), answers.CountTable, token=person.token)
