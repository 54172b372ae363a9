"""Lines of a text: characters put right, and what belongs to the web page, not to the document, told apart."""

import re

from kernel.refused import Refused
from kernel.text import fold

MAX_CHARS = 1_000_000
"""Longest text that is read; the longest of the real documents has 11,000 characters."""

HEAD_LINES = 80
TAIL_LINES = 30
_LONGEST_RESIDUE = 160
_LONG_LINE = 400

_UNSEEN = re.compile(r"[\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2061-\u2064]")
_NUMBERED = re.compile(r" +(?=[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|\d{1,2}\.(?!\d))")

_RESIDUE = re.compile(
    "|".join(
        (
            r"(?:您|你)?(?:现在|当前|所在|的)*位置 ?[:：].*",
            r"(?:网站)?首页 ?[>»›/].*",
            r"天气预报.*",
            r"(?:个人中心|首页|登录|注册|无障碍|长者模式|简体|繁体|English|政府信息公开|信息公开|政务公开)",
            r"[\[【(（]?(?:字号|字体|字体大小|文字大小)(?=[ :：]|[大中小]).*",
            r".*\[我要打印\].*",
            r"[\[【(（]?(?:我要)?(?:打印|关闭)(?:窗口|本页|此页)?[\]】)）]?(?:[ |\[【(（]*(?:打印|关闭)\S{0,4})*",
            r"(?:总?(?:访问|浏览|点击|阅读)(?:次数|量|数|人数)?) ?[:：]? ?\d* ?次?",
            r"视力保护色.*",
            r"[上下]一[篇条则] ?[:：].*",
            r"(?:分享到?|收藏|扫一扫|返回顶部|网站地图|版权所有|责任编辑|编辑|信息来源|来源|作者)(?=[ :：]|$).*",
            r".*(?:ICP备|公网安备|网站标识码).*",
            r"点击(?:关闭|打开|查看)详细目录信息",
            r"[|»>·•*\-_= ]+",
        )
    )
)
_TRAIL = re.compile(r"(?:您|你)?(?:现在|当前|所在|的)*位置 ?[:：] ?(.*)")


def clean(text: str) -> str:
    """The text in one writing (see `kernel.text.fold`), also without lone surrogates, which cannot be stored.

    Raises `Refused` for a text longer than `MAX_CHARS`.
    """
    if len(text) > MAX_CHARS:
        raise Refused(
            "text_too_long",
            f"文本超过 {MAX_CHARS} 字，无法识读。",
            field="body",
            remedy="请拆分为正文和附件后分别导入。",
        )
    return _UNSEEN.sub("", fold(text))


def lines_of(text: str) -> list[str]:
    """The lines of a cleaned text without spaces at their ends; a very long line is parted before its numbering,
    because some pages come as one line."""
    lines: list[str] = []
    for line in text.split("\n"):
        stripped = line.strip()
        lines.extend(_NUMBERED.sub("\n", stripped).split("\n") if len(stripped) > _LONG_LINE else [stripped])
    return [line.removesuffix(" |") for line in lines]


def is_residue(line: str) -> bool:
    """Whether the line belongs to the web page: navigation, letter size, print and close, visit counter, neighbours."""
    return bool(line) and len(line) <= _LONGEST_RESIDUE and _RESIDUE.fullmatch(line) is not None


def breadcrumb(lines: list[str]) -> tuple[str, ...]:
    """The columns of the page's 您的位置 line, from the home page inward; empty where there is none."""
    for line in lines[:HEAD_LINES]:
        if len(line) <= _LONGEST_RESIDUE and (found := _TRAIL.fullmatch(line)):
            return tuple(part.strip() for part in re.split(r"[>»›]+|/| - ", found[1]) if part.strip())
    return ()
