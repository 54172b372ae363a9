"""紧急撤下 of what is no document: the tombstones that stay of decisions, meetings, ledgers, items of catalogues, draws
and of what only the offices see."""

from pydantic import AwareDatetime, Field

from contracts.base import Audience, Event, Record, WorkRecord


class Tombstone(Record):
    """What stays of a public record that was taken down. Who holds the record deletes it."""

    withdrawn: bool = True
    withdrawn_for: str = Field(max_length=20, description="撤下原因类别, which does not point at a secret.")
    withdrawn_at: AwareDatetime


class WithdrawnCase(WorkRecord):
    """A case that was taken down, as the offices see it to its end. None of its words is left."""

    to_clear: tuple[str, ...] = Field(default=(), description="Channels that have not confirmed the take-down yet")
    erased: bool = Field(default=False, description="Nothing of it is left in this platform")


class CaseDown(Event):
    """Common to what tells the offices of a take-down."""

    record: WithdrawnCase


class PublicDown(Event):
    """Common to what tells everybody; who holds the record deletes it."""

    record: Tombstone


class MatterWithdrawn(CaseDown, record="decision", name="withdrawn"):
    """Sent when a matter of decision was taken down, and at each step until that is closed."""


class PublicMatterWithdrawn(PublicDown, record="public_decision", name="withdrawn", audience=Audience.PUBLIC):
    """Sent when a public matter of decision was taken down; subscribers delete it."""


class DecisionCatalogueWithdrawn(CaseDown, record="decision_catalogue", name="withdrawn"):
    """Sent when a yearly catalogue of decisions was taken down, and at each step until that is closed."""


class PublicDecisionCatalogueWithdrawn(
    PublicDown, record="public_decision_catalogue", name="withdrawn", audience=Audience.PUBLIC
):
    """Sent when a public yearly catalogue of decisions was taken down; subscribers delete it."""


class MeetingWithdrawn(CaseDown, record="meeting", name="withdrawn"):
    """Sent when a meeting was taken down, and at each step until that is closed."""


class PublicMeetingWithdrawn(PublicDown, record="public_meeting", name="withdrawn", audience=Audience.PUBLIC):
    """Sent when a public meeting was taken down; subscribers delete it."""


class LedgerWithdrawn(CaseDown, record="work_ledger", name="withdrawn"):
    """Sent when a work ledger was taken down, and at each step until that is closed."""


class PublicLedgerWithdrawn(PublicDown, record="public_work_ledger", name="withdrawn", audience=Audience.PUBLIC):
    """Sent when a public work ledger was taken down; subscribers delete it."""


class DutyWithdrawn(CaseDown, record="catalogue_duty", name="withdrawn"):
    """Sent when an item of a catalogue was taken down, and at each step until that is closed."""


class ItemWithdrawn(PublicDown, record="catalogue_item", name="withdrawn", audience=Audience.PUBLIC):
    """Sent when an item of a catalogue was taken down with all its editions; subscribers delete it."""


class ClockWithdrawn(CaseDown, record="catalogue_clock", name="withdrawn"):
    """Sent when a limit was taken down together with its item."""


class DrawWorkWithdrawn(CaseDown, record="draw_work", name="withdrawn"):
    """Sent when a random draw was taken down, and at each step until that is closed."""


class PublicDrawWithdrawn(PublicDown, record="draw", name="withdrawn", audience=Audience.PUBLIC):
    """Sent when a random draw was taken down with its lists and what was found; subscribers delete it."""


class ReconciliationWithdrawn(CaseDown, record="reconciliation", name="withdrawn"):
    """Sent when a comparison was taken down with the list from above, and at each step until that is closed."""


class ProposalWithdrawn(CaseDown, record="proposal", name="withdrawn"):
    """Sent when a proposal to publish was taken down, and at each step until that is closed."""


class ShortfallWithdrawn(CaseDown, record="year_shortfall", name="withdrawn"):
    """Sent when a shortfall of a year was taken down, and at each step until that is closed."""


class SecretLineWithdrawn(CaseDown, record="secret_line", name="withdrawn"):
    """Sent when a line of the secrecy register was taken down, and at each step until that is closed."""
