"""Values of the rules, as data with source and grade. What no public document gives is graded E: unverified."""

import json
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Limit(BaseModel):
    """One value with where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float
    source: str
    grade: Literal["V", "V2", "M", "E"]

    @property
    def unverified(self) -> bool:
        """Recalled or proposed, not read in a document."""
        return self.grade in ("M", "E")


class Limits(BaseModel):
    """All values of the service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date
    values: dict[str, Limit]

    def __getitem__(self, name: str) -> float:
        return self.values[name].value

    def hours(self, name: str) -> timedelta:
        return timedelta(hours=self[f"{name}_hours"])


@cache
def shipped() -> Limits:
    """The values that ship with the platform."""
    return Limits.model_validate(json.loads(files(__package__).joinpath("limits.json").read_text(encoding="utf-8")))
