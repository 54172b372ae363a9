"""What the publication service tells, answers and takes (主动公开)."""

from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime, Field

from contracts.base import Audience, Contract, Event, Record, WorkRecord


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


class Text(Contract):
    """A text: inline up to 128 KiB, else by its digest in the object store."""

    sha256: str = Field(description="Digest of the UTF-8 text, hexadecimal.")
    bytes: int = Field(ge=0)
    media_type: str = "text/plain; charset=utf-8"
    inline: str | None = Field(default=None, description="The text itself where it is short enough.")
    excerpt: str = Field(default="", max_length=400)


class Metadata(Contract):
    """What is known of a document beside its text (条例12; the field list of the portals)."""

    title: str = Field(min_length=1, max_length=300, description="文件名称")
    issuers: tuple[str, ...] = Field(min_length=1, description="发布机构: agency codes, the lead first.")
    issuer_names: tuple[str, ...] = Field(default=(), description="Their names at the time.")
    doc_no: str | None = Field(default=None, description="发文字号, with 〔〕")
    index_no: str | None = Field(default=None, description="索引号")
    category: str = Field(default="其他", description="信息类别, one of seven")
    genre: str | None = Field(default=None, description="体裁分类")
    theme: str | None = Field(default=None, description="主题分类: 一级/二级")
    openness: str | None = Field(default=None, description="五公开: 决策 执行 管理 服务 结果")
    formed_on: date | None = Field(default=None, description="成文日期")
    issued_on: date | None = Field(default=None, description="发文日期")
    effective_on: date | None = Field(default=None, description="生效日期")
    valid_until: date | None = Field(default=None, description="有效期至")
    validity: Validity = Field(default=Validity.VALID, description="有效性")
    summary: str = Field(default="", max_length=500, description="内容概述")
    keywords: tuple[str, ...] = Field(default=(), description="关键词")
    scope: str | None = Field(default=None, description="发送范围")
    party: bool = Field(default=False, description="党委文号: outside the counts of the regulation")
    interprets: tuple[str, ...] = Field(default=(), description="Numbers of the documents that this one explains")


class Document(WorkRecord):
    """A document from its draft on, for the offices."""

    metadata: Metadata
    text: Text
    attribute: Attribute | None = Field(default=None, description="公开属性")
    ground: str | None = Field(default=None, description="Ground of non-disclosure, a code such as EX16-PROCESS")
    published_at: AwareDatetime | None = Field(default=None, description="发布日期")
    findings: int = Field(default=0, ge=0, description="Open findings of personal data")
    imported: bool = False


class PublicDocument(Record):
    """A published document, as anyone may see it."""

    metadata: Metadata
    text: Text
    published_at: AwareDatetime = Field(description="发布日期")
    withdrawn: bool = Field(default=False, description="Taken down; metadata and text are then empty of content.")


class DocumentPublished(Event, record="public_document", name="published", audience=Audience.PUBLIC):
    """Sent when a document is open to everyone."""

    record: PublicDocument
