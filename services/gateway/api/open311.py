"""Open311 GeoReport v2: services, service definition, post a request, get requests, get one request."""

import uuid
from datetime import timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from chassis.validation import invalid
from contracts.hotline import figures as c
from contracts.hotline.terms import CATEGORIES
from contracts.hotline.tickets import TakeTicket, TicketTaken
from kernel.clock import CST
from kernel.refused import Refused
from services.gateway import georeport
from services.gateway.asking import SUBMITS, It
from services.gateway.georeport import Format, Reporting, written

PREFIX = "/open311/v2"
routes = APIRouter(prefix=PREFIX, route_class=Reporting, include_in_schema=False)
SOURCE, CHANNEL = "open311", "App"
MAX_FIELDS = 60
DEFAULT_SPAN = timedelta(days=90)
MAX_SHOWN = 1000
TITLE = 60
Jurisdiction = Annotated[str | None, Query(max_length=100)]
Codes = Annotated[str | None, Query(max_length=2000)]
M = TypeVar("M", bound=BaseModel)
_MOMENT: TypeAdapter[AwareDatetime] = TypeAdapter(AwareDatetime)


@routes.get("/services.{form}", summary="诉求类别")
async def services(it: It, form: Format, jurisdiction_id: Jurisdiction = None) -> Response:
    it.open311.check_jurisdiction(jurisdiction_id)
    return written(georeport.services(), form, "services", "service")


@routes.get("/services/{code}.{form}", summary="类别的填报项")
async def definition(it: It, code: str, form: Format, jurisdiction_id: Jurisdiction = None) -> Response:
    it.open311.check_jurisdiction(jurisdiction_id)
    _category(code)
    return georeport.single(georeport.definition(code), form, "service_definition")


@routes.post("/requests.{form}", dependencies=[SUBMITS], summary="提交诉求", status_code=201)
async def post(it: It, request: Request, form: Format) -> Response:
    given = await _form(request)
    it.open311.check_jurisdiction(given.get("jurisdiction_id") or request.query_params.get("jurisdiction_id"))
    it.open311.check_key(given.get("api_key"))
    taken = await it.ask(_ticket(given), TicketTaken, key=str(uuid.uuid4()))
    return written([georeport.taken(taken)], form, "service_requests", "request", 201)


@routes.get("/requests.{form}", summary="诉求列表（不含个人信息）")
async def requests(
    it: It,
    form: Format,
    jurisdiction_id: Jurisdiction = None,
    service_request_id: Codes = None,
    service_code: Codes = None,
    start_date: Annotated[str | None, Query(max_length=40)] = None,
    end_date: Annotated[str | None, Query(max_length=40)] = None,
    status: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:
    it.open311.check_jurisdiction(jurisdiction_id)
    ids = _split(service_request_id)
    last = _moment(end_date, "end_date")
    first = _moment(start_date, "start_date") or (None if ids else (last or it.clock.now()) - DEFAULT_SPAN)
    query = _made(
        c.ReportedTickets,
        ids=ids,
        category=tuple(_category(code) for code in _split(service_code)),
        open=_status(status),
        first=first,
        last=last,
        limit=MAX_SHOWN,
    )
    found = (await it.ask(query, c.ReportedRows)).tickets
    return written([georeport.reported(each) for each in found], form, "service_requests", "request")


@routes.get("/requests/{id}.{form}", summary="一件诉求（不含个人信息）")
async def one(it: It, id: str, form: Format, jurisdiction_id: Jurisdiction = None) -> Response:
    it.open311.check_jurisdiction(jurisdiction_id)
    found = (await it.ask(_made(c.ReportedTickets, ids=(id,)), c.ReportedRows)).tickets
    if not found:
        raise Refused("not_found", "没有这件诉求。", field="service_request_id", remedy="请核对编号。")
    return written([georeport.reported(each) for each in found], form, "service_requests", "request")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a posted form."""
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Refused("bad_form", "表单无法读取。", remedy="请以 application/x-www-form-urlencoded 提交。") from None
    return {name: value.strip() for name, value in pairs}


def _ticket(given: dict[str, str]) -> TakeTicket:
    """A posted request as a ticket like any other."""
    if not (given.get("address_string") or given.get("address_id") or (given.get("lat") and given.get("long"))):
        raise Refused(
            "place_missing", "缺少地点。", field="address_string", remedy="请填写 address_string 或 lat、long。"
        )
    description = given.get("description") or ""
    media = given.get("media_url")
    return _made(
        TakeTicket,
        source=SOURCE,
        channel=CHANNEL,
        kind=_picked(given, "kind", georeport.KINDS),
        urgency=_picked(given, "urgency", georeport.URGENCIES, "normal"),
        title=description[:TITLE],
        content=description,
        category=_category(given.get("service_code") or ""),
        place=given.get("address_string") or given.get("address_id") or None,
        location=_location(given),
        caller=_caller(given),
        attachments=({"name": "media_url", "url": media},) if media else (),
    )


def _caller(given: dict[str, str]) -> dict[str, Any] | None:
    name = f"{given.get('last_name', '')}{given.get('first_name', '')}"
    phone = given.get("phone") or given.get("email") or ""
    secret = given.get("attribute[secrecy]") == "yes"
    return {"name": name, "phone": phone, "wants_secrecy": secret} if name or phone or secret else None


def _location(given: dict[str, str]) -> dict[str, str] | None:
    return {"lon": given["long"], "lat": given["lat"]} if given.get("lat") and given.get("long") else None


def _picked(given: dict[str, str], name: str, values: dict[str, Any], default: str = "") -> Any:
    value = given.get(f"attribute[{name}]") or default
    if value not in values:
        known = "、".join(values)
        raise Refused(
            "attribute", "填报项缺失或不在可选值中。", field=f"attribute[{name}]", remedy=f"可用的值：{known}"
        )
    return values[value]


def _category(code: str) -> str:
    if code not in CATEGORIES:
        raise Refused(
            "unknown_service", "没有这个 service_code。", field="service_code", remedy="请查看 services 列表。"
        )
    return CATEGORIES[code]


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in (text or "").split(","))))


def _status(text: str | None) -> bool | None:
    wanted = set(_split(text))
    if not wanted <= {"open", "closed"}:
        raise Refused("status", "status 只能是 open、closed。", field="status", remedy="请更正。")
    return None if len(wanted) != 1 else wanted == {"open"}


def _moment(text: str | None, field: str) -> Any:
    """W3C date and time; without a zone it is China Standard Time."""
    if not text:
        return None
    try:
        return _MOMENT.validate_python(text)
    except ValidationError:
        try:
            return _MOMENT.validate_python(f"{text}{'' if 'T' in text else 'T00:00:00'}+08:00").astimezone(CST)
        except ValidationError:
            raise Refused(
                "moment", "时间格式不正确。", field=field, remedy="请用 2026-01-31T09:00:00+08:00。"
            ) from None


def _made(made: type[M], **fields: Any) -> M:
    try:
        return made(**fields)
    except ValidationError as error:
        raise invalid(error) from None
