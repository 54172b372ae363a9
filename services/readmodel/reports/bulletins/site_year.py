"""The yearly form of a site (政府网站工作年度报表, 国办函〔2018〕12号; due 31 January on its home page): each field
counted where the platform knows it, or as the office declares it. What nobody has given stays empty."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from contracts.readmodel.terms import Declared, Figure
from contracts.sitewatch import SiteKind
from kernel.refused import Refused
from services.readmodel.past import COUNTED
from services.readmodel.reports.bulletins.gather import Record, day_of
from services.readmodel.reports.bulletins.sheet import Sheet, heads, table
from services.readmodel.reports.office import SITE_YEAR

WEBSITE = "网站"
MESSAGES = ("网站", "信箱", "领导信箱", "网民留言")
"""Channels of tickets that are messages of the site (own convention, unverified)."""
NEWS, OVERVIEW = "工作动态", "概况"
YES = {1: "是", 0: "否"}


@cache
def form() -> dict[str, Any]:
    """The packaged file `site_year.json`."""
    read: dict[str, Any] = json.loads(files(__package__).joinpath("site_year.json").read_text(encoding="utf-8"))
    return read


READS: dict[str, tuple[str, ...]] = {
    "sitewatch.site": (),
    "sitewatch.account": (),
    "publication.public_document": COUNTED["publication.public_document"],
    "opinion.event": ("detected_at", "responses", "agency"),
    "hotline.ticket": (*COUNTED["hotline.ticket"], "agency", "open"),
    "hotline.public_ticket": COUNTED["hotline.public_ticket"],
    "publication.catalogue_item": (*COUNTED["publication.catalogue_item"], "values.result", "values.questions"),
}
"""Records that the form counts, with the fields that it needs of them; the site first, then as in `Known`."""


@dataclass(frozen=True)
class Known:
    """Records of the platform that the form counts."""

    accounts: Sequence[Record]
    documents: Sequence[Record]
    events: Sequence[Record]
    tickets: Sequence[Record]
    answers: Sequence[Record]
    items: Sequence[Record] = ()


def require_item(figure: Figure) -> None:
    """Raises `Refused` for a declared item that the form does not have, or a yes-or-no that is neither 1 nor 0."""
    if not figure.item.startswith(SITE_YEAR):
        return
    label = figure.item.rpartition("/")[2]
    kinds = {f["kind"] for group in form()["groups"] for f in group["fields"] if f["label"] == label}
    if not kinds & {"number", "yes"}:
        raise Refused(
            "item_unknown",
            "网站年度报表没有这个可申报的项目。",
            field="figures",
            remedy="项目名见 zwgk report site-year。",
        )
    if kinds == {"yes"} and figure.value not in YES:
        raise Refused("item_yes_no", "该项目是“是否”项，应为 1 或 0。", field="figures", remedy="是填 1，否填 0。")


def chosen(sites: Sequence[Record], wanted: str) -> Record:
    """The site by its number or code; the only portal where none is named. Raises `Refused`."""
    portals = [each for each in sites if each["details"]["kind"] == SiteKind.PORTAL.value]
    found = [each for each in sites if wanted in (each["id"], each["details"]["id_code"])] if wanted else portals
    if len(found) != 1:
        raise Refused(
            "site_unknown",
            "没有说明是哪个网站，或者没有登记这个网站。",
            field="site",
            remedy="请用 --site 写明网站编号或标识码，编号见 zwgk sitewatch sites。",
        )
    return found[0]


def site_year(
    sheet: Sheet, site: Record, known: Known, declared: Mapping[str, Declared], names: Mapping[str, str]
) -> None:
    """Fill the sheet with every field of the form and where its value is from."""
    counted = _counted(sheet, site, known, names)
    groups = [
        {
            "group": group["group"],
            "fields": [_filled(group["group"], field, counted, declared, site) for field in group["fields"]],
        }
        for group in form()["groups"]
    ]
    values = {f"{g['group']}/{f['label']}": f["value"] for g in groups for f in g["fields"]}
    sheet.data |= {
        "site": site["id"],
        "due_on": date(_year(sheet) + 1, *form()["due"]).isoformat(),
        "source": form()["source"],
        "groups": groups,
        "warnings": list(broken(values)),
    }
    if empty := sum(f["value"] is None and f["kind"] != "hand" for g in groups for f in g["fields"]):
        sheet.incomplete.append(f"尚有{empty}项没有填报。")
    sheet.incomplete.extend(sheet.data["warnings"])
    sheet.notes.append("标“*”的字段名称未核对原件，未经核实；空白项由填报单位申报，“平台统计”为本平台记录的数字。")
    sheet.notes.append("门户网站按全区域统计，部门网站按主办单位统计；留言计网站、信箱渠道收到的诉求。")
    _lay_out(sheet)


def _year(sheet: Sheet) -> int:
    assert sheet.period is not None
    return sheet.period.first.year


def _filled(
    group: str, field: Mapping[str, Any], counted: Mapping[str, Any], declared: Mapping[str, Declared], site: Record
) -> dict[str, Any]:
    """One field: as declared for this site, as declared for the owner's only site, else as counted."""
    label, kind = field["label"], field["kind"]
    keys = [f"{SITE_YEAR}{site['details']['id_code']}/{label}", f"{SITE_YEAR}{group}/{label}", f"{SITE_YEAR}{label}"]
    given = next((declared[key] for key in keys if key in declared), None) if kind in ("number", "yes") else None
    value: Any = counted.get(field.get("key", ""))
    if given is not None:
        number = given.figure.value
        plain = int(number) if number == number.to_integral_value() else float(number)
        value = YES.get(int(number)) if kind == "yes" else plain
    elif kind == "yes" and value is not None:
        value = YES[int(value)]
    return {
        "label": label,
        "unit": field.get("unit", ""),
        "kind": kind,
        "value": value,
        "source": given.source if given is not None else ("平台统计" if value is not None else ""),
        "unverified": field["grade"] == "M",
    }


def _counted(sheet: Sheet, site: Record, known: Known, names: Mapping[str, str]) -> dict[str, Any]:
    details = site["details"]
    period = sheet.period
    assert period is not None
    own = details["owner"] if details["kind"] == SiteKind.DEPARTMENT.value else ""
    documents = [
        each["metadata"] for each in known.documents
        if period.holds(day_of(each["published_at"]))
        and WEBSITE in each["metadata"]["channels"] and (not own or own in each["metadata"]["issuers"])
    ]  # fmt: skip
    categories = [each["category"] for each in documents]
    accounts = [each["details"] for each in known.accounts if each["details"]["owner"] == details["owner"]]
    return {
        **{key: details[key] or None for key in ("site_name", "home_url", "kind", "id_code", "icp", "police")},
        "owner": names.get(details["owner"], details["owner"]),
        "published": len(documents),
        "overview": categories.count(OVERVIEW),
        "news": categories.count(NEWS),
        "catalogue": sum(each not in (OVERVIEW, NEWS) for each in categories),
        "explanations": sum(bool(each["interprets"]) for each in documents),
        "responses": sum(
            each["responses"] for each in known.events
            if period.holds(day_of(each["detected_at"])) and (not own or each["agency"] == own)
        ),
        **_messages(sheet, own, known),
        **_interactions(sheet, own, known),
        "has_accounts": bool(accounts),
        "weibo": _called(accounts, "微博"),
        "wechat": _called(accounts, "微信"),
        "others": _called([each for each in accounts if not _is(each, "微博") and not _is(each, "微信")], ""),
    }  # fmt: skip


def _messages(sheet: Sheet, own: str, known: Known) -> dict[str, Any]:
    period = sheet.period
    assert period is not None
    mine = [
        each for each in known.tickets
        if period.holds(day_of(each["received_at"])) and each["channel"] in MESSAGES
        and (not own or each["agency"] == own)
    ]  # fmt: skip
    closed = [each for each in mine if not each["open"]]
    days = [(_at(each["replied_at"]) - _at(each["received_at"])).total_seconds() / 86400
            for each in mine if each["replied_at"]]  # fmt: skip
    answers = [
        each for each in known.answers
        if period.holds(day_of(each["published_at"])) and (not own or each["agency"] == own)
    ]  # fmt: skip
    return {
        "messages": len(mine),
        "messages_closed": len(closed),
        "mean_days": round(sum(days) / len(days), 1) if days else None,
        "answers": len(answers),
    }


def _interactions(sheet: Sheet, own: str, known: Known) -> dict[str, Any]:
    """Of the register 互动交流活动, by the day on which each began; a kind without an entry stays empty."""
    year = str(_year(sheet))
    held = [
        each["values"] for each in known.items
        if each["type"] == "interactions" and not each["removed"] and each["values"]["held_on"][:4] == year
        and (not own or each["agency"] == own)
    ]  # fmt: skip
    surveys = [each for each in held if each["kind"] == "征集调查"]
    interviews = [each for each in held if each["kind"] == "在线访谈"]
    return {
        "surveys": len(surveys) or None,
        "survey_opinions": _sum(surveys, "opinions"),
        "survey_results": sum(_told(each) for each in surveys) if surveys else None,
        "interviews": len(interviews) or None,
        "interview_messages": _sum(interviews, "opinions"),
        "interview_answers": _sum(interviews, "answered"),
    }


def _told(survey: Record) -> bool:
    """Whether its result is public, in words or in counts."""
    return bool(survey.get("result") or any(row.get("count") for row in survey.get("questions", ())))


def _sum(held: Sequence[Record], field: str) -> int | None:
    given = [int(float(each[field])) for each in held if each.get(field)]
    return sum(given) if given else None


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def _is(account: Record, platform: str) -> bool:
    return platform in account["platform"]


def _called(accounts: Sequence[Record], platform: str) -> str | None:
    return "、".join(each["account_name"] for each in accounts if _is(each, platform)) or None


def broken(values: Mapping[str, Any]) -> Iterator[str]:
    """Relations between fields that do not hold (E: they warn only)."""
    for relation in form()["relations"]:
        parts = [values.get(name) for name in relation["sum"]]
        other = relation.get("equals") or relation["most"]
        whole = values.get(other)
        if whole is None or any(part is None for part in parts):
            continue
        total = sum(part for part in parts if part is not None)
        if total > whole or ("equals" in relation and total != whole):
            named = "＋".join(name.split("/")[1] for name in relation["sum"])
            sign = "＝" if "equals" in relation else "≤"
            yield f"{relation['id']}：{named}应{sign}{other.split('/')[1]}，现为{total}和{whole}。"


def _lay_out(sheet: Sheet) -> None:
    columns = heads("label=项目 value=数值 unit=单位 source=来源")
    for group in sheet.data["groups"]:
        rows = [
            {
                **field,
                "label": field["label"] + ("*" if field["unverified"] else ""),
                "value": "" if field["value"] is None else field["value"],
            }
            for field in group["fields"]
        ]
        sheet.part(group["group"], grid=table(columns, rows))
