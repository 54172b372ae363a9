"""Taking documents of the stock in: read, examined, opened in one write; confirmed by a named person."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from chassis.actors import Cause
from chassis.cases import Held, Opening, Step
from contracts.base import Done
from contracts.publication import stock as c
from contracts.publication.record import Changes
from contracts.publication.terms import Remark
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication import domain
from services.publication.candidates import Candidate, found_in, origin, read_all, why
from services.publication.domain import stock
from services.publication.domain.examining import without_personal_data
from services.publication.domain.facts import Official
from services.publication.domain.state import Case, Stage
from services.publication.explaining_handlers import tell_of_material
from services.publication.service import Publication, done

Opened = tuple[str, list[Fact], c.ImportOutcome]
"""An item on its way: number, facts to open it with, what its sender is told."""


async def take_in(service: Publication, command: c.Import, by: Official, cause: Cause) -> tuple[c.ImportOutcome, ...]:
    """Each item once, by its content; what cannot be read is refused by itself."""
    origins = [origin(item.content) for item in command.items]
    known = await service.documents.by_origin(list(dict.fromkeys(origins)))
    met = {position: known[key] for position, key in enumerate(origins) if key in known}
    outcomes = await _met_again(service, command, met, by, cause)
    fresh: dict[str, int] = {}
    for position, key in enumerate(origins):
        if key not in known:
            fresh.setdefault(key, position)
    items = [command.items[position] for position in fresh.values()]
    results = await asyncio.to_thread(read_all, items, service.register, service.phones)
    candidates: dict[int, Candidate] = {}
    for position, result in zip(fresh.values(), results, strict=True):
        if isinstance(result, Candidate):
            candidates[position] = result.as_of(cause.now.date())
        else:
            outcomes[position] = result
    outcomes |= await _open(service, candidates, command.confirm, by, cause)
    for position, (item, key) in enumerate(zip(command.items, origins, strict=True)):
        if position not in outcomes:
            outcomes[position] = _as_before(item.name, outcomes[fresh[key]])
    return tuple(outcomes[position] for position in range(len(command.items)))


def _as_before(name: str, first: c.ImportOutcome) -> c.ImportOutcome:
    """The same content once more in one batch: it is here since the first time, or refused again."""
    there = first.outcome != "refused"
    return first.model_copy(update={"name": name} | ({"outcome": "exists"} if there else {}))


async def _met_again(
    service: Publication, command: c.Import, met: Mapping[int, Held[Case]], by: Official, cause: Cause
) -> dict[int, c.ImportOutcome]:
    """Items that are here already; a person who confirms confirms them too, if they still wait."""
    waits = {held.id: None for held in met.values() if held.state.stage is Stage.IMPORTED}
    confirmed = await confirm_many(service, list(waits), by, cause) if command.confirm and waits else []
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
            said = {"code", "reason", "field", "remedy"} if now.outcome == "refused" else {"outcome"}
            outcome = outcome.model_copy(update=now.model_dump(include=said))
        outcomes[position] = outcome
    return outcomes


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
    late = [opening for opening, now_held in zip(openings, held, strict=True) if now_held is None]
    there = await _opened_elsewhere(service, late)
    return {
        position: outcome.model_copy(update={"id": id} if now_held else there[id])
        for (position, (id, _, outcome)), now_held in zip(opened.items(), held, strict=True)
    }


async def _opened_elsewhere(service: Publication, late: Sequence[Opening]) -> dict[str, dict[str, str | None]]:
    """What is told of items that could not be opened: another import of the same content came first, else the number
    was taken and the item is refused. Their texts are not kept under numbers that they did not get."""
    there = await service.documents.by_origin([each.origin for each in late]) if late else {}
    taken = Refused("number_taken", "件号已被占用，没有导入。", remedy="请再次导入。")
    for each in late:
        await service.texts.release(each.id, ())
    return {
        each.id: {"outcome": "exists", "id": there[each.origin].id}
        if each.origin in there
        else {"outcome": "refused", **why(taken)}
        for each in late
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
    if isinstance(after, Refused):
        return id, facts, outcome.model_copy(update=why(after))
    if isinstance(number, Refused):
        return id, facts, outcome.model_copy(update=why(number))
    facts = [*facts, *stock.confirm(case, number, stock.AS_READ, by, now)]
    return id, facts, outcome.model_copy(update={"outcome": _confirmed_as(after)})


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

    held = await service.documents.load(command.id)
    index_no = ""
    if held.state.stage is Stage.IMPORTED:
        after = domain.KIND.fold(held.state, decide(held.state, ""))
        if after.public:
            index_no = await service.claim(after, held.origin)
    return done(await service.documents.execute(command.id, lambda now: decide(now, index_no), cause))


async def confirm_many(service: Publication, ids: Sequence[str], by: Official, cause: Cause) -> list[c.ImportOutcome]:
    """As they were read, in one write; what lacks something stays internal and says why. The numbers of all that get
    public are claimed together, each for its origin: an import that was killed may have claimed it already."""
    held = await service.documents.load_many(list(dict.fromkeys(ids)))
    waits = {id: each for id, each in held.items() if each.state.stage is Stage.IMPORTED}
    checked = {each.origin: _checked(each.state, by, cause.now) for each in waits.values()}
    numbers = await service.claim_many({key: it for key, it in checked.items() if isinstance(it, Case) and it.public})

    def decide(case: Case) -> list[Fact]:
        number = numbers.get(waits[case.id].origin, "") if case.id in waits else ""
        if isinstance(number, Refused):
            raise number
        return stock.confirm(case, number, stock.AS_READ, by, cause.now)

    steps = [Step(id, decide, replace(cause, id=f"{cause.id}:{id}")) for id in ids]
    results = await service.documents.execute_many(steps)
    for step, result in zip(steps, results, strict=True):
        if isinstance(result, Refused):
            continue
        if result.state.metadata.interprets:
            await tell_of_material(service, step.id, step.cause)
        if result.state.claims:
            await service.compare_claims(step.id, step.cause)
    return [_told(id, result) for id, result in zip(ids, results, strict=True)]


def _told(id: str, result: Held[Case] | Refused) -> c.ImportOutcome:
    if isinstance(result, Refused):
        return c.ImportOutcome(name=id, outcome="refused", id=id).model_copy(update=why(result))
    return c.ImportOutcome(name=id, outcome=_confirmed_as(result.state), id=id, title=result.state.metadata.title)


def _confirmed_as(case: Case) -> Literal["published", "filed"]:
    return "published" if case.public else "filed"


def waiting(case: Case, today: date) -> c.Waiting:
    return c.Waiting(
        id=case.id,
        title=case.metadata.title,
        attribute=case.attribute,
        findings=case.open_findings,
        found_in=found_in(case.in_fields, case.text),
        conflicts=tuple(Remark(code=doubt.code, message=doubt.message) for doubt in case.doubts),
        lacks=stock.lacks(case, today),
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
