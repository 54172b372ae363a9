"""Pages from templates: escaped always, whole without a script."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response

from kernel import clock
from kernel.clock import CST
from services.gateway.session import form_nonce, gateway_of, keep_nonce, session

HERE = Path(__file__).parent
STATIC = HERE / "static"
_MARK = re.compile(r"(</?mark>)")
_HEADING = re.compile(r"(第[一二三四五六七八九十百]+章|[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）)")
HEADING_LENGTH = 40


@cache
def templates() -> Environment:
    """All templates; an undefined name is an error."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": day,
        "moment": moment,
        "published": published,
        "limit": limit,
        "marked": marked,
        "paragraphs": paragraphs,
        "size": size,
        "left": left,
    }
    environment.globals |= {"query": query, "style": style_address()}
    return environment


def page(
    request: Request,
    name: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    form: bool = False,
    **context: Any,
) -> Response:
    """A page. With `form` it carries the token that its forms must send back, and is kept by no cache."""
    gateway = gateway_of(request)
    nonce = form_nonce(request) if form else ""
    held = session(request)
    private = form or held is not None
    html = (
        templates()
        .get_template(name)
        .render(
            site=gateway.site,
            path=request.url.path,
            person=held.actor if held else None,
            form_token=gateway.seal.form_token(nonce) if form else "",
            command_key=secrets.token_urlsafe(16) if form else "",
            **{"column": None, **context},
        )
    )
    response = HTMLResponse(html, status, {"Cache-Control": "no-store" if private else "no-cache", **(headers or {})})
    if form:
        keep_nonce(request, response, nonce)
    return response


@cache
def style_address(name: str = "style.css") -> str:
    """Address of a style sheet; it changes with its content, so that browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def query(**parts: str | int | None) -> str:
    """The part of an address behind `?`, without what is empty."""
    return urlencode({key: value for key, value in parts.items() if value not in (None, "", 0)})


def day(value: date | datetime | str | None) -> str:
    """`2026-11-23`."""
    if isinstance(value, datetime):
        return value.astimezone(CST).date().isoformat()
    return str(value)[:10] if value else ""


def moment(value: datetime | str | None) -> str:
    """`2026-11-23 09:00`, in China Standard Time."""
    return clock.shown(_at(value)) if value else ""


def published(value: datetime | str | None) -> str:
    """When it was published; of what was imported only the day is known, and 00:00 would say more."""
    return clock.shown(_at(value)).removesuffix(" 00:00") if value else ""


def limit(value: datetime | str | None) -> str:
    """The end of a limit, as the last day where it ends with one."""
    return clock.shown_limit(_at(value)) if value else ""


def _at(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def left(due: datetime | None, now: datetime) -> str:
    """How far away the end of a limit is, in days by the calendar."""
    if due is None:
        return ""
    last = date.fromisoformat(limit(due)[:10])
    days = (last - now.astimezone(CST).date()).days
    if due <= now:
        return f"超期 {max(-days, 1)} 天"
    return f"还有 {days} 天" if days > 0 else "今天到期"


def size(count: int) -> str:
    """Bytes in a unit that people read."""
    if count < 1024:
        return f"{count} 字节"
    return f"{count / 1024:.0f} KB" if count < 1024**2 else f"{count / 1024**2:.1f} MB"


def marked(text: str) -> Markup:
    """HTML of the search, in which nothing but `<mark>` may be a tag."""
    parts = _MARK.split(text)
    return Markup("".join(each if _MARK.fullmatch(each) else _no_tags(each) for each in parts))


def _no_tags(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def paragraphs(text: str) -> list[tuple[str, str]]:
    """A text as (class, paragraph): numbered headings are told apart from the rest."""
    lines = (line.strip() for line in text.splitlines())
    return [("part" if _is_heading(line) else "", line) for line in lines if line]


def _is_heading(line: str) -> bool:
    return bool(_HEADING.match(line)) and len(line) <= HEADING_LENGTH and not line.endswith(("。", "；", "："))
