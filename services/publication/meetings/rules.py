"""What a local plan of open government says about meetings, as data with its source."""

from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from contracts.publication.meetings import MeetingType


class Fields(BaseModel):
    """Fields in which an item carries an openness proposal."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    values: tuple[str, ...]
    source: str
    grade: str


class Invited(BaseModel):
    """How many meetings a year others shall sit in on, of each of these types."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    value: int
    types: tuple[MeetingType, ...]
    source: str
    grade: str


class Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    fields: Fields
    invited_a_year: Invited


RULES = Rules.model_validate_json(files(__package__).joinpath("rules.json").read_text(encoding="utf-8"))
