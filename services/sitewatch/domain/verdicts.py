"""What was read on the pages, measured against the indicators. Pure; what could not be judged has no verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.sitewatch import AccountDetails, Column, ColumnType, Severity
from services.sitewatch.domain.availability import Window
from services.sitewatch.domain.indicators import Indicators

_TYPES = {
    ColumnType.NEWS: ("D04", "news"),
    ColumnType.NOTICES: ("D05", "notices"),
    ColumnType.POLICIES: ("D05", "policies"),
    ColumnType.EXPLANATIONS: ("D06", "explanations"),
    ColumnType.STAFFING: ("D09", "staffing"),
    ColumnType.PLANNING: ("D09", "planning"),
    ColumnType.OTHER: ("D09", "other"),
}
BLANK = "D09"
WHOLE_SITE = "全站"
_COUNTED_STRICTLY = (ColumnType.NEWS, ColumnType.NOTICES, ColumnType.POLICIES)


@dataclass(frozen=True)
class Verdict:
    """One check of one thing: passed or failed, with what was measured."""

    indicator: str
    object: str
    ok: bool
    severity: Severity
    measured: str
    threshold: str
    url: str
    sha256: str = ""
    owner: str = ""
    """Agency in charge where it is not the site's owner."""


@dataclass(frozen=True)
class ColumnSeen:
    """What a column's list page showed. `newest` is `None` where no date could be read."""

    column: Column
    url: str
    sha256: str
    blank: bool
    newest: date | None


def limit_days(column: Column, indicators: Indicators) -> int | None:
    """Days within which a column must be updated; `None` for one that need not be."""
    if column.type is ColumnType.EXEMPT:
        return None
    return column.freshness_days or indicators.count(f"{_TYPES[column.type][1]}_days")


def is_stale(seen: ColumnSeen, today: date, indicators: Indicators) -> bool | None:
    """Older than its limit; `None` where it cannot be said. A blank column is blank, not stale as well: the same
    defect is not deducted twice."""
    limit = limit_days(seen.column, indicators)
    if limit is None or seen.blank or seen.newest is None:
        return None
    return (today - seen.newest).days > limit


def column_verdicts(seen: Sequence[ColumnSeen], today: date, indicators: Indicators) -> list[Verdict]:
    """Each column by itself, then the counts over the site that are vetoes (国办秘函〔2019〕19号, 栏目不更新)."""
    single = [verdict for each in seen for verdict in _column(each, today, indicators)]
    stale = [each.column for each in seen if is_stale(each, today, indicators)]
    strict = [column for column in stale if column.type in _COUNTED_STRICTLY]
    blank = [each for each in seen if each.blank]
    return [
        *single,
        _count("W-V4a", len(strict), "stale_columns", None, indicators),
        _count("W-V4b", len(stale), "owed_columns", "owed_columns_warn", indicators),
        _count("W-V4c", len(blank), "blank_columns", "blank_columns_warn", indicators),
    ]


def _column(seen: ColumnSeen, today: date, indicators: Indicators) -> list[Verdict]:
    column = seen.column
    blank = Verdict(
        BLANK, f"{column.path}（空白）", not seen.blank, Severity.DEDUCT, "栏目无内容" if seen.blank else "栏目有内容",
        "栏目不得空白", seen.url, seen.sha256, column.keeper,
    )  # fmt: skip
    stale = is_stale(seen, today, indicators)
    if stale is None or seen.newest is None:
        return [blank]
    fresh = Verdict(
        _TYPES[column.type][0], column.path, not stale, Severity.DEDUCT,
        f"最后更新于{seen.newest.isoformat()}，距今{(today - seen.newest).days}天",
        f"应在{limit_days(column, indicators)}天内更新", seen.url, seen.sha256, column.keeper,
    )  # fmt: skip
    return [blank, fresh]


def _count(code: str, n: int, line: str, warn: str | None, indicators: Indicators) -> Verdict:
    veto = n >= indicators[line]
    ok = n < (indicators[warn] if warn else indicators[line])
    severity = Severity.VETO if veto else Severity.WARN
    return Verdict(code, WHOLE_SITE, ok, severity, f"{n}个栏目", f"不得达到{indicators.count(line)}个", "")


def home_verdict(newest: date | None, url: str, sha256: str, today: date, indicators: Indicators) -> Verdict:
    """The home page has new information within two weeks; what has no date counts as not updated
    (国办秘函〔2019〕19号, 首页不更新)."""
    limit = indicators.count("home_days")
    age = (today - newest).days if newest else None
    veto = age is None or age > limit
    ok = age is not None and age <= indicators["home_days_warn"]
    measured = f"最新信息日期{newest.isoformat()}，距今{age}天" if newest else "未见带日期的信息"
    severity = Severity.VETO if veto else Severity.WARN
    return Verdict("W-V3", "首页", ok, severity, measured, f"应在{limit}天内更新", url, sha256)


def reach_verdict(seen: Window, is_down: bool, is_up: bool, url: str, indicators: Indicators) -> Verdict | None:
    """Whether the home page can be opened; `None` between two states."""
    if seen.veto or seen.warn:
        severity = Severity.VETO if seen.veto else Severity.WARN
        measured = f"7天{seen.probes}次中{seen.fails}次打不开（{seen.share:.1%}）"
        return Verdict("W-V2", "首页", False, severity, measured, f"打不开应少于{indicators['fail_share']:.0%}", url)
    if is_down:
        n = indicators.count("down_probes")
        return Verdict("W-V2", "首页", False, Severity.WARN, f"连续{n}次打不开", "首页应能打开", url)
    return Verdict("W-V2", "首页", True, Severity.WARN, "首页能打开", "首页应能打开", url) if is_up else None


def element_verdicts(elements: Mapping[str, bool], url: str, sha256: str) -> list[Verdict]:
    """Elements of the footer (国办发〔2017〕47号)."""
    return [
        Verdict("D22", name, found, Severity.DEDUCT, "有" if found else "未见", "首页页脚应有", url, sha256)
        for name, found in elements.items()
    ]


def tag_verdict(faults: Sequence[str], path: str, url: str, sha256: str) -> Verdict:
    """Page tags (国办发〔2017〕47号 附件 网页设计规范): missing ones and such as contradict the register."""
    measured = ("缺失或不一致：" + "、".join(faults))[:200] if faults else "标签齐全"
    return Verdict("D26", path, not faults, Severity.DEDUCT, measured, "页面标签应齐全、准确", url, sha256)


def date_verdict(tag: date, shown: date, path: str, url: str, sha256: str) -> Verdict:
    """The date that a page shows agrees with its tag; otherwise a person looks (弄虚作假: 发布日期造假)."""
    measured = f"页面显示{shown.isoformat()}，标签为{tag.isoformat()}"
    return Verdict("W-V1", path, tag == shown, Severity.VETO, measured, "显示日期应与标签一致", url, sha256)


def account_verdict(details: AccountDetails, last_post_on: date, today: date, indicators: Indicators) -> Verdict | None:
    """A new-media account is updated within two weeks, or sooner where the place says so
    (国办秘函〔2019〕19号, 政务新媒体 内容不更新). One that has announced its end owes nothing."""
    if details.status != "正常":
        return None
    limit = details.freshness_days or indicators.count("account_days")
    age = (today - last_post_on).days
    warn = min(limit, indicators.count("account_days_warn"))
    severity = Severity.VETO if age > limit else Severity.WARN
    measured = f"最后更新于{last_post_on.isoformat()}，距今{age}天"
    return Verdict("M-V2a", details.account_name, age <= warn, severity, measured, f"应在{limit}天内更新", "")
