"""Writes shared: what is asked while one write is under way goes together into the next. A journaled write costs the
same for one as for many, so the commands of a busy moment share it; a lone one waits for nobody."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

A = TypeVar("A")
R = TypeVar("R")
MOST = 100


class Together(Generic[A, R]):
    """`act` takes many items and gives one result for each, in order; when it fails, all who wait are told."""

    def __init__(self, act: Callable[[Sequence[A]], Awaitable[Sequence[R]]], most: int = MOST) -> None:
        self._act = act
        self._most = most
        self._waiting: list[tuple[A, asyncio.Future[R]]] = []
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, item: A) -> R:
        """The result for this item."""
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await result

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                results = await self._act([item for item, _ in batch])
            except BaseException as error:
                _fail([future for _, future in batch], error)
                if not isinstance(error, Exception):
                    _fail([future for _, future in self._waiting], error)
                    raise
                continue
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():  # who waited may have been cancelled
                    future.set_result(result)


def _fail(futures: Sequence[asyncio.Future[R]], error: BaseException) -> None:
    for future in futures:
        if future.done():
            continue
        if isinstance(error, asyncio.CancelledError):
            future.cancel()
        else:
            future.set_exception(error)
