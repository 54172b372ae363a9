"""What an applicant, or another request for the same, is recognised by; and the applicant's own view."""

from collections.abc import Callable
from datetime import date

from contracts.requests.answers import Followed, OwnStep
from contracts.requests.papers import DocumentKind
from contracts.requests.terms import Application
from kernel.refused import Refused
from services.requests.domain.kind import waits_for
from services.requests.domain.likeness import plain
from services.requests.domain.outcomes import OUTCOMES
from services.requests.domain.state import LABELS, Case
from services.requests.domain.transitions import TRANSITIONS

Digest = Callable[[str], str]


def code_digest(number: str, code: str, digest: Digest) -> str:
    """What is kept of a query code, however it was typed."""
    return digest(f"query-code-kept\0{number}\0{plain(code)}")


def applicant_digest(application: Application, digest: Digest) -> str:
    """Tells the same applicants again: by identity document, else by name and contact; empty where neither is given."""
    known = sorted(plain(each.id_document) or plain(each.name + each.contact) for each in application.applicants)
    return digest("applicant\0" + "\0".join(known)) if all(known) else ""


def information_digest(text: str, digest: Digest) -> str:
    """Tells the same information again, whatever the spacing and punctuation; empty for an empty text."""
    words = plain(text)
    return digest(f"information\0{words}") if words else ""


def unknown() -> Refused:
    """The same words for a wrong number and a wrong code."""
    return Refused("not_found", "编号或者查询码不正确。", field="code", remedy="请核对受理时告知的编号和查询码。")


def own_steps(case: Case, today: date) -> tuple[OwnStep, ...]:
    """What the applicant may do where the request stands. Late corrections are for the office to accept (条例30)."""
    steps: tuple[OwnStep, ...] = ("correct", "withdraw")
    last = case.deadlines.submit_by
    late = {"correct"} if last is not None and today > last else set()
    possible = [step for step in steps if case.stage in TRANSITIONS[step].sources and step not in late]
    return (*possible, "attach", "contact") if case.open else tuple(possible)


def followed(
    case: Case, agency: str, reply: str | None, notice: str | None, documents: tuple[DocumentKind, ...], today: date
) -> Followed:
    """The applicant's view: where it stands, who must act, until when."""
    limit = case.deadlines.reply
    outcome = case.outcome
    return Followed(
        number=case.number,
        state_label=LABELS[case.stage],
        agency=agency,
        arrived_on=case.arrived_on,
        received_on=case.received_on,
        due_on=limit.due if limit and case.open else None,
        provisional=bool(case.open and limit and limit.provisional),
        extended_days=case.extended_days,
        waits_for=waits_for(case),
        outcome_label=OUTCOMES[outcome].label if outcome else None,
        closed_on=case.results[-1].closed_on if case.results and not case.open else None,
        reply=reply,
        notice=notice,
        may=own_steps(case, today),
        documents=documents,
    )
