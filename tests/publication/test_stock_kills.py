"""An import that ends at any of its steps, as a killed process does: begun again, each line is there once, with its
number, and nothing else is left."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from chassis.actors import Actor, Cause
from chassis.runtime import App
from contracts.base import Done
from contracts.publication import stock as c
from contracts.publication.documents import Withdraw
from contracts.publication.record import Leak
from kernel.numbers import IndexNumber
from services.publication import importing, takedown
from services.publication.domain.facts import Official
from services.publication.numbering import IndexNumbers
from services.publication.service import Publication
from services.publication.storage import Documents, Texts
from tests.servers import MORNING, Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")
ZHAO = Official(id="zhao", name="赵审核", agency="bgs")
LINES = 6
CARRIED = 2
"""This line carries its own 索引号."""


class Killed(BaseException):
    """Nothing behind it runs, as behind a kill: no step of an import catches it."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


def line(name: str, n: int) -> c.ImportItem:
    given = {
        "title": f"关于{name}{n}的通知",
        "body": f"{name}第{n}件的正文。",
        "issuer": "lyj",
        "attribute": "主动公开",
    }
    given |= {"published_on": f"{YEARS[name]}-03-04", "formed_on": f"{YEARS[name]}-03-01"}
    if n == CARRIED:
        given["index_no"] = f"TCXXGK-{YEARS[name]}-000{n}"
    return c.ImportItem(name=f"{name}:{n}", form="jsonl", content=json.dumps(given, ensure_ascii=False))


def cause(id: str) -> Cause:
    return Cause(Actor("person", ZHAO.id, ZHAO.name, agency="bgs"), id, MORNING)


async def take_in(service: Publication, name: str, key: str, *, confirm: bool = True) -> Counter[str]:
    items = tuple(line(name, n) for n in range(LINES))
    outcomes = await importing.take_in(service, c.Import(items=items, confirm=confirm), ZHAO, cause(f"{name}-{key}"))
    return Counter(outcome.outcome for outcome in outcomes)


def ends_before(monkeypatch: pytest.MonkeyPatch, owner: type, method: str) -> None:
    async def killed(*given: Any) -> None:
        raise Killed

    monkeypatch.setattr(owner, method, killed)


def ends_after(monkeypatch: pytest.MonkeyPatch, owner: type, method: str) -> None:
    whole: Callable[..., Awaitable[Any]] = getattr(owner, method)

    async def killed(*given: Any) -> None:
        await whole(*given)
        raise Killed

    monkeypatch.setattr(owner, method, killed)


def ends_within(monkeypatch: pytest.MonkeyPatch, owner: type, method: str) -> None:
    """The database got half of the rows."""
    whole: Callable[..., Awaitable[Any]] = getattr(owner, method)

    async def killed(it: Any, rows: Any) -> None:
        await whole(it, rows[: len(rows) // 2])
        raise Killed

    monkeypatch.setattr(owner, method, killed)


STEPS: dict[str, tuple[Callable[[pytest.MonkeyPatch, type, str], None], type, str]] = {
    "读过": (ends_before, Publication, "new_ids"),
    "编件号": (ends_after, Publication, "new_ids"),
    "存一半": (ends_within, Texts, "keep"),
    "存正文": (ends_after, Texts, "keep"),
    "留索引号": (ends_after, IndexNumbers, "take"),
    "编索引号": (ends_after, IndexNumbers, "claim"),
    "入一半": (ends_within, Documents, "open_many"),
    "入库": (ends_after, Documents, "open_many"),
}
YEARS = {name: 2009 + n for n, name in enumerate((*STEPS, "交叉", "并发"))}
"""A year for each test: its series of numbers is its own."""


async def every_line_once(service: Publication, name: str) -> None:
    """Each line is one public document; the numbers of its year are without gap or repeat; no text is left over."""
    found = await service.documents.find({"agency": "lyj"}, limit=1000)
    cases = [held.state for held in found if held.state.metadata.title.startswith(f"关于{name}")]
    assert sorted(case.metadata.title for case in cases) == [f"关于{name}{n}的通知" for n in range(LINES)]
    assert all(case.public for case in cases)
    numbers = [IndexNumber.parse(case.metadata.index_no or "") for case in cases]
    given = sorted(number.seq for number in numbers if number.org != "TCXXGK")
    assert given == list(range(1, LINES)), "a gap or a repeat"


@pytest.mark.parametrize("name", STEPS)
async def test_killed_at_a_step_it_goes_on(
    servers: Servers, desk: Desk, app: App[Publication], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = app.it
    ends, owner, method = STEPS[name]
    with monkeypatch.context() as until_killed:
        ends(until_killed, owner, method)
        with pytest.raises(Killed):
            await take_in(service, name, "1")
    there = len(await held_titles(service, name))
    assert there == {"入一半": LINES // 2, "入库": LINES}.get(name, 0)
    assert await take_in(service, name, "2") == +Counter(published=LINES - there, exists=there)
    assert await take_in(service, name, "3") == Counter(exists=LINES)
    await every_line_once(service, name)
    await nothing_left_of(desk, service, name)


async def held_titles(service: Publication, name: str) -> list[str]:
    found = await service.documents.find({"agency": "lyj"}, limit=1000)
    return [held.id for held in found if held.state.metadata.title.startswith(f"关于{name}")]


async def nothing_left_of(desk: Desk, service: Publication, name: str) -> None:
    """A take-down removes the text also where the killed import had kept it for a number that never was opened."""
    (id, *_) = await held_titles(service, name)
    sha256 = (await service.documents.load(id)).state.text.sha256
    assert await service.texts.bring(sha256)
    leak = Withdraw(id=id, leak=Leak.PERSONAL, note="误公开")
    await desk(leak, Done, as_="赵审核", agency="bgs")
    await takedown.erase(service, id)
    assert await service.texts.bring(sha256) is None


async def test_a_number_claimed_before_a_kill_is_found_by_whoever_confirms(
    app: App[Publication], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed with a confirming person; taken in again without; one confirmed alone, the others together."""
    service = app.it
    with monkeypatch.context() as until_killed:
        ends_before(until_killed, Documents, "open_many")
        with pytest.raises(Killed):
            await take_in(service, "交叉", "1")
    assert await take_in(service, "交叉", "2", confirm=False) == Counter(imported=LINES)
    first, *others = sorted(await held_titles(service, "交叉"))
    await importing.confirm(service, c.ConfirmImport(id=first), ZHAO, cause("one"))
    told = await importing.confirm_many(service, others, ZHAO, cause("others"))
    assert [each.outcome for each in told] == ["published"] * len(others)
    await every_line_once(service, "交叉")


async def test_the_same_content_at_one_time_is_taken_once_and_leaves_no_text(app: App[Publication]) -> None:
    """Another import opens all between the look and the write of this one."""
    service = app.it
    again = Documents.by_origin

    async def unseen(it: Documents, origins: Any) -> Any:
        with pytest.MonkeyPatch.context() as once:
            once.setattr(Documents, "by_origin", again)
            seen = await again(it, origins)
            assert await take_in(service, "并发", "1") == Counter(published=LINES)
        Documents.by_origin = again  # type: ignore[method-assign]
        return seen

    Documents.by_origin = unseen  # type: ignore[method-assign]
    try:
        assert await take_in(service, "并发", "2") == Counter(exists=LINES)
    finally:
        Documents.by_origin = again  # type: ignore[method-assign]
    await every_line_once(service, "并发")
    digests = [(await service.documents.load(id)).state.text.sha256 for id in await held_titles(service, "并发")]
    kept = await app.runtime.collection("texts").find({"_id": {"$in": digests}})
    assert all(len(row["cases"]) == 1 for row in kept)


async def test_lines_that_say_the_same_in_one_batch_have_one_fate(app: App[Publication]) -> None:
    twice = c.Import(items=(line("并发", 7), line("并发", 7), bad("a"), bad("b")))
    first, second, wrong, again = await importing.take_in(app.it, twice, ZHAO, cause("twice"))
    assert (first.outcome, second.outcome, second.id) == ("imported", "exists", first.id)
    assert [(each.name, each.outcome, each.code) for each in (wrong, again)] == [
        ("a", "refused", "line_not_json"),
        ("b", "refused", "line_not_json"),
    ]


def bad(name: str) -> c.ImportItem:
    return c.ImportItem(name=name, form="jsonl", content="{不是 JSON")
