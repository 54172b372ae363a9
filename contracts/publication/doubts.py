"""政策疑问 as publication takes them: from the hotline, from events of opinion, from consultations and the public; each
waits with a question of its document. Published from `contracts.publication`."""

from datetime import date

from pydantic import Field

from contracts.base import CaseId, Command, Contract, Event, Query, Reply, Role, WorkRecord
from contracts.doubts import POINT, DoubtAnswer, DoubtStage
from contracts.publication.record import Raised
from contracts.publication.takedown import WithdrawnCase
from contracts.publication.terms import HOUSE, WORKERS


class PolicyDoubt(WorkRecord):
    """One doubt about a public document, wherever it was seen. Open until its question is explained or declined."""

    raiser: str = Field(description="Service that raised it: hotline, opinion or publication.")
    reference: CaseId = Field(description="Ticket, event, or what the opinion was given on.")
    no: int = Field(description="Number within the reference.")
    source: Raised
    point: str = Field(max_length=200, description="What is not understood; no personal data.")
    stage: DoubtStage
    document: CaseId | None = Field(default=None, description="The document; empty where none was found.")
    question: int | None = Field(default=None, description="The document's question that it waits with.")
    material: CaseId | None = Field(default=None, description="Document that explains it (解读材料).")
    said: str = Field(default="", max_length=400, description="How it was explained, or why it was not.")

    @property
    def answer(self) -> DoubtAnswer:
        """What who raised it keeps."""
        return DoubtAnswer(no=self.no, stage=self.stage, document=self.document, material=self.material, said=self.said)


class DoubtTold(Event):
    """What is told of a doubt to who raised it."""

    record: PolicyDoubt


class DoubtTaken(DoubtTold, record="doubt", name="taken"):
    """Sent when a doubt was added to the questions of its document."""


class DoubtRefused(DoubtTold, record="doubt", name="refused"):
    """Sent when a doubt was not taken: no such public document, or more than one."""


class DoubtSettled(DoubtTold, record="doubt", name="settled"):
    """Sent when the document was explained again, or it was recorded with reason why it is not."""


ANSWERS: tuple[type[DoubtTold], ...] = (DoubtTaken, DoubtRefused, DoubtSettled)
"""What those hear who raise doubts about documents."""


class DoubtRestated(Event, record="doubt", name="restated"):
    """Sent when all doubts are told again."""

    record: PolicyDoubt


class DoubtWithdrawn(Event, record="doubt", name="withdrawn"):
    """Sent when a doubt was taken down, and at each step until that is closed."""

    record: WithdrawnCase


class RaiseCommentDoubt(Command, by=WORKERS):
    """An opinion of the public asks what a document means. For a consultation the draft is meant unless another is
    named."""

    id: CaseId = Field(description="Matter of decision, work ledger or document that the opinion was given on.")
    no: int = Field(ge=1, description="Number of the opinion.")
    document: str = Field(default="", max_length=80, description="Its record number, 发文字号 or 索引号.")
    point: str = POINT


class DeclineQuestion(Command, by=(Role.CLERK, Role.OPENNESS)):
    """The unit in charge does not explain again, and says why; who raised the question is told."""

    id: CaseId = Field(description="The document.")
    no: int = Field(ge=1, description="Number of the question.")
    reason: str = Field(min_length=4, max_length=300)


class DoubtedDocument(Contract):
    """A public document with doubts that nobody has settled, or with questions that nobody has read."""

    id: CaseId
    title: str
    agency: str
    doubts: int
    by_source: dict[Raised, int]
    unread: int = Field(default=0, description="Questions of the public by the web that nobody has looked at yet.")
    since: date | None = Field(default=None, description="Day of the oldest doubt; empty where all are unread.")


class DoubtedDocuments(Reply):
    documents: tuple[DoubtedDocument, ...] = Field(description="Most doubted first.")


class ListDoubted(Query, by=(*HOUSE, Role.OPERATOR), reply=DoubtedDocuments):
    """Documents with open doubts, with their number by source."""

    agency: str = Field(default="", max_length=40, description="Of this unit in charge only.")
    limit: int = Field(default=100, ge=1, le=500)
