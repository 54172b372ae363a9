"""Who does something, why and when: what stands beside every fact."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from contracts.base import Role


@dataclass(frozen=True)
class Actor:
    """A person, a citizen, a service, a party outside, or the platform's own clock.

    `id` and `name` of officials may stand in facts. Citizens are told apart by nothing but the word `citizen`.
    """

    kind: Literal["person", "citizen", "service", "party", "clock"]
    id: str
    name: str = ""
    roles: frozenset[Role] = frozenset()
    agency: str = ""

    def as_fact(self) -> dict[str, str]:
        """What a fact keeps of the actor."""
        kept = {"kind": self.kind, "id": self.id, "name": self.name, "agency": self.agency}
        return {key: value for key, value in kept.items() if value}


CLOCK = Actor(kind="clock", id="clock")
CITIZEN = Actor(kind="citizen", id="citizen", roles=frozenset({Role.CITIZEN}))


def service(name: str) -> Actor:
    """The actor that a service is for the others."""
    return Actor(kind="service", id=name, roles=frozenset({Role.SERVICE}))


@dataclass
class Expected:
    """The version of a case that its sender has seen; `met` once the case was written on that ground."""

    id: str
    version: int
    met: bool = False


@dataclass(frozen=True)
class Cause:
    """Why a case changes: the actor, the id that makes a repeat recognisable, and the time on the platform's clock."""

    actor: Actor
    id: str
    now: datetime
    trace: dict[str, Any] = field(default_factory=dict)
    expects: Expected | None = None
