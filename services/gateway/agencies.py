"""The agency register, as pages need it."""

from contracts.readmodel.answers import Agencies, AgencyEntry, AgencyList
from services.gateway.service import Gateway


async def known(it: Gateway) -> tuple[AgencyEntry, ...]:
    """All agencies of the register."""
    return (await it.recent(Agencies(), AgencyList)).agencies


async def names(it: Gateway) -> dict[str, str]:
    """Names by code."""
    return {agency.code: agency.name for agency in await known(it)}
