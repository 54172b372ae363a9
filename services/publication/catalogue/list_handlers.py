"""Catalogues: limits begun and decided, guides by code, rates of proposals, lists against those from above."""

import hashlib
from typing import Any

from chassis.actors import Cause
from chassis.cases import Held
from chassis.store import ReplaceOne
from contracts.base import Done
from contracts.publication import catalogue_clocks, lists
from kernel.refused import Refused
from services.publication import takedown
from services.publication.catalogue import clocks, proposals, reconciliation
from services.publication.catalogue.clocks import CatalogueTimer
from services.publication.catalogue.domain import record
from services.publication.catalogue.handlers import inside, keeper
from services.publication.catalogue.item import Item
from services.publication.catalogue.reconciling import reconcile
from services.publication.catalogue.timing import Begun
from services.publication.catalogue.types import ItemType, type_of
from services.publication.domain.examining import without_personal_data
from services.publication.domain.facts import Official
from services.publication.service import Publication, official, on

GUIDE, PROPOSALS = "guide", "proposals"


@on.command(catalogue_clocks.StartClock)
async def start_clock(service: Publication, command: catalogue_clocks.StartClock, cause: Cause) -> Done:
    by = keeper(official(cause), command.agency, cause)
    service.register.require(command.agency, "agency")
    kind = type_of(command.type)
    clocks.limit_of(kind, command.act)
    named = _named if command.act == "publish" else _of_item
    begun = await named(service, kind, command)
    held = await service.catalogues.timing.start(begun, by, cause)
    return _done(await _done_before(service, begun, held, cause))


async def _done_before(
    service: Publication, begun: Begun, held: Held[CatalogueTimer], cause: Cause
) -> Held[CatalogueTimer]:
    """The item may have been put or changed before its limit was begun here."""
    if begun.act == "withdraw":
        return held
    item = await service.catalogues.standing(begun.kind, begun.agency, begun.key)
    if item is None or (begun.act == "change" and item.state.editions[-1].since.date() < begun.begun_on):
        return held
    await service.catalogues.timing.found(held, item, cause)
    return await service.catalogues.timing.timers.load(held.id)


async def _named(service: Publication, kind: ItemType, command: catalogue_clocks.StartClock) -> Begun:
    """What will be an item, by the columns of its key; a name of a natural person has no place here."""
    known = {field.name: field for field in kind.fields}
    wanted = dict.fromkeys((*kind.key, kind.headline))
    if unknown := [name for name in command.values if name not in wanted]:
        raise Refused("unknown_field", "只须写明事项的关键栏目。", field=unknown[0][:40], remedy=_needed(kind))
    if missing := [name for name in kind.key if not command.values.get(name, "").strip()]:
        raise Refused("key_missing", "须写明事项的关键栏目。", field=missing[0], remedy=_needed(kind))
    values = {name: str(known[name].read(text)) for name, text in command.values.items()}
    without_personal_data(service.phones, **values)
    title = values.get(kind.headline) or "、".join(values[name] for name in kind.key)
    return Begun(kind, command.agency, command.act, kind.key_of(values), title, None, command.begun_on)


def _needed(kind: ItemType) -> str:
    return f"请填写：{'、'.join(kind.label(name) for name in kind.key)}。"


async def _of_item(service: Publication, kind: ItemType, command: catalogue_clocks.StartClock) -> Begun:
    if command.item is None:
        raise Refused("item_missing", "须写明目录事项编号。", field="item", remedy="请补充后重新提交。")
    item = (await service.catalogues.items.load(command.item)).state
    if item.removed_for:
        raise Refused("item_removed", "目录事项已移出，不再有期限。", field="item", remedy="请核对事项编号。")
    if (item.type, item.agency) != (kind.type, command.agency):
        raise Refused("other_item", "该事项不在这个机构的这种目录中。", field="item", remedy="请核对事项编号。")
    title = record(item).title
    return Begun(kind, command.agency, command.act, kind.key_of(item.values), title, item.id, command.begun_on)


@on.command(catalogue_clocks.DecideDisclosure)
async def decide_disclosure(service: Publication, command: catalogue_clocks.DecideDisclosure, cause: Cause) -> Done:
    by = await _of_agency(service, command.id, cause)
    without_personal_data(service.phones, reason=command.reason)
    held = await service.catalogues.timing.timers.execute(
        command.id, lambda timer: clocks.decide(timer, command.public, command.reason, by, cause.now), cause
    )
    return _done(held)


@on.command(catalogue_clocks.DropClock)
async def drop_clock(service: Publication, command: catalogue_clocks.DropClock, cause: Cause) -> Done:
    by = await _of_agency(service, command.id, cause)
    without_personal_data(service.phones, reason=command.reason)
    held = await service.catalogues.timing.timers.execute(
        command.id, lambda timer: clocks.drop(timer, command.reason, by, cause.now), cause
    )
    return _done(held)


async def _of_agency(service: Publication, id: str, cause: Cause) -> Official:
    """The head of the agency in charge, or the office."""
    return keeper(official(cause), (await service.catalogues.timing.timers.load(id)).state.agency, cause)


def _done(held: Held[CatalogueTimer]) -> Done:
    state = clocks.record(held.state).state
    return Done(id=held.id, version=held.version, state=state, repeated=held.repeated)


@on.query(catalogue_clocks.GetLate)
async def get_late(service: Publication, query: catalogue_clocks.GetLate, cause: Cause) -> catalogue_clocks.LateRows:
    if not type_of(query.type).late_public and not inside(cause):
        raise Refused("forbidden", "该项只供工作人员查看。", remedy="请先登录。")
    rows = await service.catalogues.timing.late(query.type, query.year, cause.now.date())
    wrong = await service.catalogues.items.find({"type": query.type, "marks": "mismatched"}) if inside(cause) else []
    empty = await service.catalogues.items.find({"type": query.type, "marks": "empty"}) if inside(cause) else []
    return catalogue_clocks.LateRows(
        rows=tuple(rows[:200]),
        total=len(rows),
        missing=tuple(catalogue_clocks.Missing(**_listed(held.state), due_on=held.state.due_on) for held in empty),
        mismatched=tuple(
            catalogue_clocks.Mismatched(**_listed(held.state), document=document, what=what)
            for held in wrong
            for document, what in held.state.mismatched.items()
        ),
    )


def _listed(item: Item) -> dict[str, str]:
    return {"item": item.id, "title": record(item).title[:200], "agency": item.agency}


@on.query(lists.GetGuide)
async def get_guide(service: Publication, query: lists.GetGuide, cause: Cause) -> lists.GuideFound:
    item = await _guide(service, query.code, query.agency)
    return lists.GuideFound(item=record(item), remarks=item.remarks if inside(cause) else ())


@on.query(lists.CheckDemands)
async def check_demands(service: Publication, query: lists.CheckDemands, cause: Cause) -> lists.DemandsChecked:
    """办事指南之外不得增加其他要求 (翁源县2018年分工 第35项)."""
    item = await _guide(service, query.code, query.agency)
    rows = item.values.get("materials", ())
    known = {} if isinstance(rows, str) else {row["name"]: row["basis"] for row in rows}
    demands = tuple(
        lists.DemandChecked(demand=each, in_guide=each.strip() in known, basis=known.get(each.strip(), ""))
        for each in query.demands
    )
    return lists.DemandsChecked(guide=item.id, edition=len(item.editions), demands=demands)


async def _guide(service: Publication, code: str, agency: str | None) -> Item:
    where: dict[str, Any] = {"type": GUIDE, "stands": True, "code": code.strip()}
    found = await service.catalogues.items.find(where | ({"agency": agency} if agency else {}), limit=2)
    if not found:
        raise Refused("not_found", "没有这个编码的办事指南。", field="code", remedy="请核对事项编码。")
    if len(found) > 1:
        raise Refused("several", "多个机构有这个编码的办事指南。", field="agency", remedy="请写明机构代码。")
    return found[0].state


@on.query(lists.GetProposalRates)
async def proposal_rates(service: Publication, query: lists.GetProposalRates, cause: Cause) -> lists.ProposalRates:
    items = await service.catalogues.all(PROPOSALS, query.agency)
    of_year = [item.values for item in items if item.values.get("year") == str(query.year)]
    return lists.ProposalRates(year=query.year, tables=proposals.tables(of_year))


@on.command(lists.PutUpperRows)
async def put_upper_rows(service: Publication, command: lists.PutUpperRows, cause: Cause) -> lists.UpperRows:
    """The list from above is not ours and may be incomplete: its cells are kept as they are, under their headings."""
    keeper(official(cause), command.agency, cause)
    kind = type_of(command.type)
    list_ = reconciliation.list_of(command.type, command.agency)
    if command.begin:
        await service.upper.delete_many({"list": list_})
    rows = []
    for row in command.rows:
        key = kind.key_of(kind.named(row))
        if not key.replace("\n", ""):
            raise Refused("key_missing", "有的行没有关键栏目。", field="rows", remedy=_needed(kind))
        id = f"{list_}:{hashlib.sha256(key.encode()).hexdigest()}"
        rows.append(ReplaceOne({"_id": id}, {"_id": id, "list": list_, "key": key, "row": dict(row)}, upsert=True))
    await service.upper.bulk(rows)
    return lists.UpperRows(kept=await service.upper.count({"list": list_}))


@on.command(lists.Reconcile)
async def reconcile_list(service: Publication, command: lists.Reconcile, cause: Cause) -> Done:
    by = keeper(official(cause), command.agency, cause)
    kind, list_ = type_of(command.type), reconciliation.list_of(command.type, command.agency)
    rows = await service.upper.find({"list": list_}, limit=20_000)
    if not rows:
        raise Refused("upper_missing", "还没有上级清单。", field="upper", remedy="请先导入上级清单。")
    own = {
        kind.key_of(item.values).replace("\n", "／"): kind.write_row(item.values)
        for item in await service.catalogues.all(command.type, command.agency)
    }
    upper = {row["key"].replace("\n", "／"): row["row"] for row in rows}
    found = reconcile(own, upper, [kind.label(name) for name in kind.compared])
    origin = f"reconciliation:{list_}"
    known = (await service.reconciliations.by_origin([origin])).get(origin)

    def decide(state: reconciliation.Comparison | None, id: str) -> Any:
        return reconciliation.compared(
            state, id, command.type, command.agency, command.upper, len(rows), found, by, cause.now
        )

    if known:
        held = await service.reconciliations.execute(known.id, lambda state: decide(state, known.id), cause)
    else:
        n = await service.numbers.block(f"HD/{cause.now.year}")
        id = f"{service.region}-HD-{cause.now.year}-{n:06d}"
        held = await service.reconciliations.open(id, decide(None, id), cause, origin)
    state = reconciliation.record(held.state).state
    return Done(id=held.id, version=held.version, state=state, repeated=held.repeated)


@on.command(lists.ExplainDifference)
async def explain_difference(service: Publication, command: lists.ExplainDifference, cause: Cause) -> Done:
    by = keeper(official(cause), (await service.reconciliations.load(command.id)).state.agency, cause)
    without_personal_data(service.phones, reason=command.reason)
    held = await service.reconciliations.execute(
        command.id,
        lambda state: reconciliation.explain(state, command.kind, command.key, command.reason, by, cause.now),
        cause,
    )
    state = reconciliation.record(held.state).state
    return Done(id=held.id, version=held.version, state=state, repeated=held.repeated)


@on.query(lists.GetReconciliation)
async def get_reconciliation(
    service: Publication, query: lists.GetReconciliation, cause: Cause
) -> lists.ReconciliationFound:
    state = (await service.reconciliations.load(query.id)).state
    takedown.standing(state)
    return lists.ReconciliationFound(record=reconciliation.record(state), differences=reconciliation.differences(state))
