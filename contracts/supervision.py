"""What the supervision service tells, answers and takes (督查考核): holiday notices, tasks and their progress."""

from pydantic import Field

from contracts.base import Event, Record


class CalendarNotice(Record):
    """A yearly holiday notice that was loaded at run time. Its id is `notice-<year>`."""

    year: int = Field(description="Year whose days it rules.")
    number: str = Field(max_length=60, description="Number of the notice, e.g. 国办发明电〔2025〕7号.")
    notice_json: str = Field(max_length=20_000, description="`kernel.calendar.Notice` as JSON.")


class CalendarNoticeLoaded(Event, record="calendar_notice", name="loaded"):
    """Sent when a yearly holiday notice, or its correction, was loaded: recompute every open limit that it touches."""

    record: CalendarNotice
