"""The staff of the sample government: invented officials, each of whom sends their own commands over the bus."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import nats
from nats.aio.client import Client

from chassis.clock import Clock, clock
from chassis.credentials import Credentials, Secrets
from chassis.persons import Issuer
from chassis.rpc import Asker
from cli.place import Place
from contracts.base import Command, Query, Reply, Role
from kernel.calendar import Calendar
from kernel.refused import Refused
from sample import data as sample
from sample.offset import WorkdaysBefore

log = logging.getLogger(__name__)
R = TypeVar("R", bound=Reply)
AT_ONCE = 16
"""So many commands are under way at a time."""
PATIENCE = 30.0
"""Seconds that one command may take."""
OFFICE, HOTLINE, WATCHED, GOVERNMENT = "bgs", "rxzx", "zwj", "xzf"
"""Agencies of the sample: issuing and openness office, hotline centre, keeper of the sites, county government."""
TITLES = {
    Role.CLERK: "经办",
    Role.HEAD: "负责",
    Role.OPENNESS: "公开",
    Role.REVIEWER: "审核",
    Role.DISPATCHER: "派单",
    Role.WEBMASTER: "网管",
    Role.SUPERVISOR: "督查",
}


@cache
def _places() -> dict[str, int]:
    return {agency.code: n for n, agency in enumerate(sample.register().agencies, 1)}


@dataclass(frozen=True)
class Official:
    """One invented official. Each has one role only, so that nobody signs what they have drafted."""

    role: Role
    agency: str

    @property
    def name(self) -> str:
        return f"示例{TITLES[self.role]}{_places()[self.agency]:02d}"


def clerk(agency: str) -> Official:
    return Official(Role.CLERK, agency)


def head(agency: str) -> Official:
    return Official(Role.HEAD, agency)


REVIEWER = Official(Role.REVIEWER, OFFICE)
OPENNESS = Official(Role.OPENNESS, OFFICE)
DISPATCHER = Official(Role.DISPATCHER, HOTLINE)
WEBMASTER = Official(Role.WEBMASTER, WATCHED)
SUPERVISOR = Official(Role.SUPERVISOR, GOVERNMENT)


@dataclass
class Loading:
    """One load of the sample. `at`: the load moment, which a load that was cut off keeps when it goes on.

    `refused` says what the rules did not let in; nothing else is held up by it.
    """

    where: Place
    folder: Path
    at: datetime
    client: Client
    issuer: Issuer
    clock: Clock
    refused: list[str] = field(default_factory=list)
    _tokens: dict[Official, str] = field(default_factory=dict)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def today(self) -> date:
        """The load day."""
        return self.at.date()

    @property
    def workdays_before(self) -> WorkdaysBefore:
        return Calendar.shipped().workdays_before

    async def send(self, by: Official, message: Command | Query, into: type[R], key: str) -> R:
        """The reply to what `by` sends. The same `key` is carried out once, however often the load runs."""
        asker = Asker(lambda: self.client, self.where.region, "desk")
        async with self._gate:
            return await asker(message, into, token=self._token(by), key=f"sample:{key}", timeout=PATIENCE)

    async def together(self, works: Mapping[str, Coroutine[Any, Any, None]]) -> None:
        """All at once, by name. What the rules refuse is noted; a service that does not answer ends the load."""
        for name, error in zip(works, await asyncio.gather(*works.values(), return_exceptions=True), strict=True):
            if isinstance(error, Refused) and error.code != "unavailable":
                self.refuse(name, error.message)
            elif error is not None:
                raise error

    def refuse(self, name: str, reason: str) -> None:
        log.warning("sample record refused", extra={"record": name, "reason": reason})
        self.refused.append(f"{name}：{reason}")

    def _token(self, by: Official) -> str:
        if by not in self._tokens:
            self._tokens[by] = self.issuer.token(by.name, by.name, [by.role], by.agency, self.clock.now())
        return self._tokens[by]


@asynccontextmanager
async def at_work(where: Place, folder: Path, at: datetime) -> AsyncIterator[Loading]:
    """The staff with a connection as `desk` and the keys of the embedded platform in `folder`."""
    secrets = Secrets.model_validate_json((folder / "secrets.json").read_bytes())
    client = await nats.connect(**Credentials.read(Path(where.credentials["desk"])).connection(), name="zwgk-sample")
    try:
        yield Loading(where, folder, at, client, Issuer(secrets.persons_key), platform_clock(folder))
    finally:
        await client.close()


def platform_clock(folder: Path) -> Clock:
    """The clock of the embedded platform in a data folder."""
    simulated = folder / "clock.json"
    return clock(simulated if simulated.exists() else None)
