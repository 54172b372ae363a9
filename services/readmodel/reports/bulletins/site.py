"""The inspection bulletin of sites and new-media accounts (网站与政务新媒体检查通报)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from contracts.sitewatch import Severity, SiteKind, SiteStatus
from services.readmodel.reports.bulletins import plots
from services.readmodel.reports.bulletins.gather import Record, count_by, day_of, last_day
from services.readmodel.reports.bulletins.sheet import Sheet, counted, fitting, heads, rate, said, table
from services.readmodel.reports.bulletins.site_quarter import Beside, declared, reissued, warnings

LISTED = 100
KEPT = "正常"
REJECTED, VERIFIED, SUSPECTED = "rejected", "verified", "open"
NOTES = (
    "合格率的分母为正常运行的网站；有经人员确认且尚未整改的单项否决问题的网站计为不合格。未能检查的不计入问题。",
    "标“*”的指标，其数值未核对原件，未经核实。",
    "检查数的分母为正常运行的网站和正常的账号；找错留言和问责由编制单位申报，“—”为尚未申报。",
    "整改率的分母为期末前应当整改（到期）或者已经整改的问题。",
    "层级按网站标识码的前六位（行政区划）和网站类型区分，该编码规则未核对原件，未经核实。",
)
LEVELS = ("部委", "省门户", "省部门", "市门户", "市部门", "县门户", "县以下")
"""Levels of sites in the order of the national bulletins (国务院办公厅 2017–2018 quarterly checks)."""


def site(
    sheet: Sheet,
    sites: Sequence[Record],
    accounts: Sequence[Record],
    findings: Sequence[Record],
    beside: Beside,
    now: datetime,
    names: Callable[[str], str],
) -> None:
    """Fill the sheet: what runs, what was checked, what failed, what was put right, what came back."""
    period = sheet.period
    assert period is not None
    found = [each for each in findings if period.holds(day_of(each["opened_at"])) and each["state"] != REJECTED]
    before = [each for each in findings if period.before().holds(day_of(each["opened_at"]))]
    running = _running(sites)
    failed = {each["site"] for each in findings if is_veto(each) and each["state"] in ("confirmed", "fixed")}
    sheet.data |= {
        **_objects(sheet, sites, accounts, failed, beside),
        "failed": [_failed(each, findings, names) for each in running if each["id"] in failed],
        "basis": sorted({each["source"] for each in found if each.get("source")}),
        "findings": len(found),
        "suspected": sum(each["state"] == SUSPECTED for each in found),
        "by_severity": count_by(found, "severity", [each.value for each in Severity]),
        "by_indicator": _indicators(found),
        "by_site": _sites(found, now, names),
        "repeated": fitting([_line(each, names) for each in found if each["times"] > 1], LISTED),
        "rectified": rectified(found, now),
        "rectified_before": rectified(before, now),
        "overdue": sum(each["open"] and bool(each["due_at"]) and _past(each, now) for each in findings),
    }
    if sheet.public:  # where exactly something leaks or is broken is for those who mend it
        sheet.data["repeated"] = [{**row, "object": ""} for row in sheet.data["repeated"]]
    else:
        sheet.data["list"] = fitting([_line(each, names) for each in found if each["open"]], LISTED)
    sheet.incomplete.extend(warnings(sheet.data["declared"]))
    if beside.looked is None:
        sheet.incomplete.append("网站监测服务没有应答，本表缺检查的网站和账号数。")
    sheet.notes.extend(NOTES)
    _lay_out(sheet)


def _running(sites: Sequence[Record]) -> list[Record]:
    return [each for each in sites if each["status"] == SiteStatus.RUNNING.value]


def _objects(
    sheet: Sheet, sites: Sequence[Record], accounts: Sequence[Record], failed: set[str], beside: Beside
) -> dict[str, Any]:
    """What there is, what of it was checked, what passed, and what is known beside."""
    assert sheet.period is not None
    running, kept = _running(sites), [each for each in accounts if each["details"]["status"] == KEPT]
    checked = beside.checked(min(sheet.period.last, sheet.as_of))
    return {
        "sites": count_by(sites, "status", [each.value for each in SiteStatus]),
        "running": count_by([each["details"] for each in running], "kind", [each.value for each in SiteKind]),
        "accounts": count_by([each["details"] for each in accounts], "platform"),
        "checked": _checked(running, checked),
        "accounts_checked": _checked(kept, checked),
        "passed": _passed(running, failed),
        "accounts_passed": _passed(kept, failed),
        "accounts_failed": sum(each["id"] in failed for each in accounts),
        "by_level": _by_level(running, checked, failed),
        "by_platform": _by_platform(accounts, checked, failed),
        "reissued": reissued(beside.documents, sheet.period),
        "declared": declared(beside.declared, sheet.period),
    }


def level(details: Record) -> str:
    """Level of a site, by the division in its 标识码 and its kind (unverified)."""
    code, portal = details["id_code"], details["kind"] == SiteKind.PORTAL.value
    if code.startswith("bm"):
        return "部委"
    if code[2:6] == "0000":
        return "省门户" if portal else "省部门"
    if code[4:6] == "00":
        return "市门户" if portal else "市部门"
    return "县门户" if portal else "县以下"


def _by_level(running: Sequence[Record], checked: set[str] | None, failed: set[str]) -> list[dict[str, Any]]:
    """What runs of each level, what of it was checked and what passed; levels without a site are left out."""
    of_level = {name: [each for each in running if level(each["details"]) == name] for name in LEVELS}
    return [
        {"level": name, "running": len(mine), "checked": _checked(mine, checked), "passed": _passed(mine, failed)}
        for name, mine in of_level.items()
        if mine
    ]


def _by_platform(accounts: Sequence[Record], checked: set[str] | None, failed: set[str]) -> list[dict[str, Any]]:
    """The same of accounts: all there are, those in use that were checked and passed, and all that failed."""
    rows = []
    for platform in sorted({each["details"]["platform"] for each in accounts}):
        mine = [each for each in accounts if each["details"]["platform"] == platform]
        kept = [each for each in mine if each["details"]["status"] == KEPT]
        rows.append(
            {
                "platform": platform,
                "accounts": len(mine),
                "kept": len(kept),
                "checked": _checked(kept, checked),
                "failed": sum(each["id"] in failed for each in mine),
                "passed": _passed(kept, failed),
            }
        )
    return rows


def _passed(objects: Sequence[Record], failed: set[str]) -> dict[str, Any]:
    return rate(sum(each["id"] not in failed for each in objects), len(objects))


def _checked(objects: Sequence[Record], checked: set[str] | None) -> dict[str, Any] | None:
    """Of what runs, what was checked in the time; unknown without the register of checks."""
    return None if checked is None else rate(sum(each["id"] in checked for each in objects), len(objects))


def is_veto(finding: Record) -> bool:
    return bool(finding["severity"] == Severity.VETO.value)


def _past(finding: Record, now: datetime) -> bool:
    return datetime.fromisoformat(finding["due_at"]) < now


def rectified(findings: Iterable[Record], now: datetime) -> dict[str, Any]:
    """Findings verified as put right, of those that are or had to be by now."""
    judged = [
        each for each in findings
        if each["state"] == VERIFIED or (each["state"] != REJECTED and each["due_at"] and _past(each, now))
    ]  # fmt: skip
    return rate(sum(each["state"] == VERIFIED for each in judged), len(judged))


def _failed(one: Record, findings: Sequence[Record], names: Callable[[str], str]) -> dict[str, Any]:
    why = {each["indicator_title"] for each in findings if each["site"] == one["id"] and is_veto(each) and each["open"]}
    details = one["details"]
    return {
        "name": details["site_name"],
        "url": details["home_url"],
        "owner": names(details["owner"]),
        "reason": "、".join(sorted(why)),
    }


def _indicators(findings: Sequence[Record]) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for each in findings:
        row = rows.setdefault(
            each["indicator"],
            {
                "indicator": each["indicator"],
                "title": each["indicator_title"] + ("*" if each["unverified"] else ""),
                "unverified": each["unverified"],
                "severity": each["severity"],
                "count": 0,
                "example": each["site_name"],
            },
        )
        row["count"] += 1
    return sorted(rows.values(), key=lambda row: (-row["count"], row["indicator"]))


def _sites(findings: Sequence[Record], now: datetime, names: Callable[[str], str]) -> list[dict[str, Any]]:
    rows = []
    for number in sorted({each["site"] for each in findings}):
        mine = [each for each in findings if each["site"] == number]
        rows.append(
            {
                "site": number,
                "name": mine[0]["site_name"],
                "owner": names(mine[0]["agency"]),
                "findings": len(mine),
                "veto": sum(map(is_veto, mine)),
                "open": sum(each["open"] for each in mine),
                "rectified": rectified(mine, now),
            }
        )
    return sorted(rows, key=lambda row: (-row["findings"], row["site"]))


def _line(finding: Record, names: Callable[[str], str]) -> dict[str, Any]:
    return {
        "id": finding["id"],
        "site_name": finding["site_name"],
        "owner": names(finding["agency"]),
        "title": finding["indicator_title"] + ("*" if finding["unverified"] else ""),
        "object": finding["object"],
        "times": finding["times"],
        "state_label": finding["state_label"],
        "due_on": str(last_day(finding["due_at"]) or ""),
    }


def _lay_out(sheet: Sheet) -> None:
    data = sheet.data
    assert sheet.period is not None
    words = [
        f"正常运行的网站{sum(data['running'].values())}个，政务新媒体账号{sum(data['accounts'].values())}个。"
        f"{sheet.period.label}检查网站{said(data['checked'])}、账号{said(data['accounts_checked'])}。"
        f"网站合格率{said(data['passed'])}；账号合格率{said(data['accounts_passed'])}，"
        f"不合格的政务新媒体账号{data['accounts_failed']}个。转载上级重要信息在24小时内的{said(data['reissued'])}。",
        f"{sheet.period.label}发现问题{data['findings']}个，其中尚待人员确认{data['suspected']}个；"
        f"本期整改率{said(data['rectified'])}，上期发现问题的整改率{said(data['rectified_before'])}；"
        f"现有逾期未整改{data['overdue']}个。",
    ]
    basis = f"依据：{'、'.join(data['basis'])}。" if data["basis"] else ""
    sheet.part("总体情况", [*words, *filter(None, [basis])])
    running = {f"网站（{name}）": count for name, count in data["running"].items()}
    accounts = {f"政务新媒体（{name}）": count for name, count in data["accounts"].items()}
    stopped = {f"网站（{name}）": count for name, count in data["sites"].items() if name != SiteStatus.RUNNING.value}
    sheet.part("开办情况", grid=counted("类别", running | stopped | accounts, "个数"))
    sheet.part(
        "各层级网站", grid=table(heads("level=层级 running=正常运行 checked=检查率 passed=合格率"), data["by_level"])
    )
    columns = heads("platform=平台 accounts=账号 kept=正常 checked=检查率 failed=不合格 passed=合格率")
    sheet.part("各平台政务新媒体", grid=table(columns, data["by_platform"]))
    columns = heads("name=网站 url=首页网址 owner=主办单位 reason=单项否决原因")
    sheet.part("不合格网站", [] if data["failed"] else ["没有。"], table(columns, data["failed"]))
    rows = [(row["title"], row["count"]) for row in data["by_indicator"]]
    columns = heads("indicator=指标 title=问题 severity=性质 count=个数 example=举例")
    plot = plots.bars("问题按指标", rows, "个")
    sheet.part("问题分类", grid=table(columns, data["by_indicator"]), plots=[plot])
    columns = heads("name=网站或账号 owner=单位 findings=问题 veto=单项否决 open=未整改 rectified=整改率")
    sheet.part("各网站和账号", grid=table(columns, data["by_site"]))
    rows_declared = [{**row, "label": f"{row['label']}（{row['unit']}）"} for row in data["declared"]]
    sheet.part("找错留言和问责", grid=table(heads("label=项目 value=数值 source=来源"), rows_declared))
    columns = heads(
        "site_name=网站或账号 owner=单位 title=问题 object=位置 times=次数 state_label=状态 due_on=整改期限"
    )
    sheet.part("反复出现的问题", [] if data["repeated"] else ["没有。"], table(columns, data["repeated"]))
    if "list" in data:
        sheet.part("尚未整改的问题", [] if data["list"] else ["没有。"], table(columns, data["list"]))
