"""What the requests service answers to commands and queries about requests."""

from datetime import date
from typing import Literal

from pydantic import Field

from contracts.base import CaseId, Personal, Reply
from contracts.requests.papers import DocumentKind
from contracts.requests.terms import Application, BadLine, CountedDay, Happened, Request, Similar, Stage


class Submitted(Reply):
    """An application has been registered. Only who holds number and code can follow it."""

    number: CaseId
    code: Personal[str] = Field(description="查询码")
    state: Stage
    received_on: date | None = None


class LedgerImported(Reply):
    """What became of a batch of ledger lines."""

    imported: int
    existing: int
    rejected: tuple[BadLine, ...] = ()


OwnStep = Literal["correct", "withdraw", "attach", "contact"]
"""What an applicant may do by number and query code."""


class Followed(Reply):
    """What an applicant sees of the own request."""

    number: CaseId
    state_label: str
    agency: str
    arrived_on: date
    received_on: date | None
    due_on: date | None
    provisional: bool
    extended_days: int
    waits_for: str
    outcome_label: str | None = None
    closed_on: date | None = None
    reply: Personal[str] | None = Field(default=None, description="Text of the reply with reasons and remedy.")
    notice: Personal[str] | None = Field(default=None, description="What the applicant has been asked to do.")
    may: tuple[OwnStep, ...] = Field(default=(), description="Steps open to the applicant now.")
    documents: tuple[DocumentKind, ...] = Field(default=(), description="Documents addressed to the applicant.")


class Detail(Reply):
    """A request as an office sees it."""

    record: Request
    version: int
    missing: tuple[str, ...] = Field(default=(), description="What 条例29 requires and the application lacks.")
    application: Application | None = Field(default=None, description="Read only when a purpose was given; audited.")
    draft: Personal[str] | None = Field(default=None, description="Draft or text of the reply, under the same rule.")
    similar: tuple[Similar, ...] = ()
    consultations: tuple[str, ...] = Field(default=(), description="Numbers of open consultations.")
    history: tuple[Happened, ...] = ()


class Explained(Reply):
    """How the reply limit comes about, day by day."""

    number: CaseId
    began_on: date
    began_by: str = Field(description="What made the clock begin.")
    workdays: int
    extension: int
    due_on: date | None = Field(description="Empty while the clock stands still.")
    provisional: bool
    calendar: str = Field(description="Version of the working-day calendar.")
    days: tuple[CountedDay, ...]
    source: str


class LedgerPage(Reply):
    rows: tuple[Request, ...]
    next: str | None = Field(default=None, description="Cursor of the next page.")
