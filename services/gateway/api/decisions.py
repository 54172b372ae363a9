"""Decisions, meetings and work ledgers: read by anyone, and the opinions that anyone may give."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from contracts.base import ID_PATTERN
from contracts.publication import meetings as c
from contracts.publication.comments import CommentKept, PublicAnswers
from contracts.publication.decision_catalogue import PublicDecisionCatalogue
from contracts.publication.decisions import PublicMatter
from contracts.publication.ledgers import PublicLedger
from services.gateway import participation
from services.gateway.asking import SUBMITS, It, Key
from services.gateway.participation import Listed, Opinion
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1", tags=["决策、会议和执行公开"], route_class=Traced, responses=PROBLEM_RESPONSES)
Id = Annotated[str, Path(pattern=ID_PATTERN, description="编号")]
Cursor = Annotated[str | None, Query(max_length=200, description="上一页返回的 `next`")]
Limit = Annotated[int, Query(ge=1, le=100, description="条数")]
After = Annotated[int, Query(ge=0, description="从哪个序号之后")]


@routes.get("/decisions", summary="重大行政决策事项", description="已公开的决策事项，最近变动的在前。")
async def decisions(it: It, cursor: Cursor = None, limit: Limit = 20) -> Listed[PublicMatter]:
    return await participation.listed(it, PublicMatter, cursor, limit)


@routes.get("/decisions/catalogues", summary="年度决策目录", description="政府和部门两级的年度决策事项目录。")
async def catalogues(it: It, cursor: Cursor = None, limit: Limit = 20) -> Listed[PublicDecisionCatalogue]:
    return await participation.listed(it, PublicDecisionCatalogue, cursor, limit)


@routes.get("/decisions/{id}", summary="一个决策事项", description="草案、征求意见、采纳情况、审查、讨论、公布和评估。")
async def decision(it: It, id: Id) -> PublicMatter:
    return await participation.one(it, PublicMatter, id)


def _open_for_opinions(path: str, answered: str, given: tuple[str, str]) -> None:
    """Opinions on records of one kind: handed in by anyone, answered by number."""

    @routes.get(f"{path}/{{id}}/answers", summary=answered, description="公布后的采纳结论和理由，按意见序号。")
    async def answers(it: It, id: Id, after: After = 0) -> PublicAnswers:
        return await participation.answers(it, id, after)

    _takes_opinions(path, given)


def _takes_opinions(path: str, given: tuple[str, str]) -> None:
    summary, description = given
    post = routes.post(
        f"{path}/{{id}}/comments", status_code=201, dependencies=[SUBMITS], summary=summary, description=description
    )

    @post
    async def comment(it: It, id: Id, body: Opinion, key: Key) -> CommentKept:
        return await participation.give(it, id, body, key)


@routes.get("/meetings", summary="会议", description="会议直播和结果，最近变动的在前。")
async def meetings(it: It, cursor: Cursor = None, limit: Limit = 20) -> Listed[c.PublicMeeting]:
    return await participation.listed(it, c.PublicMeeting, cursor, limit)


@routes.get("/meetings/counts", summary="邀请列席次数", description="常务会议、部门办公会议一年邀请各方列席的次数。")
async def counts(it: It, year: Annotated[int, Query(ge=2000, le=2100, description="年度")]) -> c.MeetingCounts:
    return await it.recent(c.GetMeetingCounts(year=year), c.MeetingCounts)


@routes.get("/meetings/{id}", summary="一次会议", description="会议结果和意见采纳说明。")
async def meeting(it: It, id: Id) -> c.PublicMeeting:
    return await participation.one(it, c.PublicMeeting, id)


@routes.get("/ledgers", summary="工作台账", description="重大部署的工作台账，最近变动的在前。")
async def ledgers(it: It, cursor: Cursor = None, limit: Limit = 20) -> Listed[PublicLedger]:
    return await participation.listed(it, PublicLedger, cursor, limit)


@routes.get("/ledgers/{id}", summary="一本工作台账", description="措施、步骤、分工、进展、成效、督查结果。")
async def ledger(it: It, id: Id) -> PublicLedger:
    return await participation.one(it, PublicLedger, id)


_open_for_opinions(
    "/decisions",
    "意见采纳情况",
    ("对决策草案提出意见", "在征求意见期间提出意见，返回意见序号；采纳结论按序号公布。内容加密保存。"),
)
_open_for_opinions(
    "/ledgers", "意见答复", ("对执行情况提出意见", "对推进中的工作提出意见，返回意见序号。内容加密保存。")
)
_takes_opinions(
    "/documents",
    ("对政策文件提出疑问", "说明文件或解读中看不懂的地方。内容加密保存，承办单位查看处理后销毁。"),
)
