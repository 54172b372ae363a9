"""Texts for the public: the result of a ticket, a knowledge entry shared with the service guide. Written by one person,
published by another, free of personal data, in editions; taken back by a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.base import Event
from contracts.hotline.public import (
    Entry,
    EntryChanged,
    EntryRestated,
    EntrySort,
    Knowledge,
    KnowledgeConfirmed,
    KnowledgeDoubted,
    KnowledgePublished,
    KnowledgeWithdrawn,
    PublicTicket,
    PublicTicketPublished,
    PublicTicketWithdrawn,
)
from contracts.hotline.terms import TicketKind
from kernel.cases import CaseKind
from kernel.clock import CST
from kernel.facts import Fact
from kernel.personal import TITLES, scan
from kernel.refused import Refused
from kernel.secrecy import refuse_classified
from services.hotline.domain.entry_facts import (
    FACTS,
    CopiesGone,
    Drafted,
    GuideConfirmed,
    GuideFollowed,
    GuideMoved,
    Origin,
    Published,
    Rewritten,
    Withdrawn,
    WordsTakenDown,
)
from services.hotline.domain.guide import Guide
from services.hotline.domain.ticket import Case

MAX_EDITIONS = 90
ERASING = "erasing"
GUIDE_TAKEN_DOWN = "办事指南已紧急撤下。"
LABELS = {"draft": "待发布", "published": "已发布", "revised": "已发布，修订待发布", "withdrawn": "已撤回"}
TITLES_OF = {EntrySort.RESULT: "结果公开", EntrySort.KNOWLEDGE: "知识条目"}


class State(BaseModel):
    """A text as its facts leave it; `question` and `answer` are those that are public."""

    model_config = ConfigDict(frozen=True)

    number: str
    at: datetime
    sort: EntrySort
    origin: Origin | None
    category: str
    agency: str
    guide: str | None
    writer: str
    paper: str
    same_text: bool = False
    guide_edition: int | None = None
    """The edition of the guide that the text agrees with, as far as anybody has looked."""
    doubted: bool = False
    guide_gone: bool = False
    guide_taken_down: bool = False
    state: str = "draft"
    edition: int = 0
    published_at: datetime | None = None
    question: str = ""
    answer: str = ""
    sealed: bool = False
    erasing: bool = False

    @property
    def public(self) -> bool:
        return self.state in ("published", "revised")


def evolve(state: State | None, fact: Fact) -> State:
    """The state after one more fact. Raises `ValueError` for a history that does not begin with `Drafted`."""
    if isinstance(fact, Drafted):
        return State(**dict(fact))
    if state is None:
        raise ValueError("a text begins with a draft")
    match fact:
        case Rewritten():
            after = "revised" if state.public else "draft"
            changes: dict[str, Any] = {"writer": fact.writer, "paper": fact.paper, "guide": fact.guide, "state": after}
            changes |= {"doubted": False, "guide_edition": fact.guide_edition}
        case Published():
            changes = {"question": fact.question, "answer": fact.answer, "edition": state.edition + 1}
            changes |= {"published_at": fact.at, "state": "published", "guide_edition": fact.guide_edition}
        case GuideFollowed():
            changes = {"answer": fact.answer, "edition": state.edition + 1, "published_at": fact.at}
            changes |= {"guide_edition": fact.edition, "doubted": False}
        case GuideMoved():
            changes = {"doubted": True, "guide_gone": fact.gone, "guide_taken_down": fact.taken_down}
        case GuideConfirmed():
            changes = {"doubted": False, "guide_edition": fact.edition}
        case Withdrawn():
            changes = {"question": "", "answer": "", "state": "withdrawn"}
        case WordsTakenDown():
            changes = {"question": "", "answer": "", "state": "withdrawn", "doubted": False}
            changes |= {"sealed": True, "erasing": True}
        case CopiesGone():
            changes = {"erasing": False}
        case _:
            raise ValueError(f"not a fact of a text for the public: {fact.kind}")
    return state.model_copy(update=changes)


def origin_of(case: Case, sort: EntrySort) -> Origin:
    """Only what is answered can be shown; a report and a secret caller's ticket never are."""
    if case.masked or case.strict:
        raise Refused("secret_ticket", "举报和要求保密的工单不公开。", field="ticket", remedy="请另选工单。")
    if not case.answered:
        raise Refused("no_reply", "工单尚无已审核的答复。", field="ticket", remedy="请在答复审核后提出。")
    if sort is EntrySort.KNOWLEDGE and case.kind is not TicketKind.CONSULT:
        raise Refused("not_consultation", "只有咨询类工单可以转为知识条目。", field="ticket", remedy="请改为结果公开。")
    return Origin(
        ticket=case.number,
        kind=case.kind,
        area=case.area,
        received_on=case.received_at.astimezone(CST).date(),
        adopted=case.adopted,
    )


def draft(
    number: str,
    sort: EntrySort,
    origin: Origin | None,
    place: Mapping[str, Any],
    writer: str,
    paper: str,
    now: datetime,
) -> list[Fact]:
    """A first text; `place` names category, agency, matter of the guide and its edition."""
    if not place["category"]:
        raise Refused("category_missing", "须写明问题分类。", field="category", remedy="请选择分类。")
    return [Drafted(number=number, at=now, sort=sort, origin=origin, writer=writer, paper=paper, **place)]


def rewrite(
    state: State, code: str | None, writer: str, paper: str, now: datetime, guide: Guide | None = None
) -> list[Fact]:
    """Another text, written beside the guide as it stands now; what is public stays until it is published."""
    _require_standing(state)
    if state.same_text:
        raise Refused(
            "same_text", "该条目与办事指南同文。", field="answer", remedy="请修改办事指南；另写的请撤回后另立条目。"
        )
    edition = guide.edition if guide else state.guide_edition
    return [Rewritten(at=now, writer=writer, guide=code or state.guide, paper=paper, guide_edition=edition)]


def publish(
    state: State,
    question: str,
    answer: str,
    private: Sequence[str],
    publisher: str,
    now: datetime,
    guide: Guide | None = None,
) -> list[Fact]:
    """A second person publishes. Blocked by personal data: what the scan finds, and the caller's own name and number
    (`private`), wherever they stand (政府信息公开条例 第十五条)."""
    _require_standing(state)
    if state.state == "published":
        return []
    if state.doubted:
        raise Refused("guide_moved", "办事指南已更新，该条目尚未对照核对。", remedy="请先修改，或确认内容仍然适用。")
    if publisher == state.writer:
        raise Refused("own_text", "撰写人不能发布自己撰写的内容。", remedy="请由其他人员审核发布。")
    if state.edition >= MAX_EDITIONS:
        raise Refused("too_many_editions", "修订次数已达上限。", remedy="请撤回后另立新条目。")
    for field, text in (("question", question), ("answer", answer)):
        refuse_classified(text)
        if found := findings(text, private):
            raise Refused(
                "personal_data", f"内容含有个人信息：{'、'.join(found)}。", field=field, remedy="请删去后再发布。"
            )
    edition = guide.edition if guide and state.same_text else state.guide_edition
    return [Published(at=now, question=question, answer=answer, guide_edition=edition)]


def compared(state: State, guide: Guide, now: datetime) -> list[Fact]:
    """What an edition of the guide does to an entry of its matter: one that is the guide's own text follows it and goes
    with it, any other is marked for a person. So is one that may not follow, for what the scan finds in the text."""
    if guide.taken_down and state.same_text:
        return take_down(state, GUIDE_TAKEN_DOWN, now)
    if state.state == "withdrawn" or (state.same_text and not state.public):
        return []
    if guide.removed:
        if state.same_text:
            return [Withdrawn(at=now, reason="办事指南已撤下该事项。")]
        known = state.guide_gone and state.guide_taken_down == guide.taken_down
        moved = GuideMoved(at=now, edition=guide.edition, gone=True, taken_down=guide.taken_down)
        return [] if known else [moved]
    if not state.guide_gone and (state.guide_edition or 0) >= guide.edition:
        return []
    if state.same_text and guide.text and state.edition < MAX_EDITIONS and not findings(guide.text, ()):
        return [GuideFollowed(at=now, edition=guide.edition, answer=guide.text)]
    known = state.doubted and not state.guide_gone
    return [] if known else [GuideMoved(at=now, edition=guide.edition, gone=False)]


def confirm(state: State, guide: Guide | None, by: str, now: datetime) -> list[Fact]:
    """A person has compared the entry with the guide as it stands now."""
    _require_standing(state)
    if not state.doubted:
        return []
    if guide is None or guide.removed:
        raise Refused("guide_gone", "办事指南已撤下该事项。", remedy="请修改或撤回该条目。")
    if state.same_text:
        raise Refused("same_text", "该条目与办事指南同文，不能另行确认。", remedy="请修改办事指南，或撤回该条目。")
    return [GuideConfirmed(at=now, edition=guide.edition, by=by)]


def findings(text: str, private: Sequence[str]) -> tuple[str, ...]:
    """Kinds of personal data in a text; never the data."""
    found = {TITLES[finding.kind]: None for finding in scan(text)}
    if any(len(each) > 1 and each in text for each in private):
        found["来电人信息"] = None
    return tuple(found)


def withdraw(state: State, reason: str, now: datetime) -> list[Fact]:
    """Taken back, published or not."""
    return [] if state.state == "withdrawn" else [Withdrawn(at=now, reason=_clean(reason))]


def take_down(state: State, reason: str, now: datetime) -> list[Fact]:
    """紧急撤下, also of what was taken back before: its words are still in the facts."""
    return [] if state.sealed else [WordsTakenDown(at=now, reason=_clean(reason))]


def _clean(reason: str) -> str:
    if scan(reason):
        raise Refused("personal_data", "理由含有个人信息。", field="reason", remedy="请删去个人信息后重试。")
    return reason


def erased(state: State, now: datetime) -> list[Fact]:
    return [CopiesGone(at=now)] if state.erasing else []


def _require_standing(state: State) -> None:
    if state.state == "withdrawn":
        raise Refused("withdrawn_entry", "该内容已撤回。", remedy="请另立新条目。")


def record(state: State) -> Entry:
    """The text on its way, without its words."""
    same = ("sort", "category", "agency", "guide", "edition", "published_at", "doubted")
    kept = {name: getattr(state, name) for name in same}
    return Entry(
        id=state.number,
        title=" · ".join(
            filter(None, (TITLES_OF[state.sort], state.category, state.origin.area if state.origin else None))
        ),
        state=state.state,
        state_label=f"{LABELS[state.state]}，办事指南已更新" if state.doubted else LABELS[state.state],
        open=_open(state),
        opened_at=state.at,
        waits_for=_waits_for(state),
        ticket=state.origin.ticket if state.origin else None,
        **kept,
    )


def _open(state: State) -> bool:
    return state.state in ("draft", "revised") or (state.doubted and state.public)


def _waits_for(state: State) -> str:
    if not _open(state):
        return ""
    if state.doubted and state.guide_taken_down:
        return "发布人：办事指南已紧急撤下，核对是否写有撤下的内容，有则按泄露撤回"
    return "撰写人：对照办事指南核对" if state.doubted else "发布人：审核发布"


def shown(state: State) -> PublicTicket | Knowledge | None:
    """What everybody sees; nothing of what was never published."""
    if state.published_at is None:
        return None
    words: dict[str, Any] = {name: getattr(state, name) for name in ("category", "agency", "question", "answer")}
    words |= {"id": state.number, "published_at": state.published_at, "withdrawn": state.state == "withdrawn"}
    if state.sort is EntrySort.KNOWLEDGE or state.origin is None:
        same = ("guide", "guide_edition", "same_text", "doubted", "edition")
        return Knowledge(**words, **{name: getattr(state, name) for name in same})
    return PublicTicket(**words, **state.origin.model_dump(exclude={"ticket"}))


def tell(state: State, facts: Sequence[Fact]) -> list[Event]:
    told: list[Event] = [EntryChanged(record=record(state))]
    match facts[-1], shown(state):
        case (GuideMoved(), Knowledge() as doubted):
            return [*told, KnowledgeDoubted(record=doubted)]
        case (GuideConfirmed(), Knowledge() as confirmed):
            return [*told, KnowledgeConfirmed(record=confirmed)]
        case (Published() | Withdrawn() | GuideFollowed() | WordsTakenDown(), _):
            return told + _told(state)
        case _:
            return told


def _told(state: State) -> list[Event]:
    match shown(state):
        case PublicTicket() as public:
            return [(PublicTicketWithdrawn if public.withdrawn else PublicTicketPublished)(record=public)]
        case Knowledge() as knowledge:
            return [(KnowledgeWithdrawn if knowledge.withdrawn else KnowledgePublished)(record=knowledge)]
        case None:
            return []


def index(state: State) -> Mapping[str, Any]:
    return {
        "sort": state.sort.value,
        "public": state.public,
        "same_text": state.same_text,
        "open": _open(state),
        "category": state.category,
        "agency": state.agency,
        "marks": _marks(state),
        "ticket_kind": state.origin.kind.value if state.origin else None,
        "received_on": state.origin.received_on.isoformat() if state.origin else None,
        "published_at": state.published_at,
    }


def _marks(state: State) -> list[str] | None:
    """What was taken down follows no guide any more."""
    if state.sealed:
        return [ERASING] if state.erasing else None
    return [f"guide:{state.guide}"] if state.guide else None


KIND: CaseKind[State] = CaseKind(
    name="entry",
    title="公开内容",
    facts=FACTS,
    evolve=evolve,
    tell=tell,
    retell=lambda state: [EntryRestated(record=record(state)), *_told(state)],
    index=index,
)
