"""Where a text contradicts itself. Nothing is chosen here: each finding is a sentence for the person who decides."""

import re
from datetime import date

from kernel.numbers import DocumentNumber
from services.publication.reader.gathering import Gathering, shown
from services.publication.reader.numbering import BLANK_NUMBER
from services.publication.reader.page import breadcrumb
from services.publication.reader.reading import FIELD_LABELS

_COLUMN_CLAIMS = {
    "年报": ("年报", "年度报告"),
    "年度报告": ("年报", "年度报告"),
    "解读": ("解读", "问答", "图解"),
    "预算": ("预算",),
    "决算": ("决算",),
    "招聘": ("招聘", "招考", "录用", "聘用"),
    "人事": ("任", "免", "人事"),
    "征集": ("征求意见", "征集"),
}
"""Word in the name of a website's column -> words of which one stands in the title of what belongs there."""

_UNIT_REPORT = re.compile(
    r"(?:\d{4}年)?度?([\u4e00-\u9fff]{2,30}?(?:办公室|局|委员会|委))(?:\d{4}年)?政府信息公开(?:工作)?年度报告"
)
_AREAS = ("全省", "全市", "全县", "全区", "全镇")
_MANY = 3


def find_contradictions(gathering: Gathering, body: str) -> None:
    """Adds to the gathering every contradiction between its fields, its page and its body."""
    _several_values(gathering)
    _dates_out_of_order(gathering)
    _year_of_number(gathering)
    _wrong_column(gathering)
    _whose_figures(gathering, body)
    _blank_citation(gathering, body)


def _several_values(gathering: Gathering) -> None:
    for name, offered in gathering.choices.items():
        if len(offered) < 2:
            continue
        said = "；".join(f"{choice.where}为{_spoken(choice.value)}" for choice in offered)
        late = _days_late(gathering, [choice.value for choice in offered]) if name == "formed_on" else ""
        gathering.conflict(
            f"{name}_differs", f"{FIELD_LABELS[name]}不一致：{said}；两个都保留，请人工确认以哪个为准。{late}"
        )


def _spoken(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return shown(getattr(part, "name", part) for part in value)
    return f"“{value}”"


def _days_late(gathering: Gathering, formed: list[date]) -> str:
    published = gathering.settled("published_on")
    gap = (published - min(formed)).days if published else 0
    return f"若以较早的为准，发布比成文晚{gap}天。" if gap > 0 else ""


def _dates_out_of_order(gathering: Gathering) -> None:
    formed, published = gathering.settled("formed_on"), gathering.settled("published_on")
    if formed and published and published < formed:
        gathering.conflict(
            "published_before_formed", f"发布日期{published.isoformat()}早于成文日期{formed.isoformat()}，请人工确认。"
        )


def _year_of_number(gathering: Gathering) -> None:
    number = gathering.settled("doc_no")
    year = DocumentNumber.parse(number).year if number else None
    formed = gathering.settled("formed_on") or gathering.settled("issued_on")
    if year and formed and year != formed.year:
        gathering.conflict("doc_no_year", f"发文字号的年份是{year}年，成文日期在{formed.year}年，请人工确认。")


def _wrong_column(gathering: Gathering) -> None:
    columns, title = breadcrumb(gathering.lines), gathering.settled("title")
    if not columns or not title:
        return
    for word, claims in _COLUMN_CLAIMS.items():
        if word in columns[-1] and not any(claim in title for claim in claims):
            gathering.conflict(
                "column_mismatch",
                f"网页栏目“{columns[-1]}”与标题不符，像是放错了栏目；栏目没有作为主题或类别读入。",
            )
            return


def _whose_figures(gathering: Gathering, body: str) -> None:
    title = gathering.settled("title")
    found = _UNIT_REPORT.fullmatch(title) if title and len(title) <= 100 else None
    if found is None:
        return
    area, times = max(((area, body.count(area)) for area in _AREAS), key=lambda counted: counted[1])
    if times >= _MANY:
        gathering.conflict(
            "reporting_scope",
            f"标题是“{found[1]}”的年度报告，正文的数字却是{area}的（“{area}”出现{times}次），请人工确认统计口径。",
        )


def _blank_citation(gathering: Gathering, body: str) -> None:
    for cited in list(dict.fromkeys(found[0] for found in BLANK_NUMBER.finditer(body)))[:5]:
        gathering.conflict(
            "citation_number_blank",
            f"正文引用的“{re.sub(' +', ' ', cited)}”没有序号，引文不完整；它不是本件的发文字号。",
        )
