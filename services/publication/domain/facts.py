"""What a document's case remembers. Texts by digest only, personal data only masked; officials by name."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from contracts.publication.record import (
    Attachment,
    Attribute,
    Delivery,
    Interpretation,
    Leak,
    Metadata,
    RunningLimit,
    Source,
    Validity,
)
from kernel.facts import Fact


class Part(BaseModel):
    """Base of the parts of facts."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Official(Part):
    """The person who acts."""

    id: str
    name: str
    agency: str = ""


class Datum(Part):
    """A personal datum found in the text, masked."""

    kind: str
    masked: str


class Kept(Part):
    """A text that lies in the texts of the service, and what was found in it. `found` counts all, `data` lists some."""

    sha256: str
    bytes: int
    found: int = 0
    data: tuple[Datum, ...] = ()


class InField(Part):
    """Personal data in a field of an imported document, which keeps the field masked until a person has looked."""

    field: str
    kind: str
    masked: str


class File(Part):
    """An attachment, the upload that brought it, and some of what was found in it, masked."""

    attachment: Attachment
    upload: str
    data: tuple[Datum, ...] = ()


class Doubt(Part):
    """A contradiction that the reader found."""

    code: str
    message: str


class Drafted(Fact):
    id: str
    agency: str
    metadata: Metadata
    text: Kept
    clock: str
    by: Official
    at: datetime


class Revised(Fact):
    metadata: Metadata
    text: Kept | None
    by: Official
    at: datetime


class AttributeProposed(Fact):
    attribute: Attribute
    ground: str | None
    reason: str | None
    interpretation: bool
    by: Official
    at: datetime


class InterpretationPlanned(Fact):
    interpretation: Interpretation


class OpennessApproved(Fact):
    note: str
    deputising_for: str = ""
    by: Official
    at: datetime


class HeadApproved(Fact):
    note: str
    deputising_for: str
    by: Official
    at: datetime


class Reviewed(Fact):
    note: str
    deputising_for: str = ""
    by: Official
    at: datetime


class Masked(Fact):
    text: Kept
    by: Official
    at: datetime


class FindingsAllowed(Fact):
    basis: str
    reason: str
    by: Official
    at: datetime


class Returned(Fact):
    missing: tuple[str, ...]
    reason: str
    by: Official
    at: datetime


class Attached(Fact):
    file: File
    by: Official
    at: datetime


class Detached(Fact):
    sha256: str
    by: Official
    at: datetime


class AttachmentMasked(Fact):
    """A file was replaced by one in which all personal data is masked."""

    sha256: str
    file: File
    by: Official
    at: datetime


class AttachmentConfirmed(Fact):
    """A named person has read what could not be checked."""

    sha256: str
    note: str
    by: Official
    at: datetime


class SourceSet(Fact):
    source: Source


class NoticeSet(Fact):
    until: date
    contact: str


class Delivered(Fact):
    delivery: Delivery
    by: Official
    at: datetime


class ObjectionReceived(Fact):
    """Its words lie in the papers."""

    no: int
    paper: str


class ObjectionAnswered(Fact):
    no: int
    paper: str
    accepted: bool
    by: Official
    at: datetime


class ObjectionsErased(Fact):
    """The words of the objections and of the answers were destroyed after hand-over to the archive; of what was taken
    down also the sealed originals."""

    handed_over_on: date
    papers: int
    by: Official
    at: datetime


class SubmittedToGazette(Fact):
    by: Official
    at: datetime


class GazetteReturned(Fact):
    reason: str
    by: Official
    at: datetime


class Gazetted(Fact):
    """An issue of the gazette printed it."""

    issue: str


class ItemsClaimed(Fact):
    """Which items of the catalogues the document publishes."""

    items: tuple[str, ...]


class NoticeEnded(Fact):
    pass


class NoticeConcluded(Fact):
    result: str
    by: Official
    at: datetime


class Numbered(Fact):
    doc_no: str
    party: bool = False
    """The number is one of the party's organs."""
    formed_on: date
    by: Official
    at: datetime


class DueSet(Fact):
    """The limit as computed; `None` where no limit runs any more."""

    due_at: datetime | None
    warn_at: datetime | None
    provisional: bool
    limit: RunningLimit | None = None
    """Which one it is, where a case has several and the nearest runs."""


class Warned(Fact):
    pass


class WentOverdue(Fact):
    pass


class IssueDayNear(Fact):
    """The day of issue of what waits only to be published is nearly over."""


class IssueDayPassed(Fact):
    """Publishable, and not public by the end of the day on which it was issued (P06)."""


class Published(Fact):
    metadata: Metadata
    published_at: datetime
    days_late: int | None
    by: Official
    at: datetime


class Filed(Fact):
    reassess_at: datetime | None
    by: Official
    at: datetime


class ReassessmentFellDue(Fact):
    pass


class AttributeKept(Fact):
    reason: str
    reassess_at: datetime
    by: Official
    at: datetime


class Corrected(Fact):
    metadata: Metadata
    text: Kept | None
    reason: str
    by: Official
    at: datetime


class ValidityMarked(Fact):
    validity: Validity
    on: date
    by_document: str | None


class ExpiryWarned(Fact):
    pass


class Withdrawn(Fact):
    """`also`: records of ours that may repeat its words; a person looks at each."""

    leak: Leak
    note: str
    also: tuple[str, ...] = ()
    by: Official
    at: datetime


class Erased(Fact):
    """Nothing of what was taken down is left in streams, texts, attachments and outbox."""

    at: datetime


class WithdrawalApproved(Fact):
    """Another person has judged it; `improper`: it should not have been taken down."""

    note: str
    improper: bool = False
    by: Official
    at: datetime


class ChannelCleared(Fact):
    channel: str
    by: Official
    at: datetime


FACTS: tuple[type[Fact], ...] = (
    Drafted,
    Revised,
    AttributeProposed,
    InterpretationPlanned,
    OpennessApproved,
    HeadApproved,
    Reviewed,
    Masked,
    FindingsAllowed,
    Returned,
    Attached,
    Detached,
    AttachmentMasked,
    AttachmentConfirmed,
    SourceSet,
    NoticeSet,
    Delivered,
    ObjectionReceived,
    ObjectionAnswered,
    ObjectionsErased,
    SubmittedToGazette,
    GazetteReturned,
    Gazetted,
    ItemsClaimed,
    NoticeEnded,
    NoticeConcluded,
    Numbered,
    DueSet,
    Warned,
    WentOverdue,
    IssueDayPassed,
    Published,
    Filed,
    ReassessmentFellDue,
    AttributeKept,
    Corrected,
    ValidityMarked,
    ExpiryWarned,
    Withdrawn,
    Erased,
    WithdrawalApproved,
    ChannelCleared,
)
