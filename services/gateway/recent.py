"""Answers that everyone gets alike, kept for a moment: a crowd at the home page is one question to the read model."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from chassis.rpc import Asker
from contracts.base import Query, Reply

R = TypeVar("R", bound=Reply)
KEPT_SECONDS = 1.0
KEPT = 200


class Recent:
    """Asks as the public does. Equal questions within a second get one answer; a refusal is not kept."""

    def __init__(self, ask: Asker, now: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._now = now
        self._kept: OrderedDict[str, tuple[float, asyncio.Task[Reply]]] = OrderedDict()

    async def __call__(self, message: Query, into: type[R]) -> R:
        """The reply, at most a second old. Raises `Refused` as the asker does."""
        key, now = f"{type(message).__name__}{message.model_dump_json()}", self._now()
        at, answer = self._kept.get(key, (0.0, None))
        if answer is None or now - at > KEPT_SECONDS or _failed(answer):
            answer = asyncio.create_task(self._asked(message, into))
            self._kept[key] = (now, answer)
            self._kept.move_to_end(key)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        reply = await asyncio.shield(answer)
        if not isinstance(reply, into):
            raise TypeError("one question, two kinds of answers")
        return reply

    async def _asked(self, message: Query, into: type[R]) -> Reply:
        return await self._ask(message, into)


def _failed(answer: asyncio.Task[Reply]) -> bool:
    return answer.done() and (answer.cancelled() or answer.exception() is not None)
