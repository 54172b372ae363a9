"""Who is asking: a signed-in person in a browser, a program with a person's token, or anyone."""

import secrets
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from chassis.actors import Actor
from contracts.base import Role
from kernel.refused import Refused
from services.gateway.seal import Seal
from services.gateway.service import Gateway

SESSION, NONCE, TOKEN_FIELD = "zwgk_session", "zwgk_form", "form_token"
MAX_TOKEN = 2500
"""Sealed in a cookie a longer token would exceed what browsers keep (4096 bytes)."""
NEEDED = Refused("token_needed", "需要登录。", remedy="请先登录或提供身份凭证。")
STALE = Refused("form_stale", "页面已过期，或请求不是从本站页面发出的。", remedy="请返回上一页，刷新后重新提交。")


@dataclass(frozen=True)
class Session:
    """A person who has signed in, with the token that goes along with each question."""

    actor: Actor
    token: str


def gateway_of(request: Request) -> Gateway:
    """The gateway behind a request."""
    gateway: Gateway = request.app.state.gateway
    return gateway


def opened(gateway: Gateway, token: str) -> Session:
    """A session by a person's token; raises `Refused` for a token that is forged, expired or of no staff member."""
    if len(token) > MAX_TOKEN:
        raise Refused("token_invalid", "身份凭证过长。", remedy="请重新申领凭证。")
    actor = gateway.verifier.actor(token, gateway.clock.now())
    if not actor.roles - {Role.CITIZEN}:
        raise Refused("forbidden", "凭证不含工作人员角色。", remedy="请联系平台管理员授予角色。")
    return Session(actor, token)


def session(request: Request) -> Session | None:
    """The signed-in person of a browser; `None` for anyone else, and once the token has expired."""
    gateway = gateway_of(request)
    token = gateway.seal.open(request.cookies.get(SESSION, "")) if SESSION in request.cookies else None
    try:
        return opened(gateway, token) if token else None
    except Refused:
        return None


def required(request: Request) -> Session:
    """The signed-in person; raises `Refused` when there is none."""
    found = session(request)
    if found is None:
        raise NEEDED
    return found


def bearer(request: Request) -> str | None:
    """The person's token of a program (`Authorization: Bearer …`). Cookies do not count under `/api/`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def sign_in(request: Request, response: Response, token: str) -> None:
    """Keep the token in the browser, where no script and no other site can use it."""
    _keep(request, response, SESSION, gateway_of(request).seal.close(token))


def sign_out(response: Response) -> None:
    response.delete_cookie(SESSION, httponly=True, samesite="strict")


def form_nonce(request: Request) -> str:
    """What ties forms to this browser: from its cookie, else new."""
    found = request.cookies.get(NONCE, "")
    return found if 20 <= len(found) <= 64 else secrets.token_urlsafe(24)


def keep_nonce(request: Request, response: Response, nonce: str) -> None:
    if request.cookies.get(NONCE) != nonce:
        _keep(request, response, NONCE, nonce)


def check_form(request: Request, seal: Seal, token: str) -> None:
    """Raises `Refused` unless the form was shown by us to the browser that sends it (CSRF)."""
    foreign = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if foreign or not seal.is_form_token(request.cookies.get(NONCE, ""), token):
        raise STALE


def _keep(request: Request, response: Response, name: str, value: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, httponly=True, samesite="strict", secure=secure, path="/")
