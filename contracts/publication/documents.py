"""What the publication service tells, answers and takes (主动公开)."""

from datetime import date

from pydantic import AwareDatetime, Field

from contracts.base import Audience, CaseId, Command, Contract, Event, Personal, Query, Reply, Role
from contracts.publication.record import (
    Attribute,
    Changes,
    Document,
    Interpretation,
    Leak,
    PublicDocument,
    Validity,
    Version,
)
from contracts.publication.terms import HOUSE, OFFICE, Remark


class DocumentPublished(Event, record="public_document", name="published", audience=Audience.PUBLIC):
    """Sent when a document is open to everyone."""

    record: PublicDocument


class DocumentCorrected(Event, record="public_document", name="corrected", audience=Audience.PUBLIC):
    """Sent when a published document was corrected; the reason stands with the replaced version."""

    record: PublicDocument


class ValidityChanged(Event, record="public_document", name="validity_changed", audience=Audience.PUBLIC):
    """Sent when a published document expired, was repealed or amended, or is valid again."""

    record: PublicDocument


class NoticeChanged(Event, record="public_document", name="notice_changed", audience=Audience.PUBLIC):
    """Sent when objections to a public notice (公示) were counted, its period is over, or its result is known."""

    record: PublicDocument


class DocumentWithdrawn(Event, record="public_document", name="withdrawn", audience=Audience.PUBLIC):
    """Sent when a document was taken down: delete every copy of it. The record is a tombstone without content."""

    record: PublicDocument


class PublicDocumentRestated(Event, record="public_document", name="restated", audience=Audience.PUBLIC):
    """Sent when anything else of a published document changed (gazette, delivery), or all are told again."""

    record: PublicDocument


class DocumentDrafted(Event, record="document", name="drafted"):
    """Sent when a draft was begun."""

    record: Document


class DocumentImported(Event, record="document", name="imported"):
    """Sent when a document of the stock was taken in; it stays internal until a named person has confirmed it."""

    record: Document


class DocumentReturned(Event, record="document", name="returned"):
    """Sent when a draft was returned with the list of what is missing (退文)."""

    record: Document


class QuestionsSettled(Event, record="document", name="questions_settled"):
    """Sent when questions about a document were answered by an explanation, or declined with reason."""

    record: Document


class DocumentChanged(Event, record="document", name="changed"):
    """Sent when a document went one step on, or something about it was changed."""

    record: Document


class DocumentTakenDown(Event, record="document", name="withdrawn"):
    """Sent when a document was taken down: forget what was told of it before. The record holds no words of it."""

    record: Document


class DocumentOverdue(Event, record="document", name="overdue"):
    """Sent once when a document's time limit of publication has passed."""

    record: Document


class DocumentClosed(Event, record="document", name="closed"):
    """Sent when nothing is left to do: published, filed without publication, or a confirmed take-down."""

    record: Document


class DocumentRestated(Event, record="document", name="restated"):
    """Sent when all documents are told again."""

    record: Document


class Draft(Command, by=(Role.CLERK,)):
    """Begin a document. The drafter's agency is in charge of it, the issuers are those that will sign."""

    title: str = Field(min_length=1, max_length=300)
    issuers: tuple[str, ...] = Field(min_length=1, max_length=20, description="Agency codes, the lead first.")
    text: Personal[str] = Field(min_length=1)
    details: Changes = Changes()
    clock: str = Field(default="PUB.GENERAL", max_length=40, description="The rule that sets the limit")


class Revise(Command, by=(Role.CLERK,)):
    """Change a draft, a returned or an imported document before it is decided. Approvals given before are void."""

    id: CaseId
    text: Personal[str] | None = Field(default=None, min_length=1)
    changes: Changes = Changes()


class SetAttribute(Command, by=(Role.CLERK, Role.OPENNESS)):
    """Propose the attribute at origin and send the document on its way (公开属性源头认定)."""

    id: CaseId
    attribute: Attribute
    ground: str | None = Field(default=None, max_length=40, description="Needed unless 主动公开, e.g. EX16-PROCESS.")
    reason: str | None = Field(default=None, max_length=500, description="Needed unless 主动公开.")
    interpretation: bool = Field(default=False, description="An interpretation is needed.")


class PlanInterpretation(Command, by=(Role.CLERK,)):
    """Set plan, forms, person and material of the interpretation of a policy document."""

    id: CaseId
    interpretation: Interpretation


class ApproveByOpenness(Command, by=(Role.OPENNESS,)):
    """The unit's openness office agrees that a document is not published; only for 不予公开."""

    id: CaseId
    note: str = Field(default="", max_length=300)
    deputising_for: str = Field(default="", max_length=60, description="Name of who is absent, where a deputy signs.")


class ApproveByHead(Command, by=(Role.HEAD,)):
    """The head of the unit, or the deputy in his absence, approves document and attribute together."""

    id: CaseId
    note: str = Field(default="", max_length=300)
    deputising_for: str = Field(default="", max_length=60, description="Name of who is absent, where a deputy signs.")


class Review(Command, by=(Role.REVIEWER,)):
    """公开前审查 at the issuing office, signed by the person of the command: each point must have been looked at."""

    id: CaseId
    secrecy: bool = Field(description="保密审查: nothing secret is in it.")
    wording: bool = Field(description="文字表述 is right.")
    timing: bool = Field(description="公开时机和方式 are right.")
    note: str = Field(default="", max_length=300)
    deputising_for: str = Field(default="", max_length=60, description="Name of who is absent, where a deputy signs.")


class MaskText(Command, by=(Role.CLERK, Role.REVIEWER)):
    """Mask every personal datum found in the text (去标识化); approvals stay."""

    id: CaseId


class AllowFindings(Command, by=(Role.REVIEWER,)):
    """Record the lawful exception by which the personal data found may be published (惩戒公示, 强制披露)."""

    id: CaseId
    basis: str = Field(min_length=4, max_length=200, description="Law and article that demand it.")
    reason: str = Field(min_length=2, max_length=300)


class Return(Command, by=(Role.HEAD, Role.OPENNESS, Role.REVIEWER)):
    """退文: give the document back to its drafter with what is missing."""

    id: CaseId
    missing: tuple[str, ...] = Field(
        default=(), max_length=20, description="What is missing, one by one; what the platform sees is added."
    )
    reason: str = Field(default="", max_length=300)


class AssignNumber(Command, by=(Role.CLERK, Role.REVIEWER)):
    """Give the reviewed document its 发文字号; refused while the attribute is empty."""

    id: CaseId
    doc_no: str = Field(min_length=4, max_length=60)
    formed_on: date | None = Field(default=None, description="成文日期; today when it has none yet.")


class Publish(Command, by=OFFICE):
    """Open the document to everyone; it receives its 索引号."""

    id: CaseId
    channels: tuple[str, ...] = Field(default=("网站",), max_length=30)


class File(Command, by=(Role.CLERK, Role.REVIEWER, Role.ARCHIVIST)):
    """End the handling of a reviewed document that is not published proactively."""

    id: CaseId


class KeepAttribute(Command, by=(Role.OPENNESS,)):
    """After the regular review of non-public information (条例18): it stays as it is, with the reason."""

    id: CaseId
    reason: str = Field(min_length=2, max_length=300)


class Correct(Command, by=OFFICE):
    """Correct a published document; the reason is public and the replaced text stays readable."""

    id: CaseId
    reason: str = Field(min_length=2, max_length=300)
    text: Personal[str] | None = Field(default=None, min_length=1)
    changes: Changes = Changes()


class MarkValidity(Command, by=OFFICE):
    """State that a published document was repealed or amended, has expired, or is valid."""

    id: CaseId
    validity: Validity
    on: date = Field(description="From which day.")
    by_document: str | None = Field(default=None, max_length=80, description="Number of the document that does it.")


class Withdraw(Command, by=(Role.REVIEWER,)):
    """紧急撤下: one reviewer takes a record down at once, with all that this platform holds of it, whatever its kind:
    document (also a draft), matter of decision, catalogue of decisions, meeting, ledger, item or limit of a catalogue,
    random draw, comparison with a list from above, proposal, shortfall, line of the secrecy register. Another person
    approves afterwards; each channel that showed it is confirmed by a person. There is no way back: what was taken down
    by mistake is entered anew."""

    id: CaseId
    leak: Leak
    note: str = Field(default="", max_length=300, description="Must not repeat what leaked.")


class ApproveWithdrawal(Command, by=(Role.HEAD, Role.OPENNESS)):
    """Another person's approval of a take-down, afterwards. One that was `improper` stays as it is, for nothing can be
    restored: it says so, and what must be public is entered anew."""

    id: CaseId
    improper: bool = Field(default=False, description="撤下不当，不予批准")
    note: str = Field(default="", max_length=300, description="Why, when it was improper. Must not repeat what leaked.")


class ConfirmCleared(Command, by=(Role.CLERK, Role.WEBMASTER, Role.REVIEWER, Role.OPENNESS)):
    """A named person confirms that a channel no longer shows what was taken down."""

    id: CaseId
    channel: str = Field(min_length=1, max_length=50)


class Finding(Contract):
    """A personal datum found, masked."""

    kind: str = Field(description="What it is, in Chinese.")
    masked: str
    place: str = Field(default="正文", max_length=200, description="正文, a field (标题), or an attachment's name.")


class Step(Contract):
    """One step of the approval chain."""

    step: str = Field(description="What was done, in Chinese.")
    by: str = Field(description="Name of the official.")
    at: AwareDatetime
    note: str = ""


class DocumentFile(Reply):
    """All that the office knows of one document."""

    record: Document
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    allowed: str | None = Field(description="Basis on which the findings may be published.")
    conflicts: tuple[Remark, ...]
    missing: tuple[str, ...] = Field(description="What the last 退文 named as missing.")
    lacks: tuple[str, ...] = Field(description="What still stands between the document and its publication.")
    reason: str | None = Field(description="Reason of non-disclosure.")
    versions: tuple[Version, ...]


class GetDocument(Query, by=(*HOUSE, Role.OPERATOR), reply=DocumentFile):
    """One document with its approvals, masked findings and contradictions."""

    id: CaseId


class TextContent(Reply):
    sha256: str
    text: Personal[str]


class GetText(Query, by=(Role.CITIZEN, Role.SERVICE, Role.OPERATOR, *HOUSE), reply=TextContent):
    """A text by its digest. Everyone may have published ones, the offices those of their own drafts too."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
