"""Who tells, who listens, who asks whom, and who stands outside: the one table from which the streams, the durables,
the NATS accounts and permissions, the AsyncAPI document and the subscriptions are made."""

import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from types import ModuleType, new_class
from typing import TypeVar, cast

from contracts import gateway, hotline, opinion, publication, readmodel, requests, sitewatch, supervision
from contracts.base import Audience, Command, Contract, Event, Intake, Query, Role
from contracts.hotline import doubts as ticket_doubts
from contracts.hotline import figures, public, ratings, tickets
from contracts.platform import Retold
from contracts.publication import catalogue, documents, doubts, takedown
from contracts.readmodel import answers
from contracts.requests import procedure

T = TypeVar("T", bound=Contract)


@dataclass(frozen=True)
class Service:
    """One service: its module of contracts (or its package of them, a module for each topic), the events it listens to,
    the commands and queries it sends."""

    module: ModuleType
    listens: tuple[type[Event], ...] = ()
    sends: tuple[type[Command] | type[Query], ...] = ()
    listens_to_all: bool = False

    @property
    def name(self) -> str:
        return self.module.__name__.rsplit(".", 1)[-1]

    def _defined(self, kind: type[T]) -> tuple[type[T], ...]:
        return tuple(value for value in self._classes if issubclass(value, kind))

    @cached_property
    def _classes(self) -> tuple[type, ...]:
        """What its modules of contracts define, in the order of the modules' names and of the text."""
        inner = pkgutil.iter_modules(getattr(self.module, "__path__", ()), f"{self.module.__name__}.")
        modules = (self.module, *(import_module(each.name) for each in inner))
        found = ((module, value) for module in modules for value in vars(module).values() if inspect.isclass(value))
        return tuple(value for module, value in found if value.__module__ == module.__name__)

    @cached_property
    def retold(self) -> type[Retold]:
        """The service's own type of the event that ends a retelling; public where anything that it tells is."""
        namespace = {"__module__": self.module.__name__, "__doc__": Retold.__doc__, "__qualname__": "Retold"}
        public = any(kind.audience is Audience.PUBLIC for kind in self._defined(Event))
        audience = Audience.PUBLIC if public else Audience.INTERNAL
        said = {"record": "records", "name": "retold", "audience": audience}
        made = new_class("Retold", (Retold,), said, lambda body: body.update(namespace))
        return cast(type[Retold], made)

    @cached_property
    def events(self) -> tuple[type[Event], ...]:
        """Events that it tells."""
        own = tuple(kind for kind in self._defined(Event) if kind.event_name)
        return (*own, self.retold) if own else ()

    @property
    def commands(self) -> tuple[type[Command], ...]:
        """Commands that somebody may send; what is common to several is none."""
        return tuple(kind for kind in self._defined(Command) if kind.allowed)

    @property
    def queries(self) -> tuple[type[Query], ...]:
        return self._defined(Query)

    @property
    def intakes(self) -> tuple[type[Intake], ...]:
        return self._defined(Intake)


@dataclass(frozen=True)
class Party:
    """Someone outside, with an account of its own on the bus."""

    name: str
    emits: tuple[type[Intake], ...] = ()
    reads_public: bool = False


class Registry:
    """All services and parties of the platform."""

    def __init__(self, services: tuple[Service, ...], parties: tuple[Party, ...]) -> None:
        self.services = {service.name: service for service in services}
        self.parties = {party.name: party for party in parties}

    def events(self) -> Iterator[type[Event]]:
        for service in self.services.values():
            yield from service.events

    def event(self, kind: str) -> type[Event] | None:
        """The class behind a type name such as `publication.document.published.v1`."""
        return self._by_type().get(kind)

    def _by_type(self) -> dict[str, type[Event]]:
        if not hasattr(self, "_types"):
            self._types = {event.type(): event for event in self.events()}
        return self._types

    def heard_by(self, service: str) -> tuple[type[Event], ...]:
        """The events that reach a service, in the order of the registry."""
        entry = self.services[service]
        return tuple(self.events()) if entry.listens_to_all else entry.listens

    def for_persons(self) -> Iterator[type[Command] | type[Query]]:
        """Commands and queries of people in offices."""
        for service in self.services.values():
            yield from (kind for kind in service.commands if kind.allowed & PERSONS)
            yield from (kind for kind in service.queries if kind.allowed & PERSONS)

    def public_events(self) -> tuple[type[Event], ...]:
        return tuple(event for event in self.events() if event.audience is Audience.PUBLIC)


NOTICE = supervision.CalendarNoticeLoaded


PERSONS = frozenset(Role) - {Role.CITIZEN, Role.SERVICE, Role.OPERATOR}
"""Roles of people in offices. What only programs and operators may ask is asked at the bus alone."""


def _passed_on(*modules: ModuleType) -> tuple[type[Command] | type[Query], ...]:
    """What the gateway asks of these services: for anyone what citizens may, for a signed-in person what people in
    offices may. The services check the person's token themselves; without one the gateway is a citizen to them."""
    services = [Service(module) for module in modules]
    asked: list[type[Command] | type[Query]] = [kind for service in services for kind in service.commands]
    asked += [kind for service in services for kind in service.queries]
    return tuple(kind for kind in asked if kind.allowed & (PERSONS | {Role.CITIZEN}))


REGISTRY = Registry(
    services=(
        Service(
            publication,
            listens=(
                NOTICE,
                procedure.ProactiveProposed,
                documents.ValidityChanged,
                documents.QuestionsSettled,
                documents.DocumentTakenDown,
                catalogue.ItemRemoved,
                ticket_doubts.TicketDoubted,
                opinion.EventDoubted,
            ),
        ),
        Service(requests, listens=(NOTICE,), sends=(answers.Search,)),
        Service(opinion, listens=(public.SignalRaised, *doubts.ANSWERS)),
        Service(
            hotline,
            listens=(
                NOTICE,
                tickets.TicketMerged,
                tickets.TicketReplied,
                tickets.TicketClosed,
                catalogue.ItemAdded,
                catalogue.ItemChanged,
                catalogue.ItemRemoved,
                takedown.ItemWithdrawn,
                catalogue.CatalogueItemRestated,
                *doubts.ANSWERS,
            ),
            sends=(procedure.Submit,),
        ),
        Service(sitewatch, listens=(NOTICE,)),
        Service(supervision, listens=(NOTICE,)),
        Service(
            readmodel,
            listens_to_all=True,
            sends=(
                *(figures.Statistics, figures.MonthlyBulletin, ratings.CountRatings, public.CountSuggestions),
                sitewatch.CountChecks,
            ),
        ),
        Service(
            gateway,
            sends=_passed_on(publication, requests, opinion, hotline, sitewatch, supervision, readmodel),
        ),
    ),
    parties=(
        Party("h12345", emits=Service(hotline).intakes),
        Party("ratings", emits=(ratings.RatingGiven,)),
        Party("portal", reads_public=True),
    ),
)
