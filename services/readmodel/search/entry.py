"""What is searched: one entry per record."""

import json
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Literal

Audience = Literal["public", "internal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record as the search sees it.

    `id` is unique over both audiences: a later entry takes the place of an earlier one. `audience` says who may find
    it: "public" everybody, "internal" only searches made inside. `issuer` is the name on the document (发文机关),
    `agency` the code in the register, `openness` one of the five kinds (五公开), `genre` the 体裁,
    `field` the 领域 (组配分类), `category` the 信息类别. An entry with
    `removed` only deletes; its other fields are not looked at.
    """

    id: str
    audience: Audience
    kind: str = ""
    title: str = ""
    body: str = ""
    attachments_text: str = ""
    doc_no: str = ""
    index_no: str = ""
    issuer: str = ""
    agency: str = ""
    theme: str = ""
    genre: str = ""
    field: str = ""
    category: str = ""
    year: int | None = None
    validity: str = ""
    openness: str = ""
    formed_on: date | None = None
    published_on: date | None = None
    removed: bool = False

    @property
    def day(self) -> date | None:
        """The day that sorting and recency go by: published, else formed, else the first day of its year."""
        return self.published_on or self.formed_on or (date(self.year, 1, 1) if self.year else None)

    def without_texts(self) -> "Entry":
        """The entry as a list of hits carries it."""
        return replace(self, body="", attachments_text="")


_NAMES = tuple(field.name for field in fields(Entry))
_DATES = ("formed_on", "published_on")


def encode(entry: Entry) -> bytes:
    """Stored form of an entry: JSON of the fields that say something."""
    values: dict[str, Any] = {name: value for name in _NAMES if (value := getattr(entry, name))}
    for name in _DATES:
        if name in values:
            values[name] = values[name].isoformat()
    # A lone half of a surrogate pair would stop the whole batch: it is stored as a question mark.
    return json.dumps(values, ensure_ascii=False).encode("utf-8", "replace")


def decode(stored: bytes) -> Entry:
    """The entry that `encode` stored."""
    values = json.loads(stored)
    for name in _DATES:
        if name in values:
            values[name] = date.fromisoformat(values[name])
    return Entry(**values)
