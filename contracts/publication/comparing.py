"""What a correction changed. Published from `contracts.publication`."""

from typing import Literal

from pydantic import Field

from contracts.base import CaseId, Contract, Query, Reply
from contracts.publication.terms import ANYONE


class ComparedLine(Contract):
    """A paragraph of the comparison."""

    change: Literal["same", "removed", "added"]
    text: str


class Comparison(Reply):
    reason: str = Field(description="Why it was corrected.")
    lines: tuple[ComparedLine, ...]
    complete: bool = Field(description="Whether all lines are here; a long comparison is cut.")


class CompareVersions(Query, by=ANYONE, reply=Comparison):
    """A replaced text of a published document against the one that followed it."""

    id: CaseId
    version: int = Field(ge=1, description="Which replaced text, from 1, the oldest first.")
