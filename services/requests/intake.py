"""How applications and old ledgers come in: papers first, then the case; a repeat is answered as the first was."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.actors import Cause
from chassis.cases import Held, Opening
from chassis.papers import Paper
from contracts.base import Role
from contracts.requests import procedure as c
from contracts.requests.answers import LedgerImported, Submitted
from contracts.requests.terms import Application, BadLine
from kernel.codes import query_code
from kernel.refused import Refused
from kernel.secrecy import refuse_classified
from services.requests.domain import intake as rules
from services.requests.domain import keeping
from services.requests.domain.following import applicant_digest, code_digest, information_digest
from services.requests.domain.ledger import LedgerLine, import_line, read_line
from services.requests.domain.likeness import sketch
from services.requests.domain.state import Case
from services.requests.papers import Words
from services.requests.service import Requests, day_of

CHANGES_CONTACT = "更改联系方式"


async def submit(service: Requests, command: c.Submit, cause: Cause) -> Submitted:
    """Register an application under a new number."""
    content = service.digest(command.model_dump_json())
    earlier = (await service.cases.by_origin([cause.id])).get(cause.id)
    if earlier is not None:
        return submitted(service, earlier, content)
    _require_agency(service, command.agency, cause)
    refuse_classified(command.application.description)
    (number,) = await service.new_numbers(cause.now.year)
    arrival = _arrival(service, command, number, content, cause)
    facts = rules.submit(arrival, cause.actor.kind == "citizen", cause.now, service.calendar)
    paper = Paper(arrival.application, number, "application", command.application)
    await service.papers.put([paper], cause.now)
    held = await service.cases.open(number, facts, cause)
    if held.id != number:
        await service.papers.erase(number)
    return submitted(service, held, content)


def _require_agency(service: Requests, code: str, cause: Cause) -> None:
    if not service.register.require(code).in_force(cause.now.date()):
        raise Refused("agency_gone", "该单位已经撤销或者尚未设立。", field="agency", remedy="请选择现有单位。")


def _arrival(service: Requests, command: c.Submit, number: str, content: str, cause: Cause) -> rules.Arrival:
    application = command.application
    return rules.Arrival(
        number=number,
        agency=command.agency,
        channel=command.channel,
        applicant_class=application.applicant_class,
        asks=application.kind,
        arrived_on=day_of(command.arrived_on, cause),
        applicant=applicant_digest(application, service.digest),
        information=information_digest(application.description, service.digest),
        sketch=sketch(application.description, service.digest),
        application=f"{number}-application",
        code=code_digest(number, query_code(number, service.digest), service.digest),
        content=content,
        missing=rules.missing_content(application),
        route=application.route,
        suggested=application.suggests_publication,
        needs_help=bool(application.assistance.strip()),
        policy=service.configuration.policy(command.agency),
    )


def submitted(service: Requests, held: Held[Case], content: str) -> Submitted:
    """Number and code, for who submitted this very application; the key alone does not open another's."""
    case = held.state
    if case.content != content:
        raise Refused("key_used", "这个提交标识已用于另一份申请。", remedy="请重新提交。")
    return Submitted(
        number=held.id,
        code=query_code(held.id, service.digest),
        state=case.stage,
        received_on=case.received_on,
    )


@dataclass(frozen=True)
class Read:
    """A line that can be read: where it stood, what makes it the same line, and a digest of its words."""

    line: int
    origin: str
    content: str
    entry: LedgerLine


async def import_ledger(service: Requests, command: c.ImportLedger, cause: Cause) -> LedgerImported:
    """Take in what can be taken in, and say of every other line what is wrong with it."""
    read, rejected = _read(service, command, cause)
    existing = await service.cases.by_origin([each.origin for each in read])
    rejected += [_changed(each) for each in read if _differs(existing.get(each.origin), each)]
    fresh = [each for each in read if each.origin not in existing]
    openings, wrong = await _openings(service, fresh, cause)
    results = await service.cases.open_many(openings)
    imported = sum(result is not None for result in results)
    rejected += wrong
    return LedgerImported(
        imported=imported,
        existing=len(command.lines) - imported - len(rejected),
        rejected=tuple(sorted(rejected, key=lambda bad: bad.line)),
    )


def _read(service: Requests, command: c.ImportLedger, cause: Cause) -> tuple[list[Read], list[BadLine]]:
    read: dict[str, Read] = {}
    rejected: list[BadLine] = []
    for line, text in enumerate(command.lines, command.first):
        try:
            entry = read_line(text)
            _may_import(service, entry.agency, cause)
        except Refused as refused:
            rejected.append(_bad(line, refused))
            continue
        one = Read(line, f"ledger:{entry.agency}:{entry.id}", service.digest(entry.model_dump_json()), entry)
        first = read.setdefault(one.origin, one)
        if first.content != one.content:
            rejected.append(_changed(one))
    return list(read.values()), rejected


def _may_import(service: Requests, agency: str, cause: Cause) -> None:
    service.register.require(agency)
    if not {Role.OPENNESS, Role.OPERATOR} & cause.actor.roles:
        service.require_own(agency, cause.actor, cause.now)


def _differs(held: Held[Case] | None, read: Read) -> bool:
    return held is not None and held.state.content != read.content


def _changed(read: Read) -> BadLine:
    return BadLine(line=read.line, code="ledger_changed", field="id", reason="同一编号已导入过，但内容不同。")


def _bad(line: int, refused: Refused) -> BadLine:
    return BadLine(line=line, code=refused.code, field=refused.field, reason=refused.message)


async def _openings(service: Requests, fresh: Sequence[Read], cause: Cause) -> tuple[list[Opening], list[BadLine]]:
    by_year: dict[int, list[Read]] = defaultdict(list)
    for each in fresh:
        by_year[each.entry.received_on.year].append(each)
    openings: list[Opening] = []
    rejected: list[BadLine] = []
    for year, lines in sorted(by_year.items()):
        for number, each in zip(await service.new_numbers(year, len(lines)), lines, strict=True):
            try:
                facts = import_line(each.entry, number, each.content, cause.now, service.calendar)
            except Refused as refused:
                rejected.append(_bad(each.line, refused))
                continue
            openings.append(Opening(number, facts, cause, each.origin))
    return openings, rejected


async def correct(service: Requests, held: Held[Case], command: c.SubmitCorrection, cause: Cause) -> Held[Case]:
    """Keep the corrected application beside the first one, then decide."""
    refuse_classified(command.application.description)
    paper = f"{held.id}-{service.digest(cause.id)[:24]}"
    papers = [Paper(paper, held.id, "application", command.application)]
    if command.good_reason:
        papers.append(Paper(f"{paper}-reason", held.id, "words", Words(parts={"逾期的正当理由": command.good_reason})))
    await service.papers.put(papers, cause.now)
    information = information_digest(command.application.description, service.digest)
    good_reason = bool(command.good_reason.strip()) and cause.actor.kind == "person"
    return await service.cases.execute(
        held.id,
        lambda case: rules.submit_correction(
            case,
            day_of(command.corrected_on, cause),
            paper,
            information,
            sketch(command.application.description, service.digest),
            rules.missing_content(command.application),
            good_reason,
            cause.actor.kind == "citizen",
            cause.now,
            service.calendar,
        ),
        cause,
    )


async def change_contact(service: Requests, held: Held[Case], command: c.ChangeContact, cause: Cause) -> Held[Case]:
    """Keep the application with the new contact beside the one before, then decide."""
    if not held.state.application:
        raise Refused("no_application", "本件没有留存申请书，无法更改联系方式。", remedy="请由经办人登记联系情况。")
    before = await service.papers.read(held.state.application, Application, cause.actor, CHANGES_CONTACT, cause.now)
    first, *others = before.applicants
    reached = {"contact": command.contact, "address": command.address or first.address}
    after = before.model_copy(update={"applicants": (first.model_copy(update=reached), *others)})
    paper = service.paper(held.id, cause)
    await service.papers.put([Paper(paper, held.id, "application", after)], cause.now)
    return await service.cases.execute(held.id, lambda case: keeping.contact_changed(case, paper), cause)
