"""Which steps the desk offers on a record, by its type and state. It only offers: whether a step is right its service
decides, and says so. What names no state is offered while the record is open; `*` stands for any state."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from contracts.base import Command, Query, Role
from contracts.verbs import verb
from services.gateway.offices import COMMANDS, QUERIES

NAMED_BY = ("id", "number", "ticket")
"""Fields by which a command names its record; those of yearly reports name year and agency."""
TABLE = """\
publication.document
  read-objection: published
  read-comment: published
  record-comment: published
  answer-comments: published
  raise-comment-doubt: published
  set-attribute: draft returned openness head filed reassess
  approve-by-openness: openness
  approve-by-head: head
  review: review
  assign-number: cleared
  publish: cleared
  file: cleared
  return: openness head review cleared
  confirm-import: imported
  keep-attribute: filed reassess
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn sealed
  revise: draft returned imported
  plan-interpretation: draft returned openness head
  set-notice: draft returned openness head review cleared
  set-source: draft returned openness head review cleared
  mask-text: draft returned imported openness head review cleared
  mask-attachments: draft returned imported openness head review cleared
  confirm-attachment: draft returned imported openness head review cleared
  detach: draft returned imported
  allow-findings: draft returned imported openness head review cleared
  record-delivery: published
  record-explanation: published
  raise-question: published
  decline-question: published
  record-objection: published
  answer-objection: published
  conclude-notice: published
  erase-comments: published sealed
  claim-items: draft openness head review cleared returned imported published filed reassess
  submit-to-gazette: published
  return-from-gazette: published
  mark-validity: published
  correct: published
  withdraw: draft openness head review cleared returned imported published filed reassess
publication.catalogue_duty
  review-item: standing empty
  name-basis: standing empty
  remove-item: standing empty
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  erase-comments: sealed
  withdraw: standing empty removed
publication.catalogue_clock
  decide-disclosure:
  drop-clock:
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  erase-comments: sealed
  withdraw: running warned overdue done late withheld dropped
publication.reconciliation
  explain-difference: open
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  erase-comments: sealed
  withdraw: open agreed
publication.decision
  read-comment: *
  set-decision-draft: preparing sorting assessing discussable
  plan-consultation: preparing
  open-consultation: preparing
  record-comment: consulting sorting
  extend-consultation: consulting
  record-participation: consulting sorting
  answer-comments: consulting sorting
  raise-comment-doubt: consulting sorting
  publish-feedback: sorting
  record-experts: preparing consulting sorting assessing discussable
  record-risk: preparing consulting sorting assessing discussable
  send-to-legal-review: preparing sorting assessing discussable
  record-legal-review: preparing sorting assessing discussable
  record-discussion: discussable
  publish-decision: agreed
  assign-execution: executing
  publish-evaluation: executing archived
  archive-decision: executing
  erase-comments: archived stopped sealed
  stop-decision: preparing consulting sorting assessing discussable agreed executing
  resume-decision: stopped
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  withdraw: preparing consulting sorting assessing discussable agreed executing archived stopped
publication.decision_catalogue
  publish-decision-catalogue: pending
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  erase-comments: sealed
  withdraw: pending standing
publication.meeting
  approve-meeting: planned
  announce-live: approved
  hold-meeting: approved
  publish-meeting: held
  revise-agenda: planned approved
  cancel-meeting: planned approved
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  erase-comments: sealed
  withdraw: planned approved held published cancelled
publication.year_shortfall
  explain-shortfall: short
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  erase-comments: sealed
  withdraw: short explained met
publication.work_ledger
  read-comment: *
  report-step: draft running
  record-effect: draft running
  publish-ledger: *
  record-comment: running
  answer-comments: *
  raise-comment-doubt: *
  publish-feedback: *
  publish-inspection: *
  finish-ledger: draft running
  erase-comments: finished sealed
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  withdraw: draft running finished
publication.draw_work
  carry-out-draw:
  record-results: *
  void-draw:
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  erase-comments: sealed
  withdraw: committed drawn published voided
publication.cleanup_round
  judge:
  close-cleanup:
  carry-out-cleanup: closed
publication.survey
  close-survey:
publication.proposal
  adopt-proposal: open
  decline-proposal: open
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  erase-comments: sealed
  withdraw: open adopted declined
publication.doubt
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  erase-comments: sealed
  withdraw: waiting refused explained declined
publication.secret_line
  review-secret: kept due
  approve-withdrawal: withdrawn
  confirm-cleared: withdrawn
  erase-comments: sealed
  withdraw: kept due declassified
requests.request
  get-request: *
  confirm-receipt: arrived
  accept: received
  request-correction: received
  submit-correction: correction_requested
  draft-reply: received processing reason_requested
  approve-reply: received processing reason_requested
  return-reply: received processing reason_requested reply_approved
  reply: reply_approved
  consult: processing consulting
  consultation-answered: consulting
  extend: processing
  notice-fee: processing
  record-payment: fee_pending
  close-lapsed: correction_requested fee_pending
  ask-reasons: processing
  accept-reasons: reason_requested
  record-search: received processing consulting
  ask-unit: received processing consulting reason_requested
  record-delivery: *
  record-help:
  note-contact: *
  change-contact:
  withdraw:
  record-review: replied closed_abandoned_correction closed_abandoned_fee closed_withdrawn archived review litigation
  answer-review: review litigation
  record-decision: review litigation
  redo: replied closed_abandoned_correction closed_abandoned_fee closed_withdrawn archived review litigation
  archive: replied closed_abandoned_correction closed_abandoned_fee closed_withdrawn
  erase-applicant-data: archived
requests.collection
  get-collection: *
  answer-collection:
  withdraw-collection:
requests.complaint
  get-complaint: *
  verify-complaint:
  order-rectification:
  record-rectification:
  close-complaint:
hotline.ticket
  show-ticket: *
  classify-ticket: triage
  dispatch-ticket: triage
  sign-ticket: dispatched
  reply-ticket: signed suspended
  review-reply: replied
  record-visit: visiting
  close-ticket: triage signed visiting
  confirm-hand-over: *
  request-return: dispatched signed
  decide-return: return_requested
  request-extension: signed
  decide-extension: extension_requested
  suspend-ticket: signed
  resume-ticket: suspended
  record-contact:
  urge-ticket: dispatched signed extension_requested suspended
  supervise-ticket:
  merge-ticket: triage dispatched signed return_requested extension_requested suspended
  unmerge-ticket: merged
  tell-how-to-apply:
  become-request:
  reopen-ticket: closed
  archive-ticket: closed
  offer-result: visiting closed archived
  propose-knowledge: visiting closed archived
  raise-ticket-doubt: *
hotline.entry
  show-entry: *
  publish-entry: draft revised
  confirm-entry: draft revised published
  revise-entry: draft revised published
  withdraw-entry: draft revised published
hotline.signal
  close-signal: raised
hotline.rating
  show-rating: *
  contact-rater: contacting
  verify-rating: verifying
  remedy-rating: rectifying
  appeal-rating: rectifying
  revisit-rater: revisiting
opinion.event
  assess:
  assign:
  respond:
  set-level:
  raise-event-doubt: handling responded
  declare:
  dismiss:
  close:
sitewatch.finding
  confirm: open
  report-fixed: confirmed fixed
  verify: fixed
  reject: open confirmed fixed
supervision.task
  report-progress: in_force reported
  complete: in_force reported
  reopen: completed
  set-due: *
  set-target: *
readmodel.annual_report
  write-part: not_begun collecting returned
  declare-figures: not_begun collecting returned
  explain-carry: *
  submit-report: not_begun collecting returned
  return-report: submitted
  issue-report: submitted
"""


@dataclass(frozen=True)
class Offered:
    """A command on the desk of a record, or a query that reads its papers: when it is offered, and what names the
    record."""

    kind: type[Command] | type[Query]
    states: frozenset[str]
    name: str

    @property
    def reads(self) -> bool:
        """It reads papers for a stated purpose, and changes nothing."""
        return issubclass(self.kind, Query)

    def now(self, record: Mapping[str, Any]) -> bool:
        """Whether it is offered on the record as it stands."""
        if not self.states:
            return bool(record.get("open"))
        return "*" in self.states or record.get("state") in self.states

    def naming(self, id: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that name the record, filled."""
        field = next((name for name in NAMED_BY if name in self.kind.model_fields), None)
        return {field: id} if field else {"year": record.get("year"), "agency": record.get("agency", "")}


@cache
def table() -> dict[str, tuple[Offered, ...]]:
    """By type of record, the common ones first."""
    found: dict[str, tuple[Offered, ...]] = {}
    type_name = ""
    for line in TABLE.splitlines():
        if not line.startswith(" "):
            type_name = line
            continue
        name, _, states = line.strip().partition(":")
        key = (type_name.split(".")[0], name)
        kind = COMMANDS.get(key) or QUERIES[key]
        found[type_name] = (*found.get(type_name, ()), Offered(kind, frozenset(states.split()), verb(kind)))
    return found


def offered(type_name: str, record: Mapping[str, Any], roles: frozenset[Role]) -> list[Offered]:
    """What a person in these roles may take now."""
    return [each for each in table().get(type_name, ()) if each.kind.allowed & roles and each.now(record)]


def one(type_name: str, name: str) -> Offered | None:
    """A step by the name of its command."""
    return next((each for each in table().get(type_name, ()) if each.kind.verb == name), None)
