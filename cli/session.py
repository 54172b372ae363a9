"""A command's conversation with the running platform, and how its results are shown."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from chassis.clock import clock
from chassis.credentials import Credentials, Secrets
from chassis.validation import invalid
from cli import place
from cli.place import DATA
from cli.states import STATES
from contracts.base import Command, Query, Reply, Role
from kernel import clock as clocks
from kernel.refused import Refused

if TYPE_CHECKING:
    from nats.aio.client import Client

T = TypeVar("T")
R = TypeVar("R", bound=Reply)
REFUSED, FAILED = 2, 1
CONNECT_SECONDS = 5.0
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
COLUMN, BORDER = 18, 3
"""Cells of a column that can be read when it is folded, and those of its border."""
OPERATOR_ONLY = frozenset({Role.OPERATOR})


class Session:
    """A connection as `desk` (and, for what only operators may do, as `operator`)."""

    def __init__(self, desk: Credentials, operator: Credentials | None, region: str, persons_key: str | None) -> None:
        self.region = region
        self._persons_key = persons_key
        self._given = {"desk": desk} | ({"operator": operator} if operator else {})
        self._clients: dict[str, Client] = {}
        self._clock = clock(None)

    async def client(self, user: str = "desk") -> "Client":
        """The connection of a user, made when first needed."""
        if user not in self._clients:
            if user not in self._given:
                raise Refused("no_operator", "没有运维凭证。", remedy="请在平台所在机器上用 --data 指定数据目录。")
            self._clients[user] = await _connected(self._given[user])
        return self._clients[user]

    async def ask(
        self,
        message: Command | Query,
        into: type[R],
        *,
        as_: str | None = None,
        agency: str = "",
        key: str | None = None,
        timeout: float = 30.0,
        service: str | None = None,
    ) -> R:
        """Send a command or query as the person `as_` of `agency`, with the roles that it needs."""
        user = "operator" if message.allowed == OPERATOR_ONLY else "desk"
        client = await self.client(user)
        token = None if user == "operator" else self.token(as_ or _user_name(), agency, message.allowed)
        from chassis.rpc import Asker  # the bus is slow to import, and a command that only helps needs none

        asker = Asker(lambda: client, self.region, user)
        return await asker(message, into, token=token, key=key, timeout=timeout, service=service)

    def token(self, name: str, agency: str, roles: Iterable[Role]) -> str:
        """A person token: from the environment (`ZWGK_TOKEN`), or issued by the embedded platform's own key."""
        if given := os.environ.get("ZWGK_TOKEN"):
            return given
        if self._persons_key is None:
            raise Refused("token_needed", "需要身份凭证。", remedy="请设置环境变量 ZWGK_TOKEN。")
        staff = [role for role in roles if role not in (Role.CITIZEN, Role.SERVICE)]
        from chassis.persons import Issuer  # its libraries are slow to import, and many commands need none

        return Issuer(self._persons_key).token(name, name, staff or [Role.CLERK], agency, self._clock.now())

    async def close(self) -> None:
        await asyncio.gather(*(client.close() for client in self._clients.values()))

    @classmethod
    def opened(cls, data: Path | None) -> "Session":
        """By data folder; or by `ZWGK_NATS_URL`, `ZWGK_CREDENTIALS` (a file of the user `desk`), `ZWGK_REGION`."""
        if data is None and "ZWGK_DATA" not in os.environ and "ZWGK_NATS_URL" in os.environ:
            return cls._from_environment()
        where = place.running(data)
        folder = place.folder(data)
        secrets = Secrets.model_validate_json((folder / "secrets.json").read_bytes())
        session = cls(
            Credentials.read(Path(where.credentials["desk"])),
            Credentials.read(Path(where.credentials["operator"])),
            where.region,
            secrets.persons_key,
        )
        simulated = folder / "clock.json"
        session._clock = clock(simulated if simulated.exists() else None)
        return session

    @classmethod
    def _from_environment(cls) -> "Session":
        desk = Credentials.read(Path(os.environ.get("ZWGK_CREDENTIALS", "desk.json")))
        operator = os.environ.get("ZWGK_OPERATOR_CREDENTIALS")
        servers = os.environ["ZWGK_NATS_URL"].split(",")
        return cls(
            desk.model_copy(update={"servers": servers}),
            Credentials.read(Path(operator)).model_copy(update={"servers": servers}) if operator else None,
            os.environ.get("ZWGK_REGION", "999901"),
            None,
        )


async def _connected(given: Credentials) -> "Client":
    import nats
    import nats.errors

    async def quiet(error: Exception) -> None:
        pass

    connecting = nats.connect(
        **given.connection(), allow_reconnect=False, connect_timeout=3, error_cb=quiet, name="zwgk-cli"
    )
    try:
        # The client tries a server that nobody listens on again and again, also where it shall not reconnect.
        return await asyncio.wait_for(connecting, CONNECT_SECONDS)
    except (OSError, ValueError, nats.errors.Error, TimeoutError):
        raise Refused("bus_unreachable", "无法连接消息服务。", remedy="请确认平台正在运行，地址与凭证正确。") from None


def _user_name() -> str:
    return os.environ.get("ZWGK_AS") or os.environ.get("USER") or "desk"


def run(work: Callable[[Session], Awaitable[T]]) -> T:
    """Run a command's work in a session. A refusal is one line (or one JSON object) and exit code 2."""

    async def main() -> T:
        session = Session.opened(DATA.get())
        try:
            return await work(session)
        finally:
            await session.close()

    return guarded(lambda: asyncio.run(main()))


def guarded(act: Callable[[], T]) -> T:
    """Carry out `act`; what a person can do wrong is said in one line, without a traceback."""
    try:
        return act()
    except Refused as refused:
        complain(refused)
        raise typer.Exit(REFUSED) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def misread(error: ValueError) -> BaseException:
    """The end of a command whose arguments make no message; any other error as it is."""
    if not isinstance(error, ValidationError):
        return error
    complain(invalid(error))
    return typer.Exit(REFUSED)


def complain(refused: Refused) -> None:
    """Say a refusal on standard error."""
    where = f"（{refused.field}）" if refused.field else ""
    stop = "" if where or refused.message.endswith(("。", "！", "？")) else "。"
    sys.stderr.write(f"✗ {refused.message}{where}{stop}{refused.remedy or ''}\n")


def show(
    value: BaseModel | Sequence[Any] | dict[str, Any],
    *,
    json_: bool,
    columns: Sequence[tuple[str, str]] = (),
    title: str | None = None,
) -> None:
    """A table for people, JSON for machines. `columns` are (key, Chinese heading)."""
    plain = plainly(value)
    if json_:
        sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=2) + "\n")
        return
    rows = plain if isinstance(plain, list) else [plain]
    if not columns:
        columns = [(key, key) for key in (rows[0] if rows else {})]
    headings = [heading for _, heading in columns]
    cells = [[_said(key, row.get(key)) for key, _ in columns] for row in rows]
    console = Console()
    fits = _readable(headings, cells, console.width)
    console.print((_table if fits else _cards)(headings, cells, title))


def _readable(headings: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a table leaves each column what it needs, or enough to read by."""
    needed = [max(map(cell_len, column)) for column in zip(headings, *cells, strict=True)]
    return sum(min(each, COLUMN) + BORDER for each in needed) < width


def _table(headings: Sequence[str], cells: Sequence[Sequence[str]], title: str | None) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for each in cells:
        table.add_row(*each)
    return table


def _cards(headings: Sequence[str], cells: Sequence[Sequence[str]], title: str | None) -> Table:
    """A line for each value of each record, for terminals that are too narrow for a table."""
    cards = Table(title=title, title_justify="left", box=box.HORIZONTALS, show_header=False)
    cards.add_column(no_wrap=True)
    cards.add_column(overflow="fold")
    for each in cells:
        filled = [pair for pair in zip(headings, each, strict=True) if pair[1]]
        for heading, cell in filled:
            cards.add_row(heading, cell, end_section=heading == filled[-1][0])
    return cards


def plainly(value: Any) -> Any:
    """Values as JSON knows them."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: plainly(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plainly(each) for each in value]
    return value


def _said(key: str, value: Any) -> str:
    """A value under its key: a state by its Chinese name, the end of a limit as its last day."""
    return STATES[value] if key == "state" and value in STATES else _cell(value, limit=key.endswith("due_at"))


def _cell(value: Any, limit: bool = False) -> str:
    """A value as people read it: times in China Standard Time, the end of a limit as its last day."""
    if value is None:
        return ""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        at = datetime.fromisoformat(value)
        return clocks.shown_limit(at) if limit else clocks.shown(at)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(_cell(each, limit) for each in value)
    return str(value)
