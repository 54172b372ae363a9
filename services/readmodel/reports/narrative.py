"""Narrative parts of the annual report, drafted from its figures; a person edits them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.readmodel.reports.counting import Period
from services.readmodel.reports.form import BLOCKS, MERGED, OTHER_HANDLING, ROWS, TOTAL

TO_FILL = "【待补充"
"""Where a draft cannot speak for the office. What still holds it is not finished."""
GROUPS = (
    ("予以公开", ("r03",)),
    ("部分公开", ("r04",)),
    ("不予公开", tuple(f"r{n:02d}" for n in range(5, 13))),
    ("无法提供", ("r13", "r14", "r15")),
    ("不予处理", tuple(f"r{n:02d}" for n in range(16, 21))),
)


def span(period: Period) -> str:
    """The time a report speaks of, in words."""
    if period.cutoff.endswith("-12-31"):
        return f"{period.year}年"
    _, month, day = period.cutoff.split("-")
    return f"{period.year}年1月1日至{int(month)}月{int(day)}日"


def total(table: Mapping[str, Mapping[str, Any]], key: str) -> int:
    """The total of a row of table 2."""
    return int(table[ROWS[key]][TOTAL] or 0)


def other_handling(table: Mapping[str, Mapping[str, Any]]) -> int:
    return int(table[MERGED][TOTAL]) if MERGED in table else sum(total(table, key) for key in OTHER_HANDLING)


def overview(
    name: str, report: Mapping[str, Any], period: Period, published: int, deliveries: Mapping[str, int]
) -> str:
    """一、总体情况 in its five points: 主动公开、依申请公开、政府信息管理、平台建设、监督保障."""
    table, when = report["table2"], span(period)
    results = "，".join(f"{label}{sum(total(table, key) for key in keys)}件" for label, keys in GROUPS)
    reviews = "，".join(f"{block.replace('/', '中')}{report['table3'][block][TOTAL]}件" for block in BLOCKS.values())
    channels = "、".join(f"{label}{count}条次" for label, count in deliveries.items() if count) or "各渠道合计0条次"
    return "\n".join(
        [
            f"{name}{when}政府信息公开工作情况如下。",
            f"（一）主动公开。{when}主动公开政府信息{published}条。",
            f"（二）依申请公开。新收政府信息公开申请{total(table, 'r01')}件，上年结转{total(table, 'r02')}件；"
            f"办结{total(table, 'r24')}件，其中{results}，其他处理{other_handling(table)}件；"
            f"结转下年度继续办理{total(table, 'r25')}件。",
            f"（三）政府信息管理。{normative(report)}",
            f"（四）平台建设。按渠道统计公开信息：{channels}。",
            f"（五）监督保障。因政府信息公开引起的{reviews}。",
        ]
    )


def normative(report: Mapping[str, Any]) -> str:
    """制发、废止 and 有效 of normative documents, where they are known."""
    row = report["table1"].get("行政规范性文件") or {}
    made, ended, valid = (row.get(column) for column in ("本年制发件数", "本年废止件数", "现行有效件数"))
    if None in (made, ended, valid):
        return "行政规范性文件的件数尚未申报。"
    return f"制发行政规范性文件{made}件，废止{ended}件，现行有效{valid}件。"


def problems(report: Mapping[str, Any], late: int) -> str:
    """五、存在的主要问题及改进情况: what the figures show; how it will be mended only the office can say."""
    corrected = sum(block["结果纠正"] for block in report["table3"].values())
    return "\n".join(
        [
            f"主要问题：逾期答复{late}件；行政复议、行政诉讼中被纠正{corrected}件。",
            f"改进情况：{TO_FILL}：针对上述问题的改进措施及成效】",
        ]
    )


def fees(period: Period, by_agency: Sequence[tuple[str, int, int]]) -> str:
    """The fee statement of part 六: name, number and yuan of each agency that collected any (国办函〔2020〕109号)."""
    when = f"{period.year}年全年" if period.cutoff.endswith("-12-31") else span(period)
    amount = sum(yuan for _, _, yuan in by_agency)
    if len(by_agency) < 2:
        return f"{when}收取政府信息公开信息处理费{amount}元"
    parts = "，".join(f"{name}{count}件{yuan}元" for name, count, yuan in by_agency)
    return f"{when}收取政府信息公开信息处理费{amount}元，其中{parts}"


def other(fees: str, progress: Sequence[tuple[str, str, str]], names: Mapping[str, str]) -> str:
    """六、其他需要报告的事项: fees, and progress of departments in the key fields (翁源县2018年分工 第15项)."""
    lines = [f"{fees}。"]
    if progress:
        lines.append("重点领域政府信息公开工作进展：")
        lines += [f"{field}（{names.get(agency, agency)}）：{text}" for agency, field, text in progress]
    return "\n".join(lines)


SAID = {
    "r01": re.compile(r"新收[^\d，。；]{0,20}?(\d+)件"),
    "r02": re.compile(r"上年(?:度)?结转[^\d，。；]{0,20}?(\d+)件"),
    "r24": re.compile(r"(?:共)?办结[^\d，。；]{0,20}?(\d+)件"),
    "r25": re.compile(r"结转(?:至)?下(?:一)?年(?:度)?[^\d，。；]{0,20}?(\d+)件"),
}


def said_otherwise(text: str, table: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, int, int]]:
    """X-TEXT: numbers of part 一 that are not those of table 2: row, number in the text, number in the table."""
    found = []
    for key, pattern in SAID.items():
        if (match := pattern.search(text.replace(" ", ""))) and int(match[1]) != total(table, key):
            found.append((key, int(match[1]), total(table, key)))
    return found
