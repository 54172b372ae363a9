"""Permissions on the bus: the configuration of the NATS servers, made from the registry.

The platform's account holds one user per service, `operator` (makes streams and durables) and `desk` (asks on behalf
of persons). Every outside party stands in an account of its own, because inside one account the server does not check
the reply subject of a request: there, whoever may publish anything can have the answer sent anywhere.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chassis import streams
from chassis.streams import ANSWERS, BUCKETS, EVENTS, INTAKE, PARKED, PUBLIC, PUBLIC_TAILS, PURGERS
from contracts import subjects
from contracts.base import Command, Query, Role
from contracts.platform import Republish, RetryParked, ShowParked
from contracts.registry import REGISTRY, Party, Registry, Service
from contracts.subjects import ROOT

ACCOUNT = "PLATFORM"
DESK = "desk"
OPERATOR = "operator"
ANSWERED_BY_ALL: tuple[type[Command], ...] = (Republish, RetryParked, ShowParked)
"""What every service answers to the operator (`contracts.platform`)."""

_API = "$JS.API"
REPLY_WITHIN = "10m"
"""So long after a request its reply may be sent: longer than any requester waits. The server denies a later one."""


@dataclass(frozen=True)
class User:
    """What one user may publish and subscribe to. `responds`: may answer each request that it received, once."""

    name: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    responds: bool = False

    @property
    def inbox_prefix(self) -> str:
        return inbox_prefix(self.name)


@dataclass(frozen=True)
class Export:
    """A subject of the platform that one party may publish to. `streamed`: more than one message answers it."""

    subject: str
    streamed: bool = False


@dataclass(frozen=True)
class Variable:
    """A value that the server takes from its environment."""

    name: str


Value = str | Variable


@dataclass(frozen=True)
class Tls:
    """Certificate files on the server. With `ca_file`, clients must show a certificate too."""

    cert_file: str
    key_file: str
    ca_file: str = ""


@dataclass(frozen=True)
class Options:
    """Where the server listens and stores. `max_file` in bytes; an empty `monitor` opens no monitoring port."""

    key: Value
    store_dir: str
    listen: str = "127.0.0.1:4222"
    server_name: str = "zwgk"
    max_file: int = field(default_factory=lambda: streams.Limits().total)
    monitor: str = ""
    tls: Tls | None = None


def inbox_prefix(user: str) -> str:
    """Prefix of a user's inboxes, without a dot at its end. One each: a shared one would let users read each other."""
    return f"_INBOX_{user}"


def users(registry: Registry, region: str) -> list[User]:
    """The users of the platform's own account."""
    services = [service_user(registry, service, region) for service in registry.services.values()]
    return [*services, operator_user(registry, region), desk_user(registry, region)]


def service_user(registry: Registry, service: Service, region: str) -> User:
    """A service tells its own events, asks what the registry says it asks, and reads through its own durables."""
    asks = (subjects.asked(region, kind, service.name) for kind in service.sends)
    answers = (f"{ROOT}.{region}.out.*.{kind.what}.*" for kind in service.intakes)
    return User(
        service.name,
        publish=(
            *(subjects.events_of(region, kind) for kind in service.events),
            *asks,
            *answers,
            subjects.parked(region, service.name, "*"),
            *_reads(registry, service),
            *_objects(service.name),
        ),
        subscribe=(
            f"{ROOT}.{region}.cmd.{service.name}.>",
            f"{ROOT}.{region}.qry.{service.name}.>",
            f"{inbox_prefix(service.name)}.>",
        ),
        responds=True,
    )


def operator_user(registry: Registry, region: str) -> User:
    """Makes and watches streams and durables, reads and drops parked messages, sends what is for operators.

    It cannot tell events, emit intake or delete a stream.
    """
    everywhere = (
        subjects.asked(region, kind, OPERATOR, service) for service in registry.services for kind in ANSWERED_BY_ALL
    )
    own = (subjects.asked(region, kind, OPERATOR) for kind in _kinds(registry) if Role.OPERATOR in kind.allowed)
    return User(
        OPERATOR,
        publish=(
            *(f"{_API}.{call}" for call in ("INFO", "STREAM.NAMES", "STREAM.LIST")),
            *(call for name in _stream_names() for call in _administration(name)),
            *(f"{_API}.STREAM.PURGE.{name}" for name in (EVENTS, PUBLIC)),
            *(f"{_API}.STREAM.MSG.GET.{name}" for name in (EVENTS, PUBLIC, PARKED)),
            f"{_API}.STREAM.MSG.DELETE.{PARKED}",
            *everywhere,
            *own,
        ),
        subscribe=(f"{inbox_prefix(OPERATOR)}.>",),
    )


def desk_user(registry: Registry, region: str) -> User:
    """Sends every command and query; the service decides by the token of the person behind it."""
    asks = tuple(subjects.asked(region, kind, DESK) for kind in _kinds(registry))
    return User(DESK, publish=asks, subscribe=(f"{inbox_prefix(DESK)}.>",))


def exports(party: Party, region: str) -> list[Export]:
    """What the platform opens to one party: its intake, and reading and rewinding of the durables made for it."""
    emits = [Export(subjects.intake(region, kind, party.name)) for kind in party.emits]
    answers = _reading(ANSWERS, streams.answers_durable(party.name)) if party.emits else []
    public = _reading(PUBLIC, streams.public_durable(party.name)) if party.reads_public else []
    return [*emits, *answers, *public]


def party_user(party: Party, region: str) -> User:
    """The one user of a party's account."""
    opened = tuple(export.subject for export in exports(party, region))
    return User(party.name, publish=opened, subscribe=(f"{inbox_prefix(party.name)}.>",))


def account(party: str) -> str:
    """Name of a party's account."""
    return f"PARTY_{party.upper()}"


def names(registry: Registry) -> list[str]:
    """Every user that needs a password: services, operator, desk, parties."""
    return [*registry.services, OPERATOR, DESK, *registry.parties]


def variables(registry: Registry) -> dict[str, Variable]:
    """Every user's password as a variable of the server's environment."""
    return {name: Variable(f"ZWGK_NATS_PASSWORD_{name.upper().replace('-', '_')}") for name in names(registry)}


def _kinds(registry: Registry) -> Iterator[type[Command] | type[Query]]:
    for service in registry.services.values():
        yield from service.commands
        yield from service.queries


def _reads(registry: Registry, service: Service) -> Iterator[str]:
    """The durables made for a service; it cannot make one, and so cannot choose what is delivered where. The past of a
    record can be removed by who takes it down."""
    if registry.heard_by(service.name) or service.listens_to_all:
        yield from _pull(EVENTS, streams.events_durable(service.name))
    if service.listens_to_all:
        yield from _pull(EVENTS, streams.replay_durable(service.name), rewind=True)
        yield f"{_API}.STREAM.INFO.{EVENTS}"
    if service.intakes:
        yield from _pull(INTAKE, streams.intake_durable(service.name))
    if service.name in PURGERS:
        # The filter stands in the body, where no permission reaches: docs/decisions/0006-who-purges.md says why this
        # is borne, and chassis/history.py that only one record at a time is named.
        yield from (f"{_API}.STREAM.PURGE.{stream}" for stream in (EVENTS, PUBLIC))
    if service.name in PUBLIC_TAILS:
        yield from _pull(PUBLIC, streams.public_durable(service.name), rewind=True)
        yield f"{_API}.STREAM.INFO.{PUBLIC}"
        yield f"{_API}.STREAM.MSG.GET.{PUBLIC}"


def _pull(stream: str, durable: str, *, rewind: bool = False) -> Iterator[str]:
    yield f"{_API}.CONSUMER.INFO.{stream}.{durable}"
    yield f"{_API}.CONSUMER.MSG.NEXT.{stream}.{durable}"
    yield f"$JS.ACK.{stream}.{durable}.>"
    if rewind:
        yield f"{_API}.CONSUMER.RESET.{stream}.{durable}"


def _reading(stream: str, durable: str) -> list[Export]:
    return [
        Export(f"{_API}.CONSUMER.MSG.NEXT.{stream}.{durable}", streamed=True),
        Export(f"{_API}.CONSUMER.RESET.{stream}.{durable}"),
        Export(f"$JS.ACK.{stream}.{durable}.>"),
    ]


def _objects(service: str) -> Iterator[str]:
    """Readers take chunk by chunk (`MSG.GET`); reading by a consumer would need the power to make one."""
    for bucket in BUCKETS:
        if service in bucket.written_by | bucket.read_by:
            yield f"{_API}.STREAM.INFO.{bucket.stream}"
            yield f"{_API}.STREAM.MSG.GET.{bucket.stream}"
        if service in bucket.written_by:
            yield f"$O.{bucket.name}.>"
            yield f"{_API}.STREAM.PURGE.{bucket.stream}"


def _stream_names() -> tuple[str, ...]:
    return (EVENTS, INTAKE, ANSWERS, PUBLIC, PARKED, *(bucket.stream for bucket in BUCKETS))


def _administration(stream: str) -> Iterator[str]:
    for call in ("STREAM.CREATE", "STREAM.UPDATE", "STREAM.INFO", "CONSUMER.LIST", "CONSUMER.NAMES"):
        yield f"{_API}.{call}.{stream}"
    for call in ("CONSUMER.CREATE", "CONSUMER.INFO", "CONSUMER.DELETE"):
        yield f"{_API}.{call}.{stream}.>"


def render(registry: Registry, region: str, passwords: Mapping[str, Value], options: Options) -> str:
    """The text of a server's configuration. `region` may be `*` where one server serves one region only."""
    own = [_indented(_user(user, passwords[user.name])) for user in users(registry, region)]
    opened = [_export(export, party.name) for party in registry.parties.values() for export in exports(party, region)]
    blocks = [
        _server(options),
        "accounts {",
        f"  {ACCOUNT} {{",
        "    jetstream: enabled",
        _list("users", own),
        _list("exports", opened),
        "  }",
        *(_party(party, region, passwords[party.name]) for party in registry.parties.values()),
        "}",
    ]
    return "\n".join(blocks) + "\n"


def _server(options: Options) -> str:
    lines = [
        f"server_name: {_value(options.server_name)}",
        f"listen: {_value(options.listen)}",
        *([f"http: {_value(options.monitor)}"] if options.monitor else []),
        "jetstream {",
        f"  store_dir: {_value(options.store_dir)}",
        f"  max_file: {options.max_file}",
        "  cipher: chacha",
        f"  key: {_value(options.key)}",
        "}",
    ]
    return "\n".join([*lines, *(_tls(options.tls) if options.tls else [])])


def _tls(tls: Tls) -> list[str]:
    ca = [f"  ca_file: {_value(tls.ca_file)}", "  verify: true"] if tls.ca_file else []
    return ["tls {", f"  cert_file: {_value(tls.cert_file)}", f"  key_file: {_value(tls.key_file)}", *ca, "}"]


def _party(party: Party, region: str, password: Value) -> str:
    imports = [
        f"{{ service: {{ account: {ACCOUNT}, subject: {_value(export.subject)} }} }}"
        for export in exports(party, region)
    ]
    user = _indented(_user(party_user(party, region), password))
    return "\n".join([f"  {account(party.name)} {{", _list("users", [user]), _list("imports", imports), "  }"])


def _export(export: Export, party: str) -> str:
    response = ", response: stream" if export.streamed else ""
    return f"{{ service: {_value(export.subject)}, accounts: [{account(party)}]{response} }}"


def _user(user: User, password: Value) -> str:
    responses = f'    allow_responses: {{ max: 1, expires: "{REPLY_WITHIN}" }}\n' if user.responds else ""
    return (
        f"{{\n  user: {_value(user.name)}\n  password: {_value(password)}\n  permissions {{\n"
        f"    publish: {_allow(user.publish)}\n    subscribe: {_allow(user.subscribe)}\n{responses}  }}\n}}"
    )


def _allow(allowed: tuple[str, ...]) -> str:
    if not allowed:
        return '{ deny: [">"] }'  # an empty list of what is allowed would allow everything
    lines = "".join(f"\n      {_value(subject)}" for subject in allowed)
    return f"{{ allow: [{lines}\n    ] }}"


def _list(name: str, items: Iterable[str]) -> str:
    return "\n".join([f"    {name}: [", *(f"      {item}" for item in items), "    ]"])


def _indented(text: str) -> str:
    return text.replace("\n", "\n      ")


def _value(value: Value) -> str:
    return f"${value.name}" if isinstance(value, Variable) else json.dumps(value)


HEADER = """\
# Configuration of the NATS servers, made from the registry by `zwgk permissions`; do not edit.
# The server's environment holds the JetStream key and one password per user. Each starts with a letter: the server
# would read 12345 as a number.
"""


def deployed() -> str:
    """The configuration for compose and Kubernetes: secrets come from the server's environment."""
    options = Options(
        key=Variable("ZWGK_NATS_JETSTREAM_KEY"), store_dir="/data", listen="0.0.0.0:4222", monitor="127.0.0.1:8222"
    )
    return HEADER + render(REGISTRY, "*", variables(REGISTRY), options)


def write(path: Path) -> None:
    """Write the configuration for compose and Kubernetes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(deployed(), encoding="utf-8")
