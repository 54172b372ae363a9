"""The response that carries server-sent events."""

import asyncio
import logging
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

log = logging.getLogger(__name__)
WRITE_SECONDS = 30.0
"""A reader that takes nothing for so long is cut off."""


class EventStream(StreamingResponse):
    """`text/event-stream` from frames. It waits for the reader, and not for ever."""

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncIterator[bytes]) -> None:
        # X-Accel-Buffering: a proxy in between must not hold frames back.
        super().__init__(frames, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def stream_response(self, send: Send) -> None:
        async def patient(message: Message) -> None:
            await asyncio.wait_for(send(message), WRITE_SECONDS)

        try:
            await super().stream_response(patient)
        except TimeoutError:
            log.info("a reader of events takes nothing and is cut off")
