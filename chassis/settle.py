"""What becomes of a delivered message: handled and acknowledged, delivered again later, or parked with its reason.

From its third delivery on a message is handled alone, and its attempts are counted in the service's database before
its handler runs: so a message that kills the process is found too, and its neighbours are not blamed. Whatever one
message does, even one that cannot be parked, the others of its batch are settled.
"""

import asyncio
import contextlib
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

import nats.errors
import nats.js.errors
from nats.aio.msg import Msg
from pydantic import ValidationError

from chassis.clock import Clock
from chassis.parking import Parking
from chassis.store import Collection, Unreachable
from chassis.telemetry import HANDLED
from chassis.validation import first_wrong
from contracts import subjects
from contracts.cloudevents import Mismatch
from kernel.refused import Refused

log = logging.getLogger(__name__)
T = TypeVar("T")
HEARTBEAT_SECONDS = 10.0
MAX_DELAY_SECONDS = 60.0
TRUSTED_DELIVERIES = 2
Outage = (
    *Unreachable,
    nats.errors.TimeoutError,
    nats.errors.ConnectionClosedError,
    nats.errors.NoServersError,
    nats.errors.NoRespondersError,
    nats.errors.OutboundBufferLimitError,
    nats.js.errors.NoStreamResponseError,
    nats.js.errors.ServiceUnavailableError,
    OSError,
)


@dataclass(frozen=True)
class Delivery(Generic[T]):
    """A message that could be read."""

    raw: Msg
    content: T


READING_ERRORS = (ValidationError, Refused, Mismatch, json.JSONDecodeError, UnicodeDecodeError, RecursionError)


class Replayed(Msg):
    """A message that an operator runs again: no delivery of the server stands behind it."""

    def __init__(self, subject: str, headers: dict[str, str], payload: bytes) -> None:
        super().__init__(cast(Any, None), subject, "", payload, headers)
        self._metadata = Msg.Metadata(
            sequence=Msg.Metadata.SequencePair(consumer=0, stream=time.time_ns()),
            num_pending=0,
            num_delivered=1,
            timestamp=datetime.now(UTC),
            stream="",
            consumer="",
        )


@dataclass(frozen=True)
class Unreadable:
    """Why a message could not be read, in words that do not quote it."""

    code: str
    reason: str
    field: str | None = None
    remedy: str | None = None


def unreadable(error: Exception) -> Unreadable:
    """The reason behind an error of reading."""
    if isinstance(error, ValidationError):
        path, said = first_wrong(error)
        return Unreadable("invalid", said, path or None)
    if isinstance(error, Refused):
        return Unreadable(error.code, error.message, error.field, error.remedy)
    if isinstance(error, Mismatch):
        return Unreadable("mismatch", str(error))
    return Unreadable("malformed", "不是有效的 JSON。")


class Settler(Generic[T]):
    """Settles the messages of one durable."""

    def __init__(
        self,
        service: str,
        durable: str,
        *,
        read: Callable[[Msg], T],
        handle: Callable[[Sequence[Delivery[T]]], Awaitable[None]],
        refuse: Callable[[Msg, Unreadable], Awaitable[None]],
        parking: Parking,
        attempts: Collection,
        clock: Clock,
        available: Callable[[], Awaitable[None]],
        max_attempts: int,
        pause: float,
        batch: bool,
    ) -> None:
        self._service = service
        self._durable = durable
        self._read = read
        self._handle = handle
        self._refuse = refuse
        self._parking = parking
        self._attempts = attempts
        self._clock = clock
        self._available = available
        self._max_attempts = max_attempts
        self._pause = pause
        self._batch = batch

    async def settle(self, messages: list[Msg]) -> None:
        """Handle one fetched batch; returns when each message is acknowledged, put off or parked."""
        heartbeat = asyncio.create_task(self._heartbeat(messages))
        try:
            await self._settle(messages)
        finally:
            heartbeat.cancel()

    async def again(self, subject: str, headers: dict[str, str], payload: bytes) -> Unreadable | None:
        """Handle a parked payload once more; why it cannot be read, or `None` when it was handled."""
        message = Replayed(subject, headers, payload)
        try:
            content = self._read(message)
        except READING_ERRORS as error:
            return unreadable(error)
        await self._handle([Delivery(message, content)])
        return None

    async def _settle(self, messages: list[Msg]) -> None:
        together: list[Delivery[T]] = []
        for message in messages:
            delivery = await self._readable(message)
            if delivery is None:
                continue
            if self._batch and (message.metadata.num_delivered or 1) <= TRUSTED_DELIVERIES:
                together.append(delivery)
            else:
                await self._alone(delivery)
        if together:
            await self._together(together)

    async def _together(self, deliveries: Sequence[Delivery[T]]) -> None:
        """Handle a batch; one that fails is halved until those are alone that fail by themselves."""
        if len(deliveries) == 1:
            await self._alone(deliveries[0])
        elif not await self._try(deliveries):
            half = len(deliveries) // 2
            await self._together(deliveries[:half])
            await self._together(deliveries[half:])

    async def _readable(self, message: Msg) -> Delivery[T] | None:
        try:
            return Delivery(message, self._read(message))
        except READING_ERRORS as error:
            await self._refuse_for_good(message, unreadable(error))
            return None

    async def _try(self, deliveries: Sequence[Delivery[T]]) -> bool:
        """Handle all at once and acknowledge; `False` when that failed."""
        try:
            await self._handle(deliveries)
        except Exception as error:
            if isinstance(error, Outage):
                await self._wait_until_available()
            return False
        await self._acknowledge(deliveries)
        return True

    async def _alone(self, delivery: Delivery[T]) -> None:
        message = delivery.raw
        counted = (message.metadata.num_delivered or 1) > TRUSTED_DELIVERIES
        while True:
            try:
                if counted and await self._spent(message):
                    return await self._refuse_for_good(message, Unreadable("failing", "处理多次失败。"))
                await self._handle([delivery])
                await self._acknowledge([delivery])
                return await self._forget(message) if counted else None
            except Refused as refusal:
                return await self._refuse_for_good(message, unreadable(refusal))
            except Outage:
                if not await self._wait_until_available():
                    return await self._failed(message)
                if counted:
                    await self._count(message, -1)
            except Exception:
                return await self._failed(message)

    async def _failed(self, message: Msg) -> None:
        log.exception("handler failed", extra={"durable": self._durable, "message_type": _name(message)})
        await self._put_off(message)

    async def _spent(self, message: Msg) -> bool:
        """Count one more attempt; whether there have been too many. One by itself every message has: the deliveries
        before may have been spoilt by a neighbour."""
        return await self._count(message, 1) > max(1, self._max_attempts - TRUSTED_DELIVERIES)

    async def _count(self, message: Msg, by: int) -> int:
        change = {"$inc": {"n": by}, "$set": {"at": self._clock.now()}}
        after = await self._attempts.find_one_and_update({"_id": self._key(message)}, change, upsert=True)
        return int(after["n"]) if after else 0

    async def _forget(self, message: Msg) -> None:
        """Settled: a stream that is made anew counts its messages from 1 again."""
        with contextlib.suppress(*Outage):
            await self._attempts.delete_many({"_id": self._key(message)})

    def _key(self, message: Msg) -> str:
        return f"{self._durable}:{message.metadata.sequence.stream}"

    async def _acknowledge(self, deliveries: Sequence[Delivery[T]]) -> None:
        for delivery in deliveries:
            await delivery.raw.ack()
            HANDLED.labels(self._service, _name(delivery.raw), "done").inc()

    async def _put_off(self, message: Msg) -> None:
        deliveries = message.metadata.num_delivered or 1
        delay = min(MAX_DELAY_SECONDS, self._pause * 2.0 ** min(deliveries - 1, 6)) * random.uniform(0.8, 1.2)
        HANDLED.labels(self._service, _name(message), "put_off").inc()
        await message.nak(delay=delay)

    async def _reject(self, message: Msg, why: Unreadable) -> None:
        await self._refuse(message, why)
        await self._parking.park(message, self._durable, why.code, why.reason, self._clock.now())
        await message.term()
        HANDLED.labels(self._service, _name(message), "parked").inc()
        log.warning(
            "message parked", extra={"durable": self._durable, "code": why.code, "message_type": _name(message)}
        )

    async def _refuse_for_good(self, message: Msg, why: Unreadable) -> None:
        """Park; what cannot be parked now (its stream is full) is put off and stays in the stream that it came from."""
        while True:
            try:
                await self._reject(message, why)
                return await self._forget(message)
            except Outage:
                if not await self._wait_until_available():
                    return await self._failed(message)
            except Exception:
                return await self._failed(message)

    async def _wait_until_available(self) -> bool:
        """An outage of the database or the bus is nobody's fault: hold the message until it is over. `False` when both
        answer at once: then the message itself is to blame."""
        waited = False
        while True:
            await asyncio.sleep(self._pause * random.uniform(0.5, 1.5))
            try:
                await self._available()
                return waited
            except Outage:
                waited = True
                log.warning("waiting for database and bus", extra={"durable": self._durable})

    async def _heartbeat(self, messages: list[Msg]) -> None:
        """Tell the server that we still work on these, so that it does not deliver them again."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            for message in messages:
                if not message._ackd:
                    with contextlib.suppress(nats.errors.Error, OSError):
                        await message.in_progress()


def _name(message: Msg) -> str:
    return subjects.template(message.subject)
