"""Ratings: the door for those of service matters, the caller's own of a ticket, and the loop of the bad ones."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from chassis.actors import Cause
from chassis.cases import Held
from chassis.handlers import Emission
from chassis.papers import Paper
from contracts.base import Done, Role
from contracts.hotline import ratings as c
from contracts.hotline.terms import Caller
from kernel.refused import Refused
from kernel.secrecy import refuse_classified
from services.hotline.domain import Case, rating
from services.hotline.domain.rating import State
from services.hotline.papers import Words
from services.hotline.reading import SEES_ALL
from services.hotline.service import Hotline, of_centre, official, on

FUTURE_DAYS = 1


class Slip(BaseModel):
    """What a rater says and who it is."""

    comment: str | None
    rater: Caller | None


@on.intake(c.RatingGiven)
async def take_ratings(
    service: Hotline, emissions: Sequence[Emission[c.RatingGiven]]
) -> Sequence[c.RatingAnswer | Refused]:
    """An answer or a refusal for each, in order; one query and one write for the new ones."""
    origins = [f"{each.emitter}:{each.message.rating_no}" for each in emissions]
    known = await service.ratings.by_origin(list(dict.fromkeys(origins)))
    answers: list[c.RatingAnswer | Refused] = []
    for origin, emission in zip(origins, emissions, strict=True):
        try:
            answers.append(await _take(service, origin, emission, known))
        except Refused as refused:
            answers.append(refused)
    return answers


async def _take(
    service: Hotline, origin: str, emission: Emission[c.RatingGiven], known: dict[str, Held[State]]
) -> c.RatingAnswer:
    message, cause = emission.message, emission.cause
    content = service.digest(message.model_dump_json())[:32]
    held, outcome = known.get(origin), "repeated"
    if held is None:
        _check(service, message, cause)
        held, outcome = (
            await _open(service, origin, _given(service, emission, origin, content), message, cause),
            "accepted",
        )
        known[origin] = held
    rating.same(held.state, content)
    return c.RatingAnswer(
        emission=message.emission, outcome=outcome, case=held.id, due_at=held.state.due_at if held.state.open else None
    )


def _check(service: Hotline, message: c.RatingGiven, cause: Cause) -> None:
    service.register.require(message.agency)
    if (message.given_at - cause.now).days >= FUTURE_DAYS:
        raise Refused("impossible_date", "评价时间在未来。", field="given_at", remedy="请更正后以相同编号重新发送。")
    refuse_classified(message.comment or "")


def _given(service: Hotline, emission: Emission[c.RatingGiven], origin: str, content: str) -> dict[str, Any]:
    message = emission.message
    shared = ("rating_no", "given_at", "level", "way", "about", "agency", "guide", "channel")
    kept = bool(message.comment or message.rater)
    return {
        **{name: getattr(message, name) for name in shared},
        "emitter": emission.emitter,
        "ticket": None,
        "named": bool(message.rater and message.rater.phone),
        "content": content,
        "paper": f"r-{service.digest(origin)[:32]}" if kept else None,
    }


async def _open(
    service: Hotline, origin: str, given: dict[str, Any], message: c.RatingGiven | None, cause: Cause
) -> Held[State]:
    """Keep the paper, then open the case; another replica may have been first."""
    number = await service.new_number("HP", cause.now)
    if message is not None and given["paper"]:
        slip = Slip(comment=message.comment, rater=message.rater)
        await service.papers.put([Paper(given["paper"], _dossier(origin, service), "slip", slip)], cause.now)
    facts = rating.give(given, number, cause.now, service.calendars.current)
    return await service.ratings.open(number, facts, cause, origin)


def _dossier(origin: str, service: Hotline) -> str:
    return f"r-{service.digest(origin)[:32]}"


def _origin(state: State) -> str:
    return f"{state.emitter}:{state.rating_no}"


async def of_ticket(service: Hotline, case: Case, level: int, cause: Cause) -> None:
    """The caller's rating of a reply is a rating like any other; a bad one begins the loop with the ticket's unit."""
    rating_no = f"{case.number}-{case.reopened + 1}"
    given = {
        "emitter": "ticket",
        "rating_no": rating_no,
        "ticket": case.number,
        "given_at": cause.now,
        "level": level,
        "way": c.RatingWay.ONLINE,
        "about": c.RatedObject.PLATFORM if not case.lead else c.RatedObject.PLACE,
        "agency": case.lead or service.centre(cause.now),
        "guide": None,
        "channel": case.channel,
        "named": True,
        "content": service.digest(f"{rating_no}:{level}")[:32],
        "paper": None,
    }
    held = await _open(service, f"ticket:{rating_no}", given, None, cause)
    rating.same(held.state, str(given["content"]))


@on.command(c.ContactRater)
async def contact(service: Hotline, command: c.ContactRater, cause: Cause) -> Done:
    by, calendar = official(cause), service.calendars.current
    held = await service.ratings.execute(
        command.id,
        lambda state: rating.call(state, by.agency, of_centre(by), command.reached, cause.now, calendar),
        cause,
    )
    return _done(held)


@on.command(c.VerifyRating)
async def verify(service: Hotline, command: c.VerifyRating, cause: Cause) -> Done:
    by, calendar = official(cause), service.calendars.current
    paper = await _keep(service, command.id, command.reason, cause)
    held = await service.ratings.execute(
        command.id,
        lambda state: rating.verify(state, command.verdict, command.complex, paper, by.agency, cause.now, calendar),
        cause,
    )
    return _done(held)


@on.command(c.AppealRating)
async def appeal(service: Hotline, command: c.AppealRating, cause: Cause) -> Done:
    by = official(cause)
    paper = await _keep(service, command.id, command.reason, cause)
    held = await service.ratings.execute(
        command.id, lambda state: rating.appeal(state, by.agency, paper, cause.now), cause
    )
    return _done(held)


@on.command(c.RemedyRating)
async def remedy(service: Hotline, command: c.RemedyRating, cause: Cause) -> Done:
    by, calendar = official(cause), service.calendars.current
    paper = await _keep(service, command.id, command.text, cause)
    held = await service.ratings.execute(
        command.id,
        lambda state: rating.remedy(state, by.agency, command.remedy, paper, cause.now, calendar),
        cause,
    )
    return _done(held)


@on.command(c.RevisitRater)
async def revisit(service: Hotline, command: c.RevisitRater, cause: Cause) -> Done:
    calendar = service.calendars.current
    held = await service.ratings.execute(
        command.id,
        lambda state: rating.revisit(state, command.reached, command.level, cause.now, calendar),
        cause,
    )
    return _done(held)


async def _keep(service: Hotline, id: str, text: str, cause: Cause) -> str:
    """Keep words with the rating's papers; the id of the paper is the same in any retry."""
    refuse_classified(text)
    state = (await service.ratings.load(id)).state
    paper = f"w-{service.digest(f'{id}:{cause.id}')[:32]}"
    await service.papers.put([Paper(paper, _dossier(_origin(state), service), "words", Words(text=text))], cause.now)
    return paper


@on.query(c.ShowRating)
async def show(service: Hotline, query: c.ShowRating, cause: Cause) -> c.RatingPage:
    """Raters' data are strictly protected: the rated unit sees who rated only for the calls of a bad rating."""
    state, by = (await service.ratings.load(query.id)).state, cause.actor
    inside = bool(SEES_ALL & by.roles)
    if not inside and by.agency != state.agency:
        raise Refused("not_your_rating", "该评价不由本单位办理。", remedy="请由被评价单位的人员查看。")
    slip = Slip(comment=None, rater=None)
    if state.paper is not None:
        slip = await service.papers.read(state.paper, Slip, by, query.purpose, cause.now)
    notes = [(await service.papers.read(note, Words, by, query.purpose, cause.now)).text for note in state.notes]
    seen = inside or state.state in (rating.R.CONTACTING, rating.R.RECTIFYING)
    return c.RatingPage(
        record=rating.record(state), comment=slip.comment, rater=slip.rater if seen else None, notes=tuple(notes)
    )


@on.query(c.ListRatings)
async def list_ratings(service: Hotline, query: c.ListRatings, cause: Cause) -> c.RatingRows:
    sees_all = bool((SEES_ALL | {Role.SERVICE}) & cause.actor.roles)
    where = {"agency": query.agency if sees_all else cause.actor.agency, "open": query.open, "bad": query.bad}
    given = {name: value for name, value in where.items() if value is not None}
    found = await service.ratings.find(given, sort=[("_id", -1)], limit=query.limit)
    return c.RatingRows(ratings=tuple(rating.record(held.state) for held in found))


def _done(held: Held[State]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.state.value, repeated=held.repeated)
