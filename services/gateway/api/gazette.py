"""政府公报 and compilations for programs: the issues, one issue with its documents, its files."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.base import ID_PATTERN
from contracts.publication.gazette import Compilation, GazetteIssue, GazetteItem, GetGazetteIssue, IssueFound
from kernel.refused import Refused
from services.gateway import files, participation
from services.gateway.asking import It
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1/gazette", tags=["政府公报"], route_class=Traced, responses=PROBLEM_RESPONSES)
Id = Annotated[str, Path(pattern=ID_PATTERN, description="编号")]
Form = Annotated[str, Path(pattern=r"^[a-z]{2,8}$", description="格式：pdf、html 或者 json")]
Kind = Literal["issue", "compilation"]
MEDIA = {"html": "text/html; charset=utf-8", "json": "application/json", "pdf": "application/pdf"}
FILE = {"schema": {"type": "string", "format": "binary"}}
KINDS: dict[Kind, type[GazetteIssue]] = {"issue": GazetteIssue, "compilation": Compilation}


class IssueLine(BaseModel):
    """An issue in the list."""

    id: str
    title: str
    year: int
    no: int = Field(description="期号，一年之内连续")
    issued_at: datetime
    documents: int = Field(description="刊登件数，已撤下的也在内")


class IssuePage(BaseModel):
    """Issues, the newest change first."""

    total: int
    items: tuple[IssueLine, ...]
    next: str | None


class Download(BaseModel):
    """An issue in one form."""

    form: str
    media_type: str
    url: str
    bytes: int
    sha256: str


class Issue(IssueLine):
    """An issue with its documents; one that was taken down keeps its place."""

    items: tuple[GazetteItem, ...]
    downloads: tuple[Download, ...]


async def found(it: Gateway, id: str) -> GazetteIssue:
    """An issue or a compilation."""
    return (await it.recent(GetGazetteIssue(id=id), IssueFound)).issue


async def file(it: Gateway, id: str, form: str) -> Response:
    """An issue as a file, to be saved."""
    issue = await found(it, id)
    printed = next((each for each in issue.editions if each.form == form), None)
    if printed is None:
        raise Refused("not_found", "本期没有这种格式。", remedy="请从该期页面重新下载。")
    return await files.download(it, id, printed.sha256, f"{issue.title}.{form}", media_type(form))


def media_type(form: str) -> str:
    return MEDIA.get(form, "application/octet-stream")


def _line(issue: GazetteIssue) -> IssueLine:
    fields = {name: getattr(issue, name) for name in ("id", "title", "year", "no", "issued_at")}
    return IssueLine(**fields, documents=len(issue.items))


@routes.get("", summary="公报各期", description="政府公报各期，或者重点制度文件汇编；最近变动的在前。")
async def issues(
    it: It,
    kind: Annotated[Kind, Query(description="issue 公报，compilation 汇编")] = "issue",
    cursor: Annotated[str | None, Query(max_length=200, description="上一页返回的 `next`")] = None,
    limit: Annotated[int, Query(ge=1, le=50, description="条数")] = 20,
) -> IssuePage:
    page = await participation.listed(it, KINDS[kind], cursor, limit)
    return IssuePage(total=page.total, items=tuple(_line(each) for each in page.items), next=page.next)


@routes.get("/{id}", summary="一期公报", description="目录、各格式的下载地址和校验值；撤下的文件保留位置。")
async def issue(it: It, id: Id) -> Issue:
    one = await found(it, id)
    downloads = tuple(
        Download(media_type=media_type(each.form), url=f"{routes.prefix}/{id}/{each.form}", **dict(each))
        for each in one.editions
    )
    return Issue(**dict(_line(one)), items=one.items, downloads=downloads)


@routes.get(
    "/{id}/{form}",
    summary="下载公报",
    description="一期公报的文件：PDF、HTML 或者开放数据 JSON。",
    response_class=Response,
    responses={200: {"description": "文件", "content": dict.fromkeys(MEDIA.values(), FILE)}},
)
async def download(it: It, id: Id, form: Form) -> Response:
    return await file(it, id, form)
