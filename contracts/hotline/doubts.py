"""政策疑问 on the hotline: a caller misunderstands or doubts a public document. Published from `contracts.hotline`."""

from contracts.base import CaseId, Command, Event
from contracts.doubts import NAMED, POINT
from contracts.hotline.terms import CENTRE, UNIT, Ticket


class RaiseTicketDoubt(Command, by=(*CENTRE, *UNIT)):
    """The handler of a ticket marks that the caller does not understand, or doubts, a public document. Publication
    takes it up and answers; the caller's own words stay among the papers."""

    id: CaseId
    document: str = NAMED
    point: str = POINT


class TicketDoubted(Event, record="ticket", name="doubted"):
    """Sent when a doubt about a public document was marked on a ticket."""

    record: Ticket
