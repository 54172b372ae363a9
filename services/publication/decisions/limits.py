"""Minimums and limits of the decision procedure, as data with source and grade; a region may set its own."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.publication.decision_catalogue import DecisionLevel
from contracts.publication.decisions import Minimum
from contracts.publication.record import RunningLimit
from kernel.refused import Refused

NATIONAL_DAYS = 30
"""重大行政决策程序暂行条例第十五条: no region may set less for the decisions of a government."""


class Row(BaseModel):
    """One length with its source; the days of warning before its end are the platform's (D)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    days: int = Field(ge=1, le=365)
    warn: int = Field(default=3, ge=0, le=60)
    unit: Literal["days", "workdays"]
    source: str = Field(min_length=4)
    grade: Literal["A", "B", "C", "D", "M"]

    def told(self) -> Minimum:
        return Minimum(**self.model_dump(exclude={"warn"}))

    def running(self, id: str, title: str) -> RunningLimit:
        return RunningLimit(id=id, title=title, **self.model_dump(exclude={"warn"}))


class Threshold(BaseModel):
    """So many opinions of one kind at least."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    value: int = Field(ge=1)
    source: str = Field(min_length=4)
    grade: Literal["A", "B", "C", "D", "M"]


class Limits(BaseModel):
    """What the procedure of a region's decisions counts with."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    consultation: dict[DecisionLevel, Row]
    hearing_materials: Row
    legal_review: Row
    feedback: Row
    publish: Row
    planned_warn: Threshold
    comments_kept: Row
    reason_from: Threshold

    @model_validator(mode="after")
    def _lawful(self) -> "Limits":
        government = self.consultation.get(DecisionLevel.GOVERNMENT)
        if set(self.consultation) != set(DecisionLevel) or government is None:
            raise ValueError("consultation: a row for each level")
        if government.unit != "days" or government.days < NATIONAL_DAYS:
            raise ValueError("consultation of a government: the national minimum")
        return self


class Overlay(BaseSettings):
    """Where the region's own values are: `ZWGK_PUBLICATION_LIMITS`, a JSON file with the rows that differ."""

    model_config = SettingsConfigDict(env_prefix="ZWGK_PUBLICATION_", extra="ignore", frozen=True)
    limits: Path | None = None


def read(path: Path | None) -> Limits:
    """The shipped values, with those of the region over them. Raises `Refused` for a file that cannot be used."""
    shipped: dict[str, Any] = json.loads(files(__package__).joinpath("limits.json").read_text(encoding="utf-8"))
    if path is None:
        return Limits.model_validate(shipped)
    try:
        own: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        levels = shipped["consultation"] | own.get("consultation", {})
        return Limits.model_validate(shipped | own | {"consultation": levels})
    except (OSError, ValueError, ValidationError, AttributeError, TypeError):
        raise Refused(
            "limits",
            "决策程序期限的配置文件不能使用。",
            field="limits",
            remedy="每项须写明天数、单位、来源和等级；政府决策征求意见不得少于 30 日。",
        ) from None
