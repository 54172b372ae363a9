"""What the document itself prints about itself: title, number, issuers, signature, date, to whom it goes."""

import itertools
import re
from dataclasses import dataclass
from datetime import date

from kernel.dates import DATE_TEXT, looks_like_date, parse_date
from services.publication.reader.page import HEAD_LINES

GENRES = (
    *("决议", "决定", "命令", "公报", "公告", "通告", "意见", "通知"),
    *("通报", "报告", "请示", "批复", "议案", "函", "纪要"),
)
"""公文种类, fifteen of them (党政机关公文处理工作条例; unverified: recalled, not re-read)."""

_TITLE_ENDS = (
    *GENRES,
    *("方案", "要点", "办法", "规定", "细则", "规划", "计划", "预案", "目录", "清单", "制度", "指南", "章程"),
    *("条例", "规则", "总结", "公示", "说明", "解读", "情况", "公布", "回复", "答复", "名单", "令", "标准"),
    *("规范", "表", "简介", "概况"),
)
_STAGE = re.compile(r"[\[【(（]?(?:公开)?(征求意见稿|送审稿|讨论稿|修改稿|草案|草稿|初稿)[\]】)）]?")
_MARKED = re.compile(r"[\[【(（]\s?(?:公开)?(征求意见稿|送审稿|讨论稿|修改稿|草案|草稿|初稿)\s?[\]】)）]$|征求意见稿$")
_AFTER_TITLE = re.compile(r"[(（](?:试行|暂行|修订版?|[12]\d{3}年(?:版|修订|本))[)）]$")
_AGENCY = re.compile(
    r"[\u4e00-\u9fff()（）·]{1,38}(?:人民政府|政府|办公室|办公厅|政府办|府办|党政办|委员会|委员会办公室|党委|[市县区镇乡州旗省]委|局|厅"
    r"|部|署|中心|管委会|街道办事处|办事处|法院|检察院|指挥部|领导小组|公司|支队|大队|公安分局|分局|医院|学校|联合会|总工会|编委办)"
)
_NOT_AGENCY = re.compile(r"^(?:各|全[省市县区镇]|关于|印发|本)")
_ACT = re.compile(r"^(?:关于|印发|转发|批转|公布|发布|表彰)")
_REGION = re.compile(r"[\u4e00-\u9fff]{1,16}[省市县区州旗盟镇乡]")
_UNFINISHED = re.compile(r"关于|印发|转发|批转")
_NO_TITLE = re.compile(r"[。;；:：\t]|[〔\[][12]\d{3}[〕\]] ?第? ?\d+ ?号$|文件$")
_MAX_TITLE_LINES = 6
_MAX_TITLE_LINE = 120
_SCOPE = re.compile(r"[(（] ?此件(?:公开)?(?:发至|发到|发送) ?([^)）]{1,200})[)）]")
_OPENNESS = re.compile(r"[(（] ?此件(公开发布|主动公开|依申请公开|不予公开|不公开)[)）]")
_PRINTED = re.compile(rf"(.{{0,60}}?)[ \t]*({DATE_TEXT}) ?印发")
_SIGNED_IN_LINE = re.compile(rf"(.{{4,60}}?)[ \t]+({DATE_TEXT})")


@dataclass(frozen=True)
class Signature:
    """落款: who signed and when. `names` is empty for a date without a name beside it."""

    names: tuple[str, ...]
    signed_on: date


def is_agency_name(text: str) -> bool:
    """Whether the text has the form of an agency's name; a column of a website (政务专题) has not."""
    return 3 <= len(text) <= 40 and _AGENCY.fullmatch(text) is not None and _NOT_AGENCY.search(text) is None


def agency_names(line: str) -> tuple[str, ...]:
    """The agencies that a line names and nothing else: `县委办公室  县政府办公室`, also letter-spaced."""
    parts = [part for part in re.split(r"[ \t、,，]+", line) if part]
    if parts and all(is_agency_name(part) for part in parts):
        return tuple(parts)
    joined = "".join(parts)
    return (joined,) if "、" not in line and is_agency_name(joined) else ()


def title_of(lines: list[str]) -> str | None:
    """The first run of short lines that together end like a title; None where there is none."""
    shown = [line for line in lines[:HEAD_LINES] if line]
    for start in range(len(shown)):
        for end in range(start, min(start + _MAX_TITLE_LINES, len(shown))):
            if not _may_be_title(shown[end]) or (end > start and not _goes_on(shown[end - 1], shown[end])):
                break
            joined = "".join(shown[start : end + 1]).replace(" ", "")
            if _ends_like_title(joined) and not is_agency_name(joined):
                return joined
    return None


def _may_be_title(line: str) -> bool:
    return len(line) <= _MAX_TITLE_LINE and _NO_TITLE.search(line) is None


def _goes_on(above: str, below: str) -> bool:
    """Whether a title begun above goes on below: agencies or a region before the act, or a line broken off."""
    if _ACT.match(below):
        return bool(agency_names(above)) or _REGION.fullmatch(above) is not None
    return _UNFINISHED.search(above) is not None or (len(below) <= 12 and not _STAGE.fullmatch(below))


def _ends_like_title(line: str) -> bool:
    bare = _MARKED.sub("", line)
    bare = _AFTER_TITLE.sub("", bare)
    return (len(bare) >= 5 and bare.endswith(_TITLE_ENDS)) or (bare.startswith("《") and bare.endswith("》"))


def without_stage(title: str) -> tuple[str, str | None]:
    """The title without a mark like （征求意见稿） at its end, and the mark."""
    found = _MARKED.search(title)
    if not found or found.start() == 0:
        return title, None
    return title[: found.start()].rstrip(), found[1] or "征求意见稿"


def stage_below(lines: list[str], title: str) -> str | None:
    """The mark （征求意见稿） standing alone within the three lines below the title."""
    shown = [line for line in lines[:HEAD_LINES] if line]
    places = [n for n, line in enumerate(shown) if title in line]
    for line in shown[places[0] + 1 : places[0] + 4] if places else shown[:4]:
        if found := _STAGE.fullmatch(line):
            return found[1]
    return None


def letterhead(lines: list[str]) -> tuple[str, ...]:
    """The agencies printed alone in the lines above the first sentence (版头 and title block), in their order."""
    names: list[str] = []
    for line in lines[:HEAD_LINES]:
        if "。" in line or re.match(r"[一1][、.．]", line):
            break
        names.extend(agency_names(line.removesuffix("文件")) if len(line) <= 160 else ())
    return tuple(dict.fromkeys(names))


def issuers_in_title(title: str) -> tuple[str, ...]:
    """The agencies before 关于 or 印发 in a title; several written together are parted after 办公室 and 人民政府."""
    before, act, _ = re.sub(r"(关于|印发|转发|批转)", r"\n\1", title, count=1).partition("\n")
    if not act or not before:
        return ()
    parts = [p for p in re.split(r"(?<=办公室)|(?<=人民政府)(?!办公)|(?<=委员会)(?!办公)|[ 、]", before) if p]
    return tuple(parts) if all(is_agency_name(part) for part in parts) else ()


def signature(lines: list[str]) -> Signature | None:
    """The first date standing alone below the names of agencies; else a date alone among the last lines."""
    for number, line in enumerate(lines):
        if len(line) > 120:
            continue
        if found := _SIGNED_IN_LINE.fullmatch(line):
            names, signed_on = agency_names(found[1]), parse_date(found[2])
            if names and signed_on:
                return Signature(names, signed_on)
        elif looks_like_date(line) and (signed_on := parse_date(line)) and (names := _names_above(lines, number)):
            return Signature(names, signed_on)
    return _date_at_end(lines)


def _names_above(lines: list[str], number: int) -> tuple[str, ...]:
    names: list[str] = []
    for line in reversed([line for line in lines[max(0, number - 24) : number] if line][-8:]):
        found = agency_names(line) if len(line) <= 160 else ()
        if not found:
            break
        names[:0] = found
    return tuple(dict.fromkeys(names))


def _date_at_end(lines: list[str]) -> Signature | None:
    for line in [line for line in lines if line][-6:]:
        if looks_like_date(line) and (signed_on := parse_date(line)):
            return Signature((), signed_on)
    return None


def printed_on(lines: list[str]) -> date | None:
    """印发日期 of the 版记: `示例县人民政府办公室  2024年3月1日印发`."""
    for line in lines[-40:]:
        if len(line) <= 120 and (found := _PRINTED.fullmatch(line)):
            return parse_date(found[2])
    return None


def scope_of(lines: list[str]) -> str | None:
    """发送范围: `(此件发至乡、镇、街道)`."""
    return _bracketed(lines, _SCOPE)


def openness_of(lines: list[str]) -> str | None:
    """What the document says of its own publication: `(此件公开发布)`."""
    return _bracketed(lines, _OPENNESS)


def _bracketed(lines: list[str], pattern: re.Pattern[str]) -> str | None:
    for line in lines:
        if len(line) <= 220 and (found := pattern.search(line)):
            return found[1].strip()
    return None


def order_of(lines: list[str]) -> tuple[str, str] | None:
    """Issuer and number of an order (令): `示例县人民政府令` with `第12号` below it gives 示例县人民政府令第12号."""
    shown = [line for line in lines[:HEAD_LINES] if line][:6]
    for above, below in itertools.pairwise(shown):
        name = above.replace(" ", "")
        number = re.fullmatch(r"第 ?([1-9]\d{0,3}) ?号", below, re.ASCII)
        if number and name.endswith("令") and is_agency_name(name.removesuffix("令")):
            return name.removesuffix("令"), f"{name}第{number[1]}号"
    return None


def genre_of(title: str) -> str | None:
    """公文种类 by the last word of the title; None where the title ends otherwise (方案, 要点)."""
    if title.endswith("令"):
        return "命令"
    return next((genre for genre in GENRES if title.endswith(genre)), None)
