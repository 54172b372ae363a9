"""What citizens bring and follow: requests for information and tickets. Codes never stand in an address."""

import uuid

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from contracts.base import CaseId, Done, Personal
from contracts.hotline.reading import Following, FollowTicket
from contracts.hotline.terms import Caller, Location, TicketKind, Urgency
from contracts.hotline.tickets import RateTicket, TakeTicket, TicketTaken
from contracts.requests.answers import Submitted
from contracts.requests.procedure import Submit
from contracts.requests.terms import MAX_TEXT, Application, Channel
from contracts.requests.work import AlreadyPublic, AlreadyPublicFound
from kernel.refused import Refused
from services.gateway.asking import FOLLOWS, LOOKS, SUBMITS, It, Key
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1", route_class=Traced, responses=PROBLEM_RESPONSES)
CHANNEL = "网站"


class RequestBody(BaseModel):
    """A request for information (条例第二十九条). The purpose is not asked."""

    model_config = ConfigDict(extra="forbid", title="信息公开申请")
    agency: str = Field(max_length=40, description="受理机构代码")
    application: Application


class Description(BaseModel):
    """What is looked for before an application."""

    model_config = ConfigDict(extra="forbid", title="所需信息")
    description: Personal[str] = Field(min_length=2, max_length=MAX_TEXT, description="名称、文号或者其他特征")


class Ticket(BaseModel):
    """What a citizen brings to the hotline by the web."""

    model_config = ConfigDict(extra="forbid", title="诉求")
    kind: TicketKind = Field(description="诉求类型")
    title: Personal[str] = Field(min_length=1, max_length=200, description="标题")
    content: Personal[str] = Field(min_length=1, max_length=20_000, description="内容")
    category: str | None = Field(default=None, max_length=40, description="问题分类")
    place: Personal[str | None] = Field(default=None, max_length=200, description="问题发生地")
    location: Personal[Location | None] = Field(default=None, description="经纬度（WGS 84）")
    urgency: Urgency = Field(default=Urgency.NORMAL, description="紧急程度")
    caller: Personal[Caller | None] = Field(default=None, description="来电人；可以匿名")


class Claim(BaseModel):
    """Number and query code: who has both may follow the case."""

    model_config = ConfigDict(extra="forbid", title="编号和查询码")
    number: CaseId = Field(description="编号")
    code: Personal[str] = Field(min_length=1, max_length=20, description="查询码")


class Rated(Claim):
    """Number and query code, and how good the caller finds the reply."""

    model_config = ConfigDict(extra="forbid", title="评价")
    level: int = Field(ge=1, le=5, description="5 非常满意，4 满意，3 基本满意，2 不满意，1 非常不满意")


def key_of(it: Gateway, given: str | None, content: BaseModel) -> str:
    """Key of a command: the caller's, bound to the content; without one every call is one of its own."""
    return it.seal.command_key(given, content.model_dump_json()) if given else str(uuid.uuid4())


async def submit(it: Gateway, body: RequestBody, key: str | None) -> Submitted:
    """Register an application that came by the internet."""
    command = Submit(agency=body.agency, channel=Channel.INTERNET, application=body.application)
    return await it.ask(command, Submitted, key=key_of(it, key, command))


async def look(it: Gateway, description: str) -> AlreadyPublicFound:
    """What is public already; that nothing is known, where nobody answers."""
    try:
        asked = AlreadyPublic(description=description[:MAX_TEXT])
        return await it.ask(asked, AlreadyPublicFound)
    except Refused:
        return AlreadyPublicFound(searched=False)


async def take(it: Gateway, body: Ticket, key: str | None) -> TicketTaken:
    """Take in a ticket that came by the web."""
    command = TakeTicket(channel=CHANNEL, **dict(body))
    return await it.ask(command, TicketTaken, key=key_of(it, key, command))


@routes.post(
    "/requests",
    tags=["依申请公开"],
    status_code=201,
    dependencies=[SUBMITS],
    summary="提交信息公开申请",
    description="登记申请，返回编号和查询码。查询码只返回这一次，请妥善保存。",
)
async def submit_request(it: It, body: RequestBody, key: Key) -> Submitted:
    return await submit(it, body, key)


@routes.post(
    "/requests/look",
    tags=["依申请公开"],
    dependencies=[LOOKS],
    summary="查找已经公开的信息",
    description="申请之前看看所需信息是否已经公开。不论结果如何都可以提出申请。",
)
async def look_first(it: It, body: Description) -> AlreadyPublicFound:
    return await look(it, body.description)


@routes.post(
    "/tickets",
    tags=["诉求"],
    status_code=201,
    dependencies=[SUBMITS],
    summary="提交诉求",
    description="登记咨询、求助、投诉、举报、建议或表扬，返回编号和查询码。",
)
async def take_ticket(it: It, body: Ticket, key: Key) -> TicketTaken:
    return await take(it, body, key)


@routes.post(
    "/tickets/follow",
    tags=["诉求"],
    dependencies=[FOLLOWS],
    summary="查询诉求进度",
    description="凭编号和查询码查询办理情况和答复。",
)
async def follow_ticket(it: It, body: Claim) -> Following:
    return await it.ask(FollowTicket(number=body.number, code=body.code), Following)


async def rate(it: Gateway, body: Rated, key: str | None) -> Done:
    """The caller's rating of a reply."""
    command = RateTicket(number=body.number, code=body.code, level=body.level)
    return await it.ask(command, Done, key=key_of(it, key, command))


@routes.post(
    "/tickets/rate",
    tags=["诉求"],
    dependencies=[FOLLOWS],
    summary="评价答复（好差评）",
    description="凭编号和查询码评价答复，每次答复评价一次；差评将回访核实并整改。",
)
async def rate_ticket(it: It, body: Rated, key: Key) -> Done:
    return await rate(it, body, key)
