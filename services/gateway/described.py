"""The commands and queries of people in offices in the description of the interface (OpenAPI)."""

import inspect
from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import models_json_schema

from contracts.base import Asked, Command
from contracts.verbs import SERVICES, verb
from services.gateway import offices

BEARER = "personToken"
SECURITY = {BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "工作人员的身份凭证"}}
ERRORS = {
    "4XX": "请求未被接受：原因和解决办法（RFC 9457）。",
    "401": "未带身份凭证，或者凭证无效、已过期。",
    "403": "没有相应角色，或者业务规则不许此人办理。",
    "404": "没有这项操作，或者没有这个编号。",
    "412": "If-Match 所指的版本之后记录已有变动，没有办理。",
    "413": "内容过大。",
    "422": "内容不符合要求：指出字段，不重复所填的值；或者业务规则不许这样办理。",
    "429": "操作过于频繁。",
    "503": "服务暂时不可用；带同一 Idempotency-Key 重新提交不会重复办理。",
}
HEADERS = (
    ("Idempotency-Key", "幂等键：同一人以同一键提交同一内容只办理一次，返回同样的结果。", {"type": "string"}),
    ("If-Match", "所见的版本（应答中的 ETag）：记录已有变动时不办理。只用于写明编号的操作。", {"type": "string"}),
)  # fmt: skip
WAIT = ("Prefer", "`wait=秒数`：最多等待多久，1 至 30，默认 10。", {"type": "string"})


def add(made: dict[str, Any]) -> None:
    """Add an operation for every command and query, and their schemas, to a description."""
    kinds = (*offices.COMMANDS.values(), *offices.QUERIES.values())
    refs, schemas = _schemas(kinds)
    made["components"]["schemas"] |= schemas
    made["components"]["securitySchemes"] = SECURITY
    for kind in offices.COMMANDS.values():
        path = f"/api/v1/commands/{kind.service()}/{kind.verb}"
        made["paths"][path] = {"post": _operation("do", kind, refs) | {"requestBody": _body(refs[kind])}}
    for asked in offices.QUERIES.values():
        told = {"post": _operation("ask", asked, refs) | {"requestBody": _body(refs[asked])}}
        if offices.in_address(asked):
            whole = schemas[refs[asked].rsplit("/", 1)[-1]]
            told["get"] = _operation("get", asked, refs)
            told["get"]["parameters"] += _parameters(whole)
        made["paths"][f"/api/v1/queries/{asked.service()}/{asked.verb}"] = told


def _schemas(kinds: Iterable[type[Asked]]) -> tuple[dict[type, str], dict[str, Any]]:
    """The schemas of all, and where each stands. Services name alike what is their own: each has its prefix."""
    by_service: dict[str, list[type[Any]]] = {}
    for kind in kinds:
        by_service.setdefault(kind.service(), []).extend((kind, kind.answered_by))
    refs: dict[type, str] = {}
    schemas: dict[str, Any] = {}
    for service, models in by_service.items():
        template = f"#/components/schemas/{service}.{{model}}"
        wanted = [(model, "validation") for model in dict.fromkeys(models)]
        found, definitions = models_json_schema(wanted, ref_template=template)  # type: ignore[arg-type]
        schemas |= {f"{service}.{name}": schema for name, schema in definitions.get("$defs", {}).items()}
        refs = {model: found[model, "validation"]["$ref"] for model, _ in wanted} | refs
    return refs, schemas


def _operation(act: str, kind: type[Asked], refs: dict[type, str]) -> dict[str, Any]:
    roles = "、".join(sorted(role.value for role in kind.allowed))
    headers = (*(HEADERS if issubclass(kind, Command) else ()), WAIT)
    answered = {"description": "结果", "content": {"application/json": {"schema": {"$ref": refs[kind.answered_by]}}}}
    if "version" in kind.answered_by.model_fields:
        answered["headers"] = {"ETag": {"description": "版本，可用于 If-Match", "schema": {"type": "string"}}}
    return {
        "operationId": f"{act}.{kind.service()}.{kind.verb}",
        "tags": [f"{SERVICES[kind.service()]}（{'办理' if issubclass(kind, Command) else '查询'}）"],
        "summary": verb(kind),
        "description": f"{inspect.cleandoc(kind.__doc__ or '')}\n\n角色：{roles}。",
        "security": [{BEARER: []}],
        "parameters": [
            {"in": "header", "name": name, "description": said, "schema": schema} for name, said, schema in headers
        ],
        "responses": {"200": answered} | {status: {"description": said} for status, said in ERRORS.items()},
    }


def _body(ref: str) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": {"$ref": ref}}}}


def _parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Fields of a query as parameters of its address."""
    required = schema.get("required", ())
    return [
        {"in": "query", "name": name, "required": name in required, "description": told.get("description", ""),
         "schema": told}
        for name, told in schema.get("properties", {}).items()
    ]  # fmt: skip
