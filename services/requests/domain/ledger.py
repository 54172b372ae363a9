"""Lines of an old ledger: how they are read, what they must agree on, and the request that each one becomes."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from contracts.requests.terms import ApplicantClass, Channel, Outcome, Review, ReviewKind, ReviewResult
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.personal import scan
from kernel.refused import Refused
from services.requests.domain import facts as f
from services.requests.domain.deadline import reply_limit, timed
from services.requests.domain.evolution import evolve
from services.requests.domain.outcomes import OUTCOMES

LedgerDate = Annotated[date, BeforeValidator(lambda value: _date(value))]
FIRST_YEAR = 2008
"""The regulation is in force since 2008-05-01; older lines are mistakes."""


def _date(value: object) -> object:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("not a date")
    return value


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Excluded(_Line):
    """Days that did not count, first and last included."""

    first: LedgerDate = Field(alias="from")
    last: LedgerDate = Field(alias="to")


class OldReview(_Line):
    kind: ReviewKind
    result: ReviewResult
    filed_on: LedgerDate
    decided_on: LedgerDate | None = None


class LedgerLine(_Line):
    """One request of an old ledger. `excluded` left out: it is not known whether days were excluded."""

    id: str = Field(pattern=r"^[0-9A-Za-z\u4e00-\u9fa5〔〕（）()\[\]/_.-]{1,60}$")
    agency: str = Field(pattern=r"^[a-z][a-z0-9]{1,15}$")
    received_on: LedgerDate
    channel: Channel
    applicant_class: ApplicantClass
    outcome: Outcome | None
    closed_on: LedgerDate | None
    extended_days: int = Field(default=0, ge=0, le=20, strict=True)
    corrected_on: LedgerDate | None = None
    excluded: tuple[Excluded, ...] | None = Field(default=None, max_length=20)
    fee: int | None = Field(default=None, ge=0, le=10_000_000, strict=True)
    reviews: tuple[OldReview, ...] = Field(default=(), max_length=20)


def read_line(text: str) -> LedgerLine:
    """A line as written; raises `Refused` that names the field and never the value."""
    try:
        line = LedgerLine.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        match first["type"]:
            case "json_invalid":
                raise Refused("ledger_json", "不是有效的JSON。", remedy="请检查这一行的格式。") from None
            case "missing":
                raise Refused("ledger_missing", "缺少必填字段。", field=field) from None
            case "extra_forbidden":
                raise Refused("ledger_unknown_field", "有不认识的字段。", remedy="请对照台账格式说明。") from None
            case _:
                raise Refused("ledger_value", "字段的值不符合要求。", field=field) from None
    if scan(line.id):
        raise Refused("ledger_personal", "编号疑似包含个人信息。", field="id", remedy="请改用不含个人信息的编号。")
    return line


def import_line(line: LedgerLine, number: str, content: str, now: datetime, calendar: Calendar) -> list[Fact]:
    """The facts of one line. Raises `Refused` where its dates or its outcome contradict each other."""
    _check(line, now)
    imported = f.Imported(
        number=number,
        ledger_id=line.id,
        agency=line.agency,
        channel=line.channel,
        applicant_class=line.applicant_class,
        received_on=line.received_on,
        outcome=line.outcome,
        row=OUTCOMES[line.outcome].row if line.outcome else None,
        closed_on=line.closed_on,
        on_time=None,
        extended_days=line.extended_days,
        corrected_on=line.corrected_on,
        excluded=tuple((each.first, each.last) for each in line.excluded or ()),
        fee=line.fee,
        reviews=tuple(Review(id=f"V{n}", **each.model_dump()) for n, each in enumerate(line.reviews, 1)),
        opened_at=now,
        content=content,
    )
    open_case = evolve(None, imported.model_copy(update={"outcome": None, "closed_on": None}))
    limit = reply_limit(open_case, calendar)
    on_time = _on_time(line, limit.due if limit else None)
    return [imported.model_copy(update={"on_time": on_time}), *timed(open_case, [], calendar)]


def _on_time(line: LedgerLine, due: date | None) -> bool | None:
    """Unknown where a late line does not say whether days were excluded."""
    if line.closed_on is None or due is None:
        return None
    if line.closed_on <= due:
        return True
    return None if line.excluded is None else False


def _check(line: LedgerLine, now: datetime) -> None:
    today = now.date()
    if (line.outcome is None) != (line.closed_on is None):
        raise Refused("ledger_half_closed", "办理结果与办结日期应当同时填写或者同时为空。", field="closed_on")
    dates: list[tuple[str, date | None, date]] = [
        ("received_on", line.received_on, date(FIRST_YEAR, 1, 1)),
        ("corrected_on", line.corrected_on, line.received_on),
        ("closed_on", line.closed_on, line.corrected_on or line.received_on),
    ]
    dates += [("excluded", each.last, each.first) for each in line.excluded or ()]
    dates += [("reviews", each.filed_on, line.received_on) for each in line.reviews]
    dates += [("reviews", each.decided_on, each.filed_on) for each in line.reviews]
    for field, day, first in dates:
        if day is not None and not first <= day <= today:
            raise Refused("ledger_date", "日期早于上一步骤，或者晚于今天。", field=field, remedy="请核对日期。")
    if line.outcome is None and line.reviews:
        raise Refused("ledger_reviews", "未办结的申请不能有复议或者诉讼记录。", field="reviews")
    if any((each.result == "pending") != (each.decided_on is None) for each in line.reviews):
        raise Refused("ledger_reviews", "复议、诉讼的结果与结案日期应当一致。", field="reviews")
