"""The service on real servers: from posts to an event, its response and its end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from cli.serve import Serving
from contracts import opinion as c
from contracts.base import Done, Role
from kernel.refused import Refused
from sample import data as sample
from services.opinion.handlers import Opinion
from services.opinion.storage import Matters
from tests.servers import Desk, Servers, started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def serving(servers: Servers) -> AsyncIterator[Serving]:
    async with started(servers, ["opinion"]) as serving:
        yield serving


@pytest.fixture
def opinion(serving: Serving) -> Opinion:
    (app,) = serving.apps
    assert isinstance(app.it, Opinion)
    return app.it


def _posts(servers: Servers) -> tuple[c.Post, ...]:
    posts = sample.posts(servers.clock.now(), lambda day, n: day - timedelta(days=n))
    return tuple(c.Post.model_validate(post.model_dump()) for post in posts)


async def _events(opinion: Opinion) -> dict[str, str]:
    """Open events by title; bursts that the hotline raised are not of these tests."""
    held = await opinion.cases.find({"open": True})
    return {one.state.title: one.id for one in held if "热线" not in one.state.title}


async def test_posts_become_two_events_and_their_words_stay_in_the_service(
    servers: Servers, desk: Desk, opinion: Opinion
) -> None:
    posts = _posts(servers)
    first = await desk(c.IngestPosts(posts=posts), c.Ingested)
    await opinion.gatherer.run(servers.clock.now())
    again = await desk(c.IngestPosts(posts=posts), c.Ingested)
    assert (first.taken, first.known, first.refused) == (25, 0, ())
    assert (again.taken, again.known) == (0, 25)
    assert set(await _events(opinion)) == {"样桥镇供水问题舆情", "乙丑街道教育问题舆情"}
    water = await opinion.cases.load((await _events(opinion))["样桥镇供水问题舆情"])
    assert water.state.posts > water.state.texts >= 3  # copies are one text
    assert water.state.proposed_agency == "zjj"
    told = [entry["text"] for id in (await _events(opinion)).values() for entry in await opinion.cases.entries(id)]
    assert not any(post.author in text or post.text[:12] in text for post in posts for text in told)


async def test_the_posts_are_read_with_a_purpose_that_is_kept(desk: Desk, opinion: Opinion) -> None:
    id = (await _events(opinion))["样桥镇供水问题舆情"]
    read = await desk(c.ReadPosts(id=id, purpose="研判"), c.PostList, as_="王五")
    assert read.posts[0].reach.views >= read.posts[-1].reach.views
    assert any(post.copies == 4 and "自来水已经发黄两天" in post.text for post in read.posts)
    audit = await opinion.runtime.collection("posts_audit").find({"event": id})
    assert [(entry["by"]["name"], entry["purpose"]) for entry in audit] == [("王五", "研判")]
    kept = await opinion.runtime.collection("posts").find({})
    assert not any("自来水" in str(post) or "示例网友" in str(post) for post in kept)


async def test_an_event_is_assessed_assigned_answered_and_closed(desk: Desk, opinion: Opinion) -> None:
    id = (await _events(opinion))["样桥镇供水问题舆情"]
    answer = c.Respond(
        id=id, duty=c.Duty.ANSWER, document="999901-GW-2026-000001", speaker="局长示例甲",
        causes="管网冲洗使铁锈脱落。", solution="三日内完成冲洗并公布检测结果。", constraints="老旧管网需分批更换。",
    )  # fmt: skip
    await desk(c.Assess(id=id, handling=c.Handling.HARDSHIP, reason="群众反映的实际困难"), Done)
    await desk(c.Assign(id=id, lead="zjj", co_agencies=("yqz",), reason="涉事责任部门"), Done)
    with pytest.raises(Refused) as refused:
        await desk(answer, Done, agency="jyj", roles=[Role.CLERK])
    assert refused.value.code == "not_yours"
    done = await desk(answer, Done, agency="zjj", roles=[Role.CLERK])
    assert done.state == "responded"
    closed = await desk(c.Close(id=id, result="已公布检测结果，水质达标。"), Done, key="close-1")
    again = await desk(c.Close(id=id, result="已公布检测结果，水质达标。"), Done, key="close-1")
    assert (closed.state, again.repeated) == ("closed", True)


async def test_personal_data_is_refused_in_words_that_would_be_told(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk(c.OpenEvent(title="样桥镇停水 联系13812345678"), Done)
    assert refused.value.code == "personal_data"
    assert "138" not in refused.value.message


async def test_a_post_from_the_future_is_refused_and_the_others_are_taken(servers: Servers, desk: Desk) -> None:
    good = _posts(servers)[0]
    ahead = good.model_copy(
        update={"url": "https://x.invalid/1", "posted_at": servers.clock.now() + timedelta(minutes=20)}
    )
    marked = good.model_copy(update={"url": "https://x.invalid/2", "text": "机密★10年\n某件"})
    reply = await desk(c.IngestPosts(posts=(good, ahead, marked)), c.Ingested)
    refused = [(one.position, one.code) for one in reply.refused]
    assert (reply.known, refused) == (1, [(1, "in_future"), (2, "classified")])


async def test_an_event_opened_by_a_person_gathers_later_posts(servers: Servers, desk: Desk, opinion: Opinion) -> None:
    opened = await desk(c.OpenEvent(title="例山镇停电情况", place="例山镇", subject="power"), Done, key="open-1")
    repeat = await desk(c.OpenEvent(title="例山镇停电情况", place="例山镇", subject="power"), Done, key="open-1")
    assert opened.id == repeat.id
    post = c.Post(
        source="论坛", url="https://x.invalid/2", author="示例网友", posted_at=servers.clock.now(),
        text="例山镇又停电了，什么时候恢复供电？", place="例山镇",
    )  # fmt: skip
    await desk(c.IngestPosts(posts=(post,)), c.Ingested)
    await opinion.gatherer.run(servers.clock.now())
    state = await desk(c.ShowHeat(id=opened.id), c.HeatState)
    assert (state.posts, state.reach.views) == (1, 0)
    assert (await opinion.cases.load(opened.id)).state.posts == 1


async def test_one_replica_groups_at_a_time(opinion: Opinion) -> None:
    await opinion.gatherer.run(opinion.runtime.clock.now())
    matters = Matters(*(opinion.runtime.collection(name) for name in ("m", "h", "l")), opinion.limits)
    assert await matters.lease("one")
    assert not await matters.lease("other")
    assert await matters.lease("one")
    await matters.release("one")
    assert await matters.lease("other")


async def test_copies_that_come_at_the_same_moment_are_one_text(servers: Servers, desk: Desk, opinion: Opinion) -> None:
    now = servers.clock.now()
    posts = [
        c.Post(
            source="论坛", url=f"https://y.invalid/{n}", author="示例网友", posted_at=now, place="示河镇",
            text=f"示河镇中学门口路灯坏了半个月没人修，晚自习回家一片漆黑。{'转' * (n % 3)}",
        )
        for n in range(12)
    ]  # fmt: skip
    await asyncio.gather(*(desk(c.IngestPosts(posts=(post,)), c.Ingested) for post in posts))
    await opinion.gatherer.run(servers.clock.now())
    (held,) = await opinion.cases.find(
        {"open": True, "matter": {"$nin": [""]}, "agency": ""}, limit=1, sort=[("_id", -1)]
    )
    assert held.state.title == "示河镇教育问题舆情"
    shown = await desk(c.ShowHeat(id=held.id), c.HeatState)
    assert (shown.posts, shown.texts) == (12, 1)


async def test_the_same_words_about_two_places_are_two_texts(servers: Servers, desk: Desk, opinion: Opinion) -> None:
    now = servers.clock.now()
    posts = tuple(
        c.Post(
            source="论坛", url=f"https://z.invalid/{place}", author="示例网友", posted_at=now, place=place,
            text="村口的健身器材生锈断裂，孩子玩耍很危险，希望尽快更换。",
        )
        for place in ("模田镇", "拟湖镇")
    )  # fmt: skip
    await desk(c.IngestPosts(posts=posts), c.Ingested)
    await opinion.gatherer.run(now)
    kept = await opinion.runtime.collection("posts").find({"place": {"$in": ["模田镇", "拟湖镇"]}})
    assert len({post["cluster"] for post in kept}) == 2


async def test_posts_are_forgotten_after_their_age_limit(servers: Servers, opinion: Opinion) -> None:
    day = timedelta(days=180)
    posts = opinion.runtime.collection("posts")
    newest = max(post["seen_at"] for post in await posts.find({}))
    before = await posts.count({})
    await opinion.posts.forget(newest + day - timedelta(hours=1))
    assert await posts.count({"seen_at": newest}) > 0
    await opinion.posts.forget(newest + day)
    assert (before > 0, await posts.count({})) == (True, 0)
