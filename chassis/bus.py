"""A service's connection to the bus. FastStream's and JetStream's unsafe defaults are replaced here and nowhere else:
manual acknowledgement, unlimited reconnection, an inbox of one's own, every publication acknowledged by its stream."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import nats.errors
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.security import SASLPlaintext
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from chassis.outbox import Outgoing
from chassis.settings import Settings

log = logging.getLogger(__name__)
CONNECT_SECONDS = 10.0
PUBLISH_TIMEOUT = 5.0
FLUSH_SECONDS = 2
RPC_WORKERS = 32
PUBLISH_TOGETHER = 1000
Batch = Callable[[list[Msg]], Awaitable[None]]
Message = tuple[str, bytes, dict[str, str]]
"""Subject, body and headers."""


async def _as_it_is(message: NatsMessage) -> NatsMessage:
    """Asynchronous, because FastStream sends a plain function to a thread for every message."""
    return message


class Bus:
    """Connection of one service under its own user."""

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self.lost = asyncio.Event()
        """Set when the connection is closed for good: the process must end and be started again."""
        self.denied = 0
        self._stopping = False
        self._inbox = f"_INBOX_{name}"
        tls = ssl.create_default_context(cafile=str(settings.nats_tls_ca)) if settings.nats_tls_ca else None
        self.broker = NatsBroker(
            settings.nats_url.split(","),
            name=f"zwgk-{name}",
            security=SASLPlaintext(settings.nats_user or name, settings.password_of(name), ssl_context=tls),
            inbox_prefix=self._inbox.encode(),
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            ack_policy=AckPolicy.MANUAL,
            graceful_timeout=settings.graceful_seconds,
            apply_types=False,
            decoder=_as_it_is,
            logger=None,
            error_cb=self._on_error,
            closed_cb=self._on_closed,
            disconnected_cb=self._on_disconnected,
        )
        self.client: Client
        self.js: JetStreamContext

    async def connect(self) -> None:
        """Raises `OSError` or a `nats.errors.Error` when no server answers or the password is wrong.

        Only a connection that once stood is tried for ever.
        """
        self.client = await asyncio.wait_for(self.broker.connect(), CONNECT_SECONDS)
        self.js = self.client.jetstream(timeout=PUBLISH_TIMEOUT)

    async def start(self) -> None:
        """Begin to receive. When it returns, the server knows what is listened to."""
        await self.broker.start()
        await self.client.flush(timeout=int(CONNECT_SECONDS))

    async def hush(self) -> None:
        """Take nothing new and let running handlers end; what they tell can still be sent."""
        stopping = (subscriber.stop() for subscriber in self.broker.subscribers)
        await asyncio.gather(*stopping, return_exceptions=True)  # a connection that is gone has nothing to unsubscribe

    async def stop(self) -> None:
        """Take nothing new, let running handlers end, send what is still to be sent, and close.

        FastStream's own stop drains: the client then waits for each message that a pull subscription found waiting to
        be marked as done, which it never is, until a time-out of half a minute.
        """
        self._stopping = True
        await self.hush()
        if not hasattr(self, "client"):
            return
        with contextlib.suppress(nats.errors.Error, OSError):
            await self.client.flush(timeout=FLUSH_SECONDS)
        await self.client.close()

    @property
    def connected(self) -> bool:
        return bool(self.client.is_connected)

    async def tell(self, messages: Sequence[Outgoing]) -> list[BaseException | None]:
        """Publish events, in order; for each `None` once the stream has it, or what went wrong. The message ids make
        a repeat harmless."""
        return await self.put("EVENTS", [(each.subject, each.body.encode(), each.headers) for each in messages])

    async def put(self, stream: str, messages: Sequence[Message]) -> list[BaseException | None]:
        """Publish into a stream, in order, and wait for its acknowledgements."""
        results: list[BaseException | None] = []
        for first in range(0, len(messages), PUBLISH_TOGETHER):
            results += await self._put(stream, messages[first : first + PUBLISH_TOGETHER])
        return results

    async def put_one(self, stream: str, message: Message) -> None:
        """Publish one message; raises what went wrong."""
        (failed,) = await self.put(stream, [message])
        if failed is not None:
            raise failed

    async def _put(self, stream: str, messages: Sequence[Message]) -> list[BaseException | None]:
        waiting: list[asyncio.Future[Any] | BaseException] = []
        for subject, body, headers in messages:
            try:
                waiting.append(await self.js.publish_async(subject, body, stream=stream, headers={**headers}))
            except (nats.errors.Error, OSError) as error:
                waiting.append(error)
        futures = [each for each in waiting if isinstance(each, asyncio.Future)]
        if futures:
            _, late = await asyncio.wait(futures, timeout=PUBLISH_TIMEOUT)
            for future in late:
                future.set_exception(nats.errors.TimeoutError())
        return [each.exception() if isinstance(each, asyncio.Future) else each for each in waiting]

    def consume(self, stream: str, durable: str, batch_size: int, handle: Batch) -> None:
        """Receive from a durable that provisioning has made. Messages that arrive together are handled together."""
        collector = _Collector(handle, batch_size)
        subscriber = self.broker.subscriber(
            "zwgk.>",
            durable=durable,
            stream=JStream(stream, declare=False),
            pull_sub=PullSub(batch_size=batch_size, timeout=5.0),
            inbox_prefix=f"{self._inbox}.".encode(),
            no_reply=True,
        )

        @subscriber
        async def receive(message: NatsMessage) -> None:
            await collector.handle(message.raw_message)

    def answer(self, subject: str, queue: str, respond: Callable[[Msg], Awaitable[None]]) -> None:
        """Receive requests, shared among the replicas of a service, several at a time."""
        subscriber = self.broker.subscriber(subject, queue=queue, max_workers=RPC_WORKERS, no_reply=True)

        @subscriber
        async def receive(message: NatsMessage) -> None:
            await respond(message.raw_message)

    async def pending(self, stream: str, durable: str) -> int:
        """Messages of a durable that are not settled: those that wait and those in hand. Raises
        `nats.js.errors.NotFoundError` when it is gone."""
        info = await self.js.consumer_info(stream, durable)
        return int(info.num_pending or 0) + int(info.num_ack_pending or 0)

    async def _on_error(self, error: Exception) -> None:
        if "permissions violation" in str(error).lower():
            self.denied += 1
        log.warning("bus error", extra={"reason": type(error).__name__, "service": self.name})

    async def _on_disconnected(self) -> None:
        if not self._stopping:
            log.warning("bus connection lost, reconnecting", extra={"service": self.name})

    async def _on_closed(self) -> None:
        if not self._stopping:
            log.error("bus connection closed for good", extra={"service": self.name})
            self.lost.set()


class _Collector:
    """Turns messages that FastStream delivers one by one, but together, into batches again."""

    def __init__(self, handle: Batch, limit: int) -> None:
        self._handle = handle
        self._limit = limit
        self._waiting: list[tuple[Msg, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def handle(self, message: Msg) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((message, done))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        await done

    async def _run(self) -> None:
        for _ in range(3):  # the tasks of one fetch all reach `handle` within these turns of the loop
            await asyncio.sleep(0)
        while self._waiting:
            batch, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
            batch.sort(key=lambda entry: entry[0].metadata.sequence.stream)
            try:
                await self._handle([message for message, _ in batch])
            except Exception:
                log.exception("a batch was not settled, the server will deliver it again")
            finally:
                _finish([done for _, done in batch])


def _finish(futures: Sequence[asyncio.Future[Any]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)
