"""What a service reacts to. Each handler translates, asks the case store to execute a decision, and is done."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from chassis.actors import Cause
from contracts.base import Answer, Command, Event, Intake, Query, Reply
from kernel.refused import Refused

D = TypeVar("D")
C = TypeVar("C", bound=Command)
Q = TypeVar("Q", bound=Query)
E = TypeVar("E", bound=Event)
N = TypeVar("N", bound=Intake)


@dataclass(frozen=True)
class Emission(Generic[N]):
    """One message from outside: what it says, who emitted it (proven by its subject), and the cause that it is."""

    message: N
    emitter: str
    cause: Cause


@dataclass
class Handlers(Generic[D]):
    """Handlers of one service by type of message. `D` is the service's own object: its cases, papers, calendar …"""

    asked: dict[type[Command] | type[Query], Callable[[D, Any, Cause], Awaitable[Reply]]] = field(default_factory=dict)
    events: dict[type[Event], Callable[[D, Any, Cause], Awaitable[None]]] = field(default_factory=dict)
    intakes: dict[type[Intake], Callable[[D, Any], Awaitable[Sequence[Answer | Refused]]]] = field(default_factory=dict)
    batch: Callable[[D, Any], Awaitable[None]] | None = None
    periodic: list[tuple[float, Callable[[D], Awaitable[None]]]] = field(default_factory=list)

    def command(
        self, kind: type[C]
    ) -> Callable[[Callable[[D, C, Cause], Awaitable[Reply]]], Callable[[D, C, Cause], Awaitable[Reply]]]:
        """Carries out a command; returns its reply or raises `Refused`."""

        def register(handler: Callable[[D, C, Cause], Awaitable[Reply]]) -> Callable[[D, C, Cause], Awaitable[Reply]]:
            self.asked[kind] = handler
            return handler

        return register

    def query(
        self, kind: type[Q]
    ) -> Callable[[Callable[[D, Q, Cause], Awaitable[Reply]]], Callable[[D, Q, Cause], Awaitable[Reply]]]:
        """Answers a query; `cause.actor` is who asks."""

        def register(handler: Callable[[D, Q, Cause], Awaitable[Reply]]) -> Callable[[D, Q, Cause], Awaitable[Reply]]:
            self.asked[kind] = handler
            return handler

        return register

    def event(
        self, kind: type[E]
    ) -> Callable[[Callable[[D, E, Cause], Awaitable[None]]], Callable[[D, E, Cause], Awaitable[None]]]:
        """Reacts to an event. It may come twice and out of order; `cause.id` is the event's id."""

        def register(handler: Callable[[D, E, Cause], Awaitable[None]]) -> Callable[[D, E, Cause], Awaitable[None]]:
            self.events[kind] = handler
            return handler

        return register

    def intake(
        self, kind: type[N]
    ) -> Callable[
        [Callable[[D, Sequence[Emission[N]]], Awaitable[Sequence[Answer | Refused]]]],
        Callable[[D, Sequence[Emission[N]]], Awaitable[Sequence[Answer | Refused]]],
    ]:
        """Takes in messages from outside, many at a time, and answers each one, in order."""

        def register(
            handler: Callable[[D, Sequence[Emission[N]]], Awaitable[Sequence[Answer | Refused]]],
        ) -> Callable[[D, Sequence[Emission[N]]], Awaitable[Sequence[Answer | Refused]]]:
            self.intakes[kind] = handler
            return handler

        return register

    def all_events(
        self, handler: Callable[[D, Sequence["Heard"]], Awaitable[None]]
    ) -> Callable[[D, Sequence["Heard"]], Awaitable[None]]:
        """Takes every event of the platform, many at a time (the read model)."""
        self.batch = handler
        return handler

    def every(self, seconds: float) -> Callable[[Callable[[D], Awaitable[None]]], Callable[[D], Awaitable[None]]]:
        """Runs something again and again in each replica; it must be harmless to run in several."""

        def register(job: Callable[[D], Awaitable[None]]) -> Callable[[D], Awaitable[None]]:
            self.periodic.append((seconds, job))
            return job

        return register


@dataclass(frozen=True)
class Heard:
    """An event with its JSON, its id, its time and its place in the stream."""

    event: Event
    data: dict[str, Any]
    id: str
    at: str
    sequence: int
