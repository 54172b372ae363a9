"""What the inspection bulletin says beside findings: what was checked, how soon important information was re-issued,
and numbers of which the platform has no record, as an office declares them with their source."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from contracts.readmodel.terms import Declared, Figure
from contracts.sitewatch import Looked
from kernel.refused import Refused
from services.readmodel.reports.bulletins.period import Period
from services.readmodel.reports.bulletins.sheet import rate
from services.readmodel.reports.counted import DocumentCount
from services.readmodel.reports.office import SITE_QUARTER

DAY = 24 * 60
QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")


@dataclass(frozen=True)
class Beside:
    """What is known beside sites, accounts and findings. `looked` is missing while sitewatch does not answer."""

    looked: Sequence[Looked] | None = ()
    documents: Sequence[DocumentCount] = ()
    declared: Mapping[str, Declared] = field(default_factory=dict)

    def checked(self, day: date) -> set[str] | None:
        """Sites and accounts that were checked in the quarter, up to a day."""
        return None if self.looked is None else {each.id for each in self.looked if each.first_on <= day}


@cache
def fields() -> tuple[dict[str, str], ...]:
    """The declared numbers, from the packaged file `site_quarter.json`."""
    read = json.loads(files(__package__).joinpath("site_quarter.json").read_text(encoding="utf-8"))
    return tuple(read["fields"])


def require_item(figure: Figure) -> None:
    """Raises `Refused` for a declared item that the bulletin does not have, or one that counts no whole things."""
    if not figure.item.startswith(SITE_QUARTER):
        return
    quarter, _, label = figure.item.removeprefix(SITE_QUARTER).partition("/")
    if quarter not in QUARTERS or label not in {each["label"] for each in fields()}:
        raise Refused(
            "item_unknown",
            "检查通报没有这个可申报的项目。",
            field="figures",
            remedy="写法如“网站通报/第三季度/约谈”，项目名见 zwgk report site。",
        )
    if figure.value != figure.value.to_integral_value():
        raise Refused("item_whole", "该项目应为整数。", field="figures", remedy="请核对数字。")


def reissued(documents: Sequence[DocumentCount], period: Period) -> dict[str, Any]:
    """Documents that re-issue another within 24 hours, of all that do (转载, 政府网站与政务新媒体检查指标)."""
    first, last = period.first.isoformat(), period.last.isoformat()
    delays = [each.delay for each in documents if each.delay is not None and first <= each.published <= last]
    return rate(sum(delay <= DAY for delay in delays), len(delays))


def declared(figures: Mapping[str, Declared], period: Period) -> list[dict[str, Any]]:
    """Every declared number with its source; one that nobody gave is empty."""
    quarter = QUARTERS[(period.first.month - 1) // 3]
    rows = []
    for each in fields():
        given = figures.get(f"{SITE_QUARTER}{quarter}/{each['label']}")
        value = None if given is None else int(given.figure.value)
        rows.append(
            {"label": each["label"], "unit": each["unit"], "value": value, "source": given.source if given else ""}
        )
    return rows


def warnings(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Numbers that are more than what they are part of."""
    values = {row["label"]: row["value"] for row in rows}
    return [
        f"申报的{each['label']}多于{each['most']}。"
        for each in fields()
        if "most" in each and None not in (values[each["label"]], values[each["most"]])
        and values[each["label"]] > values[each["most"]]
    ]  # fmt: skip
