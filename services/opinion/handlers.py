"""What the opinion service reacts to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chassis.actors import Cause
from chassis.cases import Cases, Held
from chassis.handlers import Handlers
from chassis.marks import refuse_marked
from chassis.numbers import Numbers
from chassis.runtime import Runtime
from contracts import opinion as c
from contracts.base import Done
from contracts.hotline.public import SignalRaised
from contracts.publication.doubts import ANSWERS, DoubtTold
from kernel.agencies import Register
from kernel.facts import Fact
from kernel.personal import require_impersonal
from kernel.refused import Refused
from services.opinion.domain import KIND, State, event, units
from services.opinion.domain.facts import Responded
from services.opinion.domain.limits import Limits, shipped
from services.opinion.domain.subjects import subject_of
from services.opinion.gather import Gatherer, new_id
from services.opinion.storage import Matters, Posts

on = Handlers["Opinion"]()
_FUTURE = timedelta(minutes=10)
"""Clocks of sources may run ahead by so much."""


@dataclass(frozen=True)
class Opinion:
    """What the service holds."""

    cases: Cases[State]
    posts: Posts
    matters: Matters
    gatherer: Gatherer
    numbers: Numbers
    register: Register
    runtime: Runtime
    limits: Limits

    @classmethod
    def of(cls, runtime: Runtime) -> "Opinion":
        limits = shipped()
        cases = runtime.cases(KIND)
        posts = Posts(runtime.collection("posts"), runtime.collection("posts_audit"), runtime.keys, limits)
        matters = Matters(
            runtime.collection("matters"), runtime.collection("heat"), runtime.collection("leases"), limits
        )
        gatherer = Gatherer(posts, matters, cases, runtime.numbers, runtime.register, runtime.region, limits)
        return cls(cases, posts, matters, gatherer, runtime.numbers, runtime.register, runtime, limits)

    async def decide(self, id: str, decision: Callable[[State], Sequence[Fact]], cause: Cause) -> Done:
        return _done(await self.cases.execute(id, decision, cause))


def _done(held: Held[State]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.status, repeated=held.repeated)


@on.command(c.IngestPosts)
async def ingest_posts(service: Opinion, command: c.IngestPosts, cause: Cause) -> c.Ingested:
    refused = {position: why for position, post in enumerate(command.posts) if (why := _wrong(service, post, cause))}
    documents = [
        service.posts.document(post, cause.now)
        for position, post in enumerate(command.posts)
        if position not in refused
    ]
    known = await service.posts.add(documents)
    matters = await service.posts.matters_of(document["_id"] for document in documents)
    await service.matters.measure_soon(matters, cause.now)
    return c.Ingested(
        taken=len(documents) - known,
        known=known,
        refused=tuple(c.PostRefused(position=at, code=code, reason=reason) for at, (code, reason) in refused.items()),
    )


def _wrong(service: Opinion, post: c.Post, cause: Cause) -> tuple[str, str] | None:
    """Why a post is not taken."""
    if post.posted_at > cause.now + _FUTURE:
        return "in_future", "发布时间晚于现在。"
    if post.posted_at < cause.now - timedelta(days=service.limits["retain_days"]):
        return "too_old", "发布时间早于帖文保存期限。"
    try:
        refuse_marked(post)
    except Refused as refused:
        return refused.code, refused.message
    return None


@on.every(2)
async def gather(service: Opinion) -> None:
    """Group what came in, and follow the heat."""
    await service.gatherer.run(service.runtime.clock.now())


@on.every(3600)
async def forget(service: Opinion) -> None:
    """Remove what is past its age limit."""
    now = service.runtime.clock.now()
    await service.posts.forget(now)
    await service.matters.forget(now)


@on.command(c.OpenEvent)
async def open_event(service: Opinion, command: c.OpenEvent, cause: Cause) -> Done:
    """A repeat finds the event that the first one opened; the number it took for it is left out."""
    require_impersonal(title=command.title, place=command.place)
    places = [command.place] if command.place else []
    id = await new_id(service.numbers, service.runtime.region, cause.now)
    facts = event.open_event(
        id,
        title=command.title,
        place=command.place,
        subject=command.subject,
        detected_at=cause.now,
        happened_at=command.happened_at,
        emergency=command.emergency,
        matter=id,
        proposal=units.proposal(service.register, places, command.subject, cause.now.date()),
        now=cause.now,
        limits=service.limits,
    )
    held = await service.cases.open(id, facts, cause)
    await service.matters.begin(held.id, command.place, command.subject, cause.now)
    return _done(held)


@on.event(SignalRaised)
async def burst(service: Opinion, told: SignalRaised, cause: Cause) -> None:
    """A burst on the hotline is an event before anybody posts about it (七星关方案 (七)2); told again, the same one."""
    origin, signal = f"burst:{told.record.id}", told.record
    if origin in await service.cases.by_origin([origin]):
        return
    subject = subject_of(signal.category)
    places = [signal.area] if signal.area else []
    place = units.place_name(service.register, places, cause.now.date())
    id = await new_id(service.numbers, service.runtime.region, cause.now)
    facts = event.open_event(
        id,
        title=f"{place}热线集中反映“{signal.category}”问题",
        place=place,
        subject=subject,
        detected_at=signal.opened_at,
        happened_at=None,
        emergency=None,
        matter=id,
        proposal=units.proposal(service.register, places, subject, cause.now.date()),
        now=cause.now,
        limits=service.limits,
    )
    held = await service.cases.open(id, facts, cause, origin)
    await service.matters.begin(held.id, place, subject, cause.now)


@on.command(c.Assess)
async def assess(service: Opinion, command: c.Assess, cause: Cause) -> Done:
    require_impersonal(reason=command.reason)
    return await service.decide(
        command.id, lambda state: event.assess(state, command.handling, command.focus, command.reason), cause
    )


@on.command(c.Declare)
async def declare(service: Opinion, command: c.Declare, cause: Cause) -> Done:
    require_impersonal(reason=command.reason)

    def decide(state: State) -> list[Fact]:
        return event.declare(state, command.emergency, command.happened_at, command.reason, cause.now, service.limits)

    return await service.decide(command.id, decide, cause)


@on.command(c.Assign)
async def assign(service: Opinion, command: c.Assign, cause: Cause) -> Done:
    require_impersonal(reason=command.reason)
    service.register.require(command.lead, "lead")
    for code in command.co_agencies:
        service.register.require(code, "co_agencies")
    return await service.decide(
        command.id, lambda state: event.assign(state, command.lead, command.co_agencies, command.reason), cause
    )


@on.command(c.SetLevel)
async def set_level(service: Opinion, command: c.SetLevel, cause: Cause) -> Done:
    require_impersonal(reason=command.reason)
    return await service.decide(command.id, lambda state: event.set_level(state, command.level, command.reason), cause)


@on.command(c.Respond)
async def respond(service: Opinion, command: c.Respond, cause: Cause) -> Done:
    require_impersonal(causes=command.causes, solution=command.solution, constraints=command.constraints)
    responded = Responded(**command.model_dump(exclude={"id"}), at=cause.now)
    coordinates = bool(cause.actor.roles & set(c.COORDINATORS))
    return await service.decide(
        command.id, lambda state: event.respond(state, responded, cause.actor.agency, coordinates), cause
    )


@on.command(c.RaiseEventDoubt)
async def raise_doubt(service: Opinion, command: c.RaiseEventDoubt, cause: Cause) -> Done:
    require_impersonal(point=command.point, document=command.document)
    by, coordinates = cause.actor, bool(cause.actor.roles & set(c.COORDINATORS))
    who = (by.id, by.name or by.id, by.agency)
    return await service.decide(
        command.id,
        lambda state: event.doubt(state, command.document, command.point, who, coordinates, cause.now),
        cause,
    )


async def hear(service: Opinion, told: DoubtTold, cause: Cause) -> None:
    """What publication says, in whatever order."""
    answer, id = told.record.answer, told.record.reference
    if told.record.raiser == "opinion" and await service.cases.get(id):
        await service.cases.execute(id, lambda state: event.hear(state, answer), cause)


for _kind in ANSWERS:
    on.event(_kind)(hear)


@on.command(c.Dismiss)
async def dismiss(service: Opinion, command: c.Dismiss, cause: Cause) -> Done:
    require_impersonal(reason=command.reason)
    return await service.decide(command.id, lambda state: event.dismiss(state, command.reason), cause)


@on.command(c.Close)
async def close(service: Opinion, command: c.Close, cause: Cause) -> Done:
    require_impersonal(result=command.result)
    return await service.decide(command.id, lambda state: event.close(state, command.result), cause)


@on.query(c.ShowHeat)
async def show_heat(service: Opinion, query: c.ShowHeat, cause: Cause) -> c.HeatState:
    held = await service.cases.load(query.id)
    totals, value, points = await service.gatherer.state(held.state.matter, cause.now)
    return c.HeatState(
        id=held.id,
        posts=totals.posts,
        texts=totals.texts,
        reach=totals.reach,
        heat=value,
        level=held.state.level,
        points=tuple(c.HeatPoint(at=point.at, heat=point.heat) for point in points),
    )


@on.command(c.ReadPosts)
async def read_posts(service: Opinion, command: c.ReadPosts, cause: Cause) -> c.PostList:
    held = await service.cases.load(command.id)
    await service.posts.audit(held.id, cause.actor, command.purpose, cause.now)
    texts = await service.posts.texts(held.state.matter)
    return c.PostList(posts=tuple(_read(service, *text) for text in texts[: command.limit]))


def _read(service: Opinion, post: dict[str, Any], copies: int, reach: c.Reach) -> c.ReadPost:
    words = service.posts.words(post)
    kept = {name: post[name] for name in ("source", "posted_at", "seen_at", "place")}
    return c.ReadPost(**kept, url=words.url, text=words.text, copies=copies, reach=reach)
