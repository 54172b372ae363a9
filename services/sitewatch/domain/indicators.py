"""Indicators and their values, as data with source and grade. M (recalled) and E (proposed) are marked unverified."""

import json
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from contracts.sitewatch import Severity


class Sourced(BaseModel):
    """Something with its source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    grade: Literal["V", "V2", "M", "E"]

    @property
    def unverified(self) -> bool:
        return self.grade in ("M", "E")


class Value(Sourced):
    """One value of a rule."""

    value: float


class Indicator(Sourced):
    """One indicator of the inspection: what it weighs, and whether a person must confirm what a program finds."""

    title: str
    severity: Severity
    assist: bool


class Indicators(BaseModel):
    """A set of indicators with the values of their rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date
    values: dict[str, Value]
    indicators: dict[str, Indicator]

    def __getitem__(self, name: str) -> float:
        return self.values[name].value

    def count(self, name: str) -> int:
        return int(self[name])

    def days(self, name: str) -> timedelta:
        return timedelta(days=self[f"{name}_days"])


@cache
def shipped() -> Indicators:
    """The set that ships with the platform."""
    return Indicators.model_validate(
        json.loads(files(__package__).joinpath("indicators.json").read_text(encoding="utf-8"))
    )
