"""Commands and queries: request and reply over the bus, with actor, idempotency key and deadline."""

import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from opentelemetry import propagate
from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from chassis.actors import CITIZEN, Actor, Cause, service
from chassis.clock import Clock
from chassis.persons import Verifier
from chassis.store import Unreachable
from chassis.telemetry import HANDLED, handling
from contracts import subjects
from contracts.base import Command, Problem, Query, Reply, Role
from kernel.refused import Refused

log = logging.getLogger(__name__)
R = TypeVar("R", bound=Reply)
Respond = Callable[[Any, Cause], Awaitable[Reply]]
PERSON, KEY, DEADLINE = "zwgk-person", "zwgk-key", "zwgk-deadline"
MAX_REQUEST_BYTES = 700 * 1024
STATUS = {"not_found": 404, "forbidden": 403, "token_invalid": 401, "token_expired": 401, "token_needed": 401}
SPEAKS_FOR_CITIZENS = "gateway"
OPERATOR = "operator"


def problem(error: Refused) -> Problem:
    """A refusal as RFC 9457 problem details."""
    return Problem(
        type=f"urn:zwgk:problem:{error.code}",
        title=error.code,
        status=STATUS.get(error.code, 422),
        detail=error.message,
        field=error.field,
        remedy=error.remedy,
    )


def refusal(given: Problem) -> Refused:
    """The refusal behind problem details."""
    return Refused(given.title, given.detail, field=given.field, remedy=given.remedy)


def invalid(error: ValidationError) -> Refused:
    """A refusal that names the first field that is wrong and never its value."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    return Refused(
        "invalid", f"字段 {path or '（整体）'} 不符合要求（{first['type']}）。", field=path, remedy="请更正后重新提交。"
    )


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
        key = headers.get(KEY) or str(uuid.uuid4())
        return await respond(asked, Cause(actor, f"{tokens[-1]}:{key}", self._clock.now()))

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


def _unavailable() -> Problem:
    return Problem(
        type="urn:zwgk:problem:unavailable",
        title="unavailable",
        status=503,
        detail="服务暂时不可用。",
        remedy="请稍后重试。",
    )


class Asker:
    """Sends commands and queries as one sender."""

    def __init__(self, client: Callable[[], Client], region: str, sender: str) -> None:
        self._client = client
        self._region = region
        self._sender = sender

    async def __call__(
        self,
        message: Command | Query,
        into: type[R],
        *,
        token: str | None = None,
        key: str | None = None,
        timeout: float = 10.0,
        service: str | None = None,
    ) -> R:
        """The reply. Raises `Refused` with the receiver's own words, or `unavailable` when nobody answers in time.

        `key` is the idempotency key: a repeat with the same key is carried out once.
        """
        headers = {DEADLINE: f"{time.time() + timeout:.3f}", KEY: key or str(uuid.uuid4())}
        if token:
            headers[PERSON] = token
        propagate.inject(headers)
        body = message.model_dump_json().encode()
        if len(body) > MAX_REQUEST_BYTES:
            raise Refused("too_large", "提交的内容过大。", remedy="请分批提交。")
        subject = subjects.asked(self._region, type(message), self._sender, service)
        try:
            answer = await self._client().request(subject, body, timeout=timeout, headers=headers)
        except nats.errors.NoRespondersError:
            raise Refused("unavailable", "服务未运行。", remedy="请稍后重试或联系运维。") from None
        except (TimeoutError, nats.errors.ConnectionClosedError):
            raise Refused("unavailable", "服务没有及时应答。", remedy="请稍后重试；重复提交不会重复办理。") from None
        if (answer.headers or {}).get("content-type") == "application/problem+json":
            raise refusal(Problem.model_validate_json(answer.data))
        return into.model_validate_json(answer.data)
