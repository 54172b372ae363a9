"""What of a ticket is kept among the papers: the caller's own words and data, and the words of replies and reasons."""

from pydantic import BaseModel

from contracts.hotline.terms import Attachment, Caller, Location
from contracts.hotline.tickets import TicketEmitted


class Sheet(BaseModel):
    """One revision as the caller gave it."""

    title: str
    content: str
    place: str | None
    location: Location | None
    caller: Caller | None
    occurred_at: str
    attachments: tuple[Attachment, ...]

    @classmethod
    def of(cls, ticket: TicketEmitted) -> "Sheet":
        return cls(
            title=ticket.title,
            content=ticket.content,
            place=ticket.place,
            location=ticket.location,
            caller=ticket.caller,
            occurred_at=ticket.occurred_at.isoformat(),
            attachments=ticket.attachments,
        )


class Words(BaseModel):
    """A reply, or the reason of a request or decision."""

    text: str
    reason: str = ""
