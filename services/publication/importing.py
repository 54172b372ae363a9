"""Taking documents of the stock in: read, examined, opened in one write; confirmed by a named person."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from pydantic import ValidationError

from chassis.actors import Cause
from chassis.cases import Held, Opening, Step
from contracts.base import Done
from contracts.publication import stock as c
from contracts.publication.record import Attribute, Changes, Metadata, Validity
from contracts.publication.terms import Remark
from kernel import personal
from kernel.agencies import Register
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication import domain
from services.publication.domain import stock
from services.publication.domain.checks import known_channels, well_formed
from services.publication.domain.examining import clean, examine, masked, without_personal_data
from services.publication.domain.facts import Doubt, Kept, Official
from services.publication.domain.law import CATEGORIES, GENRES
from services.publication.domain.state import Case, Stage
from services.publication.reader import FIELD_LABELS, Reading, read_document, read_jsonl_line
from services.publication.service import Publication, done

Opened = tuple[str, list[Fact], c.ImportOutcome]
"""An item on its way: number, facts to open it with, what its sender is told."""
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
    reading: Reading | None = None

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
            findings=self.kept.found,
        )


async def take_in(service: Publication, command: c.Import, by: Official, cause: Cause) -> tuple[c.ImportOutcome, ...]:
    """Each item once, by its content; what cannot be read is refused by itself."""
    origins = [origin(item.content) for item in command.items]
    known = await service.documents.by_origin(list(dict.fromkeys(origins)))
    met = {position: known[key] for position, key in enumerate(origins) if key in known}
    outcomes = await _met_again(service, command, met, by, cause)
    fresh: dict[str, int] = {}
    for position, (item, key) in enumerate(zip(command.items, origins, strict=True)):
        if key in fresh:
            outcomes[position] = c.ImportOutcome(name=item.name, outcome="exists")
        elif key not in known:
            fresh[key] = position
    items = [command.items[position] for position in fresh.values()]
    results = await asyncio.to_thread(_read_all, items, service.register, service.phones)
    candidates: dict[int, Candidate] = {}
    for position, result in zip(fresh.values(), results, strict=True):
        if isinstance(result, Candidate):
            candidates[position] = result
        else:
            outcomes[position] = result
    outcomes |= await _open(service, candidates, command.confirm, by, cause)
    return tuple(outcomes[position] for position in range(len(command.items)))


async def _met_again(
    service: Publication, command: c.Import, met: Mapping[int, Held[Case]], by: Official, cause: Cause
) -> dict[int, c.ImportOutcome]:
    """Items that are here already; a person who confirms confirms them too, if they still wait."""
    waits = {held.id: None for held in met.values() if held.state.stage is Stage.IMPORTED}
    confirmed = await confirm_many(service, list(waits), by, cause) if command.confirm else []
    told = {each.id: each for each in confirmed}
    outcomes: dict[int, c.ImportOutcome] = {}
    for position, held in met.items():
        outcome = c.ImportOutcome(
            name=command.items[position].name,
            outcome="exists",
            id=held.id,
            title=held.state.metadata.title,
            findings=held.state.open_findings,
        )
        if now := told.get(held.id):
            published = now.outcome == "published"
            why = now.model_dump(include={"code", "reason", "field", "remedy"})
            outcome = outcome.model_copy(update={"outcome": "published"} if published else why)
        outcomes[position] = outcome
    return outcomes


def origin(content: str) -> str:
    """What makes an item the same one, however often it is sent."""
    return f"import:{hashlib.sha256(content.encode()).hexdigest()}"


async def _open(
    service: Publication, candidates: dict[int, Candidate], confirm: bool, by: Official, cause: Cause
) -> dict[int, c.ImportOutcome]:
    if not candidates:
        return {}
    ids = await service.new_ids(cause.now, len(candidates))
    await service.texts.keep(
        [(id, each.kept.sha256, each.body) for id, each in zip(ids, candidates.values(), strict=True)]
    )
    opened = {
        position: (id, candidate.facts(id, by, cause.now), candidate.outcome())
        for (position, candidate), id in zip(candidates.items(), ids, strict=True)
    }
    if confirm:
        confirmed = await _confirmed(service, [*opened.values()], [*candidates.values()], by, cause.now)
        opened = dict(zip(opened, confirmed, strict=True))
    openings = [
        Opening(id, facts, cause, candidate.origin)
        for (id, facts, _), candidate in zip(opened.values(), candidates.values(), strict=True)
    ]
    held = await service.documents.open_many(openings)
    return {
        position: outcome.model_copy(update={"id": id} if now_held else {"outcome": "exists"})
        for (position, (id, _, outcome)), now_held in zip(opened.items(), held, strict=True)
    }


async def _confirmed(
    service: Publication, opened: Sequence[Opened], candidates: Sequence[Candidate], by: Official, now: datetime
) -> list[Opened]:
    """Each with its confirmation, or without it and with the reason why it stays internal.

    The numbers of all that get public are claimed together, each for its origin: if another import of the same
    content comes first, it has got the same number.
    """
    cases = [domain.KIND.fold(None, facts) for _, facts, _ in opened]
    checked = [_checked(case, by, now) for case in cases]
    wanted = {
        candidate.origin: after
        for after, candidate in zip(checked, candidates, strict=True)
        if isinstance(after, Case) and after.public
    }
    numbers = await service.claim_many(wanted)
    return [
        _with_confirmation(entry, case, after, numbers.get(candidate.origin, ""), by, now)
        for entry, case, after, candidate in zip(opened, cases, checked, candidates, strict=True)
    ]


def _checked(case: Case, by: Official, now: datetime) -> Case | Refused:
    """The document as it would be once confirmed, or why it cannot be."""
    try:
        return domain.KIND.fold(case, stock.confirm(case, "", stock.AS_READ, by, now))
    except Refused as refused:
        return refused


def _with_confirmation(
    entry: Opened, case: Case, after: Case | Refused, number: str | Refused, by: Official, now: datetime
) -> Opened:
    id, facts, outcome = entry
    why = after if isinstance(after, Refused) else number
    if isinstance(why, Refused):
        return id, facts, outcome.model_copy(update=_why(why))
    facts = [*facts, *stock.confirm(case, why, stock.AS_READ, by, now)]
    public = isinstance(after, Case) and after.public
    return id, facts, outcome.model_copy(update={"outcome": "published" if public else "imported"})


async def confirm(service: Publication, command: c.ConfirmImport, by: Official, cause: Cause) -> Done:
    """A named person confirms one document, settling what was in doubt."""
    judged = stock.Judgement(
        attribute=command.attribute,
        ground=command.ground,
        reason=command.reason,
        settle=command.settle,
        names=service.new_names(command.settle),
        published_on=command.published_on,
        accept_conflicts=command.accept_conflicts,
    )

    def decide(case: Case, index_no: str) -> list[Fact]:
        return stock.confirm(case, index_no, judged, by, cause.now)

    case = (await service.documents.load(command.id)).state
    index_no = ""
    if case.stage is Stage.IMPORTED:
        after = domain.KIND.fold(case, decide(case, ""))
        if after.public:
            index_no = await service.claim(after, case.id)
    return done(await service.documents.execute(command.id, lambda now: decide(now, index_no), cause))


async def confirm_many(service: Publication, ids: Sequence[str], by: Official, cause: Cause) -> list[c.ImportOutcome]:
    """As they were read, in one write; what lacks something stays internal and says why. The numbers of all that get
    public are claimed together."""
    held = await service.documents.load_many(list(dict.fromkeys(ids)))
    waits = {id: each.state for id, each in held.items() if each.state.stage is Stage.IMPORTED}
    checked = {id: _checked(case, by, cause.now) for id, case in waits.items()}
    numbers = await service.claim_many({id: it for id, it in checked.items() if isinstance(it, Case) and it.public})

    def decide(case: Case) -> list[Fact]:
        number = numbers.get(case.id, "")
        if isinstance(number, Refused):
            raise number
        return stock.confirm(case, number, stock.AS_READ, by, cause.now)

    steps = [Step(id, decide, replace(cause, id=f"{cause.id}:{id}")) for id in ids]
    return [_told(id, result) for id, result in zip(ids, await service.documents.execute_many(steps), strict=True)]


def _told(id: str, result: Held[Case] | Refused) -> c.ImportOutcome:
    if isinstance(result, Refused):
        return c.ImportOutcome(name=id, outcome="refused", id=id).model_copy(update=_why(result))
    return c.ImportOutcome(name=id, outcome="published" if result.state.public else "imported", id=id)


def _why(refused: Refused) -> dict[str, str | None]:
    return {"code": refused.code, "reason": refused.message, "field": refused.field, "remedy": refused.remedy}


def waiting(case: Case) -> c.Waiting:
    return c.Waiting(
        id=case.id,
        title=case.metadata.title,
        attribute=case.attribute,
        findings=case.open_findings,
        conflicts=tuple(Remark(code=doubt.code, message=doubt.message) for doubt in case.doubts),
        lacks=stock.lacks(case),
    )


def clean_changes(changes: Changes) -> None:
    """Refuse personal data in new metadata."""
    without_personal_data(
        title=changes.title,
        summary=changes.summary,
        scope=changes.scope,
        group=changes.group,
        keywords=" ".join(changes.keywords or ()),
    )


def _read_all(
    items: Sequence[c.ImportItem], register: Register, phones: frozenset[str]
) -> list[Candidate | c.ImportOutcome]:
    return [read(item, register, phones) for item in items]


def read(item: c.ImportItem, register: Register, phones: frozenset[str]) -> Candidate | c.ImportOutcome:
    """One item as it was read, or why it is not taken. `phones` are published numbers of offices."""
    try:
        return _given(item, item.given, register, phones) if item.given else _reading(item, register, phones)
    except Refused as refused:
        return c.ImportOutcome(name=item.name, outcome="refused").model_copy(update=_why(refused))
    except ValidationError as error:
        field = str(error.errors(include_input=False, include_url=False)[0]["loc"][-1])
        return c.ImportOutcome(
            name=item.name, outcome="refused", code="field_wrong", reason=f"字段 {field} 不符合要求。", field=field
        )


def _given(item: c.ImportItem, given: c.Given, register: Register, phones: frozenset[str]) -> Candidate:
    clean(given.metadata)
    known_channels(given.metadata.channels)
    well_formed(given.metadata)
    without_personal_data(reason=given.reason)
    names = tuple(register.require(code, "issuers").name for code in given.metadata.issuers)
    return Candidate(
        name=item.name,
        origin=origin(item.content),
        metadata=given.metadata.model_copy(update={"issuer_names": names}),
        body=item.content,
        kept=examine(item.content, phones),
        attribute=given.attribute,
        ground=given.ground,
        reason=given.reason,
        published_on=given.published_on,
    )


def _reading(item: c.ImportItem, register: Register, phones: frozenset[str]) -> Candidate:
    if item.form == "jsonl":
        reading = read_jsonl_line(item.content, item.name, register)
    else:
        reading = read_document(item.name, item.content, register)
    known_channels((reading.fields.channels.value or ()) if reading.fields.channels else ())
    if not reading.body.strip():
        raise Refused("text_missing", "没有读到正文。", field="body", remedy="请核对文件。")
    metadata = masked(_metadata(item, reading))
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
        reading=reading,
    )


def _metadata(item: c.ImportItem, reading: Reading) -> Metadata:
    """The fields that are beyond doubt. Words outside the fixed lists stay out; the notes of the reading name them."""
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
        title=((fields.title.value if fields.title else None) or item.name)[:300],
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
        **plain,
    )


def _remarks(reading: Reading) -> tuple[Remark, ...]:
    return tuple(Remark(code=remark.code, message=remark.message) for remark in reading.notes[:TOLD])
