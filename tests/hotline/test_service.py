"""The hotline on real servers: from the emitter's own account through the case to the caller."""

import asyncio
import json
import runpy
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from nats.aio.client import Client

from chassis.actors import Actor, Cause, service
from chassis.handlers import Emission
from chassis.rpc import Asker
from chassis.runtime import App
from contracts import subjects
from contracts.base import Done, Intake, Role
from contracts.hotline import tickets as c
from contracts.hotline.ratings import RatingGiven
from contracts.hotline.reading import Following, FollowTicket, ShowTicket, TicketPage
from contracts.hotline.terms import Ending, Satisfaction
from contracts.supervision import CalendarNotice, CalendarNoticeLoaded
from kernel.calendar import Notice, Rest
from kernel.clock import CST
from kernel.refused import Refused
from services.hotline import door, handlers
from services.hotline.domain import intake
from services.hotline.domain.intake import dossier
from services.hotline.service import Hotline
from tests.servers import MORNING, Desk, Servers, started, until

EXAMPLE = Path(__file__).parents[2] / "contracts" / "examples" / "emit_ticket.py"
SECRET = "示例来电人甲的悄悄话"


class Emitter:
    """A system outside: emits under its own account and reads its own answers."""

    def __init__(
        self, client: Client, region: str, party: str = "h12345", what: type[Intake] = c.TicketEmitted
    ) -> None:
        self.js = client.jetstream(timeout=5)
        self.party = party
        self.subject = subjects.intake(region, what, party)

    async def emit(self, *bodies: dict[str, Any] | bytes) -> None:
        data = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
        await asyncio.gather(*(self.js.publish(self.subject, each, stream="INTAKE") for each in data))

    async def read(self, count: int) -> list[dict[str, Any]]:
        """The next answers, in the order in which they came."""
        pull = await self.js.pull_subscribe_bind(f"{self.party}-answers", "ANSWERS")
        got: list[dict[str, Any]] = []
        for _ in range(40):
            try:
                messages = await pull.fetch(count - len(got), timeout=0.5)
            except TimeoutError:
                continue
            for message in messages:
                await message.ack()
                got.append(json.loads(message.data))
            if len(got) == count:
                break
        await pull.unsubscribe()
        assert len(got) == count
        return got


def ticket(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "source": "12345",
        "ticket_no": number,
        "occurred_at": (MORNING - timedelta(hours=2)).isoformat(),
        "received_at": (MORNING - timedelta(hours=1)).isoformat(),
        "channel": "电话",
        "kind": "求助",
        "title": "路灯不亮",
        "content": SECRET,
        "category": "城市管理",
        "place": "样桥镇样板路1号",
        "caller": {"name": "示例来电人甲", "phone": "0000-5558001"},
    } | changes


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Hotline]]:
    async with started(servers, ["hotline"]) as serving:
        yield serving.apps[0]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def emitter(servers: Servers, app: App[Hotline]) -> Emitter:
    return Emitter(await servers.client("h12345"), servers.region)


async def take(emitter: Emitter, number: str, **changes: Any) -> dict[str, Any]:
    await emitter.emit(ticket(number, **changes))
    (answer,) = await emitter.read(1)
    return answer


async def as_centre(desk: Desk, message: Any, as_: str = "派单员甲") -> Done:
    return await desk(message, Done, as_=as_, agency="rxzx", roles=[Role.DISPATCHER])


async def as_unit(desk: Desk, message: Any, agency: str, as_: str = "经办人乙") -> Done:
    return await desk(message, Done, as_=as_, agency=agency, roles=[Role.CLERK])


async def replied(desk: Desk, id: str, unit: str = "zjj") -> None:
    await as_centre(desk, c.DispatchTicket(id=id, lead=unit))
    await as_unit(desk, c.SignTicket(id=id), unit)
    await as_unit(desk, c.ReplyTicket(id=id, text="已经修好，请放心。"), unit)
    await as_centre(desk, c.ReviewReply(id=id, approve=True))


def citizen(app: App[Hotline], servers: Servers) -> Any:
    """Citizens ask through the gateway."""

    async def ask(message: Any, into: Any) -> Any:
        client = await servers.client("gateway")
        return await Asker(lambda: client, servers.region, "gateway")(message, into)

    return ask


async def test_every_emission_is_answered(emitter: Emitter) -> None:
    first = await take(emitter, "S-1")
    assert (first["outcome"], first["emission"]) == ("accepted", "12345:S-1:1")
    assert first["case"].startswith("999901-RX-2026-")
    assert first["due_at"].startswith("2026-12-01T00:00:00")  # five working days after 23 November
    assert (await take(emitter, "S-1"))["outcome"] == "repeated"
    assert (await take(emitter, "S-1", revision=3, content="补充"))["outcome"] == "updated"
    lower = await take(emitter, "S-1", revision=2, content="中间")
    assert (lower["outcome"], lower["case"]) == ("ignored", first["case"])
    other = await take(emitter, "S-1", revision=3, content="别的")
    assert (other["outcome"], other["field"], other["code"]) == ("rejected", "content", "other_content")


async def test_a_batch_with_revisions_in_disorder_opens_one_case(emitter: Emitter, app: App[Hotline]) -> None:
    numbers = [2, 3, 1, 2, 3, 1]
    await emitter.emit(*(ticket("S-2", revision=n, content=f"第{n}次") for n in numbers))
    answers = await emitter.read(len(numbers))
    assert len({answer["case"] for answer in answers}) == 1
    assert sum(answer["outcome"] == "accepted" for answer in answers) == 1
    held = (await app.it.cases.by_origin(["h12345:12345:S-2"]))["h12345:12345:S-2"]
    assert held.state.revision == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{not json", None),
        (ticket("S-3", kind="抱怨"), "kind"),
        (ticket("S-3", category="别的事情"), "category"),
        (ticket("S-3", occurred_at=(MORNING + timedelta(hours=5)).isoformat()), "occurred_at"),
        ({name: value for name, value in ticket("S-3").items() if name != "title"}, "title"),
        (ticket("S-3", occurred_at="2026-13-40"), "occurred_at"),
        (ticket("S-3", revision="一"), "revision"),
        (ticket("S-3", source="某 系统"), "source"),
    ],
)
async def test_what_is_wrong_is_rejected_with_the_field_and_kept_for_an_operator(
    emitter: Emitter, servers: Servers, body: dict[str, Any] | bytes, field: str | None
) -> None:
    operator = (await servers.client("operator")).jetstream()
    before = (await operator.stream_info("PARKED")).state.messages
    await emitter.emit(body)
    (answer,) = await emitter.read(1)
    assert (answer["outcome"], answer["field"]) == ("rejected", field)
    known = {"revision": "12345:S-3:?", "source": "?:S-3:1"}.get(str(field), "12345:S-3:1")
    assert answer["emission"] == (known if isinstance(body, dict) else "")
    assert answer["reason"]
    for value in ("抱怨", "某 系统", "别的事情", "2026-13-40", SECRET):
        assert value not in json.dumps(answer, ensure_ascii=False)

    async def kept() -> bool:
        return bool((await operator.stream_info("PARKED")).state.messages == before + 1)

    await until(kept)  # it is answered first and parked then


async def test_from_dispatch_to_the_callers_rating(
    emitter: Emitter, desk: Desk, app: App[Hotline], servers: Servers
) -> None:
    answer = await take(emitter, "S-4")
    id, code, ask = answer["case"], answer["query_code"], citizen(app, servers)
    seen = await ask(FollowTicket(number=id, code=code), Following)
    assert (seen.state_label, seen.reply) == ("待派单", None)
    await replied(desk, id)
    seen = await ask(FollowTicket(number=id, code=code), Following)
    assert (seen.reply, seen.can_rate) == ("已经修好，请放心。", True)
    assert [step.label for step in seen.steps] == ["已受理", "已派单", "承办单位已签收", "回复待审核", "已答复"]
    visit = c.RecordVisit(id=id, reached=True, solved=True, satisfaction=Satisfaction.SATISFIED)
    assert (await as_centre(desk, visit)).state == "closed"
    assert (await ask(c.RateTicket(number=id, code=code, level=5), Done)).state == "closed"
    for number, wrong in ((id, "AAAAAAAAAA"), ("999901-RX-2026-999999", code)):
        with pytest.raises(Refused, match="编号或查询码不正确"):
            await ask(FollowTicket(number=number, code=wrong), Following)


async def test_papers_are_for_who_works_on_it_and_every_reading_is_kept(
    emitter: Emitter, desk: Desk, app: App[Hotline]
) -> None:
    answer = await take(emitter, "S-5", caller={"name": "示例来电人乙", "phone": "0000-5558002", "wants_secrecy": True})
    id = answer["case"]
    await as_centre(desk, c.DispatchTicket(id=id, lead="zjj"))
    whole: TicketPage = await desk(ShowTicket(id=id), TicketPage, agency="rxzx", roles=[Role.DISPATCHER])
    assert whole.caller is not None
    assert whole.content == SECRET
    unit: TicketPage = await desk(ShowTicket(id=id), TicketPage, agency="zjj", roles=[Role.CLERK])
    assert unit.caller is None
    with pytest.raises(Refused) as refused:
        await desk(ShowTicket(id=id), TicketPage, agency="jyj", roles=[Role.CLERK])
    assert refused.value.code == "not_your_ticket"
    paper = (await app.it.cases.load(id)).state.paper
    assert [reading["by"]["agency"] for reading in await app.it.papers.readings([paper])] == ["rxzx", "zjj"]


async def test_the_same_key_decides_once(emitter: Emitter, desk: Desk) -> None:
    id = (await take(emitter, "S-6"))["case"]
    command = c.DispatchTicket(id=id, lead="zjj")
    given: dict[str, Any] = {"key": "once", "agency": "rxzx", "roles": [Role.DISPATCHER]}
    first, second = [await desk(command, Done, **given) for _ in range(2)]
    assert (first.repeated, second.repeated, second.version) == (False, True, first.version)


async def test_an_emergency_is_answered_with_the_transfer_notice(emitter: Emitter, desk: Desk) -> None:
    answer = await take(emitter, "S-7", content="桥下有人落水。", urgency="特急")
    assert "119" in answer["notice"]
    id = answer["case"]
    with pytest.raises(Refused) as refused:
        await as_centre(desk, c.CloseTicket(id=id, ending=Ending.TRANSFERRED, text="已转119"))
    assert refused.value.code == "emergency_open"
    await as_centre(desk, c.ConfirmHandOver(id=id, number="119"))
    closed = await as_centre(desk, c.CloseTicket(id=id, ending=Ending.TRANSFERRED, text="已转119"))
    assert closed.state == "closed"


async def test_merged_tickets_get_the_reply_of_the_main_one(emitter: Emitter, desk: Desk, app: App[Hotline]) -> None:
    main, other = [(await take(emitter, number))["case"] for number in ("S-8", "S-9")]
    await as_centre(desk, c.MergeTicket(id=other, into=main))
    assert (await take(emitter, "S-9", revision=2, content="补充"))["merged_into"] == main

    async def absorbed() -> bool:
        return (await app.it.cases.load(main)).state.absorbed == (other,)

    await until(absorbed)
    await replied(desk, main)

    async def answered() -> bool:
        return (await app.it.cases.load(other)).state.state.value == "visiting"

    await until(answered)


async def test_time_makes_it_overdue_once(emitter: Emitter, app: App[Hotline], servers: Servers) -> None:
    answer = await take(emitter, "S-10", urgency="特急", title="断桥", content="桥面断裂")
    servers.clock.advance(timedelta(hours=3))

    async def overdue() -> bool:
        return (await app.it.cases.load(answer["case"])).state.overdue

    await until(overdue)


async def test_a_ticket_from_the_web_takes_the_same_way(app: App[Hotline], servers: Servers) -> None:
    ask = citizen(app, servers)
    command = c.TakeTicket(channel="网站", kind="建议", title="增加座位", content="希望图书馆增加座位。")  # type: ignore[arg-type]
    done = await ask(command, c.TicketTaken)
    assert (done.outcome, done.state) == ("accepted", "triage")
    assert (await ask(FollowTicket(number=done.id, code=done.query_code), Following)).kind == "建议"
    wrong = command.model_copy(update={"channel": "心灵感应"})
    with pytest.raises(Refused) as refused:
        await ask(wrong, c.TicketTaken)
    assert refused.value.field == "channel"


async def test_two_replicas_at_the_door_open_one_case(app: App[Hotline], servers: Servers) -> None:
    """Both ask before either has written; the second finds that the first was there."""
    emission = c.TicketEmitted.model_validate(ticket("S-12"))
    cause = Cause(Actor("party", "h12345"), "ignored", servers.clock.now())
    both = await asyncio.gather(*(door.take_in(app.it, [Emission(emission, "h12345", cause)]) for _ in range(4)))
    answers = [answer for (answer,) in both if isinstance(answer, c.TicketAnswer)]
    assert sorted(answer.outcome for answer in answers) == ["accepted", "repeated", "repeated", "repeated"]
    assert len({answer.case for answer in answers}) == 1


async def test_papers_are_erased_together(app: App[Hotline], desk: Desk, emitter: Emitter, servers: Servers) -> None:
    first = await take(emitter, "S-13")
    await take(emitter, "S-13", revision=2, content="补充")
    await replied(desk, first["case"])
    case = (await app.it.cases.load(first["case"])).state
    assert await app.it.papers.erase(dossier(case, app.it.digest)) == 4  # two sheets, the reply, the review
    with pytest.raises(Refused) as refused:
        await desk(ShowTicket(id=case.number), TicketPage, agency="rxzx", roles=[Role.DISPATCHER])
    assert refused.value.code == "paper_erased"


async def test_a_new_notice_moves_the_limit_of_an_open_ticket(
    app: App[Hotline], emitter: Emitter, servers: Servers
) -> None:
    received = datetime(2026, 11, 24, 9, tzinfo=CST)
    answer = await take(emitter, "S-14", received_at=received.isoformat(), occurred_at=received.isoformat())
    before = (await app.it.cases.load(answer["case"])).state.limit
    shipped = Notice.read(files("kernel.data").joinpath("holidays/2026.json").read_text(encoding="utf-8"))
    day = Rest(name="测试", first=date(2026, 11, 26), last=date(2026, 11, 26))
    try:
        await _hear(app, servers, shipped.model_copy(update={"rest": (*shipped.rest, day)}), "notice-1")
        after = (await app.it.cases.load(answer["case"])).state.limit
    finally:
        await _hear(app, servers, shipped, "notice-2")
    assert after.due_at - before.due_at == timedelta(days=1)
    assert (await app.it.cases.load(answer["case"])).state.limit == before


async def _hear(app: App[Hotline], servers: Servers, notice: Notice, id: str) -> None:
    told = CalendarNotice(
        id=f"notice-{notice.year}", year=notice.year, number=notice.number, notice_json=notice.model_dump_json()
    )
    cause = Cause(service("supervision"), id, servers.clock.now())
    await handlers.recompute(app.it, CalendarNoticeLoaded(record=told), cause)


async def test_ratings_of_service_matters_have_a_door_of_their_own(app: App[Hotline], servers: Servers) -> None:
    """The rating system has an account of its own: it emits ratings, no tickets, and reads its own answers."""
    client = await servers.client("ratings")
    counter = Emitter(client, servers.region, "ratings", RatingGiven)
    rating = {"rating_no": "R-1", "given_at": MORNING.isoformat(), "level": 1, "way": "一次一评", "agency": "zwj"}
    rating |= {"channel": "窗口", "guide": "SX-1", "rater": {"name": "示例来电人甲", "phone": "0000-5558001"}}
    await counter.emit(json.dumps(rating).encode(), json.dumps(rating | {"level": 7}).encode())
    answers = await counter.read(2)
    assert sorted((each["outcome"], each["field"]) for each in answers) == [("accepted", None), ("rejected", "level")]
    held = (await app.it.ratings.by_origin(["ratings:R-1"]))["ratings:R-1"]
    assert (held.state.agency, held.state.named) == ("zwj", True)
    elsewhere = Emitter(client, servers.region, "ratings")
    with pytest.raises(TimeoutError):
        await client.jetstream(timeout=0.5).publish(elsewhere.subject, b"{}", stream="INTAKE")


async def test_the_example_of_an_emitter(emitter: Emitter, servers: Servers, tmp_path: Path) -> None:
    """With a ticket of the run's own clock, which need not be the machine's."""
    await emitter.emit(ticket("S-11"))  # answered while the example is away
    given = tmp_path / "ticket.json"
    given.write_text(json.dumps(ticket("S-11-EX")))
    printed = await _run(servers.files["h12345"], given)
    assert [answer["outcome"] for answer in printed] == ["accepted", "accepted"]
    assert [answer["emission"] for answer in printed] == ["12345:S-11:1", "12345:S-11-EX:1"]


def test_the_examples_own_ticket_is_one() -> None:
    shown = runpy.run_path(str(EXAMPLE))
    made = [c.TicketEmitted.model_validate(shown["ticket_of_now"]()) for _ in range(2)]
    now = datetime.now(CST)
    assert len({each.ticket_no for each in made}) == 2
    assert all(intake.arrive(each, "h12345", now, str, {}) for each in made)


async def _run(*argv: Path) -> Sequence[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(EXAMPLE), *map(str, argv), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return [json.loads(line) for line in out.decode().splitlines()]


async def test_nothing_personal_is_told(emitter: Emitter, servers: Servers) -> None:
    """Every event of the run, read from the stream."""
    told = [each.data.decode() for each in await servers.told("zwgk.*.evt.*.hotline.>")]
    assert len(told) > 20
    for value in (SECRET, "示例来电人", "5558001", "样板路", "路灯不亮", "请放心"):
        assert not any(value in body for body in told)
