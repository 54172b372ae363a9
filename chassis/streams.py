"""Streams and durables of the bus, made from the registry: what should stand, what differs, and how to get there."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    StreamSource,
)
from nats.js.errors import APIError, NotFoundError

from contracts.registry import Party, Registry, Service
from contracts.subjects import ROOT, events_of
from kernel.refused import Refused

EVENTS = "EVENTS"
INTAKE = "INTAKE"
ANSWERS = "ANSWERS"
PUBLIC = "PUBLIC"
PARKED = "PARKED"

GIB = 2**30
DAY = 86_400.0
MESSAGE_BYTES = 256 * 1024
"""Largest event, intake or answer with its headers. A parked message also carries its reason."""
ACK_SECONDS = 30.0
OWNER = {"owner": "zwgk"}
"""Mark on everything that we made; what does not carry it is never changed."""


@dataclass(frozen=True)
class Bucket:
    """An object store: who may put into it, who may read it."""

    name: str
    written_by: frozenset[str]
    read_by: frozenset[str]

    @property
    def stream(self) -> str:
        return f"OBJ_{self.name}"


DOCUMENTS = Bucket("documents", frozenset({"publication"}), frozenset({"gateway", "readmodel"}))
BUCKETS = (DOCUMENTS,)
PURGERS = ("publication", "hotline")
"""Services that may purge EVENTS and PUBLIC: take-downs remove what was told about a record (`chassis.history`)."""
PUBLIC_TAILS = ("gateway",)
"""Services that follow the public events as an outside reader does."""


@dataclass(frozen=True)
class Limits:
    """Room of each stream in bytes, and copies of each. A full stream refuses; nothing is dropped for room."""

    events: int = 4 * GIB
    intake: int = 1 * GIB
    answers: int = 1 * GIB
    parked: int = 1 * GIB
    documents: int = 4 * GIB
    replicas: int = 1

    @property
    def total(self) -> int:
        """What the server must be able to store (`max_file`): the public events are a copy."""
        return 2 * self.events + self.intake + self.answers + self.parked + len(BUCKETS) * self.documents


@dataclass(frozen=True)
class StreamPlan:
    """One stream and its durables, as they should stand."""

    config: StreamConfig
    durables: tuple[ConsumerConfig, ...] = ()

    @property
    def name(self) -> str:
        return str(self.config.name)


class Kind(StrEnum):
    MISSING = "missing"
    DIFFERS = "differs"
    EXTRA = "extra"  # a durable that the registry does not know; it is shown and left alone
    FOREIGN = "foreign"  # carries one of our names, but we did not make it


@dataclass(frozen=True)
class Difference:
    """One deviation of the server from the plan. `field` is empty for what is missing or extra as a whole."""

    kind: Kind
    stream: str
    durable: str = ""
    field: str = ""
    planned: str = ""
    found: str = ""


def events_durable(service: str) -> str:
    return service


def replay_durable(service: str) -> str:
    """Beside the service's own durable: rewound (`CONSUMER.RESET`) to read the events from the first one again."""
    return f"{service}-replay"


def intake_durable(service: str) -> str:
    return f"{service}-intake"


def answers_durable(party: str) -> str:
    return f"{party}-answers"


def public_durable(reader: str) -> str:
    return reader


def plan(registry: Registry, region: str, limits: Limits = Limits()) -> list[StreamPlan]:
    """Every stream with its durables, in the order in which they must be made. `region` may be `*`."""
    services = tuple(registry.services.values())
    parties = tuple(registry.parties.values())
    return [
        StreamPlan(
            _stream(EVENTS, limits, limits.events, [f"{ROOT}.*.evt.>"], duplicate_window=600),
            tuple(_events_durables(registry, services, region)),
        ),
        StreamPlan(
            # An emitter's message id must not swallow another emitter's message: the case knows its cause for ever.
            _stream(INTAKE, limits, limits.intake, [f"{ROOT}.*.in.>"], duplicate_window=0.1, queue=True),
            tuple(_intake_durables(services, region)),
        ),
        StreamPlan(
            _stream(ANSWERS, limits, limits.answers, [f"{ROOT}.*.out.>"], duplicate_window=600, max_age=90 * DAY),
            tuple(_answers_durables(parties, region)),
        ),
        StreamPlan(
            _stream(
                PUBLIC,
                limits,
                limits.events,
                sources=[StreamSource(name=EVENTS, filter_subject=f"{ROOT}.*.evt.public.>")],
                max_msg_size=-1,  # the server adds a header to what it sources
            ),
            tuple(_public_durables(registry)),
        ),
        StreamPlan(
            _stream(
                PARKED,
                limits,
                limits.parked,
                [f"{ROOT}.*.parked.>"],
                max_msg_size=2 * MESSAGE_BYTES,
                max_age=90 * DAY,
            )
        ),
        *(StreamPlan(_bucket(bucket, limits)) for bucket in BUCKETS),
    ]


def _stream(
    name: str, limits: Limits, size: int, subjects: list[str] | None = None, *, queue: bool = False, **fields: Any
) -> StreamConfig:
    return StreamConfig(
        **{
            "name": name,
            "subjects": subjects,
            "retention": RetentionPolicy.WORK_QUEUE if queue else RetentionPolicy.LIMITS,
            "storage": StorageType.FILE,
            "discard": DiscardPolicy.NEW,
            "max_bytes": size,
            "max_msg_size": MESSAGE_BYTES,
            "num_replicas": limits.replicas,
            "duplicate_window": 120,
            "metadata": dict(OWNER),
            **fields,
        }
    )


def _bucket(bucket: Bucket, limits: Limits) -> StreamConfig:
    subjects = [f"$O.{bucket.name}.C.>", f"$O.{bucket.name}.M.>"]
    return _stream(bucket.stream, limits, limits.documents, subjects, max_msg_size=-1, allow_rollup_hdrs=True)


def _durable(name: str, filters: Sequence[str], pending: int = 200) -> ConsumerConfig:
    one = filters[0] if len(filters) == 1 else None
    return ConsumerConfig(
        name=name,
        durable_name=name,
        filter_subject=one,
        filter_subjects=None if one or not filters else list(filters),
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_SECONDS,
        max_deliver=-1,
        max_ack_pending=pending,
        metadata=dict(OWNER),
    )


def _events_durables(registry: Registry, services: Iterable[Service], region: str) -> Iterator[ConsumerConfig]:
    for service in services:
        if service.listens_to_all:
            everything = [f"{ROOT}.{region}.evt.>"]
            yield _durable(events_durable(service.name), everything, pending=1000)
            yield _durable(replay_durable(service.name), everything, pending=5000)
        elif heard := registry.heard_by(service.name):
            yield _durable(events_durable(service.name), [events_of(region, kind) for kind in heard])


def _intake_durables(services: Iterable[Service], region: str) -> Iterator[ConsumerConfig]:
    for service in services:
        if service.intakes:
            yield _durable(intake_durable(service.name), [f"{ROOT}.{region}.in.{service.name}.>"], pending=1000)


def _answers_durables(parties: Iterable[Party], region: str) -> Iterator[ConsumerConfig]:
    for party in parties:
        if party.emits:
            yield _durable(answers_durable(party.name), [f"{ROOT}.{region}.out.{party.name}.>"])


def _public_durables(registry: Registry) -> Iterator[ConsumerConfig]:
    readers = [party.name for party in registry.parties.values() if party.reads_public]
    for reader in (*readers, *(name for name in PUBLIC_TAILS if name in registry.services)):
        yield _durable(public_durable(reader), [])


async def diff(js: JetStreamContext, planned: Sequence[StreamPlan]) -> list[Difference]:
    """How the server deviates from the plan; empty when it stands as planned. Changes nothing."""
    found = await asyncio.gather(*(_stream_differences(js, each) for each in planned))
    return [difference for part in found for difference in part]


async def _stream_differences(js: JetStreamContext, planned: StreamPlan) -> list[Difference]:
    try:
        info = await js.stream_info(planned.name)
    except NotFoundError:
        missing = [Difference(Kind.MISSING, planned.name, str(durable.name)) for durable in planned.durables]
        return [Difference(Kind.MISSING, planned.name), *missing]
    durables = {consumer.name: consumer.config for consumer in await _consumers(js, planned.name)}
    result = _compare(planned.name, "", planned.config, info.config)
    for durable in planned.durables:
        name = str(durable.name)
        found = durables.pop(name, None)
        if found is None:
            result.append(Difference(Kind.MISSING, planned.name, name))
        else:
            result.extend(_compare(planned.name, name, durable, found))
    return result + [Difference(Kind.EXTRA, planned.name, str(name)) for name in durables]


async def _consumers(js: JetStreamContext, stream: str) -> list[Any]:
    found: list[Any] = []
    while page := await js.consumers_info(stream, offset=len(found)):  # the server answers in pages
        found.extend(page)
    return found


def _compare(
    stream: str, durable: str, planned: StreamConfig | ConsumerConfig, found: StreamConfig | ConsumerConfig
) -> list[Difference]:
    ours, theirs = _fields(planned), _fields(found)
    if any((found.metadata or {}).get(key) != value for key, value in OWNER.items()):
        return [Difference(Kind.FOREIGN, stream, durable)]
    return [
        Difference(Kind.DIFFERS, stream, durable, key, str(ours[key]), str(theirs.get(key, "")))
        for key in ours
        if ours[key] != theirs.get(key)
    ]


def _fields(config: StreamConfig | ConsumerConfig) -> Mapping[str, Any]:
    """The settings that a plan states, in a form that can be compared."""
    fields = config.as_dict()
    fields.pop("metadata", None)  # the server adds keys of its own
    if isinstance(config, ConsumerConfig):
        filters = [fields.pop("filter_subject", None), *(fields.pop("filter_subjects", None) or [])]  # type: ignore[misc]
        fields["filter_subjects"] = sorted(filter(None, filters))
    else:
        fields["sources"] = sorted((str(each.name), str(each.filter_subject)) for each in config.sources or [])
        fields["subjects"] = sorted(config.subjects or [])
    return fields


async def apply(
    js: JetStreamContext, planned: Sequence[StreamPlan], *, first_run: bool, cases_exist: bool
) -> list[Difference]:
    """Make the server stand as planned; what was changed. What is extra stays, what is foreign is refused.

    Raises `Refused` when a stream is missing although the database already holds cases: a wrong encryption key or an
    emptied folder looks like an empty server. `first_run` says that it is meant.
    """
    found = await diff(js, planned)
    _refuse_foreign(found)
    missing = {each.stream for each in found if each.kind is Kind.MISSING and not each.durable}
    if missing and cases_exist and not first_run:
        raise Refused(
            "streams_missing",
            f"数据库中已有业务数据，但消息流不存在：{'、'.join(sorted(missing))}。可能是加密密钥不对或消息数据目录被清空。",
            remedy="请核对加密密钥和消息数据目录；确需重新建立消息流时使用 --first-run。",
        )
    streams = [each for each in planned if _touched(found, each.name, "")]
    try:
        for sourced in (False, True):
            wave = [each for each in streams if bool(each.config.sources) is sourced]
            await asyncio.gather(*(_put_stream(js, each.config, create=each.name in missing) for each in wave))
        await asyncio.gather(
            *(
                js.add_consumer(each.name, durable)
                for each in planned
                for durable in each.durables
                if _touched(found, each.name, str(durable.name))
            )
        )
    except APIError as error:
        message = f"消息服务拒绝了消息流设置：{error.description}"
        raise Refused("streams_refused", message, remedy="请用 zwgk streams diff 查看差异。") from error
    return [each for each in found if each.kind is not Kind.EXTRA]


def _refuse_foreign(found: Sequence[Difference]) -> None:
    foreign = [each.durable or each.stream for each in found if each.kind is Kind.FOREIGN]
    if foreign:
        message = f"同名消息流或消费者不是本平台建立的：{'、'.join(foreign)}。"
        raise Refused("streams_foreign", message, remedy="请改用独立的消息服务账号，或先移除它们。")


def _touched(found: Sequence[Difference], stream: str, durable: str) -> bool:
    return any(each.stream == stream and each.durable == durable and each.kind is not Kind.EXTRA for each in found)


async def _put_stream(js: JetStreamContext, config: StreamConfig, *, create: bool) -> None:
    await (js.add_stream(config) if create else js.update_stream(config))
