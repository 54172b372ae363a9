"""Writes shared: a lone one waits for nobody, those of a busy moment go together, each gets its own result."""

import asyncio
from collections.abc import Sequence

import pytest

from chassis.together import Together

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Counting:
    """Doubles numbers, when it is let."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = asyncio.Event()
        self.let = asyncio.Event()
        self.failing: Exception | None = None

    async def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.begun.set()
        await self.let.wait()
        if self.failing:
            raise self.failing
        return [item * 2 for item in items]


async def test_what_comes_meanwhile_goes_together() -> None:
    act = Counting()
    together = Together(act, most=3)
    waiting = [asyncio.create_task(together(1))]
    await act.begun.wait()
    waiting += [asyncio.create_task(together(n)) for n in (2, 3, 4, 5)]
    await asyncio.sleep(0)
    waiting[2].cancel()
    act.let.set()
    assert await asyncio.gather(*waiting[:2], *waiting[3:]) == [2, 4, 8, 10]
    assert act.batches == [[1], [2, 3, 4], [5]]


async def test_all_who_wait_are_told_of_a_failure_and_the_next_are_not() -> None:
    act = Counting()
    act.failing = ValueError("no")
    act.let.set()
    together = Together(act)
    results = await asyncio.gather(together(1), together(2), return_exceptions=True)
    assert [type(each) for each in results] == [ValueError, ValueError]
    act.failing = None
    assert await together(3) == 6
