"""The hotline with a flaw: a ticket that says so ends its process at once, as a fault in a native library would."""

import asyncio
import os
from collections.abc import Sequence

from chassis.handlers import Emission
from chassis.settings import Settings
from chassis.telemetry import configure_logging
from cli.serve import serve_until_told
from contracts.base import Answer
from contracts.hotline.tickets import TicketEmitted
from kernel.refused import Refused
from services.hotline import door
from services.hotline.handlers import on
from services.hotline.service import Hotline

DEADLY = "致命"


async def take_in(service: Hotline, emissions: Sequence[Emission[TicketEmitted]]) -> Sequence[Answer | Refused]:
    if any(DEADLY in emission.message.content for emission in emissions):
        os._exit(1)
    return await door.take_in(service, emissions)


if __name__ == "__main__":
    on.intakes[TicketEmitted] = take_in
    configure_logging("INFO")
    raise SystemExit(asyncio.run(serve_until_told(["hotline"], Settings())))
