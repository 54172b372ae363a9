"""What the reader makes of a text: every field with the place it stood, what is missing, what contradicts itself."""

from datetime import date
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class Frozen(BaseModel):
    """Base of the reader's values: immutable, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(Frozen, Generic[T]):
    """One value and the place in the text where it was read (Chinese, for the person)."""

    value: T
    where: str


class Found(Frozen, Generic[T]):
    """A field that was read. More than one choice: the text contradicts itself and a person has to choose."""

    choices: tuple[Choice[T], ...] = Field(min_length=1)

    @property
    def value(self) -> T | None:
        """The value, or None where the text gives several."""
        return self.choices[0].value if len(self.choices) == 1 else None

    @property
    def where(self) -> str:
        """Where it was read; several places are joined by 、."""
        return "、".join(choice.where for choice in self.choices)


class Issuer(Frozen):
    """An issuing agency (发布机构). `code` is that of the agency register, None where the register does not know it."""

    name: str
    lead: bool = False
    code: str | None = None


class Remark(Frozen):
    """A Chinese sentence for the person, with a stable code for programs."""

    code: str
    message: str


class Fields(Frozen):
    """The document record's fields (requirement: 索引号 … 发送范围) as far as the text says them."""

    title: Found[str] | None = None
    issuers: Found[tuple[Issuer, ...]] | None = None
    index_no: Found[str] | None = None
    doc_no: Found[str] | None = None
    formed_on: Found[date] | None = None
    issued_on: Found[date] | None = None
    published_on: Found[date] | None = None
    theme: Found[str] | None = None
    genre: Found[str] | None = None
    category: Found[str] | None = None
    attribute: Found[str] | None = None
    keywords: Found[tuple[str, ...]] | None = None
    summary: Found[str] | None = None
    scope: Found[str] | None = None
    validity: Found[str] | None = None
    group: Found[str] | None = None
    effective_on: Found[date] | None = None
    repealed_on: Found[date] | None = None
    channels: Found[tuple[str, ...]] | None = None


FIELD_LABELS = {
    "title": "标题",
    "issuers": "发布机构",
    "index_no": "索引号",
    "doc_no": "发文字号",
    "formed_on": "成文日期",
    "issued_on": "发文日期",
    "published_on": "发布日期",
    "theme": "主题分类",
    "genre": "体裁分类",
    "category": "信息类别",
    "attribute": "公开方式",
    "keywords": "关键词",
    "summary": "内容概述",
    "scope": "发送范围",
    "validity": "有效性",
    "group": "组配分类",
    "effective_on": "生效日期",
    "repealed_on": "废止日期",
    "channels": "公开渠道",
}
"""Field name -> Chinese label, in the order of a report."""

EXPECTED = tuple(FIELD_LABELS)[:15]
"""Fields that every document record has; those not read are reported as missing. The others are optional."""


class Reading(Frozen):
    """A document as read. `missing` are expected fields of which nothing in the text speaks; `conflicts` are what a
    person must look at before the document counts; `notes` are what was put right or is worth knowing."""

    name: str
    fields: Fields
    is_draft: bool = False
    is_party: bool = False
    body: str = ""
    conflicts: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()

    @property
    def read(self) -> tuple[str, ...]:
        """Names of the fields that were read, in the order of a report."""
        return tuple(name for name in FIELD_LABELS if getattr(self.fields, name) is not None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the expected fields that could not be read."""
        return tuple(name for name in EXPECTED if getattr(self.fields, name) is None)
