"""The labelled fields of a page header: 索引号: … 发布机构: …, in one line, one below the other, or as a list."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from services.publication.reader.page import HEAD_LINES, TAIL_LINES, is_residue

LABELS: dict[str, tuple[str, ...]] = {
    "title": ("文件名称", "信息名称", "文件标题", "标题", "名称"),
    "issuers": ("发布机构", "发文机关", "发文机构", "发布单位", "发文单位", "制发机关", "公开机构"),
    "index_no": ("信息索引号", "索引号", "索引"),
    "doc_no": ("发文字号", "发布文号", "发文文号", "文件编号", "文件文号", "文号"),
    "formed_on": ("成文日期", "生成日期", "成文时间"),
    "issued_on": ("发文日期", "印发日期", "发文时间"),
    "published_on": ("发布日期", "发布时间", "公开日期", "公开时间", "公布日期"),
    "theme": ("主题分类", "主题导航", "主题"),
    "genre": ("体裁分类", "公文种类", "体裁", "文种"),
    "category": ("信息类别", "信息分类"),
    "attribute": ("公开方式", "公开属性", "信息公开选项", "信息公开属性"),
    "keywords": ("关键词", "关键字", "主题词"),
    "summary": ("内容概述", "内容摘要", "内容简介"),
    "scope": ("发送范围", "发至"),
    "validity": ("有效性", "效力状况", "公文时效", "时效性", "时效"),
    "group": ("组配分类",),
    "effective_on": ("生效日期", "实施日期"),
    "repealed_on": ("废止日期", "失效日期"),
}
"""Field -> labels seen on real government pages."""

_NOISE = (
    *("公开形式", "公开范围", "公开时限", "公开程序", "有效期", "文件下载", "信息来源", "来源", "作者", "编辑"),
    *("责任编辑", "访问次数", "浏览次数", "点击次数", "阅读次数", "浏览量", "字体大小", "字体", "字号"),
    *("视力保护色", "分享到"),
)
"""Labels whose values are not kept, but which end the value before them."""

_TAIL_FIELDS = frozenset({"attribute", "keywords"})
_FIELD_OF = {label: name for name, labels in LABELS.items() for label in labels}
_SPELLED = sorted((*_FIELD_OF, *_NOISE), key=len, reverse=True)
_LABEL = re.compile(
    r"(?:^|(?<=[ \t|•·●■\[【]))[•·●■\[【]?[ \t]?("
    + "|".join(" {0,4}".join(label) for label in _SPELLED)
    + r")[ \t]?(?:[\]】] ?[:：]?|[:：︰﹕]|(?=\t))"
)
_SPACED = re.compile(
    r"(?:^|(?<=[ \t]))("
    + "|".join(" {0,4}".join(label) for label in _SPELLED if len(label) >= 3 and label in _FIELD_OF)
    + r")(?: +(?=\S)|$)"
)
_ENDS_HEADER = re.compile(r"第[一1][条章]|[一1][、.．]|[(（]一[)）]|各.*[:：]$")
_BUTTONS = re.compile(r"[ \t][\[【(（]?(?:打印|关闭|我要打印|分享|收藏).{0,40}$")
_LONGEST_LINE = 150
_LONGEST_LABELLED = 2_000
_BULLETS = "•·●■"
_MAX_ON_LINE = 40


@dataclass(frozen=True)
class Labelled:
    """One labelled value: field name ("" for a label that is not kept), label as spelled, value as it stands."""

    name: str
    label: str
    value: str


@dataclass
class Header:
    """The labelled values of a page, and the numbers of the lines in which they stand."""

    values: list[Labelled] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def all(self, name: str) -> list[Labelled]:
        """The values of a field, empty ones left out."""
        return [entry for entry in self.values if entry.name == name and entry.value]

    def empty(self) -> list[Labelled]:
        """Labels of kept fields that stand in the header without a value."""
        filled = {entry.name for entry in self.values if entry.value}
        return [entry for entry in self.values if entry.name and entry.name not in filled]


def read_header(lines: list[str]) -> Header:
    """The labelled fields above the text of the document, and 公开属性 and 主题词 below it."""
    header = Header()
    takes_next = _list_style(lines)
    waiting: Labelled | None = None
    for number, line in enumerate(lines[:HEAD_LINES]):
        entries = labelled(line)
        if entries:
            header.used.add(number)
            header.values.extend(entries)
            waiting = entries[-1] if takes_next(line, entries[-1]) else None
        elif waiting and line:
            header.values.append(Labelled(waiting.name, waiting.label, line))
            header.used.add(number)
            waiting = None
        elif (
            header.values and number - 1 in header.used and _goes_on(header.values[-1], lines[number + 1 : number + 2])
        ):
            broken = header.values.pop()
            header.values.append(Labelled(broken.name, broken.label, broken.value + line))
            header.used.add(number)
        elif not is_residue(line) and _ends_header(line):
            break
    _read_tail(lines, header)
    return header


def labelled(line: str) -> list[Labelled]:
    """The labelled values of one line; empty unless the line begins with a label. A long label (发布机构) in a short
    line needs no colon."""
    if len(line) > _LONGEST_LABELLED:
        return []
    pattern = _LABEL if _LABEL.match(line) or len(line) > _LONGEST_LINE else _SPACED
    marks = list(pattern.finditer(line))
    if not marks or marks[0].start() != 0:
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(line)]
    return [_labelled(mark[1], line[mark.end() : end]) for mark, end in zip(marks[:_MAX_ON_LINE], ends, strict=False)]


def _labelled(spelled: str, value: str) -> Labelled:
    label = spelled.replace(" ", "")
    return Labelled(_FIELD_OF.get(label, ""), label, _BUTTONS.sub("", value).strip(" \t|" + _BULLETS))


def _goes_on(last: Labelled, below: list[str]) -> bool:
    """Whether a line after a title's or summary's label is its second line: another labelled line comes right after."""
    return last.name in {"title", "summary"} and bool(last.value) and any(labelled(line) for line in below)


def _list_style(lines: list[str]) -> Callable[[str, Labelled], bool]:
    """Tells whether a label's value stands in the next line: the label has a bullet, or no label of the page has its
    value beside it."""
    entries = [(line, labelled(line)) for line in lines[:HEAD_LINES]]
    alone = [line for line, found in entries if len(found) == 1 and found[0].name and not found[0].value]
    if any(line[0] in _BULLETS for line in alone):
        return lambda line, last: line[0] in _BULLETS and not last.value
    beside = any(entry.name and entry.value for _, found in entries for entry in found)
    if len(alone) < 2 or beside:
        return lambda line, last: False
    return lambda line, last: bool(last.name) and not last.value


def _ends_header(line: str) -> bool:
    return len(line) > _LONGEST_LINE or "。" in line or _ENDS_HEADER.match(line) is not None


def _read_tail(lines: list[str], header: Header) -> None:
    start = max(len(lines) - TAIL_LINES, max(header.used, default=-1) + 1)
    for line in lines[start:]:
        header.values.extend(entry for entry in labelled(line) if entry.name in _TAIL_FIELDS)
