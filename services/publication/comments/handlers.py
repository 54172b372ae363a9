"""Opinions of the public: taken in, answered, and published with what became of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chassis.actors import Cause
from chassis.cases import Cases, Held
from contracts.base import Done
from contracts.publication import comments as c
from contracts.publication.comments import Adoption, ParticipationForm
from contracts.publication.decisions import DecisionStage
from contracts.publication.record import Raised
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication import takedown
from services.publication.comments.keeping import PAPER, Words
from services.publication.decisions import domain as decisions
from services.publication.decisions import keeping
from services.publication.decisions.domain import Setting
from services.publication.decisions.stages import next_step, taken
from services.publication.decisions.state import Decision
from services.publication.domain import explaining, showing, withdrawing
from services.publication.domain.examining import without_personal_data
from services.publication.domain.facts import Official
from services.publication.domain.signing import own
from services.publication.domain.state import Case, Stage
from services.publication.ledgers import domain as ledgers
from services.publication.service import Publication, official, on

OBJECTION_PAPERS = ("objection", "answer")
"""Kinds of papers of objections to a notice."""


MAX_WAITING = 200
"""Questions about one document that nobody has looked at yet."""


@dataclass(frozen=True)
class Asked:
    """What opinions are about: whose it is, whether they are taken, and until when answers are public."""

    agency: str
    by_web: bool
    by_clerk: bool
    released_at: datetime | None
    waits: str
    """What comes next, where opinions are not taken."""
    round: str
    """The consultation; once its opinions are counted for publication it takes no more."""
    source: Raised = Raised.OTHER
    document: str | None = None
    """What a doubt is about, unless another document is named."""
    apart: bool = False
    """Words are kept until a person has dealt with them, no longer."""


async def asked_about(service: Publication, id: str, now: datetime) -> Asked:
    """A matter of decision, a work ledger, or a document that people may not understand. Raises `Refused` for anything
    else."""
    if matter := await service.decisions.get(id):
        state = matter.state
        takedown.standing(state)
        in_time = state.consultation is not None and now.date() <= state.consultation.until
        return Asked(
            state.agency,
            taken(state, c.GiveComment) and in_time,
            taken(state, c.RecordComment),
            state.answers_public_at,
            next_step(state),
            _round(state),
            Raised.CONSULTATION,
            state.draft,
        )
    if ledger := await service.ledgers.get(id):
        takedown.standing(ledger.state)
        running, waits = ledger.state.commented, "台账公布后、办结前可以提出和答复意见。"
        return Asked(ledger.state.agency, running, running, ledger.state.answered_at, waits, id, Raised.ONLINE)
    if (document := await service.documents.get(id)) and document.state.published_at:
        open_ = explaining.questioned(document.state)
        return Asked(document.state.agency, open_, True, None, "", id, Raised.ONLINE, id, apart=True)
    raise Refused("not_found", "没有这个编号的决策事项、工作台账或者公示。", field="id", remedy="请核对编号。")


@on.command(c.GiveComment)
async def give_comment(service: Publication, command: c.GiveComment, cause: Cause) -> c.CommentKept:
    asked = await asked_about(service, command.id, cause.now)
    if not asked.by_web:
        raise Refused("not_open", "现在不在征求意见期间。", field="id", remedy="可通过承办单位公布的其他途径反映。")
    if asked.apart and await service.comments.left(command.id) >= MAX_WAITING:
        remedy = "请稍后再来，或拨打12345热线。"
        raise Refused("too_many_waiting", "本文件待查看的疑问已经很多。", remedy=remedy)
    words = Words(text=command.text, name=command.name, contact=command.contact)
    no = await service.comments.keep(command.id, asked.round, ParticipationForm.WEB, words, cause, apart=asked.apart)
    return c.CommentKept(id=command.id, no=no)


@on.command(c.RecordComment)
async def record_comment(service: Publication, command: c.RecordComment, cause: Cause) -> c.CommentKept:
    asked = await asked_about(service, command.id, cause.now)
    own(asked.agency, official(cause))
    if not asked.by_clerk:
        raise Refused("not_open", "现在不能登记意见。", field="id", remedy=asked.waits)
    words = Words(text=command.text, name=command.name, contact=command.contact)
    no = await service.comments.keep(command.id, asked.round, command.form, words, cause, apart=asked.apart)
    return c.CommentKept(id=command.id, no=no)


@on.command(c.AnswerComments)
async def answer_comments(service: Publication, command: c.AnswerComments, cause: Cause) -> c.CommentsAnswered:
    """Not adopted needs its reason: by the settings always, or where several say the same."""
    by, asked = official(cause), await asked_about(service, command.id, cause.now)
    own(asked.agency, by)
    without_personal_data(service.phones, summary=command.summary, reason=command.reason)
    if not asked.by_clerk:
        raise Refused("not_open", "现在不能答复意见。", field="id", remedy=asked.waits)
    needed = len(set(command.nos)) >= service.limits.reason_from.value
    if command.adoption is not Adoption.ADOPTED and needed and len(command.reason.strip()) < 2:
        raise Refused("reason_missing", "没有采纳的意见，必须说明理由。", field="reason", remedy="请写明理由。")
    said = {"summary": command.summary, "adoption": command.adoption.value, "reason": command.reason}
    await service.comments.answer(command.id, command.nos, said, asked.released_at, by, cause.now)
    if asked.apart:
        await service.comments.dealt_with(command.id, command.nos)
    left = await service.comments.left(command.id)
    return c.CommentsAnswered(id=command.id, answered=len(set(command.nos)), left=left)


@on.command(c.PublishFeedback)
async def publish_feedback(service: Publication, command: c.PublishFeedback, cause: Cause) -> Done:
    """Of a matter nothing comes in any more from the counting on; on a ledger, what comes waits for the next time."""
    without_personal_data(service.phones, note=command.note)
    if matter := await service.decisions.get(command.id):
        return _done(await _feedback(service, matter.state, command, cause))
    by, left = official(cause), await service.comments.left(command.id)
    tally = await service.comments.tally(command.id)
    work = await service.ledgers.execute(
        command.id,
        lambda state: ledgers.release(state, tally, left, command.note, command.secrecy, by, cause.now),
        cause,
    )
    return _done(work)


async def _feedback(service: Publication, matter: Decision, command: c.PublishFeedback, cause: Cause) -> Held[Decision]:
    setting, round = service.setting(official(cause), cause), _round(matter)
    if taken(matter, c.PublishFeedback):
        await service.comments.shut(round, cause.id)
    left = await service.comments.left(command.id)
    tally = await service.comments.tally(command.id, matter.answers_public_at)
    try:
        return await service.decisions.execute(
            command.id,
            lambda state: decisions.give_feedback(state, tally, left, command.note, command.secrecy, setting),
            cause,
        )
    except Refused:
        await service.comments.reopen(round, cause.id)
        raise


def _round(matter: Decision) -> str:
    """Each consultation of a matter is counted by itself."""
    return f"{matter.id}/{len(matter.earlier)}"


def _done(held: Held[Any]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.stage.value, repeated=held.repeated)


@on.command(c.EraseComments)
async def erase_comments(service: Publication, command: c.EraseComments, cause: Cause) -> c.CommentsErasedReply:
    """What was destroyed is noted after it is gone, so that a repeat destroys what a crash left."""
    on, day = service.setting(official(cause), cause), command.handed_over_on
    served = await _served(service, command.id, on)
    keeping.may_erase(served.ended_on, served.left, day, on)
    papers = sum([await service.papers.erase(command.id, kind) for kind in served.papers])
    await served.cases.execute(command.id, lambda state: served.noted(state, day, papers, on.by, on.now), cause)
    return c.CommentsErasedReply(id=command.id, papers=papers)


@dataclass(frozen=True)
class Served:
    """Papers of a case: since when nobody works on them any more, how many have no answer, and what notes their end."""

    cases: Cases[Any]
    ended_on: date | None
    left: int
    noted: Callable[[Any, date, int, Official, datetime], list[Fact]]
    papers: tuple[str, ...] = (PAPER,)


async def _served(service: Publication, id: str, on: Setting) -> Served:
    """Opinions on a matter or ledger, objections to a notice; of what was taken down also the sealed originals."""
    if document := await service.documents.get(id):
        return _of_document(service, document.state)
    if shelf := await takedown.shelf_of(service, id):
        held = await shelf.cases.get(id)
        if held and held.state.seal:
            ended = held.state.seal.at.date() if held.state.seal.closed else None
            return Served(shelf.cases, ended, 0, withdrawing.originals_destroyed, (PAPER, *takedown.SEALED_PAPERS))
    await asked_about(service, id, on.now)
    left = await service.comments.left(id)
    if matter := await service.decisions.get(id):
        left = 0 if matter.state.stage is DecisionStage.STOPPED else left
        return Served(service.decisions, matter.state.ended_on, left, keeping.comments_erased)
    work = (await service.ledgers.load(id)).state
    ended = work.updated_at.date() if work.finished and work.updated_at else None
    return Served(service.ledgers, ended, left, ledgers.comments_erased)


def _of_document(service: Publication, case: Case) -> Served:
    if case.taken_down:
        ended = showing.settled_on(case) if case.stage is Stage.SEALED else None
        papers = (*OBJECTION_PAPERS, *takedown.SEALED_PAPERS)
        return Served(service.documents, ended, 0, showing.objections_erased, papers)
    if case.notice is None:
        raise Refused("no_notice", "本件没有公示，没有异议原件。", field="id", remedy="请核对编号。")
    left = case.notice.objections - case.notice.answered
    return Served(service.documents, showing.settled_on(case), left, showing.objections_erased, OBJECTION_PAPERS)


@on.query(c.ListComments)
async def list_comments(service: Publication, query: c.ListComments, cause: Cause) -> c.CommentPage:
    await asked_about(service, query.id, cause.now)
    return await service.comments.page(query)


@on.query(c.ReadComment)
async def read_comment(service: Publication, query: c.ReadComment, cause: Cause) -> c.CommentContent:
    own((await asked_about(service, query.id, cause.now)).agency, official(cause))
    return await service.comments.read(query.id, query.no, cause.actor, query.purpose, cause.now)


@on.query(c.GetAnswers)
async def get_answers(service: Publication, query: c.GetAnswers, cause: Cause) -> c.PublicAnswers:
    return await service.comments.public(query, (await asked_about(service, query.id, cause.now)).released_at)
