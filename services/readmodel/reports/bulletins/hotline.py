"""The hotline bulletin (热线通报). The hotline counts its own tickets and ratings, so that a rate has one definition;
here they are laid out (shape: monthly bulletin of Yichun, quarterly one of Hengdong)."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

from chassis.rpc import Asker
from contracts.hotline import figures as c
from contracts.hotline.public import CountSuggestions, SuggestionFigures
from contracts.hotline.ratings import CountRatings, RatingFigures
from services.readmodel.reports.bulletins import plots
from services.readmodel.reports.bulletins.period import Period
from services.readmodel.reports.bulletins.sheet import Sheet, change, compared, counted, heads, rate, said, table
from services.readmodel.reports.bulletins.withheld import SMALLEST, withheld_rate

RATES = (
    ("on_time", "按期办结率"), ("response", "响应率"), ("solution", "解决率"), ("satisfaction", "满意率"),
    ("returning", "退单率"), ("redoing", "重办率"), ("repeating", "重复诉求率"),
)  # fmt: skip
COUNTS = (
    ("received", "受理"), ("direct", "直办"), ("dispatched", "转办"), ("closed", "办结"), ("overdue", "超期"),
    ("returned", "退单"), ("redone", "重办"), ("reopened", "重新受理"), ("supervised", "督办"),
)  # fmt: skip
DIMENSIONS: tuple[c.Dimension, ...] = ("channel", "kind", "category", "unit")
LEVELS = ("非常满意", "满意", "基本满意", "不满意", "非常不满意")
NOTES = (
    "各率均列出分子和分母，分母为零的不计算；满意率不含未表态，响应率、解决率只计已能判定的工单。",
    "各项目按受理时间归入本期，按统计截止日的状况计算；各分项之和不一定等于总数。",
)


async def counted_by_hotline(ask: Asker, period: Period, unit: str, as_of: date | None) -> dict[str, c.StatisticsTable]:
    """The tickets of a period by each dimension."""
    days: dict[str, Any] = {"first": period.first, "last": period.last, "as_of": as_of}
    queries = [c.Statistics(**days, by=each, unit=unit) for each in DIMENSIONS]
    found = await asyncio.gather(*(ask(query, c.StatisticsTable) for query in queries))
    return dict(zip(DIMENSIONS, found, strict=True))


async def hotline(sheet: Sheet, ask: Asker, as_of: date | None) -> None:
    """Fill the sheet with what the hotline counts, of all units or of one; of a past day, as tickets stood then."""
    period, unit = sheet.period, sheet.scope
    assert period is not None
    days: dict[str, Any] = {"first": period.first, "last": period.last, "as_of": as_of}
    tables, ratings, suggestions = await asyncio.gather(
        counted_by_hotline(ask, period, unit, as_of),
        ask(CountRatings(**days), RatingFigures),
        ask(CountSuggestions(**days), SuggestionFigures),
    )
    earlier = await asyncio.gather(
        *(_received(ask, each, unit, as_of) for each in (period.before(), period.year_before()))
    )
    total = tables["unit"].total
    topics = None if unit else await _topics(ask, period, as_of)
    sheet.data |= {
        "total": total.model_dump(mode="json"),
        "before": earlier[0],
        "year_before": earlier[1],
        "change": change(total.received, earlier[0]),
        "change_on_year": change(total.received, earlier[1]),
        **{f"by_{name}": [row.model_dump(mode="json") for row in found.rows] for name, found in tables.items()},
        "topics": topics,
        "ratings": [row for row in _ratings(ratings) if unit in ("", row["agency"])],
        "suggestions": [
            each.model_dump(mode="json") for each in (*suggestions.rows, suggestions.total) if unit in ("", each.agency)
        ],
    }
    if sheet.public:
        _withhold(sheet)
    sheet.notes.extend(NOTES)
    _lay_out(sheet)


def _withhold(sheet: Sheet) -> None:
    """For the public: what few callers said of a unit or class is not printed, nor are topics of few."""
    names = [f"by_{name}" for name in DIMENSIONS] if sheet.scope else ["by_unit", "by_category"]
    for name in names:
        for row in (*sheet.data[name], *([sheet.data["total"]] if sheet.scope else ())):
            row |= {key: withheld_rate(row[key]) for key in ("solution", "satisfaction")}
    topics = sheet.data["topics"]
    sheet.data["topics"] = topics and [each for each in topics if each["count"] >= SMALLEST]
    sheet.notes.append(f"公开版不列少于{SMALLEST}件的热点和评价率；该阈值为本平台约定，未经核实。")


async def _received(ask: Asker, period: Period, unit: str, as_of: date | None) -> int:
    query = c.Statistics(first=period.first, last=period.last, unit=unit, as_of=as_of)
    found = await ask(query, c.StatisticsTable)
    return found.total.received


async def _topics(ask: Asker, period: Period, as_of: date | None) -> list[dict[str, Any]] | None:
    """Hot topics of a month; the hotline knows none of a longer time."""
    if period.months != 1:
        return None
    page = await ask(c.MonthlyBulletin(year=period.first.year, month=period.first.month, as_of=as_of), c.MonthPage)
    return [each.model_dump(mode="json") for each in page.topics]


def _ratings(figures: RatingFigures) -> list[dict[str, Any]]:
    rows = [*figures.rows, figures.total.model_copy(update={"name": "合计"})]
    return [
        {
            "agency": row.agency,
            "name": row.name or row.agency,
            **dict(zip(LEVELS, row.levels, strict=True)),
            "excluded": row.excluded,
            "good": rate(row.good, row.counted),
            "rectified": row.rectified,
            "revisited": rate(row.revisited, row.named_bad),
        }
        for row in rows
    ]


def _lay_out(sheet: Sheet) -> None:
    data = sheet.data
    total = data["total"]
    sheet.part("总体情况", _overview(sheet), table(heads("name=指标 value=数值"), _indicators(total)))
    for title, name in (("受理渠道", "channel"), ("诉求类型", "kind")):
        counts = {row["label"]: row["received"] for row in data[f"by_{name}"]}
        sheet.part(title, grid=counted("分类", counts), plots=[plots.bars(title, list(counts.items()), "件")])
    columns = [("label", "问题分类"), *_some(COUNTS, "received", "closed"), *_some(RATES, "on_time", "satisfaction")]
    rows = [(row["label"], row["received"]) for row in data["by_category"]]
    sheet.part("问题分类", grid=table(columns, data["by_category"]), plots=[plots.bars("问题分类", rows, "件")])
    if data["topics"] is not None:
        _topics_part(sheet)
    units = [("label", "承办单位"), *_some(COUNTS, "received", "closed", "overdue", "returned"), *RATES[:4]]
    plot = plots.rates("各单位按期办结率", [(sheet.short(row["label"]), row["on_time"]) for row in data["by_unit"]])
    sheet.part("各单位办理情况", grid=table(units, data["by_unit"]), plots=[plot])
    ratings = [("name", "单位"), *((level, level) for level in LEVELS), ("excluded", "误评和恶意差评"),
               ("good", "好评率"), ("rectified", "已整改差评"), ("revisited", "实名差评回访率")]  # fmt: skip
    sheet.part("好差评", grid=table(ratings, data["ratings"]))
    suggestions = heads("name=单位 ended=办结 adopted=采纳 not_adopted=未采纳 waiting=在办")
    sheet.part("意见建议", grid=table(suggestions, data["suggestions"]))


def _some(columns: Sequence[tuple[str, str]], *keys: str) -> list[tuple[str, str]]:
    return [(key, label) for key, label in columns if key in keys]


def _overview(sheet: Sheet) -> list[str]:
    data, period = sheet.data, sheet.period
    assert period is not None
    total = data["total"]
    days = (min(period.last, sheet.as_of) - period.first).days + 1
    return [
        f"{period.label}受理诉求{total['received']}件，日均{total['received'] / days:.1f}件，"
        f"{compared('上期', total['received'], data['before'])}，"
        f"{compared('上年同期', total['received'], data['year_before'])}。",
        f"直办{total['direct']}件，转办{total['dispatched']}件，办结{total['closed']}件，超期{total['overdue']}件。",
    ]


def _indicators(total: dict[str, Any]) -> list[dict[str, Any]]:
    counts = [{"name": f"{label}（件）", "value": total[key]} for key, label in COUNTS]
    return [*counts, *({"name": label, "value": said(total[key])} for key, label in RATES)]


def _topics_part(sheet: Sheet) -> None:
    columns = heads("category=问题分类 area=镇街 count=件数 share=占比（%） before=上月")
    paragraphs = [] if sheet.data["topics"] else ["本月没有可列的热点。"]
    sheet.part("热点诉求", paragraphs, table(columns, sheet.data["topics"]))
