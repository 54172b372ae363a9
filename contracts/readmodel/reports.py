"""Bulletins, boards and lists of the offices: one question, nine reports. Published from `contracts.readmodel`."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from contracts.base import STAFF, Query, Reply, Role

ReportName = Literal[
    "quarterly", "hotline", "opinion", "site", "site-year", "scoreboard", "overdue", "progress", "clocks"
]
ReportFormat = Literal["json", "html", "part", "text", "xlsx", "docx"]
"""`part`: the HTML without the page around it; `text`: as a document is published with."""


class ReportFile(Reply):
    """A report: its JSON, or a file in another format."""

    report: ReportName
    title: str
    incomplete: tuple[str, ...] = Field(default=(), description="Why it is not whole yet, in sentences.")
    data: dict[str, Any] = Field(default_factory=dict, description="The report as JSON; empty for other formats.")
    file: str | None = Field(default=None, description="The file, base64.")
    media_type: str = "application/json"


class GetReport(Query, by=(*STAFF, Role.SERVICE), reply=ReportFile):
    """A report of the offices. Which options a report takes is said by its refusal of the others."""

    report: ReportName
    format: ReportFormat = "json"
    public: bool = Field(default=False, description="The edition for the public: no lists of cases, no small numbers.")
    agency: str = Field(default="", max_length=40, description="Agency code; empty for the whole region.")
    year: int | None = Field(default=None, ge=2008, le=2100)
    quarter: int | None = Field(default=None, ge=1, le=4)
    month: int | None = Field(default=None, ge=1, le=12)
    as_of: date | None = Field(
        default=None, description="As it stood at the end of that day; hotline and site-year show today alone."
    )
    site: str = Field(default="", max_length=80, description="site-year: number or code of the site.")
    type: str = Field(default="supervision.task", max_length=80, description="progress: type of the work records.")
    table: str = Field(default="", max_length=80, description="progress: one table of tasks.")
    working_days: int = Field(default=10, ge=1, le=60, description="clocks: how far to look ahead.")
