"""Commands and queries: request and reply over the bus, with actor, idempotency key and deadline."""

import time
import uuid
from collections.abc import Callable
from typing import TypeVar

import nats.errors
from nats.aio.client import Client
from opentelemetry import propagate

from contracts import subjects
from contracts.base import Command, Problem, Query, Reply
from kernel.refused import Refused

R = TypeVar("R", bound=Reply)
PERSON, KEY, DEADLINE, EXPECTS = "zwgk-person", "zwgk-key", "zwgk-deadline", "zwgk-expects"
MAX_REQUEST_BYTES = 700 * 1024
STATUS = {
    "not_found": 404,
    "forbidden": 403,
    "token_invalid": 401,
    "token_expired": 401,
    "token_needed": 401,
    "version_changed": 412,
}


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
        expects: int | None = None,
    ) -> R:
        """The reply. Raises `Refused` with the receiver's own words, or `unavailable` when nobody answers in time.

        `key` is the idempotency key: a repeat with the same key is carried out once. `expects` is the version of the
        case that the sender has seen: if it has changed since, nothing is done.
        """
        headers = {DEADLINE: f"{time.time() + timeout:.3f}", KEY: key or str(uuid.uuid4())}
        if token:
            headers[PERSON] = token
        if expects is not None:
            headers[EXPECTS] = str(expects)
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
