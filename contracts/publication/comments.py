"""公众意见: opinions of the public on the draft of a decision or on a work ledger, and what they do not understand of a
document. Their words are papers.
Published from `contracts.publication`."""

from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime, Field

from contracts.base import CaseId, Command, Contract, Personal, Query, Reply, Role
from contracts.publication.terms import ANYONE, HOUSE, OFFICE, SECRECY, WORKERS

COMMENTS = 100
"""Comments of one answer, and of one page."""


class ParticipationForm(StrEnum):
    """How the public takes part (重大行政决策程序暂行条例第十四条; the others by local plans of open government)."""

    WEB = "网上征求意见"
    WRITTEN = "书面征求意见"
    HEARING = "听证会"
    FORUM = "座谈会"
    VISIT = "调查研究"
    CONSULTING = "咨询协商"
    MEDIA = "媒体沟通"
    NEW_MEDIA = "新媒体"
    QUESTIONNAIRE = "问卷调查"
    POLL = "民意调查"


class Adoption(StrEnum):
    """What became of an opinion."""

    ADOPTED = "采纳"
    PARTLY = "部分采纳"
    NOT_ADOPTED = "不采纳"


class CommentTally(Contract):
    """Opinions received and what became of them."""

    received: int = Field(default=0, description="收到意见")
    adopted: int = Field(default=0, description="采纳")
    partly: int = Field(default=0, description="部分采纳")
    not_adopted: int = Field(default=0, description="不采纳")
    by_form: dict[ParticipationForm, int] = Field(default_factory=dict, description="各种方式收到的意见")


class CommentKept(Reply):
    id: CaseId = Field(description="The matter or ledger.")
    no: int = Field(description="Number of the opinion; its answer is published under it.")


class GiveComment(Command, by=(Role.CITIZEN,), reply=CommentKept):
    """An opinion by the web, on a matter that is open for opinions or on a work ledger that is public; or what somebody
    does not understand of a policy document: its words are destroyed once a person has dealt with it."""

    id: CaseId
    text: Personal[str] = Field(min_length=2, max_length=5000)
    name: Personal[str] = Field(default="", max_length=100)
    contact: Personal[str] = Field(default="", max_length=100)


class RecordComment(Command, by=WORKERS, reply=CommentKept):
    """An opinion that came another way: by letter, in a hearing, under a post."""

    id: CaseId
    form: ParticipationForm
    text: Personal[str] = Field(min_length=2, max_length=5000)
    name: Personal[str] = Field(default="", max_length=100)
    contact: Personal[str] = Field(default="", max_length=100)


class CommentsAnswered(Reply):
    id: CaseId
    answered: int
    left: int = Field(description="Opinions without an answer yet.")


class AnswerComments(Command, by=WORKERS, reply=CommentsAnswered):
    """One answer to opinions that say the same. It is public once the feedback is published."""

    id: CaseId
    nos: tuple[int, ...] = Field(min_length=1, max_length=COMMENTS)
    summary: str = Field(min_length=2, max_length=300, description="What they say, without personal data.")
    adoption: Adoption
    reason: str = Field(default="", max_length=500, description="Why not adopted, or adopted in part only.")


class CommentsErasedReply(Reply):
    id: CaseId
    papers: int = Field(description="Papers that were destroyed: opinions; objections and the answers to them.")


class EraseComments(Command, by=(Role.ARCHIVIST,), reply=CommentsErasedReply):
    """Destroy the words of the opinions on a matter or ledger or of the objections to a notice, and who gave them, once
    the case is over, handed to the archive and the time for which they are kept has passed. Numbers, summaries and
    published answers stay. Of what was taken down and is closed the sealed originals are destroyed, too."""

    id: CaseId
    handed_over_on: date = Field(description="移交档案的日期")


class PublishFeedback(Command, by=OFFICE):
    """Make the answers public: what came in, what was adopted, why the rest was not."""

    id: CaseId
    note: str = Field(default="", max_length=1000)
    secrecy: bool = SECRECY


class CommentLine(Contract):
    """An opinion without its words."""

    no: int
    form: ParticipationForm
    received_on: date
    adoption: Adoption | None = None
    summary: str = ""
    reason: str = ""


class CommentPage(Reply):
    total: int
    left: int = Field(description="Opinions without an answer yet.")
    items: tuple[CommentLine, ...]
    next: int | None = None


class ListComments(Query, by=(*HOUSE, Role.OPERATOR), reply=CommentPage):
    """Opinions on a matter or ledger, by number."""

    id: CaseId
    unanswered: bool = False
    after: int = Field(default=0, ge=0)
    limit: int = Field(default=COMMENTS, ge=1, le=COMMENTS)


class CommentContent(Reply):
    """An opinion, opened for who works on it."""

    no: int
    form: ParticipationForm
    text: Personal[str]
    name: Personal[str] = ""
    contact: Personal[str] = ""


class ReadComment(Query, by=(Role.CLERK, Role.HEAD, Role.OPENNESS), reply=CommentContent):
    """Read an opinion; who read it and why is kept."""

    id: CaseId
    no: int = Field(ge=1)
    purpose: str = Field(min_length=2, max_length=200)


class PublicAnswer(Contract):
    """The answer to one opinion as anyone may read it."""

    no: int
    summary: str
    adoption: Adoption
    reason: str = ""


class PublicAnswers(Reply):
    total: int
    published_at: AwareDatetime | None = Field(description="When the feedback was published.")
    items: tuple[PublicAnswer, ...]
    next: int | None = None


class GetAnswers(Query, by=ANYONE, reply=PublicAnswers):
    """The published answers to the opinions on a matter or ledger, by number."""

    id: CaseId
    after: int = Field(default=0, ge=0)
    limit: int = Field(default=50, ge=1, le=COMMENTS)
