"""Follows the stream of public events without a consumer of its own: each replica must see all of them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence

import nats.errors
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import Error as StreamError
from nats.js.errors import NotFoundError

from kernel.refused import Refused
from services.gateway.events.public import NotPublic, PublicEvent, read
from services.gateway.events.ring import Ring

log = logging.getLogger(__name__)
STREAM = "PUBLIC"
POLL_SECONDS = 0.2
HEARTBEAT_SECONDS = 15.0
MAX_READERS = 1000
CATCHING_UP = 8
"""Readers that may read old events from the stream at one time; the others wait their turn."""
STRETCH = 50
HELLO = b"retry: 3000\n\n"
HEARTBEAT = ": 心跳\n\n".encode()
BROKEN_OFF = ": 连接断开（接收过慢或服务重启），请带上最后收到的事件编号（Last-Event-ID）重新连接。\n\n".encode()
Failure = (nats.errors.Error, StreamError, OSError, TimeoutError)


class Tail:
    """One per process, however many readers. `js` gives the stream once the bus is connected."""

    def __init__(self, js: Callable[[], JetStreamContext]) -> None:
        self._js = js
        self._ring: Ring | None = None
        self._changed = asyncio.Event()
        self._turns = asyncio.Semaphore(CATCHING_UP)
        self._closing = False
        self.readers = 0

    async def run(self) -> None:
        """For ever: take over what is new in the stream."""
        while True:
            try:
                if not await self._advance():
                    await asyncio.sleep(POLL_SECONDS)
            except Failure as error:
                log.warning("public events cannot be read", extra={"reason": type(error).__name__})
                await asyncio.sleep(1)

    async def _advance(self) -> bool:
        last = await self._last()
        ring = self._ring
        if ring is None or last < ring.last:  # the first time, or a stream that was made anew
            self._ring = Ring(last)
            self._wake()
            return False
        if last == ring.last:
            return False
        if not self.readers:  # nobody follows now; who comes with an older position reads the stream
            self._ring = Ring(last)
            return False
        found = 0
        async for sequence, event in self._stored(ring.last):
            found += 1
            if event:
                ring.add(event)
            ring.skip_to(sequence)
            self._wake()
        if found < STRETCH:
            ring.skip_to(last)  # the newest may have been removed by a take-down
        return True

    async def _last(self) -> int:
        info = await self._js().stream_info(STREAM)
        return int(info.state.last_seq)

    async def _stored(self, after: int) -> AsyncIterator[tuple[int, PublicEvent | None]]:
        """What the stream holds after a position, at most one stretch of it."""
        for _ in range(STRETCH):
            try:
                message = await self._js().get_msg(STREAM, seq=after + 1, subject=">", next=True)
            except NotFoundError:
                return
            after = int(message.seq or 0)
            yield after, _event(message)

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def close(self) -> None:
        """End all readers: the process stops."""
        self._closing = True
        self._wake()

    async def position(self, since: int | None) -> int:
        """Where a reader begins; raises `Refused` for a position that the stream never reached."""
        try:
            last = self._ring.last if self._ring and since is None else await self._last()
        except Failure:
            raise Refused("unavailable", "事件流暂时不可用。", remedy="请稍后重试。") from None
        if since is not None and since > last:
            raise Refused(
                "position_unknown",
                "事件编号超出了事件流的末尾。",
                field="since",
                remedy="请从 since=0 重新读取全部事件。",
            )
        return last if since is None else since

    def refuse_when_full(self) -> None:
        if self.readers >= MAX_READERS:
            raise Refused("too_many_readers", "事件流的连接数已满。", remedy="请稍后重试。")

    async def follow(self, after: int, types: Collection[str]) -> AsyncIterator[bytes]:
        """Frames for one reader from a position on, until it is too slow or the process stops."""
        self.readers += 1
        try:
            yield HELLO
            async for event in self._events(after):
                if event is None:
                    yield HEARTBEAT
                elif not types or event.type in types:
                    yield event.frame
            yield BROKEN_OFF
        finally:
            self.readers -= 1

    async def _events(self, after: int) -> AsyncIterator[PublicEvent | None]:
        """Events after a position; `None` after a silence. Ends for a reader that fell behind, and at the stop."""
        live = False
        while not self._closing:
            changed, ring = self._changed, self._ring
            if ring is None or (live and after < ring.floor):
                return
            live = live or after >= ring.floor
            events: Sequence[PublicEvent] = ()
            if not live:
                events, after = await self._old(after, ring.last)
            elif after < ring.last:
                events, after = ring.after(after), ring.last
            elif not await _told(changed):
                yield None
            for event in events:
                yield event

    async def _old(self, after: int, last: int) -> tuple[list[PublicEvent], int]:
        """A stretch of events that the ring no longer holds, and the position behind it."""
        async with self._turns:
            found = [each async for each in self._stored(after)]
        position = found[-1][0] if found else last
        return [event for _, event in found if event], position


def _event(message: RawStreamMsg) -> PublicEvent | None:
    try:
        return read(int(message.seq or 0), message.subject or "", message.headers, message.data or b"")
    except (NotPublic, ValueError, KeyError) as error:
        log.error("not told to readers", extra={"reason": type(error).__name__, "sequence": message.seq})
        return None


async def _told(changed: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return False
    return True
