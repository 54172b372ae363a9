import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from chassis.rpc import Asker
from contracts.readmodel.answers import Agencies, AgencyList
from kernel.refused import Refused
from services.gateway.recent import Recent

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Counting:
    """Answers, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.seconds = 100.0
        self.refuse = False

    async def __call__(self, message: Any, into: Any) -> AgencyList:
        self.asked += 1
        await asyncio.sleep(0)
        if self.refuse:
            raise Refused("unavailable", "服务没有及时应答。")
        return AgencyList(agencies=())

    def recent(self) -> Callable[..., Any]:
        return Recent(cast(Asker, self), lambda: self.seconds)


async def test_a_crowd_is_one_question() -> None:
    service = Counting()
    recent = service.recent()
    await asyncio.gather(*(recent(Agencies(), AgencyList) for _ in range(50)))
    service.seconds += 1.0
    await recent(Agencies(), AgencyList)
    assert service.asked == 1
    service.seconds += 0.1
    await recent(Agencies(), AgencyList)
    assert service.asked == 2


async def test_a_refusal_is_not_kept() -> None:
    service = Counting()
    recent = service.recent()
    service.refuse = True
    with pytest.raises(Refused):
        await recent(Agencies(), AgencyList)
    service.refuse = False
    assert await recent(Agencies(), AgencyList) == AgencyList(agencies=())


async def test_one_who_leaves_does_not_end_the_question_of_others() -> None:
    service = Counting()
    recent = service.recent()
    leaving = asyncio.create_task(recent(Agencies(), AgencyList))
    staying = asyncio.create_task(recent(Agencies(), AgencyList))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == AgencyList(agencies=())
