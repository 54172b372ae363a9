"""What every service answers, whatever it decides: retelling its records, parked messages."""

from pydantic import ConfigDict, Field

from contracts.base import Command, Contract, Event, Record, Reply, Role

SEALED_CHARACTERS = 512 * 1024
"""The largest message in base64, with room."""


class Parked(Contract):
    """A message that could not be handled, with its reason. The payload is sealed with the owner's key."""

    model_config = ConfigDict(str_max_length=SEALED_CHARACTERS)
    owner: str = Field(description="The service that could not handle it.")
    durable: str
    subject: str = Field(description="Where the message was sent.")
    headers: dict[str, str] = Field(description="Its headers.")
    deliveries: int = Field(description="How often it had been delivered.")
    code: str = Field(description="Stable identifier of the reason.")
    reason: str = Field(description="What is wrong, without the offending value.")
    at: str = Field(description="When it was parked, ISO 8601.")
    key: str = Field(description="Key that the payload is sealed with.")
    nonce: str = Field(description="Base64.")
    sealed: str = Field(description="The payload, AES-256-GCM, base64.")


class ParkedContent(Reply):
    """The payload of a parked message, opened for an operator."""

    model_config = ConfigDict(str_max_length=SEALED_CHARACTERS)
    payload: str


class Outcome(Reply):
    """What came of an operator's command."""

    count: int = 0
    detail: str = ""


class ShowParked(Command, by=(Role.OPERATOR,), reply=ParkedContent):
    """Open the payload of a parked message; the reading is audited."""

    parked: Parked
    purpose: str = Field(min_length=2, max_length=200)


class RetryParked(Command, by=(Role.OPERATOR,), reply=Outcome):
    """Run a parked message in its handler again, under a new message id."""

    parked: Parked


class Republish(Command, by=(Role.OPERATOR,), reply=Outcome):
    """Tell every current record again under a new epoch: after a restore, or for a new consumer."""


class ServiceRecords(Record):
    """All records of a service, as told again."""

    owner: str = Field(description="The service that tells them.")
    since: str = Field(description="When the retelling began, ISO 8601; records told before it and not again are gone.")


class Retold(Event, record="records", name="retold"):
    """Sent when a service has told all its current records again. Of the records from the same `ce-source`, delete
    those whose newest event has a smaller `epoch` and a `ce-time` before `since`: they no longer exist."""

    record: ServiceRecords
