"""Bulletins of sites without any server: the inspection bulletin of a quarter and the yearly form."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.readmodel.terms import Declared, Figure
from contracts.sitewatch import Looked
from kernel.calendar import end_of_day
from kernel.refused import Refused
from services.readmodel.reports import files
from services.readmodel.reports.bulletins import site, site_quarter, site_year
from services.readmodel.reports.bulletins.period import Period
from services.readmodel.reports.bulletins.sheet import rate
from services.readmodel.reports.bulletins.site_quarter import Beside
from services.readmodel.reports.counted import DocumentCount, count_of, revived
from tests.reports.test_bulletins import NOW, QUARTER, name, sheet


def finding(id: str, state: str, due: date | None, **changes: Any) -> dict[str, Any]:
    given = {
        "id": id, "site": "WD-1", "site_name": "示例县人民政府", "agency": "bgs", "state": state,
        "open": state != "verified", "state_label": "待整改", "severity": "单项否决", "indicator": "D09",
        "indicator_title": "栏目不更新", "object": "/zcjd/", "unverified": True, "times": 1,
        "opened_at": "2026-08-03T09:00:00+08:00",
        "due_at": end_of_day(due).isoformat() if due else None,
    }  # fmt: skip
    return given | changes


def test_a_site_fails_by_a_confirmed_veto_alone() -> None:
    details = {
        "site_name": "示例县人民政府",
        "kind": "门户",
        "home_url": "http://x.example",
        "owner": "bgs",
        "id_code": "9999010001",
    }
    sites = [{"id": f"WD-{n}", "status": "正常运行", "details": details} for n in (1, 2, 3)]
    findings = [
        finding("WZ-1", "confirmed", date(2026, 8, 20), times=3),
        finding("WZ-2", "open", None, site="WD-2"),
        finding("WZ-3", "verified", None, site="WD-3"),
        finding("WZ-4", "rejected", None, site="WD-3"),
    ]
    made = sheet()
    site.site(made, sites, [], findings, Beside(), NOW, name)
    assert made.data["passed"] == rate(2, 3)
    assert (made.data["findings"], made.data["suspected"], made.data["overdue"]) == (3, 1, 1)
    assert made.data["rectified"] == rate(1, 2)
    assert [each["id"] for each in made.data["repeated"]] == ["WZ-1"]
    assert "栏目不更新*" in files.html(made.layout)
    assert "list" in made.data
    public = sheet(public=True)
    site.site(public, sites, [], findings, Beside(), NOW, name)
    assert "list" not in public.data
    assert "/zcjd/" not in str(public.told()) + files.html(public.layout)


FIELDS = re.findall(
    r"\S+",
    """
网站名称 首页网址 主办单位 网站类型 政府网站标识码 ICP备案号 公安机关备案号 独立用户访问总量 网站总访问量 总数
概况类信息更新量 政务动态信息更新量 信息公开目录信息更新量 维护数量 新开设数量 解读信息发布总数 解读材料数量
解读产品数量 媒体评论文章数量 回应公众关注热点或重大舆情数量 是否发布服务事项目录 注册用户数 政务服务事项数量
可全程在线办理数量 办件量（总数） 办件量（自然人） 办件量（法人） 全程在线办理办件量 是否使用统一平台 收到留言
办结留言 平均办理时间 公开答复数量 征集调查期数 收到意见 公布调查结果期数 在线访谈期数 网民留言数 答复提问数
是否提供智能问答 安全检测评估次数 发现问题数 整改数 是否建立监测预警机制 是否开展应急演练 是否明确安全责任人
是否有 微博（名称） 微博（发布量） 微博（关注量） 微信（名称） 微信（发布量） 微信（订阅数） 其他 搜索即服务
多语言版本 无障碍浏览 千人千网 其他 单位负责人 审核人 填报人 联系电话 填报日期
""",
)


def declared(value: float) -> Declared:
    return Declared(figure=Figure(item="x", value=Decimal(str(value))), source="后台统计", by="张三", at=NOW)


PORTAL: dict[str, Any] = {
    "id": "WD-1",
    "details": {"id_code": "9999010001", "site_name": "示例县人民政府", "home_url": "http://x.example", "kind": "门户",
                "owner": "xzf", "icp": "", "police": ""},
}  # fmt: skip


def yearly(figures: dict[str, Declared], **known: Any) -> dict[str, Any]:
    made = sheet(Period.of(2026, None, None))
    nothing: dict[str, Any] = {"accounts": [], "documents": [], "events": [], "tickets": [], "answers": []}
    site_year.site_year(made, PORTAL, site_year.Known(**(nothing | known)), figures, {"xzf": "示例县人民政府"})
    assert len(made.sections) == len(site_year.form()["groups"])
    return made.told()


def values(told: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{group['group']}/{field['label']}": field["value"] for group in told["groups"] for field in group["fields"]
    }


def test_the_yearly_form_has_exactly_its_fields() -> None:
    told = yearly({})
    assert [field["label"] for group in told["groups"] for field in group["fields"]] == FIELDS
    assert told["due_on"] == "2027-01-31"
    assert values(told)["访问量/网站总访问量"] is None
    assert values(told)["信息发布/总数"] == 0
    assert told["incomplete"]


def test_declared_figures_go_before_counted_ones_and_relations_warn() -> None:
    document = {
        "published_at": "2026-03-02T09:00:00+08:00",
        "metadata": {"channels": ["网站"], "category": "工作动态", "issuers": ["czj"], "interprets": []},
    }
    elsewhere = document | {"published_at": "2025-03-02T09:00:00+08:00"}
    told = yearly({}, documents=[document, elsewhere])
    assert values(told)["信息发布/政务动态信息更新量"] == values(told)["信息发布/总数"] == 1
    assert told["warnings"] == []
    told = yearly(
        {
            "网站年报/总数": declared(5),
            "网站年报/9999010001/收到留言": declared(2),
            "网站年报/互动交流/办结留言": declared(3),
            "网站年报/是否开展应急演练": declared(1),
            "网站年报/网站名称": declared(1),
        },
        documents=[document],
    )
    assert values(told)["信息发布/总数"] == 5
    assert values(told)["安全防护/是否开展应急演练"] == "是"
    assert values(told)["基本情况/网站名称"] == "示例县人民政府"
    assert [warning[:5] for warning in told["warnings"]] == ["S-PUB", "S-MSG"]


def test_interactions_are_counted_by_the_year_they_began() -> None:
    def held(kind: str, day: str, **values: Any) -> dict[str, Any]:
        values |= {"kind": kind, "held_on": day}
        return {"type": "interactions", "agency": "czj", "removed": False, "values": values}

    told = values(yearly({}))
    assert told["互动交流/征集调查期数"] is told["互动交流/公布调查结果期数"] is told["互动交流/收到意见"] is None
    items = [
        held("征集调查", "2026-01-01", opinions="12"),
        held("征集调查", "2026-12-31", questions=[{"count": ""}, {"count": "0"}]),
        held("征集调查", "2025-12-31", opinions="9", result="采纳"),
        held("在线访谈", "2026-03-02", answered="4"),
        {"type": "penalties", "agency": "czj", "removed": False, "values": {}},
    ]
    told = values(yearly({}, items=items))
    assert [told[f"互动交流/{name}"] for name in ("征集调查期数", "收到意见", "公布调查结果期数")] == [2, 12, 1]
    assert [told[f"互动交流/{name}"] for name in ("在线访谈期数", "网民留言数", "答复提问数")] == [1, None, 4]


def test_a_site_must_be_named_where_there_are_several() -> None:
    other = {"id": "WD-2", "details": PORTAL["details"] | {"id_code": "9999010002"}}
    assert site_year.chosen([PORTAL], "") is PORTAL
    assert site_year.chosen([PORTAL, other], "9999010002") is other
    for sites, wanted in (([PORTAL, other], ""), ([], ""), ([PORTAL], "9")):
        with pytest.raises(Refused):
            site_year.chosen(sites, wanted)


def document(published: str, source: str | None = None) -> DocumentCount:
    metadata = {"issuers": ["czj"], "channels": ["网站"], "category": "其他"}
    record: dict[str, Any] = {"id": "D-1", "metadata": metadata, "published_at": published}
    counted = count_of("publication.public_document", record | {"source": source and {"published_at": source}})
    assert isinstance(counted, DocumentCount)
    assert revived("publication.public_document", list(counted)) == counted
    return counted


def test_what_is_reissued_within_24_hours_to_the_minute_counts() -> None:
    """国办秘函〔2019〕19号: re-issue of important information within 24 hours (W-row of the bulletins)."""
    source = "2026-07-01T09:00:00+08:00"
    at = ["2026-07-02T09:00:00+08:00", "2026-07-02T09:00:01+08:00", "2026-07-01T02:00:00Z", "2026-10-01T00:00:00+08:00"]
    documents = [document(each, source) for each in at]
    assert [each.delay for each in documents[:3]] == [1440, 1441, 60]
    assert site_quarter.reissued([*documents, document(at[0])], QUARTER) == rate(2, 3)
    assert site_quarter.reissued([], QUARTER) == rate(0, 0)


def test_a_quarter_says_what_was_checked_up_to_its_day() -> None:
    details = {
        "site_name": "示例县人民政府",
        "kind": "门户",
        "home_url": "http://x.example",
        "owner": "bgs",
        "id_code": "9999010001",
    }
    sites = [{"id": f"WD-{n}", "status": "正常运行", "details": details} for n in (1, 2)]
    closed = {"id": "WD-3", "status": "关停", "details": details}
    accounts = [
        {"id": f"ZH-{n}", "details": {"platform": "微信", "owner": "bgs", "status": status}}
        for n, status in ((1, "正常"), (2, "注销"))
    ]
    days = {"WD-1": date(2026, 9, 30), "WD-2": date(2026, 10, 1), "WD-3": date(2026, 7, 1), "ZH-1": date(2026, 7, 1)}
    looked = [Looked(id=id, times=2, first_on=day, last_on=date(2026, 9, 30)) for id, day in days.items()]
    given = {"约谈": 2, "找错留言收到": 1, "找错留言办结": 3}
    figures = {f"网站通报/第三季度/{label}": declared(count) for label, count in given.items()}
    made = sheet()
    site.site(made, [*sites, closed], accounts, [], Beside(looked, [], figures), NOW, name)
    assert (made.data["checked"], made.data["accounts_checked"]) == (rate(1, 2), rate(1, 1))
    shown = {row["label"]: (row["value"], row["source"]) for row in made.data["declared"]}
    assert (shown["约谈"], shown["通报批评"]) == ((2, "后台统计"), (None, ""))
    assert made.incomplete == ["申报的找错留言办结多于找错留言收到。"]
    page = files.html(made.layout)
    assert "约谈（人次）" in page
    assert "后台统计" in page
    unanswered = sheet()
    site.site(unanswered, sites, accounts, [], Beside(looked=None), NOW, name)
    assert unanswered.data["checked"] is None
    assert len(unanswered.incomplete) == 1


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("bm01000001", "部门", "部委"),
        ("9900000001", "门户", "省门户"),
        ("9900000002", "部门", "省部门"),
        ("9999000001", "门户", "市门户"),
        ("9999000002", "部门", "市部门"),
        ("9999010001", "门户", "县门户"),
        ("9999010002", "部门", "县以下"),
    ],
)
def test_the_level_of_a_site_is_read_from_its_code_and_kind(code: str, kind: str, expected: str) -> None:
    assert site.level({"id_code": code, "kind": kind}) == expected


def test_sites_by_level_and_accounts_by_platform_add_up() -> None:
    details = {"site_name": "示例县人民政府", "kind": "门户", "home_url": "http://x.example", "owner": "bgs"}
    sites = [
        {"id": f"WD-{n}", "status": "正常运行", "details": details | {"id_code": code, "kind": kind}}
        for n, code, kind in ((1, "9999010001", "门户"), (2, "9999010002", "部门"), (3, "9999010003", "部门"))
    ]
    accounts = [
        {"id": f"ZH-{n}", "details": {"platform": platform, "owner": "bgs", "status": status}}
        for n, platform, status in ((1, "微信公众号", "正常"), (2, "微信公众号", "注销"), (3, "微博", "正常"))
    ]
    looked = [Looked(id=id, times=1, first_on=date(2026, 7, 1), last_on=date(2026, 7, 1)) for id in ("WD-2", "ZH-3")]
    found = [finding("WZ-1", "confirmed", None, site="WD-3"), finding("WZ-2", "confirmed", None, site="ZH-2")]
    made = sheet()
    site.site(made, sites, accounts, found, Beside(looked), NOW, name)
    assert made.data["by_level"] == [
        {"level": "县门户", "running": 1, "checked": rate(0, 1), "passed": rate(1, 1)},
        {"level": "县以下", "running": 2, "checked": rate(1, 2), "passed": rate(1, 2)},
    ]
    columns = ("platform", "accounts", "kept", "failed")
    assert [tuple(row[key] for key in columns) for row in made.data["by_platform"]] == [
        ("微信公众号", 2, 1, 1),
        ("微博", 1, 1, 0),
    ]
    assert [row["checked"] for row in made.data["by_platform"]] == [rate(0, 1), rate(1, 1)]
    assert sum(row["failed"] for row in made.data["by_platform"]) == made.data["accounts_failed"]
    unanswered = sheet()
    site.site(unanswered, sites, accounts, found, Beside(looked=None), NOW, name)
    assert {row["checked"] for row in unanswered.data["by_level"]} == {None}


def test_only_items_of_the_bulletin_are_declared_for_it() -> None:
    for item, value, code in (("第三季度/约谈", "1.5", "item_whole"), ("第五季度/约谈", "1", "item_unknown"),
                              ("第三季度/表扬", "1", "item_unknown"), ("约谈", "1", "item_unknown")):  # fmt: skip
        with pytest.raises(Refused) as caught:
            site_quarter.require_item(Figure(item=f"网站通报/{item}", value=Decimal(value)))
        assert caught.value.code == code
    site_quarter.require_item(Figure(item="网站通报/第三季度/约谈", value=Decimal(1)))
