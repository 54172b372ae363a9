"""What a document is: the records of the publication service and the words they are made of."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import CaseId, Contract, Record, WorkRecord

INLINE_BYTES = 128 * 1024
"""A public text up to this size stands in its record."""
MAX_ATTACHMENTS = 20
ATTACHED_BYTES = 48 * 1024
"""So much text of all attachments together stands in a public record; the rest is what `GetText` answers."""


class Attribute(StrEnum):
    """公开属性."""

    PROACTIVE = "主动公开"
    ON_REQUEST = "依申请公开"
    WITHHELD = "不予公开"


class Validity(StrEnum):
    """有效性."""

    VALID = "有效"
    EXPIRED = "失效"
    REPEALED = "废止"
    AMENDED = "修改"


class Leak(StrEnum):
    """Why a document must be taken down at once (撤下原因类别, for the offices)."""

    PERSONAL = "泄露个人信息"
    SECRET = "泄露涉密信息"
    UNLAWFUL = "其他依法不得公开"


class Text(Contract):
    """A text by its digest. In a public record up to 128 KiB it stands inline; else, or where an event leaves it out,
    it is what was told before under the same digest, or what `GetText` answers. Internal records never carry it: a
    draft must be able to disappear, and an event log cannot forget."""

    sha256: str = Field(default="", description="Digest of the UTF-8 text, hexadecimal; empty once withdrawn.")
    bytes: int = Field(default=0, ge=0)
    media_type: str = "text/plain; charset=utf-8"
    inline: str | None = Field(default=None, description="The text itself where it is short enough.")
    excerpt: str = Field(default="", max_length=400, description="Its beginning, where the text is public.")


class Changes(Contract):
    """Fields of a document's metadata to be set; what is absent stays as it is."""

    title: str | None = Field(default=None, min_length=1, max_length=300, description="文件名称")
    issuers: tuple[str, ...] | None = Field(
        default=None, min_length=1, max_length=20, description="发布机构（机构代码）"
    )
    doc_no: str | None = Field(default=None, max_length=60, description="发文字号")
    category: str | None = Field(default=None, max_length=20, description="信息类别")
    genre: str | None = Field(default=None, max_length=20, description="体裁分类")
    theme: str | None = Field(default=None, max_length=60, description="主题分类")
    group: str | None = Field(default=None, max_length=200, description="组配分类")
    openness: str | None = Field(default=None, max_length=4, description="五公开")
    formed_on: date | None = Field(default=None, description="成文日期")
    issued_on: date | None = Field(default=None, description="发文日期")
    effective_on: date | None = Field(default=None, description="生效日期")
    valid_until: date | None = Field(default=None, description="有效期至")
    summary: str | None = Field(default=None, max_length=500, description="内容概述")
    keywords: tuple[str, ...] | None = Field(default=None, max_length=30, description="关键词")
    scope: str | None = Field(default=None, max_length=300, description="发送范围")
    channels: tuple[str, ...] | None = Field(default=None, max_length=30, description="公开渠道")
    party: bool | None = Field(default=None, description="党务文件")
    interprets: tuple[str, ...] | None = Field(default=None, max_length=20, description="所解读的文件编号")


class Metadata(Contract):
    """What is known of a document beside its text (条例12; the field list of the portals)."""

    title: str = Field(min_length=1, max_length=300, description="文件名称")
    issuers: tuple[str, ...] = Field(
        default=(), max_length=20, description="发布机构: agency codes, the lead first; never empty once published."
    )
    issuer_names: tuple[str, ...] = Field(default=(), max_length=20, description="Their names at the time.")
    doc_no: str | None = Field(default=None, max_length=60, description="发文字号, with 〔〕")
    index_no: str | None = Field(default=None, max_length=60, description="索引号")
    category: str = Field(default="其他", max_length=20, description="信息类别, one of seven")
    genre: str | None = Field(default=None, max_length=20, description="体裁分类")
    theme: str | None = Field(default=None, max_length=200, description="主题分类: 一级/二级")
    group: str | None = Field(default=None, max_length=200, description="组配分类: the local directory's node")
    openness: str | None = Field(default=None, max_length=4, description="五公开: 决策 执行 管理 服务 结果")
    formed_on: date | None = Field(default=None, description="成文日期")
    issued_on: date | None = Field(default=None, description="发文日期")
    effective_on: date | None = Field(default=None, description="生效日期")
    valid_until: date | None = Field(default=None, description="有效期至")
    validity: Validity = Field(default=Validity.VALID, description="有效性")
    ended_on: date | None = Field(default=None, description="废止、失效或修改日期")
    ended_by: str | None = Field(default=None, max_length=80, description="Number of the document that did it")
    summary: str = Field(default="", max_length=500, description="内容概述")
    keywords: tuple[str, ...] = Field(default=(), max_length=30, description="关键词")
    scope: str | None = Field(default=None, max_length=300, description="发送范围")
    channels: tuple[str, ...] = Field(default=(), max_length=50, description="公开渠道")
    party: bool = Field(default=False, description="党委文号: outside the counts of the regulation")
    interprets: tuple[str, ...] = Field(
        default=(), max_length=20, description="Numbers of the documents that this one explains"
    )


class Interpretation(Contract):
    """How a policy document will be explained (80号: 同步组织、同步审签、同步部署)."""

    plan: str = Field(min_length=2, max_length=500, description="解读方案")
    forms: tuple[str, ...] = Field(min_length=1, max_length=10, description="解读形式: 图解 音视频 问答 新闻发布会 …")
    interpreter: str = Field(min_length=2, max_length=60, description="解读人（公务身份）")
    material: CaseId | None = Field(default=None, description="Document that is the material, 解读材料")


class Raised(StrEnum):
    """Where it was seen that a policy document is not understood."""

    CONSULTATION = "征求意见"
    HOTLINE = "热线"
    ONLINE = "网络"
    OTHER = "其他"


class Question(Contract):
    """What people do not understand about a policy document."""

    no: int
    source: Raised
    reference: str = Field(default="", max_length=80)
    point: str = Field(max_length=200)
    on: date
    answered: bool = False
    declined: str = Field(default="", max_length=300, description="Why it is not explained again.")

    @property
    def settled(self) -> bool:
        return self.answered or bool(self.declined)


class Explanation(Contract):
    """A policy document was explained once."""

    on: date
    form: str = Field(max_length=20, description="图解 音视频 问答 新闻发布会 …")
    interpreter: str = Field(min_length=2, max_length=60, description="解读人（公务身份）")
    lead: bool = Field(default=False, description="By the unit's principal leader in person (第一解读人).")
    agency: str = Field(default="", max_length=40, description="Whose; by default the one in charge.")
    elements: tuple[str, ...] = Field(default=(), max_length=9, description="What it spoke of.")
    material: CaseId | None = Field(default=None, description="Document that is the material, 解读材料")
    answers: tuple[int, ...] = Field(default=(), max_length=20, description="Numbers of the questions that it answers.")


class Version(Contract):
    """A text that a correction has replaced; it stays readable by its digest."""

    text: Text
    replaced_at: AwareDatetime
    reason: str = Field(max_length=300, description="更正理由")
    fields: dict[str, str] = Field(
        default={}, description="What the fields that were corrected said before, by their Chinese names."
    )


class Check(StrEnum):
    """Whether an attachment could be looked through for secrecy marks and personal data."""

    READ = "已检查"
    UNREADABLE = "未能检查"
    CONFIRMED = "专人确认"


class Attachment(Contract):
    """A file that belongs to a document. It lies in the object store `documents` under `<document>/<sha256>`."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="Digest of the file, hexadecimal.")
    name: str = Field(min_length=1, max_length=200, description="File name.")
    bytes: int = Field(ge=1)
    media_type: str = Field(max_length=100)
    text: Text = Field(default=Text(), description="Its text; in a public record inline as far as it fits.")
    pictures: int = Field(default=0, ge=0, description="Pictures in it, which nobody but a person can read.")
    check: Check
    findings: int = Field(default=0, ge=0, description="Personal data found in it.")
    virus_scan: str = Field(default="未扫描", max_length=20, description="未扫描, or 未发现病毒")


class Source(Contract):
    """The document that this one re-issues (转载)."""

    issuer: str = Field(min_length=2, max_length=100, description="来源机关")
    doc_no: str | None = Field(default=None, max_length=60, description="原发文字号")
    url: str = Field(
        default="", pattern=r"^(https?://[^\s<>\"']{3,480})?$", max_length=500, description="原文链接, http(s) only"
    )
    published_at: AwareDatetime = Field(description="When it was published there.")


class Delivery(Contract):
    """A document by a channel, once."""

    channel: str = Field(max_length=20)
    on: date
    place: str = Field(default="", max_length=100, description="查阅点 and the like")
    target: str = Field(default="", max_length=100, description="The place or group that it was meant for")


class Notice(Contract):
    """The period of a public notice (公示)."""

    until: date = Field(description="公示截止日, the last day")
    contact: str = Field(max_length=100, description="异议受理联系方式")
    objections: int = Field(default=0, ge=0, description="Objections received")
    answered: int = Field(default=0, ge=0)
    accepted: int = Field(default=0, ge=0, description="Of them found right")
    ended: bool = Field(default=False, description="The period is over; the notice is no longer displayed as running.")
    result: str = Field(default="", max_length=500, description="公示结果")


class RunningLimit(Contract):
    """The limit that a publication must meet, with its source and how well that is verified."""

    id: str
    title: str
    days: int
    unit: Literal["workdays", "days", "hours"]
    source: str
    grade: Literal["A", "B", "C", "D", "M"]


class Document(WorkRecord):
    """A document from its draft on, for the offices. Its text is asked for by `GetText`."""

    metadata: Metadata
    text: Text
    attribute: Attribute | None = Field(default=None, description="公开属性")
    ground: str | None = Field(default=None, description="Ground of non-disclosure, a code such as EX16-PROCESS")
    published_at: AwareDatetime | None = Field(default=None, description="发布日期")
    days_late: int | None = Field(default=None, description="Calendar days from issue to publication; 0: the same day")
    issue_day_passed: bool = Field(default=False, description="Numbered, and not public on its day of issue.")
    findings: int = Field(default=0, ge=0, description="Open findings of personal data")
    conflicts: int = Field(default=0, ge=0, description="Open contradictions that the reader found")
    interpretation: Interpretation | None = None
    clock: str = Field(default="PUB.GENERAL", description="The rule that sets the limit")
    warned: bool = Field(default=False, description="The end of the running limit is near.")
    limit: RunningLimit | None = Field(default=None, description="The limit that runs now.")
    to_clear: tuple[str, ...] = Field(default=(), description="Channels that have not confirmed a take-down yet")
    erased: bool = Field(default=False, description="Taken down, and nothing of it is left in this platform")
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=MAX_ATTACHMENTS)
    source: Source | None = Field(default=None, description="转载来源")
    delay_hours: int | None = Field(default=None, description="Hours from publication at the source to ours.")
    deliveries: tuple[Delivery, ...] = Field(
        default=(), max_length=100, description="After the first one by each of the channels named at publication."
    )
    notice: Notice | None = Field(default=None, description="公示")
    gazette: CaseId | None = Field(default=None, description="Issue of the gazette that printed it.")
    gazette_returned: str = Field(
        default="", max_length=300, description="Why the gazette returned it, until it is handed in again or printed."
    )
    claims: tuple[CaseId, ...] = Field(default=(), max_length=20, description="Catalogue items that it publishes.")
    explanations: tuple[Explanation, ...] = Field(default=(), max_length=40, description="政策解读")
    questions: tuple[Question, ...] = Field(
        default=(), max_length=40, description="What waits to be explained (二次解读)."
    )
    expires_soon: bool = Field(default=False, description="The warning six months before the end of validity is out.")
    imported: bool = False


class PublicDocument(Record):
    """A published document, as anyone may see it."""

    metadata: Metadata
    text: Text
    published_at: AwareDatetime = Field(description="发布日期")
    days_late: int | None = Field(default=None, description="Calendar days from issue to publication; 0: the same day")
    interpretation: CaseId | None = Field(default=None, description="Document that explains this one, 解读材料")
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=MAX_ATTACHMENTS)
    source: Source | None = Field(default=None, description="转载来源")
    delay_hours: int | None = Field(default=None, description="Hours from publication at the source to ours.")
    deliveries: tuple[Delivery, ...] = Field(
        default=(), max_length=100, description="After the first one by each of the channels named at publication."
    )
    notice: Notice | None = Field(default=None, description="公示")
    gazette: CaseId | None = Field(default=None, description="Issue of the gazette that printed it.")
    claims: tuple[CaseId, ...] = Field(default=(), max_length=20, description="Catalogue items that it publishes.")
    explanations: tuple[Explanation, ...] = Field(default=(), max_length=40, description="政策解读")
    versions: tuple[Version, ...] = Field(default=(), max_length=50, description="Corrected texts, oldest first")
    withdrawn: bool = Field(default=False, description="Taken down; of the metadata then only 索引号 is left.")
    withdrawn_for: str = Field(default="", max_length=20, description="撤下原因类别, which does not point at a secret.")
