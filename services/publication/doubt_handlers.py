"""政策疑问: heard from tickets, events of opinion and opinions of the public, each taken once; answered by what the
unit in charge of the document records."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from chassis.actors import Cause
from contracts.base import Done
from contracts.doubts import DoubtStage, RaisedDoubt
from contracts.hotline.doubts import TicketDoubted
from contracts.opinion import EventDoubted
from contracts.publication import doubts as c
from contracts.publication.comments import Adoption
from contracts.publication.documents import DocumentTakenDown, QuestionsSettled
from contracts.publication.record import Raised
from kernel import secrecy
from kernel.clock import CST
from kernel.numbers import DocumentNumber, IndexNumber
from kernel.refused import Refused
from services.publication.comments.handlers import asked_about
from services.publication.domain import explaining
from services.publication.domain.examining import without_personal_data
from services.publication.domain.facts import Official
from services.publication.domain.signing import own
from services.publication.domain.state import Case
from services.publication.rounds import doubts
from services.publication.service import Publication, official, on

PAGE = 200
MOST = 2000
"""So many documents with open questions are looked at for the list."""


@on.event(TicketDoubted)
async def from_ticket(service: Publication, event: TicketDoubted, cause: Cause) -> None:
    await _hear(service, "hotline", Raised.HOTLINE, event.record.id, event.record.doubts, cause)


@on.event(EventDoubted)
async def from_opinion(service: Publication, event: EventDoubted, cause: Cause) -> None:
    await _hear(service, "opinion", Raised.ONLINE, event.record.id, event.record.doubts, cause)


async def _hear(
    service: Publication, raiser: str, source: Raised, id: str, raised: Sequence[RaisedDoubt], cause: Cause
) -> None:
    """Everything that waits to be heard: the record may have come late or twice."""
    for each in raised:
        if each.stage is DoubtStage.SENT:
            await _take(service, raiser, source, id, each, cause)


async def _take(
    service: Publication, raiser: str, source: Raised, reference: str, raised: RaisedDoubt, cause: Cause
) -> doubts.Doubt:
    """A doubt becomes a question of its document, or joins the one that asks the same; once, whatever comes twice."""
    origin = f"{raiser}:{reference}:{raised.no}"
    if known := (await service.doubts.by_origin([origin])).get(origin):
        return known.state
    once = replace(cause, id=f"doubt:{origin}")
    document, question, said = None, None, ""
    try:
        document = await _document(service, raised.named)
        question = await _ask(service, document, source, reference, raised, once)
    except Refused as refused:
        if refused.code == "busy":
            raise
        document, said = None, f"{refused.message}{refused.remedy or ''}"
    n = await service.numbers.block(f"YW/{cause.now.year}")
    heard = doubts.DoubtHeard(
        id=f"{service.region}-YW-{cause.now.year}-{n:06d}",
        raiser=raiser,
        reference=reference,
        no=raised.no,
        source=source,
        point=raised.point,
        agency=document.agency if document else raised.by_agency,
        document=document.id if document else None,
        question=question,
        said=said,
        at=cause.now,
    )
    held = await service.doubts.open(heard.id, [heard], once, origin)
    if document:
        await _settle(service, document.id, once)
    return held.state


async def _document(service: Publication, named: str) -> Case:
    """The public document of this record number, 发文字号 or 索引号."""
    if (held := await service.documents.get(named)) and held.state.public:
        return held.state
    marks = [f"named:{number}" for number in _numbers(named)]
    found = await service.documents.find({"marks": {"$in": marks}}, limit=2) if marks else []
    if not found:
        raise Refused(
            "unknown_document", "没有找到已公开的这份文件。", remedy="请核对文件编号、发文字号或者索引号后重新提出。"
        )
    if len(found) > 1:
        raise Refused("ambiguous_document", "有不止一份已公开的文件使用这个文号。", remedy="请填写文件编号或者索引号。")
    return found[0].state


def _numbers(named: str) -> Iterator[str]:
    for kind in (DocumentNumber, IndexNumber):
        with suppress(Refused):
            yield str(kind.parse(named))


async def _ask(
    service: Publication, document: Case, source: Raised, reference: str, raised: RaisedDoubt, cause: Cause
) -> int:
    by = Official(id=raised.by, name=raised.by_name, agency=raised.by_agency)
    held = await service.documents.execute(
        document.id, lambda case: explaining.ask(case, source, reference, raised.point, by, cause.now), cause
    )
    same = [each.no for each in held.state.questions if (each.source, each.point) == (source, raised.point)]
    return same[-1]


@on.event(QuestionsSettled)
async def questions_settled(service: Publication, event: QuestionsSettled, cause: Cause) -> None:
    await _settle(service, event.record.id, cause)


@on.event(DocumentTakenDown)
async def document_gone(service: Publication, event: DocumentTakenDown, cause: Cause) -> None:
    await _settle(service, event.record.id, cause)


async def _settle(service: Publication, id: str, cause: Cause) -> None:
    """Tell those who wait what became of their questions."""
    document, after = (await service.documents.load(id)).state, ""
    where = {"marks": f"doubts:{id}"}
    while waiting := await service.doubts.find({**where, "_id": {"$gt": after}}, sort=[("_id", 1)], limit=PAGE):
        for each in waiting:
            given = doubts.outcome(document, each.state.question or 0)
            if given:
                step = replace(cause, id=f"{cause.id}:{each.id}")
                await service.doubts.execute(each.id, partial(doubts.settle, given=given, now=cause.now), step)
        after = waiting[-1].id


@on.command(c.RaiseCommentDoubt)
async def from_comment(service: Publication, command: c.RaiseCommentDoubt, cause: Cause) -> Done:
    """An opinion raises one doubt; asking again answers with what became of it."""
    by, asked = official(cause), await asked_about(service, command.id, cause.now)
    own(asked.agency, by)
    without_personal_data(service.phones, point=command.point, document=command.document)
    secrecy.refuse_classified(command.point)
    await service.comments.require(command.id, command.no)
    named = command.document or asked.document or ""
    if not named:
        raise Refused(
            "document_missing", "没有写明是哪份文件。", field="document", remedy="请填写文件编号、发文字号或者索引号。"
        )
    raised = RaisedDoubt(
        no=command.no, named=named, point=command.point, by=by.id, by_name=by.name, by_agency=by.agency, at=cause.now
    )
    await _document(service, named)
    state = await _take(service, "publication", asked.source, command.id, raised, cause)
    if asked.apart:
        said = {"summary": command.point, "adoption": Adoption.ADOPTED.value, "reason": ""}
        await service.comments.answer(command.id, [command.no], said, None, by, cause.now)
        await service.comments.dealt_with(command.id, [command.no])
    held = await service.doubts.load(state.id)
    return Done(id=held.id, version=held.version, state=held.state.stage.name.lower(), repeated=held.repeated)


@on.command(c.DeclineQuestion)
async def decline(service: Publication, command: c.DeclineQuestion, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(service.phones, reason=command.reason)
    return await service.execute(
        command.id, lambda case: explaining.decline(case, command.no, command.reason, by, cause.now), cause
    )


@on.query(c.ListDoubted)
async def list_doubted(service: Publication, query: c.ListDoubted, cause: Cause) -> c.DoubtedDocuments:
    where = {"kind": "doubt", "index.state": "waiting"} | ({"index.agency": query.agency} if query.agency else {})
    group = {
        "_id": {"document": "$index.document", "source": "$index.source", "question": "$index.question"},
        "count": {"$sum": 1},
        "since": {"$min": "$index.since"},
    }
    counted = await service.documents.collection.aggregate([{"$match": where}, {"$group": group}])
    rows: dict[str, list[dict[str, Any]]] = {}
    for each in counted:
        rows.setdefault(each["_id"]["document"], []).append(each)
    unread = await service.comments.unread()
    asked = await service.documents.find({"marks": "to_explain"}, limit=MOST)
    held = await service.documents.load_many([*rows.keys() | unread.keys() | {each.id for each in asked}])
    counts = [
        _doubted(each.state, rows.get(id, []), unread.get(id, 0))
        for id, each in held.items()
        if query.agency in ("", each.state.agency)
    ]
    documents = [each for each in counts if each.doubts or each.unread]
    documents.sort(key=lambda each: (-each.doubts, -each.unread, each.id))
    return c.DoubtedDocuments(documents=tuple(documents[: query.limit]))


def _doubted(document: Case, counted: Sequence[dict[str, Any]], unread: int) -> c.DoubtedDocument:
    """An open question counts as many as raised it, and as one where a clerk wrote it down."""
    waiting = {each.no: each for each in document.questions if not each.settled}
    counted = [each for each in counted if each["_id"]["question"] in waiting]
    raised = {each["_id"]["question"] for each in counted}
    written = [each for no, each in waiting.items() if no not in raised]
    by_source: Counter[Raised] = Counter(each.source for each in written)
    for each in counted:
        by_source[Raised(each["_id"]["source"])] += each["count"]
    days = [each["since"].astimezone(CST).date() for each in counted] + [each.on for each in written]
    return c.DoubtedDocument(
        id=document.id,
        title=document.shown_title,
        agency=document.agency,
        doubts=by_source.total(),
        by_source=dict(by_source),
        unread=unread,
        since=min(days, default=None),
    )
