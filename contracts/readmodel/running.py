"""How the read model itself is doing: rebuilds, checksums, how far it is behind."""

from pydantic import Field

from contracts.base import STAFF, Command, Query, Reply, Role


class RebuildState(Reply):
    """How far a rebuild is."""

    running: bool
    generation: int
    applied: int = 0
    total: int = 0
    per_second: float = 0.0
    seconds_left: float | None = None
    switched: bool = Field(default=False, description="The new generation serves.")
    different: int | None = Field(
        default=None, description="Views that the old generation held otherwise; 0 when nothing changed meanwhile."
    )


class Rebuild(Command, by=(Role.OPERATOR,), reply=RebuildState):
    """Replay the event log into a new generation beside the old one and switch when it has caught up."""


class RebuildProgress(Query, by=(Role.OPERATOR,), reply=RebuildState):
    """How far the running rebuild is."""


class Checksum(Reply):
    """What a generation holds, as one sum: equal for equal views, in whatever order they were written."""

    generation: int
    views: int
    checksum: str = Field(description="Hexadecimal.")


class GetChecksum(Query, by=(Role.OPERATOR,), reply=Checksum):
    """The checksum of the generation that serves; of a rebuilt one it is the same when nothing was told meanwhile."""


class LagState(Reply):
    """How far the read model is behind the event log."""

    pending: int
    last_event_at: str | None
    views: dict[str, int]
    lags: dict[str, float] = Field(
        default_factory=dict,
        description="By type: seconds from the telling of the newest event to its view, in the answering replica.",
    )
    search_behind: int = Field(default=0, description="Changes that the index of the answering replica lacks.")


class Lag(Query, by=(*STAFF, Role.SERVICE), reply=LagState):
    """Events that wait to be applied, and the number of views by type."""
