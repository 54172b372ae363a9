"""Tasks end when they are told to."""

import asyncio

import pytest

from chassis.tasks import end

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_task_that_lost_a_cancellation_ends_all_the_same() -> None:
    lost = 0

    async def stubborn() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                lost += 1
                if lost == 3:
                    raise

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await asyncio.wait_for(end(task), 10)
    assert task.cancelled()
    assert lost == 3


async def test_how_a_task_ended_before_is_nobodys_concern() -> None:
    async def failing() -> None:
        raise RuntimeError

    task = asyncio.create_task(failing())
    await asyncio.wait([task])
    await end(task)
    assert isinstance(task.exception(), RuntimeError)
    await end()
