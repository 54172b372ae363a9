"""Open311 GeoReport v2 as it stands on the wire: who may post, what is shown, JSON and XML, errors."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Literal
from xml.etree import ElementTree

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from contracts.hotline import terms as c
from contracts.hotline.figures import Reported
from contracts.hotline.tickets import TicketTaken
from kernel.refused import Refused
from services.gateway.problems import refused, status_of
from services.gateway.tracing import Traced

Format = Literal["json", "xml"]
Shown = dict[str, Any]
XML = "text/xml; charset=utf-8"
STATUS = {"key_missing": 400, "key_wrong": 403, "unknown_jurisdiction": 404, "unknown_service": 404, "not_found": 404}
KINDS = {kind.name.lower(): kind for kind in c.TicketKind}
URGENCIES = {urgency.name.lower(): urgency for urgency in c.Urgency}
SECRECY = {"no": "可向承办单位出示", "yes": "保密"}


class Reporting(Traced):
    """A route whose errors have the standard's own form."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except (Refused, RequestValidationError) as error:
                return _failure(error, "xml" if request.url.path.endswith(".xml") else "json")

        return answered


def _failure(error: Exception, form: Format) -> Response:
    said = refused(error)
    status = STATUS.get(said.code) or (400 if isinstance(error, RequestValidationError) else status_of(error))
    status = 400 if status == 422 else status
    description = f"{said.message}{said.remedy or ''}"
    return written([{"code": status, "description": description}], form, "errors", "error", status)


def written(found: Sequence[Shown], form: Format, root: str, each: str, status: int = 200) -> Response:
    """A list of objects as JSON or XML."""
    headers = {"Cache-Control": "no-store"}
    if form == "json":
        return JSONResponse(list(found), status, headers)
    top = ElementTree.Element(root)
    for one in found:
        _put(top, each, one)
    return Response(ElementTree.tostring(top, encoding="utf-8", xml_declaration=True), status, headers, XML)


def single(found: Shown, form: Format, root: str) -> Response:
    """One object as JSON or XML."""
    if form == "json":
        return JSONResponse(found)
    top = ElementTree.Element(root)
    for name, value in found.items():
        _put(top, name, value)
    return Response(ElementTree.tostring(top, encoding="utf-8", xml_declaration=True), media_type=XML)


def _put(above: ElementTree.Element, name: str, value: Any) -> None:
    element = ElementTree.SubElement(above, name)
    match value:
        case dict():
            for key, inner in value.items():
                _put(element, key, inner)
        case list():
            for inner in value:
                _put(element, name.removesuffix("s"), inner)
        case bool():
            element.text = str(value).lower()
        case None:
            pass
        case _:
            element.text = str(value)


def services() -> list[Shown]:
    """The classes of tickets as services, each with a definition."""
    return [
        {
            "service_code": code,
            "service_name": name,
            "description": f"{name}类咨询、求助、投诉、举报、建议、表扬",
            "metadata": True,
            "type": "realtime",
            "keywords": name,
            "group": "12345",
        }
        for code, name in c.CATEGORIES.items()
    ]


def definition(code: str) -> Shown:
    """What may be said of a ticket besides the standard's own fields."""
    named = [("kind", "诉求类型", {key: kind.value for key, kind in KINDS.items()}, True)]
    named += [("urgency", "紧急程度", {key: urgency.value for key, urgency in URGENCIES.items()}, False)]
    named += [("secrecy", "是否保密", SECRECY, False)]
    return {
        "service_code": code,
        "attributes": [
            {
                "variable": True,
                "code": name,
                "datatype": "singlevaluelist",
                "required": required,
                "datatype_description": "请从列出的值中选择。",
                "order": order,
                "description": label,
                "values": [{"key": key, "name": value} for key, value in values.items()],
            }
            for order, (name, label, values, required) in enumerate(named, start=1)
        ],
    }


def taken(ticket: TicketTaken) -> Shown:
    """The answer to a post. The query code is told this once, to who posted."""
    notice = f"查询码 {ticket.query_code}，请妥善保存，凭编号和查询码查询办理情况。"
    return {
        "service_request_id": ticket.id,
        "service_notice": f"{ticket.notice or ''}{notice}",
        "account_id": None,
    }


def reported(ticket: Reported) -> Shown:
    """A ticket as anybody may see it: its class, town and progress; no word, no name, no place of the caller."""
    codes = {name: code for code, name in c.CATEGORIES.items()}
    return {
        "service_request_id": ticket.id,
        "status": "open" if ticket.open else "closed",
        "status_notes": ticket.state_label,
        "service_name": ticket.category,
        "service_code": codes.get(ticket.category or ""),
        "description": ticket.kind.value,
        "agency_responsible": ticket.agency_name,
        "service_notice": None,
        "requested_datetime": ticket.received_at.isoformat(timespec="seconds"),
        "updated_datetime": ticket.updated_at.isoformat(timespec="seconds"),
        "expected_datetime": ticket.due_at.isoformat(timespec="seconds") if ticket.due_at else None,
        "address": ticket.area,
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }
