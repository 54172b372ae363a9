"""What cannot be handled is parked within its retries, with its payload and its reason, and blocks nobody."""

import json
import uuid
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import typer
from nats.aio.client import Client

from chassis.credentials import Secrets
from chassis.persons import Issuer
from chassis.rpc import Asker
from chassis.runtime import App
from chassis.store import Store
from cli import bus as operators
from cli.session import REFUSED
from contracts.base import Done, Role
from contracts.hotline import tickets as c
from contracts.hotline.terms import Matter
from contracts.platform import Parked
from contracts.readmodel import answers as r
from kernel.refused import Refused
from services.hotline.service import Hotline
from tests.faults.crashing import Emitter, Process, Stored, impatient, stored, ticket
from tests.faults.deadly import DEADLY
from tests.faults.test_restored import operate
from tests.readmodel.telling import changed, message, tell
from tests.readmodel.telling import ticket as told_ticket
from tests.servers import Desk, Servers, started, until


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Hotline]]:
    async with started(servers, ["hotline", "readmodel"], max_deliveries=2) as serving:
        yield serving.apps[0]


@pytest_asyncio.fixture(loop_scope="session")
async def emitter(servers: Servers) -> Emitter:
    return Emitter(await servers.client("h12345"), servers.region)


async def parked(servers: Servers, begins: str = "") -> list[Parked]:
    """Parked messages of services whose name begins like this."""
    found = await stored(servers, "PARKED", f"zwgk.{servers.region}.parked.{begins}")
    return [Parked.model_validate_json(each.data) for each in found]


async def seqs(servers: Servers) -> list[int]:
    js = (await servers.client("operator")).jetstream()
    state = (await js.stream_info("PARKED")).state
    return list(range(max(state.first_seq, 1), state.last_seq + 1))


def fresh() -> str:
    return f"P-{uuid.uuid4().hex[:10]}"


async def taken(app: App[Hotline], *numbers: str) -> bool:
    origins = [f"h12345:12345:{number}" for number in numbers]
    return len(await app.it.cases.by_origin(origins)) == len(numbers)


async def newly_parked(servers: Servers, before: int, count: int) -> list[Parked]:
    async def enough() -> list[Parked] | None:
        found = await parked(servers)
        return found[before:] if len(found) >= before + count else None

    found: list[Parked] = await until(enough)
    assert len(found) == count
    return found


HOSTILE: dict[str, tuple[bytes, str]] = {
    "no json": (b"{", "invalid"),
    "not utf-8": (b"\xff\xfe\x00", "invalid"),
    "no object": (b"[1]", "invalid"),
    "deep": (b"[" * 50_000, "invalid"),
    "large": (b'{"content": "' + b"x" * 190_000 + b'"}', "invalid"),
    "wrong type": (json.dumps(ticket("P-0") | {"revision": "zwei"}).encode(), "invalid"),
    "unknown value": (json.dumps(ticket("P-0") | {"kind": "骂人"}).encode(), "invalid"),
    "missing field": (json.dumps({"source": "12345"}).encode(), "invalid"),
    "unknown field": (json.dumps(ticket("P-0") | {"planted": 1}).encode(), "invalid"),
    "impossible date": (json.dumps(ticket("P-0") | {"occurred_at": "2026-02-30T09:00:00+08:00"}).encode(), "invalid"),
    "lone surrogate": (json.dumps(ticket("P-0")).encode().replace(b"P-0", b"\\ud800"), "invalid"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_bad_input_is_parked_and_its_neighbours_are_taken(
    servers: Servers, app: App[Hotline], emitter: Emitter, name: str
) -> None:
    body, code = HOSTILE[name]
    before, numbers = len(await parked(servers)), (fresh(), fresh())
    await emitter.emit(ticket(numbers[0]))
    await emitter.emit(body, **{"Nats-Msg-Id": f"{fresh()}\x01" * 60, "x-large": "\x01" * 50_000})
    await emitter.emit(ticket(numbers[1]))
    await until(lambda: taken(app, *numbers))
    (kept,) = await newly_parked(servers, before, 1)
    assert (kept.owner, kept.durable, kept.code) == ("hotline", "hotline-intake", code)
    assert app.runtime.parking.open(kept) == body
    assert "隐名" not in kept.model_dump_json()


async def test_an_operator_lists_shows_retries_and_drops(
    servers: Servers, app: App[Hotline], emitter: Emitter, capsys: pytest.CaptureFixture[str]
) -> None:
    number, before = fresh(), len(await parked(servers))
    await emitter.emit(ticket(number) | {"category": "没有的类别"})
    await newly_parked(servers, before, 1)
    seq = (await seqs(servers))[-1]
    await operate(servers, operators.parked_list, service="hotline", json_=True)
    rows = json.loads(capsys.readouterr().out)
    assert rows[-1]["seq"] == seq
    assert rows[-1]["code"] == "unknown_category"
    await operate(servers, operators.parked_show, seq, purpose="查看退回原因", json_=True)
    shown = json.loads(capsys.readouterr().out)
    assert json.loads(shown["payload"])["ticket_no"] == number
    readings = await app.runtime.collection("papers_audit").find({"purpose": "查看退回原因"})
    assert readings
    await operate(servers, operators.parked_drop, seq)
    assert seq not in [each["seq"] for each in await rows_of(servers, capsys)]


async def rows_of(servers: Servers, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    await operate(servers, operators.parked_list, service=None, json_=True)
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


async def test_a_retry_after_the_cause_is_gone_handles_the_message_once(
    servers: Servers, app: App[Hotline], emitter: Emitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, before = fresh(), len(await parked(servers))

    async def broken(*_: Any) -> Any:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(app.it.papers, "put", broken)
        await emitter.emit(ticket(number))
        (kept,) = await newly_parked(servers, before, 1)
    assert kept.code == "failing"
    assert kept.deliveries == 4, "two that may have been spoilt by neighbours, one by itself, and the end"
    assert not await taken(app, number)
    seq = (await seqs(servers))[-1]
    await operate(servers, operators.parked_retry, seq)
    assert await taken(app, number)
    assert len(await parked(servers)) == before


async def test_a_retry_of_what_is_still_refused_leaves_it_parked(
    servers: Servers, app: App[Hotline], emitter: Emitter
) -> None:
    before = len(await parked(servers))
    await emitter.emit(ticket(fresh()) | {"category": "没有的类别"})
    await newly_parked(servers, before, 1)
    with pytest.raises(typer.Exit) as ended:
        await operate(servers, operators.parked_retry, (await seqs(servers))[-1])
    assert ended.value.exit_code == REFUSED
    assert len(await parked(servers)) == before + 1


@pytest.mark.parametrize(
    "forged",
    [
        {"ce-type": "hotline.ticket.closed.v1"},
        {"ce-source": "/zwgk/999901/publication"},
        {"ce-source": "/zwgk/110000/hotline"},
        {"ce-subject": "another"},
        {"ce-specversion": "0.3"},
        {"ce-time": ""},
    ],
    ids=str,
)
async def test_headers_that_disagree_with_the_subject_are_parked(
    servers: Servers, app: App[Hotline], desk: Desk, forged: dict[str, str]
) -> None:
    id, before = fresh(), len(await parked(servers, "readmodel"))
    made = message(changed(told_ticket(id)), 1)
    headers = {key: value for key, value in (made.headers | forged).items() if value}
    js = (await servers.client("hotline")).jetstream()
    await js.publish(made.subject, made.body.encode(), stream="EVENTS", headers=headers)
    await tell(servers, "hotline", [message(changed(told_ticket(f"{id}-b")), 1)])
    await view(desk, f"{id}-b")

    async def kept() -> bool:
        return len(await parked(servers, "readmodel")) == before + 1

    await until(kept)
    assert (await parked(servers, "readmodel"))[-1].code == "mismatch"
    assert await or_none(desk(r.GetView(type="hotline.ticket", id=id), r.View, roles=[Role.SUPERVISOR])) is None


async def test_a_record_of_another_id_than_its_subject_is_parked(servers: Servers, app: App[Hotline]) -> None:
    made, before = message(changed(told_ticket(fresh())), 1), len(await parked(servers, "readmodel"))
    body = json.loads(made.body)
    body["record"]["id"] = "another"
    js = (await servers.client("hotline")).jetstream()
    await js.publish(made.subject, json.dumps(body).encode(), stream="EVENTS", headers=dict(made.headers))

    async def kept() -> bool:
        return len(await parked(servers, "readmodel")) == before + 1

    await until(kept)


async def view(desk: Desk, id: str) -> r.View:
    asked = r.GetView(type="hotline.ticket", id=id)
    found: r.View = await until(lambda: or_none(desk(asked, r.View, roles=[Role.SUPERVISOR])))
    return found


async def or_none(asking: Awaitable[Any]) -> Any:
    try:
        return await asking
    except Refused:
        return None


async def test_a_forged_person_is_refused_on_the_bus(servers: Servers, app: App[Hotline], desk: Desk) -> None:
    elsewhere = Issuer(Secrets.made(["desk"]).persons_key)
    forged = elsewhere.token("厅长", "厅长", [Role.DISPATCHER], "bgs", servers.clock.now())
    genuine = servers.token("张三", [Role.CLERK])
    head, _, tail = genuine.partition(".")
    payload, _, signature = tail.partition(".")
    for token, code in (
        (forged, "token_invalid"),
        (f"{head}.{payload}.{signature[::-1]}", "token_invalid"),
        ("", "token_needed"),
    ):
        with pytest.raises(Refused) as refused:
            await ask_with(desk.client, servers, token)
        assert refused.value.code == code


async def ask_with(client: Client, servers: Servers, token: str) -> Any:
    asker = Asker(lambda: client, servers.region, "desk")
    command = c.ClassifyTicket(id="999901-RX-2026-000001", category="城市管理", matter=Matter.ORDINARY)
    return await asker(command, Done, token=token)


@pytest.mark.timeout(100)
async def test_a_message_that_kills_its_process_is_parked_and_its_neighbours_are_taken(tmp_path: Path) -> None:
    async with impatient(tmp_path) as servers:
        settings = servers.settings(max_deliveries=2)
        serving = Process(servers, [], tmp_path / "serving.log", settings, argv=("-m", "tests.faults.deadly"))
        emitter = Emitter(await servers.client("h12345"), servers.region)
        await emitter.emit_all([ticket("D-1"), ticket("D-2", content=DEADLY), ticket("D-3")])
        crashes = 0

        async def over() -> list[Stored]:
            nonlocal crashes
            if serving.running is None or not serving.alive:
                crashes += 1
                await serving.start(survives=False)
            return await stored(servers, "PARKED")

        try:
            (kept,) = await until(over, 60)
            await until(lambda: both_taken(servers))
        finally:
            serving.kill()
        assert Parked.model_validate_json(kept.data).code == "failing"
        assert crashes == 4, "two deliveries in a batch, one alone; then it is parked"


async def both_taken(servers: Servers) -> bool:
    store = Store(servers.mongo.url, "zwgk_hotline")
    try:
        found = await store.collection("cases").find({"kind": "ticket"}, {"origin": 1})
    finally:
        await store.close()
    return {each["origin"] for each in found} == {"ticket:h12345:12345:D-1", "ticket:h12345:12345:D-3"}
