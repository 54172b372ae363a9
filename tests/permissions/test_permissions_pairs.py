"""Every user against every subject of the bus: what the registry does not give, the server denies."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest

from contracts.base import Command, Role
from contracts.platform import Republish, RetryParked, ShowParked
from contracts.registry import REGISTRY, Registry
from tests.permissions.permissions_place import REGION, Place, place_of
from tests.permissions.toy_contracts.registry import TOYS

R = f"zwgk.{REGION}"
STREAMS = ("EVENTS", "INTAKE", "ANSWERS", "PUBLIC", "PARKED", "OBJ_documents")
STREAM_CALLS = ("CREATE", "UPDATE", "DELETE", "INFO", "PURGE", "MSG.GET", "MSG.DELETE", "SNAPSHOT", "RESTORE")
ON_STREAM = (
    *(f"STREAM.{call}" for call in STREAM_CALLS),
    *("DIRECT.GET", "CONSUMER.LIST", "CONSUMER.NAMES", "CONSUMER.CREATE"),
)
ON_DURABLE = tuple(f"CONSUMER.{call}" for call in ("CREATE", "INFO", "DELETE", "MSG.NEXT", "RESET", "PAUSE"))
ADMINISTRATION = {
    *("STREAM.CREATE", "STREAM.UPDATE", "STREAM.INFO", "CONSUMER.LIST", "CONSUMER.NAMES"),
    *("CONSUMER.CREATE", "CONSUMER.INFO", "CONSUMER.DELETE"),
}
FOR_OPERATOR = {
    *(f"$JS.API.{call}" for call in ("INFO", "STREAM.NAMES", "STREAM.LIST")),
    *("$JS.API.STREAM.PURGE.EVENTS", "$JS.API.STREAM.PURGE.PUBLIC", "$JS.API.STREAM.MSG.DELETE.PARKED"),
    *(f"$JS.API.STREAM.MSG.GET.{stream}" for stream in ("EVENTS", "PUBLIC", "PARKED")),
}
VIOLATION = re.compile(r'permissions violation for (publish|subscription) to "([^"]+)"', re.IGNORECASE)


@pytest.fixture(scope="module", params=["toys", "platform"])
async def every(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    registry = TOYS if request.param == "toys" else REGISTRY
    async with place_of(registry, tmp_path_factory.mktemp(request.param)) as running:
        yield running


def durables(registry: Registry) -> Iterator[tuple[str, str, set[str]]]:
    """Stream and name of every durable, and who reads by it."""
    for name, service in registry.services.items():
        if service.listens or service.listens_to_all:
            yield "EVENTS", name, {name}
        if service.listens_to_all:
            yield "EVENTS", f"{name}-replay", {name}
        if service.intakes:
            yield "INTAKE", f"{name}-intake", {name}
    for name, party in registry.parties.items():
        if party.emits:
            yield "ANSWERS", f"{name}-answers", {name}
        if party.reads_public:
            yield "PUBLIC", name, {name}
    yield "PUBLIC", "gateway", {"gateway"}


def publishing(registry: Registry) -> Iterator[tuple[str, set[str]]]:
    """Every subject that somebody may want to publish to, and who may."""
    yield from platform_subjects(registry)
    yield from asking(registry)
    yield from administration(registry)
    for name in everybody(registry):
        yield f"_INBOX_{name}.x", set()
    yield "zwgk.999999.evt.public.publication.document.published.v1.x", set()
    yield "$SYS.REQ.SERVER.PING", set()
    yield "$O.documents.C.x", {"publication"}
    yield "$O.documents.M.x", {"publication"}


def everybody(registry: Registry) -> list[str]:
    return [*registry.services, *registry.parties, "desk", "operator"]


def platform_subjects(registry: Registry) -> Iterator[tuple[str, set[str]]]:
    for name, service in registry.services.items():
        yield f"{R}.parked.{name}.x", {name}
        for event in service.events:
            kind = f"{name}.{event.record_name}.{event.event_name}"
            yield f"{R}.evt.{event.audience.value}.{kind}.v{event.major}.x", {name}
            other = {"public": "internal", "internal": "public"}[event.audience.value]
            yield f"{R}.evt.{other}.{kind}.v{event.major}.x", set()
            yield f"{R}.evt.{event.audience.value}.{kind}.v99.x", set()
        for intake in service.intakes:
            for party in registry.parties.values():
                yield f"{R}.in.{name}.{intake.what}.{party.name}", {party.name} if intake in party.emits else set()
                yield f"{R}.out.{party.name}.{intake.what}.x", {name}
                yield f"{R}.out.{party.name}.else.x", set()


def asking(registry: Registry) -> Iterator[tuple[str, set[str]]]:
    for service in registry.services.values():
        for kind in (*service.commands, *service.queries):
            act = "cmd" if issubclass(kind, Command) else "qry"
            senders = {name for name, sender in registry.services.items() if kind in sender.sends} | {"desk"}
            senders |= {"operator"} if Role.OPERATOR in kind.allowed else set()
            for name in everybody(registry):
                yield f"{R}.{act}.{service.name}.{kind.verb}.{name}", {name} & senders
        for kind in (Republish, RetryParked, ShowParked):
            for name in everybody(registry):
                yield f"{R}.cmd.{service.name}.{kind.verb}.{name}", {name} & {"operator"}


def administration(registry: Registry) -> Iterator[tuple[str, set[str]]]:
    extra = {
        "$JS.API.STREAM.INFO.EVENTS": {"readmodel"},
        "$JS.API.STREAM.INFO.PUBLIC": {"gateway"},
        "$JS.API.STREAM.MSG.GET.PUBLIC": {"gateway"},
        "$JS.API.STREAM.INFO.OBJ_documents": {"publication", "gateway", "readmodel"},
        "$JS.API.STREAM.MSG.GET.OBJ_documents": {"publication", "gateway", "readmodel"},
        **{f"$JS.API.STREAM.PURGE.{stream}": {"publication", "hotline"} for stream in ("EVENTS", "PUBLIC")},
        "$JS.API.STREAM.PURGE.OBJ_documents": {"publication"},
    }
    for call in ("INFO", "STREAM.NAMES", "STREAM.LIST", "ACCOUNT.PURGE.PLATFORM", "META.LEADER.STEPDOWN"):
        yield operators(f"$JS.API.{call}", False)
    for stream in (*STREAMS, "OTHER"):
        for call in ON_STREAM:
            administers = stream != "OTHER" and call in ADMINISTRATION - {"CONSUMER.CREATE"}
            subject, who = operators(f"$JS.API.{call}.{stream}", administers)
            yield subject, who | extra.get(subject, set())
        yield operators(f"$JS.API.CONSUMER.CREATE.{stream}.thief", stream != "OTHER")
    for stream, durable, readers in durables(registry):
        yield from on_durable(registry, stream, durable, readers)


def on_durable(registry: Registry, stream: str, durable: str, readers: set[str]) -> Iterator[tuple[str, set[str]]]:
    rewinds = readers if durable.endswith("-replay") or stream in ("PUBLIC", "ANSWERS") else set()
    inside = readers & set(registry.services)
    given = {"CONSUMER.MSG.NEXT": readers, "CONSUMER.RESET": rewinds, "CONSUMER.INFO": inside}
    for call in ON_DURABLE:
        subject, who = operators(f"$JS.API.{call}.{stream}.{durable}", call in ADMINISTRATION)
        yield subject, who | given.get(call, set())
    yield f"$JS.API.CONSUMER.DURABLE.CREATE.{stream}.{durable}", set()
    yield f"$JS.ACK.{stream}.{durable}.1.1.1.1.1", readers


def operators(subject: str, administers: bool) -> tuple[str, set[str]]:
    return subject, {"operator"} if administers or subject in FOR_OPERATOR else set()


def subscribing(registry: Registry) -> Iterator[tuple[str, set[str]]]:
    for subject in (">", "zwgk.>", f"{R}.>", f"{R}.evt.>", f"{R}.in.>", f"{R}.out.>", f"{R}.parked.>", f"{R}.cmd.>"):
        yield subject, set()
    for subject in ("_INBOX.>", "*.>", "_R_.>", "$JS.>", "$JS.API.>", "$JS.EVENT.>", "$JS.ACK.>", "$SYS.>", "$O.>"):
        yield subject, set()
    for name in everybody(registry):
        yield f"_INBOX_{name}.>", {name}
        yield f"{R}.out.{name}.>", set()
        for act in ("cmd", "qry"):
            yield f"{R}.{act}.{name}.>", {name} & set(registry.services)
    for service in registry.services.values():
        for event in service.events:
            yield f"{R}.evt.{event.audience.value}.{service.name}.{event.record_name}.{event.event_name}.v1.*", set()


async def denied(place: Place, name: str, verb: str) -> set[str]:
    """What the server denied so far. It answers in order: the denial of a last, forbidden subject ends the list."""
    await (await place.user(name)).publish("forbidden.last", b"")
    while not any("forbidden.last" in error for error in place.denied[name]):  # noqa: ASYNC110, told by a callback
        await asyncio.sleep(0.01)
    found = {match for error in place.denied[name] for match in VIOLATION.findall(error)}
    place.denied[name].clear()
    return {subject for kind, subject in found if kind.lower() == verb}


async def test_publish_is_given_by_the_registry_alone(every: Place) -> None:
    # The body fits no API of the server, so that nothing that is allowed has an effect on streams and durables.
    universe = dict(publishing(every.registry))
    for name in everybody(every.registry):
        client = await every.user(name)
        for subject in universe:
            await client.publish(subject, b"!")
        refused = await denied(every, name, "publish")
        allowed = {subject.lower() for subject in universe} - {subject.lower() for subject in refused}
        assert allowed == {subject.lower() for subject, who in universe.items() if name in who}, name


async def test_subscribe_is_given_by_the_registry_alone(every: Place) -> None:
    universe = dict(subscribing(every.registry))
    for name in everybody(every.registry):
        client = await every.user(name)
        made = [await client.subscribe(subject) for subject in universe]
        refused = await denied(every, name, "subscription")
        allowed = {subject.lower() for subject in universe} - {subject.lower() for subject in refused}
        assert allowed == {subject.lower() for subject, who in universe.items() if name in who}, name
        for subscription in made:
            await subscription.unsubscribe()


async def test_streams_stand_as_planned_after_all_this(every: Place) -> None:
    assert await every.provision() == []
