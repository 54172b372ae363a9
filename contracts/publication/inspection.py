"""双随机、一公开: a draw of inspected subjects and inspectors that anyone can repeat, and what the inspections found.
Published from `contracts.publication`. The way of drawing stands in docs/random-draw.md."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import Audience, CaseId, Command, Contract, Event, Query, Record, Reply, Role, WorkRecord
from contracts.publication.terms import ANYONE, KEEPERS, OFFICE

MAX_DRAWN = 200
"""So many subjects are drawn at once; more are drawn in several."""
MAX_RESULTS = 50
DrawState = Literal["committed", "drawn", "voided"]
Outcome = Literal["未发现问题", "发现问题已责令改正", "发现问题待后续处理", "未能检查"]


class InspectionResult(Contract):
    """What an inspection found."""

    subject: str = Field(max_length=60, description="Code of the subject.")
    inspected_on: date
    outcome: Outcome
    found: str = Field(default="", max_length=300, description="问题或未能检查的原因")
    penalty: CaseId | None = Field(default=None, description="Item of the list of penalties that followed.")
    credit: CaseId | None = Field(default=None, description="Item of the list of credit marks that followed.")


class DrawnSubject(Contract):
    """A drawn subject with its inspectors."""

    subject: str = Field(description="对象编号")
    name: str = Field(description="Masked where it is a natural person.")
    inspectors: tuple[str, ...] = Field(description="执法证号, in the order in which they were drawn.")
    short: bool = Field(default=False, description="Fewer inspectors than wanted were free of a conflict of interest.")
    result: InspectionResult | None = None
    published_on: date | None = None
    days_late: int | None = Field(default=None, description="Days after the limit for publishing the result.")


class Draw(Record):
    """A draw as anyone may see it: with it and its lists the draw can be repeated."""

    title: str
    matter: CaseId = Field(description="Item of the list of inspected matters.")
    agency: str
    agencies: tuple[str, ...] = Field(description="Whose registers are drawn from; several: a joint inspection.")
    state: DrawState
    subjects: int = Field(description="Subjects in the list.")
    inspectors: int = Field(description="Inspectors in the list.")
    wanted: int = Field(description="So many subjects are drawn.")
    per_subject: int = Field(description="So many inspectors for each.")
    lists_sha256: str = Field(description="SHA-256 of the lists, fixed before the draw.")
    commitment: str = Field(description="SHA-256 of the seed, published before the draw.")
    committed_at: AwareDatetime
    inspect_by: date
    seed: str | None = Field(default=None, description="Published with the draw, or when it is voided.")
    public_value: str = Field(default="", description="A public number that was unknown when the seed was fixed.")
    public_source: str = Field(default="", description="Where anyone can look it up.")
    drawn_at: AwareDatetime | None = None
    drawn: tuple[DrawnSubject, ...] = ()
    voided_for: str = ""


class DrawWork(WorkRecord):
    """What a draw asks of its agency: to be carried out, its results to be published."""

    inspect_by: date
    drawn: int = 0
    results: int = 0


class DrawCommitted(Event, record="draw", name="committed", audience=Audience.PUBLIC):
    """Sent before a draw: its lists and its seed are fixed, and their digests are known."""

    record: Draw


class DrawCarriedOut(Event, record="draw", name="carried_out", audience=Audience.PUBLIC):
    """Sent when a draw was carried out; the seed is public, and anyone can repeat the draw."""

    record: Draw


class DrawVoided(Event, record="draw", name="voided", audience=Audience.PUBLIC):
    """Sent when a draw was given up before it was carried out; its seed is public too."""

    record: Draw


class ResultsPublished(Event, record="draw", name="results_published", audience=Audience.PUBLIC):
    """Sent when results of inspections were published."""

    record: Draw


class DrawRestated(Event, record="draw", name="restated", audience=Audience.PUBLIC):
    """Sent when all draws are told again."""

    record: Draw


class DrawWorkChanged(Event, record="draw_work", name="changed"):
    """Sent when what a draw asks of its agency has changed."""

    record: DrawWork


class DrawWorkOverdue(Event, record="draw_work", name="overdue"):
    """Sent once when results of a draw were not published in time."""

    record: DrawWork


class DrawWorkRestated(Event, record="draw_work", name="restated"):
    """Sent when all draws are told again."""

    record: DrawWork


class OpenDraw(Command, by=KEEPERS):
    """Fix the lists and the seed of a draw. Subjects and inspectors come from the registers of the agencies; pairs with
    a conflict of interest are in the list."""

    matter: CaseId
    title: str = Field(min_length=4, max_length=100)
    agencies: tuple[str, ...] = Field(min_length=1, max_length=10, description="The first one leads.")
    categories: tuple[str, ...] = Field(default=(), max_length=20, description="行业类别; none: all.")
    percent: float | None = Field(default=None, gt=0, le=100, description="抽查比例; or `count`.")
    count: int | None = Field(default=None, ge=1, le=MAX_DRAWN)
    per_subject: int = Field(default=2, ge=1, le=5)
    inspect_by: date


class CarryOutDraw(Command, by=(Role.HEAD, Role.SUPERVISOR, *KEEPERS)):
    """Draw, by somebody other than who fixed the lists. A draw is carried out once."""

    id: CaseId
    public_value: str = Field(default="", max_length=60)
    public_source: str = Field(default="", max_length=100)


class VoidDraw(Command, by=(Role.HEAD, *OFFICE)):
    """Give a draw up before it is carried out; reason and seed are public."""

    id: CaseId
    reason: str = Field(min_length=4, max_length=300)


class RecordResults(Command, by=KEEPERS):
    """Publish what inspections found; a result given again takes the place of the first."""

    id: CaseId
    results: tuple[InspectionResult, ...] = Field(min_length=1, max_length=MAX_RESULTS)


class DrawListPage(Reply):
    """Lines of the lists. All pages joined are the text whose SHA-256 was published."""

    sha256: str
    lines: tuple[str, ...]
    next: int | None = None


class GetDrawList(Query, by=ANYONE, reply=DrawListPage):
    """The lists from which is drawn, as text."""

    id: CaseId
    after: int = Field(default=0, ge=0)
    limit: int = Field(default=1000, ge=1, le=1000)


class DrawFound(Reply):
    record: Draw


class GetDraw(Query, by=ANYONE, reply=DrawFound):
    """One draw as it stands."""

    id: CaseId


class DrawPage(Reply):
    draws: tuple[Draw, ...] = Field(description="Without what was drawn.")
    next: CaseId | None = None


class ListDraws(Query, by=ANYONE, reply=DrawPage):
    """Draws, the newest first."""

    agency: str | None = Field(default=None, max_length=40)
    before: CaseId | None = None
    limit: int = Field(default=20, ge=1, le=50)
