"""Words of the hotline: kinds, states and values of a ticket, and its record."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from contracts.base import CaseId, Contract, Personal, Role, WorkRecord
from contracts.doubts import SHOWN, RaisedDoubt

CENTRE = (Role.DISPATCHER,)
UNIT = (Role.CLERK, Role.HEAD)
STAFF = (*CENTRE, *UNIT, Role.SUPERVISOR, Role.ARCHIVIST)
AgencyCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,15}$", description="Code in the agency register.")]
AsOf = Annotated[
    date | None, Field(description="As it stood at the end of this day; as it stands, where none is given.")
]
Reason = Annotated[Personal[str], Field(min_length=2, max_length=2000, description="Kept among the papers.")]
CATEGORIES = {
    "economy": "经济财贸",
    "health": "卫生健康",
    "market": "市场监管",
    "environment": "生态环境",
    "services": "公共服务",
    "construction": "城乡建设",
    "safety": "公共安全",
    "labour": "劳动和社会保障",
    "transport": "交通运输",
    "education": "科教文体",
    "farming": "农林水土",
    "city": "城市管理",
}
"""问题分类: the twelve first-level subjects of a city's published tickets, with the codes that programs use."""


class TicketKind(StrEnum):
    """诉求类型 (DB12/T 1438-2025: six classes)."""

    CONSULT = "咨询"
    HELP = "求助"
    COMPLAINT = "投诉"
    REPORT = "举报"
    SUGGESTION = "建议"
    PRAISE = "表扬"


class Urgency(StrEnum):
    """紧急程度."""

    LOW = "一般"
    NORMAL = "普通"
    HIGH = "紧急"
    EXTREME = "特急"


class Matter(StrEnum):
    """Which time limit a ticket has (办理时限类别); the limits themselves are profile data."""

    SIMPLE = "simple"
    ORDINARY = "ordinary"
    COMPLEX = "complex"
    URGENT = "urgent"
    UTILITY = "utility"


class TicketState(StrEnum):
    """Where a ticket stands."""

    TRIAGE = "triage"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    RETURN_REQUESTED = "return_requested"
    EXTENSION_REQUESTED = "extension_requested"
    SUSPENDED = "suspended"
    REPLIED = "replied"
    VISITING = "visiting"
    MERGED = "merged"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Satisfaction(StrEnum):
    """What the caller said when visited (满意度); 未表态 counts in no rate."""

    SATISFIED = "满意"
    DISSATISFIED = "不满意"
    SILENT = "未表态"


class Ending(StrEnum):
    """How a ticket was closed."""

    ANSWERED = "answered"  # 即答: the centre answered at once
    VISITED = "visited"  # the caller was visited and is satisfied or silent
    FACTUAL = "factual"  # 实事求是: dissatisfied, but the matter was handled as it can be
    TRANSFERRED = "transferred"  # handed over to a place outside, whose contact was told to the caller
    REFUSED = "refused"  # outside the remit, the right place named


class Duty(StrEnum):
    """A limit of its own beside the caller's."""

    SIGN = "sign"  # 签收
    CONTACT = "contact"  # 首次联系
    VISIT = "visit"  # 回访


class Location(Contract):
    """A point in degrees (WGS 84)."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class Caller(Contract):
    """Who calls (来电人)."""

    name: str = Field(default="", max_length=60)
    phone: str = Field(default="", max_length=40)
    wants_secrecy: bool = Field(default=False, description="保密: the caller is shown to no unit.")


class Attachment(Contract):
    """A file that the emitter keeps; we keep where it is and its digest."""

    name: str = Field(max_length=200)
    url: str = Field(max_length=1000)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class Ticket(WorkRecord):
    """A ticket without anything personal: what desks, overdue lists and statistics need."""

    emitter: str = Field(description="Who emitted it.")
    source: str
    ticket_no: str
    revision: int
    kind: TicketKind
    category: str | None = None
    channel: str
    area: str | None = Field(default=None, description="Town or subdistrict of the matter; never an address.")
    urgency: Urgency
    matter: Matter = Field(description="Which limit it has.")
    classified: bool = Field(default=False, description="A person has decided category and limit.")
    hints: tuple[str, ...] = Field(default=(), description="Proposals by rule, each with its reason, for a person.")
    emergency: tuple[str, ...] = Field(default=(), description="Emergency numbers that the matter belongs to.")
    emergency_confirmed: bool = Field(default=False, description="A person has confirmed the hand-over.")
    secret: bool = Field(default=False, description="The caller is shown to no unit.")
    co: tuple[str, ...] = Field(default=(), description="Co-operating units.")
    received_at: AwareDatetime
    dispatched_at: AwareDatetime | None = None
    signed_at: AwareDatetime | None = None
    sign_due_at: AwareDatetime | None = None
    contacted_at: AwareDatetime | None = Field(default=None, description="First contact with the caller.")
    contact_due_at: AwareDatetime | None = None
    replied_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    first_due_at: AwareDatetime | None = Field(default=None, description="The limit before extension or promise.")
    promised_on: date | None = Field(default=None, description="Day promised to the caller while suspended (承诺办理).")
    extended: bool = False
    on_time: bool | None = Field(default=None, description="Replied within the limit; empty before the reply.")
    centre_minutes: int = Field(default=0, description="The centre's share of the time, up to the last hand-over.")
    unit_minutes: int = Field(default=0, description="The unit's share of the time, up to the last hand-over.")
    direct: bool = Field(default=False, description="Answered by the centre without dispatch.")
    returned: int = Field(default=0, description="How often a unit gave it back (退单).")
    reopened: int = 0
    redone: int = Field(default=0, description="How often a reply was sent back for another (重办).")
    urged: int = 0
    supervised: int = Field(default=0, ge=0, le=3, description="Level of supervision (督办).")
    satisfaction: Satisfaction | None = None
    solved: bool | None = None
    rating: int | None = Field(default=None, ge=1, le=5, description="好差评: 5 非常满意 … 1 非常不满意")
    adopted: bool | None = Field(default=None, description="A suggestion's end: adopted or not.")
    ending: Ending | None = None
    merged_into: str | None = None
    absorbed: tuple[str, ...] = Field(default=(), description="Tickets that are handled with this one.")
    visit_due_at: AwareDatetime | None = Field(default=None, description="When the caller is to be visited (回访).")
    missed: tuple[Duty, ...] = Field(default=(), description="Limits beside the caller's that were missed.")
    imported: bool = Field(default=False, description="A closed ticket of another system, taken in as history.")
    request: CaseId | None = Field(default=None, description="Request for information that it has become.")
    doubts: tuple[RaisedDoubt, ...] = Field(
        default=(), max_length=SHOWN, description="What the caller did not understand about public documents."
    )
