"""Takes tickets in, listens to one event, asks one thing."""

from contracts.base import Event, Intake, Record


class Call(Record):
    topic: str = ""


class CallTaken(Event, record="call", name="taken"):
    record: Call


class CallTicket(Intake, what="ticket"):
    topic: str = ""
