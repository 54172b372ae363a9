"""Answers the commands and queries of one service: who asks, may he, and a reply whatever happens."""

import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from chassis.actors import CITIZEN, Actor, Cause, Expected, service
from chassis.clock import Clock
from chassis.marks import refuse_marked
from chassis.persons import Verifier
from chassis.rpc import DEADLINE, EXPECTS, KEY, MAX_REQUEST_BYTES, PERSON, problem
from chassis.store import Unreachable
from chassis.telemetry import HANDLED, handling
from chassis.validation import invalid
from contracts import subjects
from contracts.base import Command, Problem, Query, Reply, Role
from kernel.refused import Refused

log = logging.getLogger(__name__)
Respond = Callable[[Any, Cause], Awaitable[Reply]]
SPEAKS_FOR_CITIZENS = "gateway"
OPERATOR = "operator"


class Responder:
    """Answers the commands and queries of one service."""

    def __init__(
        self,
        name: str,
        client: Callable[[], Client],
        handlers: dict[type[Command] | type[Query], Respond],
        verifier: Verifier,
        clock: Clock,
    ) -> None:
        self._name = name
        self._client = client
        self._handlers = {
            ("cmd" if issubclass(kind, Command) else "qry", kind.verb): (kind, respond)
            for kind, respond in handlers.items()
        }
        self._verifier = verifier
        self._clock = clock

    async def respond(self, message: Msg) -> None:
        """Carry out one request. Whatever happens, the requester gets a reply; no reply quotes the request."""
        headers = dict(message.headers or {})
        if _deadline(headers) < time.time():
            return  # nobody waits any more
        name = subjects.template(message.subject)
        try:
            with handling(self._name, name, headers, SpanKind.SERVER):
                reply = await self._reply(message, headers)
            outcome = "done"
        except Refused as error:
            reply, outcome = problem(error), "refused"
        except Unreachable:
            reply, outcome = _unavailable(), "unavailable"
        except Exception:
            log.exception("request failed", extra={"message_type": name})
            reply, outcome = _unavailable(), "failed"
        HANDLED.labels(self._name, name, outcome).inc()
        await self._send(message, reply)

    async def _reply(self, message: Msg, headers: dict[str, str]) -> Reply:
        tokens = message.subject.split(".")
        kind, respond = self._handlers.get((tokens[2], tokens[4]), (None, None))
        if kind is None or respond is None:
            raise Refused("unknown_request", "本服务没有这项功能。", remedy="请核对版本。")
        actor = self._actor(tokens[-1], headers)
        if not kind.allowed & actor.roles:
            raise Refused("forbidden", "无权执行此操作。", remedy="请由具备相应角色的人员办理。")
        try:
            asked = kind.model_validate_json(message.data)
        except ValidationError as error:
            raise invalid(error) from None
        if isinstance(asked, Command):
            refuse_marked(asked, message.data, asked.one_by_one)
        key = headers.get(KEY) or str(uuid.uuid4())
        expects = _expected(headers, asked)
        return await respond(asked, Cause(actor, f"{tokens[-1]}:{key}", self._clock.now(), expects=expects))

    def _actor(self, sender: str, headers: dict[str, str]) -> Actor:
        """The person of the token, else the program proven by the subject's last token."""
        if token := headers.get(PERSON):
            return self._verifier.actor(token, self._clock.now())
        if sender == SPEAKS_FOR_CITIZENS:
            return CITIZEN
        if sender == OPERATOR:
            return Actor("service", OPERATOR, roles=frozenset({Role.OPERATOR}))
        if sender == "desk":
            raise Refused("token_needed", "需要登录。", remedy="请先登录或提供身份凭证。")
        return service(sender)

    async def _send(self, message: Msg, reply: Reply) -> None:
        body = reply.model_dump_json().encode()
        if len(body) > MAX_REQUEST_BYTES:
            reply = problem(Refused("reply_too_large", "结果过大。", remedy="请缩小查询范围。"))
            body = reply.model_dump_json().encode()
        kind = "application/problem+json" if isinstance(reply, Problem) else "application/json"
        await self._client().publish(message.reply, body, headers={"content-type": kind})


def _deadline(headers: dict[str, str]) -> float:
    """Until when the requester waits, in seconds since 1970; for ever when it does not say so in a number."""
    try:
        return float(headers.get(DEADLINE) or "inf")
    except ValueError:
        return float("inf")


def _expected(headers: dict[str, str], asked: Command | Query) -> Expected | None:
    """The version that the sender has seen of the case which its command names."""
    given = headers.get(EXPECTS)
    if given is None:
        return None
    id = getattr(asked, "id", None) or getattr(asked, "number", None)
    if not (given.isdecimal() and isinstance(id, str)):
        raise Refused("no_version", "此操作不能附带版本条件。", remedy="请去掉版本条件（If-Match）后重新提交。")
    return Expected(id, int(given))


def _unavailable() -> Problem:
    return Problem(
        type="urn:zwgk:problem:unavailable",
        title="unavailable",
        status=503,
        detail="服务暂时不可用。",
        remedy="请稍后重试。",
    )
