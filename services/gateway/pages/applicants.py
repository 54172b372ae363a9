"""Pages on which applicants follow and act on their own requests, by number and query code, never in an address."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.base import Done
from contracts.requests.answers import Followed
from kernel.refused import Refused
from services.gateway import applications, columns, uploads
from services.gateway.api import applicants as own
from services.gateway.api.cases import Claim
from services.gateway.asking import FOLLOWS, It
from services.gateway.forms import Form
from services.gateway.render import page
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/requests", include_in_schema=False, route_class=Traced)
B = TypeVar("B", bound=Claim)
UNKNOWN = "not_found"


@routes.get("/follow")
async def follow_form(request: Request, it: It) -> Response:
    return _shown(request, Form(), None)


@routes.post("/follow", dependencies=[FOLLOWS])
async def follow(request: Request, it: It) -> Response:
    return await _followed(request, it, await Form.read(request))


@routes.post("/attach", dependencies=[FOLLOWS])
async def attach(request: Request, it: It) -> Response:
    """A file of the applicant's."""
    form, upload = await uploads.read(request)
    claim, form = _claim(form)
    said = ""
    if claim and upload is None:
        form = form.without(file="请选择文件。")
    elif claim and upload:
        try:
            await uploads.pass_on(it, claim.number, claim.code, form.get("role"), upload)
            said = f"附件“{upload.name}”已收入申请。"
        except Refused as refused:
            form = form.because(refused)
    return await _followed(request, it, form, said)


@routes.post("/withdraw", dependencies=[FOLLOWS])
async def withdraw(request: Request, it: It) -> Response:
    """The applicant takes the application back."""
    return await _step(request, it, own.Withdrawn, own.withdraw, "申请已撤回。")


@routes.post("/contact", dependencies=[FOLLOWS])
async def contact(request: Request, it: It) -> Response:
    """The applicant is reached elsewhere."""
    return await _step(request, it, own.Reached, own.reach, "联系方式已更改。")


async def _step(
    request: Request, it: Gateway, kind: type[B], act: Callable[[Gateway, B, str | None], Awaitable[Done]], told: str
) -> Response:
    """A step of the applicant's that one short form says."""
    form = await Form.read(request)
    body, form = form.fill(kind, {name: form.get(name) for name in kind.model_fields}, {})
    said = ""
    if body:
        try:
            await act(it, body, form.get("command_key"))
            said, form = told, Form({name: form.get(name) for name in Claim.model_fields})
        except Refused as refused:
            form = form.because(refused)
    return await _followed(request, it, form, said)


@routes.post("/correction", dependencies=[FOLLOWS])
async def correction(request: Request, it: It) -> Response:
    """The form in which the application is written anew. What stands in the first one is not shown to anyone here."""
    form = await Form.read(request)
    claim, form = _claim(form)
    try:
        found = await own.follow(it, claim) if claim else None
    except Refused as refused:
        return _shown(request, form.because(refused), None)
    if found is None or "correct" not in found.may:
        return _shown(request, form, found)
    return _correction(request, form, found.notice)


@routes.post("/correct", dependencies=[FOLLOWS])
async def correct(request: Request, it: It) -> Response:
    """The corrected application."""
    form = await Form.read(request)
    if empty := applications.lacking(form, agency=False):
        return _correction(request, form.without(**empty))
    data = {"number": form.get("number"), "code": form.get("code"), "application": applications.written(form)}
    body, form = form.fill(own.Corrected, data, applications.FIELDS)
    if body is None:
        return _correction(request, form)
    try:
        await own.correct(it, body, form.get("command_key"))
    except Refused as refused:
        return _correction(request, form.because(refused))
    return await _followed(request, it, form, "补正材料已收到。")


@routes.post("/document", dependencies=[FOLLOWS])
async def document(request: Request, it: It) -> Response:
    """A document that is addressed to the applicant, to be saved."""
    form = await Form.read(request)
    wanted, form = form.fill(own.Wanted, {name: form.get(name) for name in own.Wanted.model_fields}, {})
    if wanted is None:
        return _shown(request, form, None)
    try:
        return await own.document(it, wanted)
    except Refused as refused:
        return await _followed(request, it, form.because(refused))


def _claim(form: Form) -> tuple[Claim | None, Form]:
    return form.fill(Claim, {"number": form.get("number"), "code": form.get("code")}, {})


async def _followed(request: Request, it: Gateway, form: Form, said: str = "") -> Response:
    """The request as it stands now. Who has guessed wrongly once is not answered by a second try of ours."""
    known, found = form.refused is None or form.refused.code != UNKNOWN, None
    claim, checked = _claim(form)
    if claim is None:
        return _shown(request, checked, None)
    if known:
        try:
            found = await own.follow(it, claim)
        except Refused as refused:
            form = form.because(refused)
    return _shown(request, form, found, said)


def _shown(request: Request, form: Form, found: Followed | None, said: str = "") -> Response:
    return page(
        request,
        "request_follow.html",
        status=form.status,
        column=columns.REQUESTS,
        form=True,
        sent=form,
        found=found,
        said=said,
    )


def _correction(request: Request, form: Form, notice: str | None = None) -> Response:
    return page(
        request,
        "request_correct.html",
        status=form.status,
        column=columns.REQUESTS,
        form=True,
        sent=form,
        notice=notice,
        **applications.choices(),
    )
