"""Catalogues for programs: lists that the law names, guides, rates of proposals, random draws."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from contracts.base import ID_PATTERN
from contracts.publication import catalogue, inspection
from contracts.publication.catalogue_clocks import GetLate, LateRows
from contracts.publication.lists import (
    CheckDemands,
    DemandsChecked,
    GetGuide,
    GetProposalRates,
    GuideFound,
    ProposalRates,
)
from services.gateway.asking import It, Text, Token
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1", tags=["目录与清单"], route_class=Traced, responses=PROBLEM_RESPONSES)
TypeName = Annotated[str, Path(pattern=r"^[a-z_]{1,30}$", description="目录类型，如 `guide`")]
Id = Annotated[str, Path(pattern=ID_PATTERN, description="编号")]
Code = Annotated[str, Path(max_length=100, description="事项编码")]
After = Annotated[str | None, Query(pattern=ID_PATTERN, description="上一页返回的 `next`")]
Year = Annotated[int, Query(ge=2000, le=2100, description="年度")]


@routes.get("/catalogues", summary="目录类型", description="全部目录的栏目、期限、依据和核实程度。")
async def types(it: It) -> catalogue.CatalogueTypes:
    return await it.recent(catalogue.GetCatalogueTypes(), catalogue.CatalogueTypes)


@routes.get("/catalogues/items/{id}", summary="目录事项", description="一项的历次版本，每次变更附理由。")
async def item(it: It, id: Id) -> catalogue.ItemHistory:
    return await it.ask(catalogue.GetItem(id=id), catalogue.ItemHistory)


@routes.get("/catalogues/{type}", summary="一种目录", description="现行事项；可按年度、领域等分组和字词筛选。")
async def rows(
    it: It,
    type: TypeName,
    agency: Text = None,
    group: Annotated[str | None, Query(max_length=100, description="年度、领域、类别等，见 groups")] = None,
    q: Annotated[str | None, Query(min_length=1, max_length=60, description="事项中的字词")] = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=catalogue.ROWS, description="条数")] = catalogue.ROWS,
) -> catalogue.CatalogueRows:
    asked = catalogue.ExportItems(type=type, agency=agency, group=group, q=q, after=after, limit=limit)
    return await it.recent(asked, catalogue.CatalogueRows)


@routes.get("/catalogues/{type}/groups", summary="分组", description="各年度、领域或类别的事项数；年度以新的在前。")
async def groups(it: It, type: TypeName, agency: Text = None) -> catalogue.ItemGroups:
    return await it.recent(catalogue.GroupItems(type=type, agency=agency), catalogue.ItemGroups)


@routes.get("/catalogues/{type}/late", summary="逾期公开", description="预决算任何人可查，其他目录须工作人员。")
async def late(it: It, token: Token, type: TypeName, year: Year | None = None) -> LateRows:
    return await it.ask(GetLate(type=type, year=year), LateRows, token=token)


@routes.get("/guides/{code}", summary="办事指南", description="现行的一份；大厅、网站、热线同源。")
async def guide(it: It, code: Code, agency: Text = None) -> GuideFound:
    return await it.recent(GetGuide(code=code, agency=agency), GuideFound)


@routes.get("/guides/{code}/demands", summary="核对要求", description="窗口要求的材料是否在指南之内。")
async def demands(
    it: It,
    code: Code,
    demand: Annotated[list[str], Query(min_length=1, max_length=40, description="材料名称，可多次给出")],
    agency: Text = None,
) -> DemandsChecked:
    return await it.ask(CheckDemands(code=code, agency=agency, demands=tuple(demand)), DemandsChecked)


@routes.get("/proposals/rates", summary="建议提案办理", description="各项比率，分子、分母和分母含义一并给出。")
async def rates(it: It, year: Year, agency: Text = None) -> ProposalRates:
    return await it.recent(GetProposalRates(year=year, agency=agency), ProposalRates)


@routes.get("/draws", summary="随机抽取", description="历次双随机抽取，新的在前。")
async def draws(
    it: It,
    agency: Text = None,
    before: After = None,
    limit: Annotated[int, Query(ge=1, le=50, description="条数")] = 20,
) -> inspection.DrawPage:
    return await it.recent(inspection.ListDraws(agency=agency, before=before, limit=limit), inspection.DrawPage)


@routes.get("/draws/{id}", summary="一次抽取", description="承诺值、种子、抽取结果和检查结果。")
async def draw(it: It, id: Id) -> inspection.Draw:
    return (await it.ask(inspection.GetDraw(id=id), inspection.DrawFound)).record


@routes.get("/draws/{id}/proof", summary="核验材料", description="记录和名单，据此可离线重现抽取。")
async def proof(it: It, id: Id) -> dict[str, Any]:
    record = (await it.ask(inspection.GetDraw(id=id), inspection.DrawFound)).record
    return {"draw": record.model_dump(mode="json"), "lists": await _lists(it, id)}


async def _lists(it: Gateway, id: str) -> list[str]:
    lines: list[str] = []
    after: int | None = 0
    while after is not None:
        page = await it.ask(inspection.GetDrawList(id=id, after=after), inspection.DrawListPage)
        lines += page.lines
        after = page.next
    return lines
