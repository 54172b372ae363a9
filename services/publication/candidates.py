"""One document of the stock as it was read: its fields, its text, what was found in them, what contradicts itself."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath

from pydantic import ValidationError

from contracts.publication import stock as c
from contracts.publication.record import Attribute, Metadata, Validity
from contracts.publication.terms import Remark
from kernel import personal
from kernel.agencies import Register
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain import stock, themes
from services.publication.domain.checks import known_channels, well_formed
from services.publication.domain.examining import examine, examine_fields, without_personal_data
from services.publication.domain.facts import Doubt, InField, Kept, Official
from services.publication.domain.law import CATEGORIES, GENRES
from services.publication.reader import FIELD_LABELS, Reading, read_document, read_jsonl_line

PLACES = FIELD_LABELS | {"issuer_names": "发布机构"}
"""Field of a document -> its name in Chinese."""
TOLD = 12
"""So many contradictions or notes of one document are told."""


@dataclass(frozen=True)
class Candidate:
    """One item as it was read, ready to be opened."""

    name: str
    origin: str
    metadata: Metadata
    body: str
    kept: Kept
    attribute: Attribute | None = None
    ground: str | None = None
    reason: str | None = None
    published_on: date | None = None
    doubts: tuple[Doubt, ...] = ()
    in_fields: tuple[InField, ...] = ()
    reading: Reading | None = None

    def as_of(self, today: date) -> "Candidate":
        """What a date of repeal says on the day of the import. One that is still to come is the end of validity; one
        that has passed ends a document of which nothing else is said; what contradicts it a person settles."""
        day, validity = self.metadata.ended_on, self.metadata.validity
        if day is None:
            return self
        said = self.reading is not None and self.reading.fields.validity is not None
        if day > today and validity is Validity.VALID:
            until = {"ended_on": None, "valid_until": day - timedelta(days=1)}
            return replace(self, metadata=self.metadata.model_copy(update=until))
        doubts = list(self.doubts)
        if self.metadata.formed_on and day < self.metadata.formed_on:
            doubts.append(Doubt(code="ended_before_formed", message="废止日期早于成文日期，请人工确认。"))
        if day > today:
            doubts.append(Doubt(code="ends_in_future", message="写明已失效或废止，而日期还没有到，请人工确认。"))
        elif validity is Validity.VALID and said:
            doubts.append(Doubt(code="validity_differs", message="写明有效，而废止日期已到，请人工确认。"))
        ended = {"validity": Validity.REPEALED} if validity is Validity.VALID and not said else {}
        return replace(self, metadata=self.metadata.model_copy(update=ended), doubts=tuple(doubts))

    def facts(self, id: str, by: Official, now: datetime) -> list[Fact]:
        agency = self.metadata.issuers[0] if self.metadata.issuers else by.agency
        return stock.take_in(
            id,
            agency,
            self.metadata,
            self.kept,
            self.attribute,
            self.ground,
            self.reason,
            self.published_on,
            self.doubts,
            self.in_fields,
            by,
            now,
        )

    def outcome(self) -> c.ImportOutcome:
        reading = self.reading
        return c.ImportOutcome(
            name=self.name,
            outcome="imported",
            title=self.metadata.title,
            read=tuple(FIELD_LABELS[field] for field in reading.read) if reading else (),
            missing=tuple(FIELD_LABELS[field] for field in reading.missing) if reading else (),
            conflicts=tuple(Remark(code=doubt.code, message=doubt.message) for doubt in self.doubts),
            notes=_remarks(reading) if reading else (),
            findings=self.kept.found + len(self.in_fields),
            found_in=found_in(self.in_fields, self.kept),
        )


def origin(content: str) -> str:
    """What makes an item the same one, however often it is sent."""
    return f"import:{hashlib.sha256(content.encode()).hexdigest()}"


def why(refused: Refused) -> dict[str, str | None]:
    """A refusal as an outcome tells it."""
    return {"code": refused.code, "reason": refused.message, "field": refused.field, "remedy": refused.remedy}


def read_all(
    items: Sequence[c.ImportItem], register: Register, phones: frozenset[str]
) -> list[Candidate | c.ImportOutcome]:
    return [read(item, register, phones) for item in items]


def read(item: c.ImportItem, register: Register, phones: frozenset[str]) -> Candidate | c.ImportOutcome:
    """One item as it was read, or why it is not taken. `phones` are published numbers of offices."""
    try:
        return _given(item, item.given, register, phones) if item.given else _reading(item, register, phones)
    except Refused as refused:
        return c.ImportOutcome(name=item.name, outcome="refused").model_copy(update=why(refused))
    except ValidationError as error:
        field = str(error.errors(include_input=False, include_url=False)[0]["loc"][-1])
        return c.ImportOutcome(
            name=item.name,
            outcome="refused",
            code="field_wrong",
            reason=f"字段 {field} 不符合要求。",
            field=field,
            remedy="请核对该项的长度和写法。",
        )


def _given(item: c.ImportItem, given: c.Given, register: Register, phones: frozenset[str]) -> Candidate:
    known_channels(given.metadata.channels)
    well_formed(given.metadata)
    without_personal_data(reason=given.reason)
    names = tuple(register.require(code, "issuers").name for code in given.metadata.issuers)
    metadata, in_fields = examine_fields(given.metadata.model_copy(update={"issuer_names": names}), phones)
    return Candidate(
        name=item.name,
        origin=origin(item.content),
        metadata=metadata,
        body=item.content,
        kept=examine(item.content, phones),
        attribute=given.attribute,
        ground=given.ground,
        reason=given.reason,
        published_on=given.published_on,
        in_fields=in_fields,
    )


def _reading(item: c.ImportItem, register: Register, phones: frozenset[str]) -> Candidate:
    if item.form == "jsonl":
        reading = read_jsonl_line(item.content, item.name, register)
    else:
        reading = read_document(item.name, item.content, register)
    known_channels((reading.fields.channels.value or ()) if reading.fields.channels else ())
    if not reading.body.strip():
        raise Refused("text_missing", "没有读到正文。", field="body", remedy="请核对文件。")
    metadata, in_fields = examine_fields(_metadata(item, reading), phones)
    attribute = reading.fields.attribute.value if reading.fields.attribute else None
    published_on = reading.fields.published_on.value if reading.fields.published_on else None
    return Candidate(
        name=item.name,
        origin=origin(item.content),
        metadata=metadata,
        body=reading.body,
        kept=examine(reading.body, phones),
        attribute=Attribute(attribute) if attribute else None,
        published_on=published_on,
        doubts=tuple(
            Doubt(code=remark.code, message=personal.mask(remark.message)[:300]) for remark in reading.conflicts[:TOLD]
        ),
        in_fields=in_fields,
        reading=reading,
    )


def _metadata(item: c.ImportItem, reading: Reading) -> Metadata:
    """The fields that are beyond doubt. Words outside the fixed lists stay out, and a note says so."""
    fields = reading.fields
    plain = {
        name: getattr(fields, name).value
        for name in ("doc_no", "index_no", "formed_on", "issued_on", "theme", "group", "scope", "effective_on")
        if getattr(fields, name) is not None
    }
    issuers = (fields.issuers.value or ()) if fields.issuers else ()
    category = fields.category.value if fields.category else None
    genre = fields.genre.value if fields.genre else None
    validity = fields.validity.value if fields.validity else None
    return Metadata(
        title=((fields.title.value if fields.title else None) or PurePosixPath(item.name).stem)[:300],
        issuers=tuple(issuer.code for issuer in issuers if issuer.code) if all(i.code for i in issuers) else (),
        issuer_names=tuple(issuer.name for issuer in issuers),
        category=category if category in CATEGORIES else "其他",
        genre=genre if genre in GENRES else None,
        validity=Validity(validity) if validity in tuple(Validity) else Validity.VALID,
        ended_on=fields.repealed_on.value if fields.repealed_on else None,
        summary=((fields.summary.value if fields.summary else None) or "")[:500],
        keywords=((fields.keywords.value if fields.keywords else None) or ())[:30],
        channels=((fields.channels.value if fields.channels else None) or ())[:50],
        party=reading.is_party,
        **plain | {"theme": _theme(plain.get("theme")) or plain.get("theme")},
    )


def _theme(said: str | None) -> str | None:
    """As the tree writes it; `None` for what stands nowhere in it."""
    try:
        return themes.canonical(said) if said else None
    except Refused:
        return None


def _outside(reading: Reading) -> Iterator[Remark]:
    """Fields whose words stand in no fixed list."""
    fields = reading.fields
    category, genre, theme = (found.value if found else None for found in (fields.category, fields.genre, fields.theme))
    if category and category not in CATEGORIES:
        yield Remark(code="category_unknown", message="信息类别不在规定的七类之中，按“其他”导入，请认定。")
    if genre and genre not in GENRES:
        yield Remark(code="genre_unknown", message="体裁分类不在公文种类之中，没有导入，请认定。")
    if theme and _theme(theme) is None:
        yield Remark(code="theme_unknown", message="主题分类不在主题分类表中，按原文保留。")


def _remarks(reading: Reading) -> tuple[Remark, ...]:
    read = (Remark(code=each.code, message=personal.mask(each.message)) for each in reading.notes)
    return (*_outside(reading), *read)[:TOLD]


def found_in(in_fields: Sequence[InField], text: Kept) -> tuple[str, ...]:
    """Where personal data was found, in Chinese."""
    places = [PLACES[each.field] for each in in_fields] + ["正文"] * bool(text.found)
    return tuple(dict.fromkeys(places))
