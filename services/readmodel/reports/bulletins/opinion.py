"""The opinion bulletin (舆情通报): what was watched, who answered, whether in time. It holds no word of any post."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from contracts.opinion import Duty, Focus, Handling, Level
from services.readmodel.reports.bulletins import plots
from services.readmodel.reports.bulletins.gather import Record, count_by, day_of
from services.readmodel.reports.bulletins.sheet import Sheet, counted, fitting, heads, rate, said, table

LISTED = 100
NO_EVENT = "dismissed"
NOTES = (
    "预警级别按热度划分的界线没有公开预案可依，为平台默认值，未经核实；由人员研判的以研判为准。",
    "热度和情感倾向只作提示，不据以作出任何处理决定。",
    "时限：特别重大、重大突发事件5小时内发布权威信息、24小时内举行新闻发布会，其他政务舆情48小时内回应"
    "（国办发〔2016〕80号、国办发〔2016〕61号）。按期率的分母为本期到期或者已经履行的时限。",
)


def opinion(sheet: Sheet, events: Sequence[Record], now: datetime, names: Callable[[str], str]) -> None:
    """Fill the sheet from events detected in its time; the public edition lists no event."""
    period = sheet.period
    assert period is not None
    found = [each for each in events if period.holds(day_of(each["detected_at"]))]
    real = [each for each in found if each["state"] != NO_EVENT]
    sheet.data |= {
        "detected": len(found),
        "dismissed": len(found) - len(real),
        "open": sum(each["open"] for each in real),
        "closed": sum(not each["open"] for each in real),
        "posts": sum(each["posts"] for each in real),
        "reach": {key: sum(each["reach"][key] for each in real) for key in ("views", "reposts", "comments", "likes")},
        "by_level": count_by(real, "level", [each.value for each in Level]),
        "by_handling": count_by(real, "handling", [each.value for each in Handling], "未研判"),
        "by_focus": count_by(real, "focus", [each.value for each in Focus], "其他"),
        "by_subject": count_by(real, "subject_label", empty="未分类"),
        "duties": [_duty(duty, real, now) for duty in Duty],
        "by_unit": _units(real, now, names),
        "responded": rate(sum(each["responses"] > 0 for each in real), len(real)),
        "published": sum(len(each["documents"]) for each in real),
    }
    if not sheet.public:
        sheet.data["events"] = fitting([_line(each, names) for each in _loudest(real)], LISTED)
    sheet.notes.extend(NOTES)
    _lay_out(sheet)


def in_time(duties: Sequence[Record], now: datetime) -> dict[str, Any]:
    """Duties done in time, of those that are done or past their limit."""
    told = [(datetime.fromisoformat(each["due_at"]), each.get("done_at")) for each in duties]
    judged = [(due, done) for due, done in told if done or due < now]
    good = sum(done is not None and datetime.fromisoformat(done) <= due for due, done in judged)
    return rate(good, len(judged))


def _duty(duty: Duty, events: Sequence[Record], now: datetime) -> dict[str, Any]:
    mine = [each for event in events for each in event["duties"] if each["duty"] == duty.value]
    late = sum(not each.get("done_at") and datetime.fromisoformat(each["due_at"]) < now for each in mine)
    done = sum(bool(each.get("done_at")) for each in mine)
    return {"duty": duty.value, "all": len(mine), "done": done, "overdue": late, "on_time": in_time(mine, now)}


def _units(events: Sequence[Record], now: datetime, names: Callable[[str], str]) -> list[dict[str, Any]]:
    rows = []
    for code in sorted({each["agency"] for each in events}):
        mine = [each for each in events if each["agency"] == code]
        duties = [duty for each in mine for duty in each["duties"]]
        rows.append(
            {
                "agency": code,
                "name": names(code) or "未明确",
                "events": len(mine),
                "open": sum(each["open"] for each in mine),
                "responded": rate(sum(each["responses"] > 0 for each in mine), len(mine)),
                "on_time": in_time(duties, now),
            }
        )
    return sorted(rows, key=lambda row: (-row["events"], row["agency"]))


def _loudest(events: Sequence[Record]) -> list[Record]:
    order = [each.value for each in Level]
    return sorted(events, key=lambda each: (order.index(each["level"]), -each["posts"], each["id"]))


def _line(event: Record, names: Callable[[str], str]) -> dict[str, Any]:
    return {
        "id": event["id"],
        "title": event["title"],
        "level": event["level"],
        "handling": event["handling"] or "未研判",
        "agency_name": names(event["agency"]) or "未明确",
        "posts": event["posts"],
        "state_label": event["state_label"],
        "responses": event["responses"],
        "overdue": event["overdue"],
    }


def _lay_out(sheet: Sheet) -> None:
    data = sheet.data
    assert sheet.period is not None
    reach = data["reach"]
    words = [
        f"{sheet.period.label}发现政务舆情{data['detected']}起，其中研判为非舆情{data['dismissed']}起；"
        f"办结{data['closed']}起，在办{data['open']}起。涉及信息{data['posts']}条，阅读{reach['views']}次，"
        f"转发{reach['reposts']}次，评论{reach['comments']}次，点赞{reach['likes']}次。",
        f"回应率{said(data['responded'])}，公开发布回应{data['published']}件。",
    ]
    sheet.part("总体情况", words)
    columns = heads("duty=事项 all=应履行 done=已履行 overdue=逾期未履行 on_time=按期率")
    sheet.part("时限履行", grid=table(columns, data["duties"]))
    for title, key, label in (
        ("预警级别", "by_level", "级别"), ("处置类别", "by_handling", "类别"),
        ("监测重点", "by_focus", "重点"), ("涉及领域", "by_subject", "领域"),
    ):  # fmt: skip
        rows = [(name, count) for name, count in data[key].items() if count]
        sheet.part(title, grid=counted(label, data[key], "起数"), plots=[plots.bars(title, rows, "起")])
    columns = heads("name=单位 events=舆情 open=在办 responded=回应率 on_time=按期率")
    sheet.part("各单位回应情况", grid=table(columns, data["by_unit"]))
    if "events" in data:
        columns = heads(
            "title=事件 level=级别 handling=类别 agency_name=回应主体 posts=信息条数 "
            "state_label=状态 responses=回应 overdue=逾期"
        )
        sheet.part("主要事件", grid=table(columns, data["events"]))
