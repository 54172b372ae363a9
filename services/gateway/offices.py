"""Every command and query that people in offices may give, as the registry has them: found, read, sent for them."""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import ValidationError

from chassis.validation import invalid
from contracts.base import Asked, Command, PersonalMark, Query, Reply
from contracts.registry import REGISTRY
from kernel.refused import Refused
from services.gateway.service import Gateway
from services.gateway.session import Session

K = TypeVar("K", bound=Asked)
Table = dict[tuple[str, str], type[K]]
_VERSION = re.compile(r'(?:W/)?"?(?:\d+\.)?(\d{1,9})"?')
MAX_WAIT = 30
_WAIT = re.compile(r"\bwait=(\d{1,3})\b")


def _table(kind: type[K]) -> Table[K]:
    found = (each for each in REGISTRY.for_persons() if issubclass(each, kind))
    return {(each.service(), each.verb): each for each in found}


COMMANDS: Table[Command] = _table(Command)
QUERIES: Table[Query] = _table(Query)


def named(table: Table[K], service: str, verb: str, person: Session) -> type[K]:
    """The command or query of that name; raises `Refused` where there is none or the person has none of its roles."""
    kind = table.get((service, verb))
    if kind is None:
        raise Refused("no_such_step", "没有这项操作。", remedy="请对照接口说明核对地址。")
    allow(kind, person)
    return kind


def allow(kind: type[Asked], person: Session) -> None:
    """Raises `Refused` unless the person has one of the roles. The deciding service asks the same of the token."""
    if not kind.allowed & person.actor.roles:
        raise Refused("forbidden", "无权执行此操作。", remedy="请由具备相应角色的人员办理。")


def read(kind: type[K], body: bytes) -> K:
    """A command or query from JSON; raises `Refused` that names the field and never the value."""
    try:
        return kind.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise invalid(error) from None


def asked_by_address(kind: type[K], given: Iterable[tuple[str, str]]) -> K:
    """A query from the parameters of an address; a repeated one is a list. What reads personal data or states a purpose
    for it comes in a body: addresses are written down on the way."""
    if not in_address(kind):
        raise Refused("method_not_allowed", "此查询的内容不能写在地址里。", remedy="请改用 POST，内容放在请求体中。")
    values: dict[str, Any] = {}
    for name, value in given:
        values.setdefault(name, []).append(value)
    lists = {name for name, field in kind.model_fields.items() if "tuple" in str(field.annotation)}
    try:
        return kind.model_validate({name: each if name in lists else each[-1] for name, each in values.items()})
    except ValidationError as error:
        raise invalid(error) from None


def in_address(kind: type[Asked]) -> bool:
    """Whether a query may stand in an address."""
    return not any(
        name == "purpose" or "dict" in str(field.annotation) or any(isinstance(m, PersonalMark) for m in field.metadata)
        for name, field in kind.model_fields.items()
    )


def version(if_match: str | None) -> int | None:
    """The version of `If-Match`; none for `*`."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise Refused("invalid", "If-Match 不是版本号。", field="If-Match", remedy="请填应答中 ETag 的值。")
    return int(found[1])


def seconds(prefer: str | None) -> float:
    """How long the sender waits (`Prefer: wait=…`, RFC 7240); ten seconds unless said."""
    found = _WAIT.search(prefer or "")
    return float(min(max(int(found[1]), 1), MAX_WAIT)) if found else 10.0


async def send(
    it: Gateway,
    person: Session,
    command: Command,
    *,
    key: str | None = None,
    expects: int | None = None,
    wait: float = 10.0,
) -> Reply:
    """Carry out a command as the person. The key is bound to person and content: nobody repeats another's."""
    bound = f"{person.actor.id}\0{command.service()}.{command.verb}\0{command.model_dump_json()}"
    own = it.seal.command_key(key, bound) if key else None
    return await it.ask(command, command.answered_by, token=person.token, key=own, expects=expects, timeout=wait)
