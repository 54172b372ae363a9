"""Lengths of the time limits, as data with their source and grade."""

import json
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter


class Rule(BaseModel):
    """Length of one limit. Grade A or B was read in an official text; others are our defaults, to be shown as such."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    days: int
    unit: Literal["workdays", "days"]
    source: str
    grade: Literal["A", "B", "C", "D", "K", "M"]

    @property
    def unverified(self) -> bool:
        return self.grade not in ("A", "B")


_DATA = json.loads((files("services.requests.domain") / "limits.json").read_text(encoding="utf-8"))
LIMITS: dict[str, Rule] = {rule.id: rule for rule in TypeAdapter(tuple[Rule, ...]).validate_python(_DATA["limits"])}
WARN_LEFT: tuple[int, ...] = tuple(sorted(_DATA["warnings"]["reply"], reverse=True))
"""Working days left at which the office is warned."""


def days(id: str) -> int:
    """Length of a limit in its unit."""
    return LIMITS[id].days
