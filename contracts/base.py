"""Types from which the published language is made: records, events, commands, queries, intake."""

import re
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
UNREAD = "?"
"""Stands for a part of an emission's name that cannot be read."""
ID_PATTERN = r"^[A-Za-z0-9_-]{1,80}$"
CaseId = Annotated[str, Field(pattern=ID_PATTERN, description="Number of the case; one token of a subject.")]
T = TypeVar("T")


class PersonalMark:
    """Marks a field that holds personal data of a citizen."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "x-personal": True}


Personal = Annotated[T, PersonalMark()]
"""`Personal[str]`: data of a citizen. Allowed in commands, intake and replies to them; refused in events and facts."""


class Role(StrEnum):
    """What a person or program may act as: a person by the signed token, a program by its subject."""

    CITIZEN = "citizen"  # 公众: anyone, through the gateway
    CLERK = "clerk"  # 经办人
    HEAD = "head"  # 单位负责人
    OPENNESS = "openness"  # 政务公开工作机构
    REVIEWER = "reviewer"  # 审核人 at the issuing office
    DISPATCHER = "dispatcher"  # 热线派单员
    WEBMASTER = "webmaster"  # 网站管理员
    SUPERVISOR = "supervisor"  # 督查人员
    ARCHIVIST = "archivist"  # 档案管理员
    OPERATOR = "operator"  # 平台运维
    SERVICE = "service"  # another service of the platform


STAFF = tuple(role for role in Role if role not in (Role.CITIZEN, Role.SERVICE))
"""People of the offices, and who runs the platform."""


class Audience(StrEnum):
    """Who may receive an event."""

    PUBLIC = "public"
    INTERNAL = "internal"


def snake(name: str) -> str:
    """`TicketClosed` -> `ticket_closed`."""
    return _WORD_START.sub("_", name).lower()


def dashed(name: str) -> str:
    """`ConfirmImport` -> `confirm-import`."""
    return snake(name).replace("_", "-")


@cache
def _service_of(module: str) -> str:
    path = module.split(".")
    return next(path[at + 1] for at, name in enumerate(path) if name.endswith("contracts"))


class Contract(BaseModel):
    """Base of everything that crosses the bus. Unknown fields are refused, values are immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=200_000, defer_build=True)

    @classmethod
    def service(cls) -> str:
        """The service that owns this type: the module or package in the folder of contracts in which it stands."""
        return _service_of(cls.__module__)


class Record(Contract):
    """How a record stands now; carried whole by each of its events. `id` is one token of a subject."""

    model_config = ConfigDict(extra="ignore")
    id: CaseId


class WorkRecord(Record):
    """A record that somebody must work on. Desks, overdue lists and the clock board are made of these fields alone.

    `title` is shown in lists and never holds personal data of a citizen.
    """

    title: str = Field(max_length=300, description="What a list shows; no personal data.")
    state: str = Field(description="State of the case, a stable English word.")
    state_label: str = Field(description="The state in Chinese.")
    open: bool = Field(description="Still to be worked on.")
    agency: str = Field(default="", description="Code of the agency in charge; empty before it is known.")
    opened_at: AwareDatetime = Field(description="When the case began.")
    due_at: AwareDatetime | None = Field(default=None, description="End of the running time limit, if one runs.")
    overdue: bool = Field(default=False, description="The limit has passed without the duty done.")
    provisional: bool = Field(default=False, description="The limit rests on days without a holiday notice yet.")
    waits_for: str = Field(default="", description="Who must act next, in Chinese.")


class Event(Contract):
    """What happened, with the record as it now stands.

    `(epoch, version)` orders the versions of one record: a consumer keeps the highest and needs no earlier event.
    `chain` is the head of the case's hash chain of facts. These three are set by the case store at the commit.
    """

    model_config = ConfigDict(extra="ignore")
    event_name: ClassVar[str] = ""
    record_name: ClassVar[str] = ""
    audience: ClassVar[Audience] = Audience.INTERNAL
    major: ClassVar[int] = 1

    epoch: int = Field(default=0, ge=0, description="Generation of the owner's records; grows with each retelling.")
    version: int = Field(default=0, ge=0, description="Version of the record within the epoch.")
    chain: str = Field(default="", description="SHA-256 head of the chain of facts behind this record, hexadecimal.")
    record: Record

    def __init_subclass__(
        cls, record: str = "", name: str = "", audience: Audience = Audience.INTERNAL, major: int = 1, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.record_name, cls.event_name, cls.audience, cls.major = record, name, audience, major

    @classmethod
    def type(cls) -> str:
        """`publication.document.published.v1`."""
        return f"{cls.service()}.{cls.record_name}.{cls.event_name}.v{cls.major}"


class Reply(Contract):
    """Answer to a command or a query."""

    model_config = ConfigDict(extra="ignore")


class Done(Reply):
    """A command was carried out, or had been before with the same idempotency key."""

    id: CaseId
    version: int = Field(description="Version of the case after the command.")
    state: str = Field(description="State of the case after the command.")
    repeated: bool = Field(default=False, description="The same idempotency key had been carried out before.")


class Answer(Reply):
    """Answer to one emission, kept for its emitter until it has read it."""

    emission: str = Field(
        description="The emission that is answered, as its emitter calls it; `?` stands for a part that is unreadable."
    )
    outcome: str = Field(description="What became of it: accepted, updated, …; `rejected` names field and reason.")
    case: str | None = Field(default=None, description="Our number of the case.")
    code: str | None = Field(default=None, description="Stable identifier of the reason of a rejection.")
    field: str | None = Field(default=None, description="The field that is wrong.")
    reason: str | None = Field(default=None, description="Chinese sentence; never repeats the offending value.")
    remedy: str | None = Field(default=None, description="What to do next, in Chinese.")


class Asked(Contract):
    """Common to commands and queries: who may ask, what is answered, and the name on the bus."""

    verb: ClassVar[str] = ""
    allowed: ClassVar[frozenset[Role]] = frozenset()
    answered_by: ClassVar[type[Reply]] = Done
    one_by_one: ClassVar[str] = ""
    """The field whose entries are taken or refused each by itself."""

    def __init_subclass__(
        cls, by: tuple[Role, ...] = (), reply: type[Reply] = Done, name: str = "", one_by_one: str = "", **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.allowed, cls.answered_by, cls.verb = frozenset(by), reply, name or dashed(cls.__name__)
        cls.one_by_one = one_by_one


class Command(Asked):
    """Asks a service to decide something. Repeating it with the same idempotency key changes nothing."""


class Query(Asked):
    """Asks a service what it knows; changes nothing."""


class Intake(Contract):
    """A message from outside, taken in by one service and answered in the emitter's own answers."""

    what: ClassVar[str] = ""
    answer: ClassVar[type[Answer]] = Answer
    named_by: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(
        cls, what: str = "", answer: type[Answer] = Answer, named_by: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.what, cls.answer, cls.named_by = what, answer, named_by

    @property
    def emission(self) -> str:
        """What its emitter calls it: answers name it so."""
        return ":".join(str(getattr(self, name)) for name in self.named_by)

    @classmethod
    def emission_of(cls, body: Any) -> str:
        """The same, read from a body that may be wrong: `?` for a part that cannot be read; empty where none can."""
        parts = [cls._part(name, body) for name in cls.named_by]
        known = [part for name, part in zip(cls.named_by, parts, strict=True) if part != UNREAD and name in body]
        return ":".join(parts) if known else ""

    @classmethod
    def _part(cls, name: str, body: Any) -> str:
        try:
            return str(cls._read(name, body))
        except (ValidationError, AttributeError):
            return UNREAD

    @classmethod
    def _read(cls, name: str, body: Any) -> Any:
        field = cls.model_fields[name]
        annotation: Any = Annotated[field.annotation, *field.metadata]
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        return adapter.validate_python(body.get(name, field.get_default()))


class Problem(Reply):
    """RFC 9457 problem details. `detail` is a Chinese sentence for a person; no field repeats an offending value."""

    type: str = Field(default="about:blank", description="Stable identifier of the problem.")
    title: str
    status: int
    detail: str = ""
    field: str | None = None
    remedy: str | None = None
