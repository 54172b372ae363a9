"""Clean-up rounds with their three lists, and proposals to publish what people ask for."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio

from chassis.actors import Actor, Cause
from chassis.runtime import App
from contracts.base import Done
from contracts.publication import rounds as c
from contracts.publication.documents import ApproveByHead, MarkValidity, Publish, Review, SetAttribute
from contracts.publication.record import Attribute, Validity
from contracts.requests.procedure import ProactiveProposed
from contracts.requests.terms import Proposal, Request
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.refused import Refused
from services.publication import handlers
from services.publication.domain.facts import Official
from services.publication.rounds import cleanup, proposals
from services.publication.service import Publication
from tests.publication.test_gazette import normative
from tests.publication.test_service import clear, draft, file_of, refused
from tests.servers import Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")
CALENDAR = Calendar.shipped()
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=CST)
ZHAO = Official(id="zhao", name="赵审核", agency="bgs")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


async def test_the_next_round_is_due_two_years_after_the_last() -> None:
    state = cleanup.KIND.fold(None, cleanup.open_round("r-1", NOW.date(), 3, ZHAO, NOW))
    assert cleanup.alarm(state) is None
    with pytest.raises(Refused, match="1 件"):
        cleanup.close(state, 1, {}, ZHAO, NOW, CALENDAR)
    state = cleanup.KIND.fold(state, cleanup.close(state, 0, {c.Conclusion.KEEP: "d-1"}, ZHAO, NOW, CALENDAR))
    state = cleanup.KIND.fold(state, cleanup.carry_out(state, (), ZHAO, NOW))
    due = end_of_day(date(2028, 3, 2))
    assert (cleanup.record(state).open, cleanup.alarm(state)) == (False, due)
    assert cleanup.KIND.tick(state, due - timedelta(seconds=1), CALENDAR) == []
    state = cleanup.KIND.fold(state, cleanup.KIND.tick(state, due, CALENDAR))
    assert (cleanup.record(state).open, cleanup.record(state).overdue, cleanup.alarm(state)) == (True, True, None)
    state = cleanup.KIND.fold(state, cleanup.followed(state))
    assert not cleanup.record(state).open


@pytest.mark.parametrize(("at", "overdue"), [(-1, False), (0, True)])
async def test_units_are_late_after_the_day_set_for_their_opinions(at: int, overdue: bool) -> None:
    facts = cleanup.open_round("r-1", NOW.date(), 3, ZHAO, NOW, opinions_by=date(2026, 3, 20))
    state = cleanup.KIND.fold(None, facts)
    due = end_of_day(date(2026, 3, 20))
    assert (cleanup.record(state).due_at, cleanup.alarm(state)) == (due, due)
    passed = cleanup.KIND.tick(state, due + timedelta(seconds=at), CALENDAR)
    assert bool(passed) is overdue
    state = cleanup.KIND.fold(state, passed)
    assert cleanup.record(state).overdue is overdue
    state = cleanup.KIND.fold(state, cleanup.close(state, 0, {}, ZHAO, NOW, CALENDAR))
    assert not cleanup.record(state).overdue
    with pytest.raises(Refused, match="期限"):
        cleanup.open_round("r-2", NOW.date(), 3, ZHAO, NOW, opinions_by=date(2026, 3, 1))


async def test_a_round_ends_in_three_lists_and_marks_what_has_ended(desk: Desk, app: App[Publication]) -> None:
    ids = [await normative(desk, n) for n in range(30, 34)]
    gone = await normative(desk, 34)
    round_id = (await desk(c.OpenCleanup(until=date(2026, 11, 20)), Done, as_="赵审核", agency="bgs")).id
    await refused("round_open", desk(c.OpenCleanup(until=date(2026, 11, 20)), Done, as_="赵审核", agency="bgs"))
    page: c.CleanupPage = await desk(c.GetCleanup(id=round_id), c.CleanupPage)
    assert {*ids, gone} <= {item.document for item in page.items}
    assert sum(unit.left for unit in page.units) == page.left == len(page.items)
    others = tuple(item.document for item in page.items if item.document not in (*ids, gone))
    close = c.CloseCleanup(id=round_id, issuer="bgs")
    await refused("unjudged", desk(close, Done, as_="赵审核", agency="bgs"))
    ended = MarkValidity(id=gone, validity=Validity.REPEALED, on=date(2026, 11, 23), by_document=ids[0])
    await desk(ended, Done, as_="赵审核", agency="bgs")
    judged = [
        (c.Conclusion.KEEP, (ids[0], *others)),
        (c.Conclusion.END, (ids[1], ids[2])),
        (c.Conclusion.AMEND, (ids[3],)),
    ]
    for conclusion, documents in judged:
        command = c.Judge(id=round_id, documents=documents, conclusion=conclusion, reason="对照上位法")
        await desk(command, Done, as_="赵审核", agency="bgs")
    await desk(close, Done, as_="赵审核", agency="bgs", key="close")
    await desk(close, Done, as_="赵审核", agency="bgs", key="close")
    lists = (await desk(c.GetCleanup(id=round_id), c.CleanupPage)).round.lists
    assert sorted(lists) == ["失效废止", "继续有效", "需修改"]
    ended_list = lists["失效废止"]
    text = (await app.it.documents.load(ended_list)).state.text.sha256
    assert "规范性文件31的办法\t示财规〔2026〕31号" in (await app.it.texts.bring(text) or "")
    carry_out = c.CarryOutCleanup(id=round_id)
    for name in lists:
        await refused("list_not_public", desk(carry_out, Done, as_="赵审核", agency="bgs"))
        digest = (await app.it.documents.load(lists[name])).state.text.sha256
        assert "规范性文件34的办法" not in (await app.it.texts.bring(digest) or ""), "it ended meanwhile"
        await _publish_list(desk, lists[name])
    assert (await desk(carry_out, Done, as_="赵审核", agency="bgs")).state == "done"
    found = [(await file_of(desk, id)).record.metadata for id in ids]
    assert [each.validity.value for each in found] == ["有效", "废止", "废止", "有效"]
    assert found[1].ended_by == ended_list


async def _publish_list(desk: Desk, id: str) -> None:
    """The list goes the way of any draft; its drafter is the person who closed the round."""
    command = SetAttribute(id=id, attribute=Attribute.PROACTIVE)
    await desk(command, Done, as_="赵审核", agency="bgs")
    await desk(ApproveByHead(id=id), Done, as_="孙主任", agency="bgs")
    await desk(Review(id=id, secrecy=True, wording=True, timing=True), Done, as_="周审核", agency="bgs")
    await desk(Publish(id=id), Done, as_="周审核", agency="bgs")


@pytest.mark.parametrize(("at", "overdue"), [(-1, False), (0, True)])
async def test_a_proposal_is_overdue_after_twenty_working_days(at: int, overdue: bool) -> None:
    facts = proposals.propose("p-1", "czj", ("r-1", "r-2"), 2, NOW, CALENDAR)
    state = proposals.KIND.fold(None, facts)
    assert state.due_at == end_of_day(date(2026, 3, 30))
    told = proposals.KIND.tick(state, state.due_at + timedelta(seconds=at), CALENDAR)
    assert bool(told) is overdue
    state = proposals.KIND.fold(state, [*told, *proposals.decline(state, "涉及商业秘密", ZHAO, NOW)])
    assert not proposals.record(state).open
    assert proposals.alarm(state) is None


async def test_what_several_people_ask_for_is_proposed_once_and_adopted_by_a_document(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    event = proposal_event(("999901-YSQ-2026-000001", "999901-YSQ-2026-000002"), 2)
    for number in range(2):
        await _hear(app.it, servers, event, f"event-{number}")
    (held,) = await app.it.proposals.find({"agency": "czj"})
    assert (held.state.applicants, proposals.record(held.state).state) == (2, "open")
    decline = c.DeclineProposal(id=held.id, reason="涉及商业秘密，不宜公开")
    assert (await desk(decline, Done, as_="赵审核", agency="bgs")).state == "declined"
    await _hear(app.it, servers, proposal_event(("999901-YSQ-2026-000003",), 3), "event-3")
    assert (await app.it.proposals.load(held.id)).state.decided is False
    id = await draft(desk, "经评估公开的信息", formed_on=date(2026, 11, 20))
    adopt = c.AdoptProposal(id=held.id, document=id)
    await refused("not_public", desk(adopt, Done, as_="赵审核", agency="bgs"))
    await clear(desk, id)
    await desk(Publish(id=id), Done, as_="赵审核", agency="bgs")
    assert (await desk(adopt, Done, as_="赵审核", agency="bgs")).state == "adopted"
    await refused("adopted", desk(decline, Done, as_="赵审核", agency="bgs"))


def proposal_event(asked: tuple[str, ...], applicants: int) -> ProactiveProposed:
    record = Request.model_construct(id=asked[0], agency="czj")
    proposal = Proposal(information="digest", requests=asked, applicants=applicants)
    return ProactiveProposed.model_construct(record=record, proposal=proposal)


async def _hear(service: Publication, servers: Servers, event: ProactiveProposed, id: str) -> None:
    cause = Cause(Actor("service", "requests"), id, servers.clock.now())
    await handlers.on.events[ProactiveProposed](service, event, cause)
