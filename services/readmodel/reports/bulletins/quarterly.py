"""The quarterly analysis of requests (依申请公开季度分析, 七星党办字〔2017〕78号 (十二)4), as of any day."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from services.readmodel.reports.bulletins import plots
from services.readmodel.reports.bulletins.period import Period
from services.readmodel.reports.bulletins.sheet import Sheet, change, compared, counted, heads, rate, said, table
from services.readmodel.reports.bulletins.withheld import SMALLEST, withheld, withheld_rate
from services.readmodel.reports.counted import CLASSES, RequestCount
from services.readmodel.reports.counting import Case
from services.readmodel.reports.form import BLOCKS, OTHER_HANDLING
from services.readmodel.reports.narrative import GROUPS

CHANNELS = ("当面", "邮寄", "平常信函", "互联网", "传真")
RESULTS = (*GROUPS, ("其他处理", OTHER_HANDLING))
NOTE = (
    f"公开版对 1 至 {SMALLEST - 1} 件的分项不予列示，只剩一项不列示时一并隐去次小的一项；"
    "该阈值为本平台约定，未经核实。全文不含申请事由，不涉及任何申请人。"
)


def quarterly(
    sheet: Sheet, cases: Sequence[Case], names: Callable[[str], str], earlier: Sequence[tuple[str, Period]]
) -> None:
    """Fill the sheet. `earlier` are periods to compare with, by what they are called. Counts alone: no subject of any
    request is in it, and in the public edition no number that could point at an applicant."""
    period = _period(sheet)
    found = [case for _, case in cases]
    own = totals(found, period.first, min(period.last, sheet.as_of))
    past = {label: totals(found, each.first, each.last) for label, each in earlier}
    data = _figures(found, period, sheet.as_of)
    units = _units(found, period, sheet.as_of, names)
    if sheet.public:
        data = {key: withheld(value) if isinstance(value, dict) and "of" not in value else value
                for key, value in data.items()}  # fmt: skip
        data["on_time"] = withheld_rate(data["on_time"])
        units = _units_withheld(units)
        sheet.notes.append(NOTE)
    changes = {label: change(own["received"], each["received"]) for label, each in past.items()}
    sheet.data |= {**own, **data, "by_unit": units, "compared": past, "received_change": changes}
    _lay_out(sheet)


def _period(sheet: Sheet) -> Period:
    assert sheet.period is not None
    return sheet.period


def totals(cases: Sequence[RequestCount], first: date, cutoff: date) -> dict[str, int]:
    """新收, 上期结转, 办结, 结转下期: the year of the annual report's rules, for any time."""
    begin, end = first.isoformat(), cutoff.isoformat()
    known = [case for case in cases if "" < case.received <= end]
    return {
        "received": sum(case.received >= begin for case in known),
        "carried_in": sum(case.received < begin and not "" < case.closed < begin for case in known),
        "closed": sum(begin <= case.closed <= end for case in known),
        "carried_on": sum(not "" < case.closed <= end for case in known),
    }


def _figures(cases: Sequence[RequestCount], period: Period, as_of: date) -> dict[str, Any]:
    begin, end = period.first.isoformat(), min(period.last, as_of).isoformat()
    received = [case for case in cases if begin <= case.received <= end]
    closed = [case for case in cases if case.received and begin <= case.closed <= end]
    reviews = [review for case in cases for review in case.reviews if begin <= review.filed <= end]
    channels = Counter(case.channel or "未注明" for case in received)
    timed = [case for case in closed if case.timed or case.late]
    return {
        "by_channel": {name: channels[name] for name in dict.fromkeys((*CHANNELS, *sorted(channels)))},
        "by_class": {name: sum(case.column == at for case in received) for at, name in enumerate(CLASSES)},
        "by_result": {label: sum(case.row in rows for case in closed) for label, rows in RESULTS},
        "handling": {
            "经补正": sum(case.corrected for case in received),
            "延长答复期限": sum(case.extended for case in closed),
            "逾期答复": sum(case.late for case in closed),
            "收取信息处理费": sum(case.fee > 0 for case in closed),
        },
        "reviews": {label: sum(each.kind == kind for each in reviews) for kind, label in BLOCKS.items()},
        "on_time": rate(sum(not case.late for case in timed), len(timed)),
    }


def _units(
    cases: Sequence[RequestCount], period: Period, as_of: date, names: Callable[[str], str]
) -> list[dict[str, Any]]:
    cutoff, rows = min(period.last, as_of), []
    by_agency: dict[str, list[RequestCount]] = {}
    for case in cases:
        by_agency.setdefault(case.agency, []).append(case)
    for code, mine in sorted(by_agency.items()):
        figures = _figures(mine, period, as_of)
        counts = totals(mine, period.first, cutoff)
        if any(counts.values()):
            rows.append({"agency": code, "name": names(code) or "未定", **counts, "on_time": figures["on_time"]})
    return sorted(rows, key=lambda row: (-row["received"], row["agency"]))


def _units_withheld(units: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Units in the public edition: column by column, as each has its sum in the text."""
    public: list[dict[str, Any]] = [
        {"agency": row["agency"], "name": row["name"], "on_time": withheld_rate(row["on_time"])} for row in units
    ]
    for key in ("received", "carried_in", "closed", "carried_on"):
        column = withheld({row["agency"]: row[key] for row in units})
        for row in public:
            row[key] = column[row["agency"]]
    return public


def _lay_out(sheet: Sheet) -> None:
    data = sheet.data
    sheet.part("总体情况", _overview(data), _comparison(sheet), [_trend(sheet)])
    parts: tuple[tuple[str, str, str], ...] = (
        ("收到申请的渠道", "by_channel", "渠道"),
        ("申请人类别", "by_class", "类别"),
        ("办理结果", "by_result", "结果"),
    )
    for title, key, label in parts:
        counts: Mapping[str, int | None] = data[key]
        rows = [(name, count) for name, count in counts.items() if count != 0]
        sheet.part(title, grid=counted(label, counts), plots=[plots.bars(title, rows, "件")])
    sheet.part("办理过程和救济", grid=counted("情形", {**data["handling"], **data["reviews"]}))
    columns = heads("name=单位 received=新收 carried_in=上期结转 closed=办结 carried_on=结转下期 on_time=按期答复率")
    rows_of_units = [
        {key: "未列示" if value is None else value for key, value in row.items()} for row in data["by_unit"]
    ]
    sheet.part("各单位情况", grid=table(columns, rows_of_units))


def _overview(data: Mapping[str, Any]) -> list[str]:
    before = {label: each["received"] for label, each in data["compared"].items()}
    changes = "，".join(compared(label, data["received"], each) for label, each in before.items())
    return [
        f"新收政府信息公开申请{data['received']}件（{changes}），上期结转{data['carried_in']}件；"
        f"办结{data['closed']}件，结转下期{data['carried_on']}件。按期答复率{said(data['on_time'])}。",
        "按期答复率＝办结件中按期答复的件数／办结件中能够确定是否按期的件数。",
    ]


def _comparison(sheet: Sheet) -> Any:
    columns = heads("label=期间 received=新收 carried_in=上期结转 closed=办结 carried_on=结转下期")
    rows = [{"label": label, **each} for label, each in reversed(sheet.data["compared"].items())]
    return table(columns, [*rows, {"label": "本期", **sheet.data}])


def _trend(sheet: Sheet) -> str:
    rows = [(label, each["received"]) for label, each in reversed(sheet.data["compared"].items())]
    return plots.columns("新收申请", [*rows, ("本期", sheet.data["received"])], "件")
