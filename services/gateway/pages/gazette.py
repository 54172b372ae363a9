"""政府公报: the issues, one issue, its downloads."""

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from contracts.base import ID_PATTERN
from contracts.publication import GazetteIssue, GetGazetteIssue, IssueFound
from contracts.readmodel import ListViews, ViewPage
from kernel.refused import Refused
from services.gateway import columns, files
from services.gateway.asking import It
from services.gateway.render import page
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
ISSUE = "publication.gazette_issue"
PAGE = 200
MEDIA = {"html": "text/html; charset=utf-8", "json": "application/json", "pdf": "application/pdf"}


async def issues(it: Gateway) -> list[GazetteIssue]:
    """The newest issues, the last one first."""
    found = await it.recent(ListViews(type=ISSUE, limit=PAGE), ViewPage)
    known = [GazetteIssue.model_validate(each.record) for each in found.items]
    return sorted(known, key=lambda issue: (issue.year, issue.no), reverse=True)


@routes.get("/gazette")
async def gazette(request: Request, it: It) -> Response:
    return page(request, "gazette.html", column=columns.GAZETTE, issues=await issues(it))


@routes.get("/gazette/{id}")
async def issue(request: Request, it: It, id: str = Path(pattern=ID_PATTERN)) -> Response:
    found = (await it.recent(GetGazetteIssue(id=id), IssueFound)).issue
    return page(request, "gazette_issue.html", column=columns.GAZETTE, issue=found)


@routes.get("/gazette/{id}/{form}")
async def edition(it: It, id: str = Path(pattern=ID_PATTERN), form: str = Path(pattern=r"^[a-z]{2,8}$")) -> Response:
    found = (await it.recent(GetGazetteIssue(id=id), IssueFound)).issue
    printed = next((each for each in found.editions if each.form == form), None)
    if printed is None:
        raise Refused("not_found", "本期没有这种格式。", remedy="请从该期页面重新下载。")
    media_type = MEDIA.get(form, "application/octet-stream")
    return await files.download(it, id, printed.sha256, f"{found.title}.{form}", media_type)
