"""A running service: its connections and stores, what it reacts to, its life from start to stop."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, TypeVar

from nats.aio.msg import Msg
from nats.js.errors import NotFoundError
from opentelemetry.trace import SpanKind

from chassis import cases as case_store
from chassis import numbers as number_store
from chassis import papers as paper_store
from chassis import platform
from chassis.actors import Actor, Cause, service
from chassis.alarms import Alarms
from chassis.bus import Bus, Message
from chassis.calendars import Calendars
from chassis.cases import CaseKind, Cases
from chassis.clock import clock
from chassis.handlers import Emission, Handlers, Heard
from chassis.history import History
from chassis.marks import refuse_marked
from chassis.numbers import Numbers
from chassis.papers import Keys, Papers
from chassis.parking import Parking
from chassis.persons import Verifier
from chassis.relay import Relay
from chassis.responding import Respond, Responder
from chassis.rpc import Asker
from chassis.settings import Settings
from chassis.settle import Delivery, Replayed, Settler, Unreadable
from chassis.store import Collection, Store, Unreachable
from chassis.tasks import end
from chassis.telemetry import LAG, UNTOLD, handling, handling_together
from contracts import cloudevents, subjects
from contracts.base import Answer, Event, Intake
from contracts.registry import REGISTRY
from kernel.agencies import Register
from kernel.refused import Refused

log = logging.getLogger(__name__)
S = TypeVar("S")
D = TypeVar("D")
EVENTS_BATCH = 200
INTAKE_BATCH = 500
WATCH_SECONDS = 5.0
EPOCH = datetime.fromtimestamp(0, UTC)
MAX_EMISSION_ID = 200
RESTART_SECONDS = 1.0


class Runtime:
    """What the chassis gives to a service."""

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self.settings = settings
        self.region = settings.region
        self.clock = clock(settings.clock_path)
        self.bus = Bus(name, settings)
        self.store = Store(settings.mongo_url, f"zwgk_{name}", settings.mongo_driver)
        self.keys = Keys(settings.papers_keys.get_secret_value())
        self.register = _register(settings)
        self.verifier = Verifier(
            settings.persons_jwks, settings.persons_issuer, settings.persons_audience, settings.persons_skew_seconds
        )
        self.papers = Papers(self.collection("papers"), self.collection("papers_audit"), self.keys)
        self.numbers = Numbers(self.collection("numbers"), self.collection("counters"))
        self.calendars = Calendars(self.collection("calendar_notices"))
        self.relay = Relay(self.collection("cases"), self.bus.tell, settings.sweep_seconds)
        self.ask = Asker(lambda: self.bus.client, self.region, name)
        self.history = History(lambda: self.bus.client, self.region)
        self.parking = Parking(self.bus, self.region, name, self.keys)
        self.kinds: dict[str, Cases[Any]] = {}

    def collection(self, name: str) -> Collection:
        """A collection of the service's own database."""
        return self.store.collection(name)

    def cases(self, kind: CaseKind[S]) -> Cases[S]:
        """The case store of one kind; all kinds of a service share one collection, relay and alarm."""
        cases = Cases(kind, self.collection("cases"), self.region, self.relay.told)
        self.kinds[kind.name] = cases
        return cases

    async def available(self) -> None:
        """Raises one of `settle.Outage` while the database or the bus does not answer."""
        await self.store.ping()
        await self.bus.client.flush(timeout=2)

    async def create_indexes(self) -> None:
        await asyncio.gather(
            case_store.create_indexes(self.collection("cases")),
            paper_store.create_indexes(self.collection("papers"), self.collection("papers_audit")),
            number_store.create_indexes(self.collection("numbers")),
        )


def _register(settings: Settings) -> Register:
    if settings.register_path is None:
        return Register.from_dict({"region": {"code": settings.region, "name": ""}, "agencies": [], "groups": []})
    return Register.from_dict(json.loads(settings.register_path.read_text(encoding="utf-8")))


class App(Generic[D]):
    """One service of the platform, ready to be started and stopped."""

    def __init__(
        self,
        runtime: Runtime,
        handlers: Handlers[D],
        it: D,
        *,
        indexes: Callable[[], Awaitable[None]] | None = None,
        background: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
    ) -> None:
        self.runtime = runtime
        self.it = it
        self._handlers = handlers
        self._indexes = indexes
        self._background = background
        self._tasks: list[asyncio.Task[Any]] = []
        self._durables: list[tuple[str, str]] = []
        self._missing: set[str] = set()
        self._started = False

    @property
    def name(self) -> str:
        return self.runtime.name

    async def start(self) -> None:
        """Connect, make indexes, begin to receive. Raises when the bus or the database cannot be reached."""
        runtime = self.runtime
        await asyncio.gather(runtime.bus.connect(), runtime.store.ping())
        await asyncio.gather(runtime.create_indexes(), self._own_indexes(), runtime.calendars.refresh())
        self._subscribe()
        runtime.relay.start()
        alarms = Alarms(
            runtime.collection("cases"), runtime.kinds, runtime.clock, runtime.calendars, runtime.settings.alarm_seconds
        )
        jobs = [self._watch, *([alarms.run] if runtime.kinds else []), *self._background]
        self._tasks = [asyncio.create_task(self._for_ever(job)) for job in jobs]
        self._tasks += [asyncio.create_task(self._repeat(*entry)) for entry in self._handlers.periodic]
        await runtime.bus.start()
        self._started = True

    async def stop(self) -> None:
        """Finish what is in hand, tell what was committed, close the connections."""
        self._started = False
        await end(*self._tasks)
        await self.runtime.bus.hush()
        await self.runtime.relay.stop()
        await self.runtime.bus.stop()
        await self.runtime.store.close()

    async def unready(self) -> str | None:
        """Why the service cannot do its work now, or `None`."""
        if not self._started:
            return "starting"
        if not self.runtime.bus.connected:
            return "bus disconnected"
        if self._missing:
            return f"durable missing: {sorted(self._missing)[0]}"
        try:
            await asyncio.wait_for(self.runtime.store.ping(), 2)
        except (*Unreachable, TimeoutError):
            return "database unreachable"
        return None

    async def _own_indexes(self) -> None:
        if self._indexes:
            await self._indexes()

    def _subscribe(self) -> None:
        runtime, bus = self.runtime, self.runtime.bus
        asked = {kind: self._bound(handler) for kind, handler in self._handlers.asked.items()}
        asked.update(platform.handlers(self))
        responder = Responder(self.name, lambda: bus.client, asked, runtime.verifier, runtime.clock)
        for act in ("cmd", "qry"):
            bus.answer(f"{subjects.ROOT}.{runtime.region}.{act}.{self.name}.*.*", self.name, responder.respond)
        if self._handlers.events or self._handlers.batch:
            self._consume("EVENTS", self.name, EVENTS_BATCH, self.events())
        if self._handlers.intakes:
            self._consume("INTAKE", f"{self.name}-intake", INTAKE_BATCH, self.intake())

    def _bound(self, handler: Callable[[D, Any, Cause], Awaitable[Any]]) -> Respond:
        async def respond(asked: Any, cause: Cause) -> Any:
            return await handler(self.it, asked, cause)

        return respond

    def _consume(self, stream: str, durable: str, size: int, settler: Settler[Any]) -> None:
        self._durables.append((stream, durable))
        self.runtime.bus.consume(stream, durable, size, settler.settle)

    def events(self) -> Settler[Heard]:
        """Settles the events that the service listens to."""
        return self._settler(
            self.name, _read_event, self.hear, self._keep_silent, batch=self._handlers.batch is not None
        )

    def intake(self) -> Settler[tuple[Intake, str]]:
        """Settles what outside parties emit to the service."""
        return self._settler(f"{self.name}-intake", self._read_intake, self.take_in, self._answer_refused, batch=True)

    def _settler(
        self, durable: str, read: Callable[[Msg], Any], handle: Any, refuse: Any, *, batch: bool
    ) -> Settler[Any]:
        runtime = self.runtime
        return Settler(
            self.name,
            durable,
            read=read,
            handle=handle,
            refuse=refuse,
            parking=runtime.parking,
            attempts=runtime.collection("attempts"),
            clock=runtime.clock,
            available=partial(self._available, durable),
            max_attempts=runtime.settings.max_deliveries,
            pause=runtime.settings.retry_seconds,
            batch=batch,
        )

    async def _available(self, durable: str) -> None:
        """Raises one of `settle.Outage` while the database, the bus or its streams do not answer."""
        await self.runtime.available()
        for stream in (stream for stream, name in self._durables if name == durable):
            with contextlib.suppress(NotFoundError):  # the watch speaks of it
                await self.runtime.bus.pending(stream, durable)

    async def hear(self, deliveries: Sequence[Delivery[Heard]]) -> None:
        """Hand events to their handlers: all at once, or each to the handler of its type."""
        if self._handlers.batch is not None:
            named = [(subjects.template(each.raw.subject), each.raw.headers) for each in deliveries]
            with handling_together(self.name, named):
                await self._handlers.batch(self.it, [delivery.content for delivery in deliveries])
            return
        for delivery in deliveries:
            heard = delivery.content
            handler = self._handlers.events.get(type(heard.event))
            if handler is None:
                continue
            name = subjects.template(delivery.raw.subject)
            headers = delivery.raw.headers
            with handling(self.name, name, headers, SpanKind.CONSUMER, delivery.raw.metadata.num_delivered or 1):
                actor = service(type(heard.event).service())
                await handler(self.it, heard.event, Cause(actor, heard.id, self.runtime.clock.now()))

    async def take_in(self, deliveries: Sequence[Delivery[tuple[Intake, str]]]) -> None:
        """Hand what came from outside to the intake handler and keep an answer for each emitter."""
        now = self.runtime.clock.now()
        for kind, handler in self._handlers.intakes.items():
            mine = [delivery for delivery in deliveries if type(delivery.content[0]) is kind]
            if not mine:
                continue
            emissions = [_emission(delivery, now) for delivery in mine]
            name = subjects.template(mine[0].raw.subject)
            with handling(self.name, name, mine[0].raw.headers if len(mine) == 1 else None, SpanKind.CONSUMER):
                answers = await handler(self.it, emissions)
            await self._answer_all([delivery.raw for delivery in mine], answers)

    async def _answer_all(self, messages: Sequence[Msg], answers: Sequence[Answer | Refused]) -> None:
        """Keep an answer for each emission; what was refused is parked too, with its reason. An operator who runs a
        parked message again is told the refusal, and the message stays where it is."""
        for message, answer in zip(messages, answers, strict=True):
            if isinstance(message, Replayed) and isinstance(answer, Refused):
                raise answer
        told = [
            each if isinstance(each, Answer) else self._rejection(message, _why(each), each.remedy)
            for message, each in zip(messages, answers, strict=True)
        ]
        ready = [self._answer(message, answer) for message, answer in zip(messages, told, strict=True)]
        for failed in await self.runtime.bus.put("ANSWERS", ready):
            if failed is not None:
                raise failed
        for message, answer in zip(messages, answers, strict=True):
            if isinstance(answer, Refused):
                durable, now = f"{self.name}-intake", self.runtime.clock.now()
                await self.runtime.parking.park(message, durable, answer.code, answer.message, now)

    def _answer(self, message: Msg, answer: Answer) -> Message:
        tokens = message.subject.split(".")
        sequence = message.metadata.sequence.stream
        subject = subjects.answer(self.runtime.region, tokens[-1], tokens[4], str(sequence))
        headers = {"Nats-Msg-Id": f"{tokens[4]}:{sequence}", "content-type": "application/json"}
        return subject, answer.model_dump_json().encode(), headers

    async def _answer_refused(self, message: Msg, why: Unreadable) -> None:
        """A reasoned rejection, told to the emitter without the offending value."""
        await self.runtime.bus.put_one("ANSWERS", self._answer(message, self._rejection(message, why, why.remedy)))

    def _rejection(self, message: Msg, why: Unreadable, remedy: str | None) -> Answer:
        return Answer(
            emission=self._emission_of(message),
            outcome="rejected",
            code=why.code,
            field=why.field,
            reason=why.reason,
            remedy=remedy or "请按接口规范更正后以新的消息重发。",
        )

    def _emission_of(self, message: Msg) -> str:
        """What the emitter calls a refused emission: by its body where that can be read so far, else by its message
        id."""
        kind = self._kind_of(message)
        try:
            name = kind.emission_of(json.loads(message.data)) if kind else ""
        except (ValueError, RecursionError):
            name = ""
        return name or (message.headers or {}).get("Nats-Msg-Id", "")[:MAX_EMISSION_ID]

    async def _keep_silent(self, message: Msg, why: Unreadable) -> None:
        """Nobody waits for an answer to an event; it is parked for an operator."""

    def _read_intake(self, message: Msg) -> tuple[Intake, str]:
        kind = self._kind_of(message)
        if kind is None:
            raise Refused("unknown_intake", "不接收此类消息。")
        read = kind.model_validate_json(message.data)
        refuse_marked(read, message.data)
        return read, message.subject.rsplit(".", 1)[-1]

    def _kind_of(self, message: Msg) -> type[Intake] | None:
        """The intake that a subject is for."""
        what = message.subject.split(".")[4]
        return next((kind for kind in self._handlers.intakes if kind.what == what), None)

    async def _for_ever(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a job that never ends by itself; one that fails begins again, lest the service only look alive."""
        while True:
            try:
                return await job()
            except Exception:
                log.exception("background job failed, it begins again", extra={"service": self.name})
            await asyncio.sleep(RESTART_SECONDS)

    async def _repeat(self, seconds: float, job: Callable[[D], Awaitable[None]]) -> None:
        while True:
            try:
                await job(self.it)
            except Exception:
                log.exception("periodic job failed", extra={"service": self.name})
            await asyncio.sleep(seconds)

    async def _watch(self) -> None:
        """Watch the durables: one that is gone would silently receive nothing."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self.runtime.calendars.refresh()
                await self._measure()
            except Exception as error:
                log.warning("watch failed", extra={"service": self.name, "reason": type(error).__name__})

    async def _measure(self) -> None:
        waiting = {"untold_at": {"$gt": EPOCH}}
        UNTOLD.labels(self.name).set(await self.runtime.collection("cases").count(waiting, limit=10_000))
        for stream, durable in self._durables:
            try:
                LAG.labels(self.name, durable).set(await self.runtime.bus.pending(stream, durable))
                self._missing.discard(durable)
            except NotFoundError:
                self._missing.add(durable)
                log.error("durable is gone", extra={"durable": durable})


def _read_event(message: Msg) -> Heard:
    """An event as its class. Headers and subject must agree."""
    kind = REGISTRY.event(cloudevents.check(message.subject, message.headers))
    if kind is None:
        raise cloudevents.Mismatch("unknown type of event")
    headers = message.headers or {}
    data = json.loads(message.data)
    event: Event = kind.model_validate(data)
    if event.record.id != subjects.read_event(message.subject).id:
        raise cloudevents.Mismatch("the record's id does not agree with the subject")
    return Heard(event, data, headers["ce-id"], headers["ce-time"], message.metadata.sequence.stream)


def _why(refused: Refused) -> Unreadable:
    return Unreadable(refused.code, refused.message, refused.field)


def _emission(delivery: Delivery[tuple[Intake, str]], now: datetime) -> Emission[Any]:
    message, emitter = delivery.content
    actor = Actor("party", emitter)
    return Emission(message, emitter, Cause(actor, f"in:{delivery.raw.metadata.sequence.stream}", now))
