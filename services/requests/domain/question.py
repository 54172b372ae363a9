"""What an applicant's description asks the search for: the name of the information, without the words of asking."""

import re
from collections.abc import Sequence

LONGEST = 60
MOST_PARTS = 3
_TITLE = re.compile(r"《([^《》]{2,60})》")
_BETWEEN = re.compile(r"[\s，。；、！？：“”‘’（）《》,.;!?:'\"()<>|*+~^/\\-]+")
"""Punctuation, and whatever the search might read as one of its operators."""
_BEFORE = re.compile(
    r"^(我们?|本人|本公司|本单位|您好|你好|谢谢|特此|现|因|依法|向|贵|你|单位|机关|部门|局|想要?|希望|要求|请求?|需要|申请|公开|获取"
    r"|提供|查询|查阅|了解|知道|关于|有关|相关|对|一下|一份|该)"
)
_AFTER = re.compile(
    r"(的|等|全文|原文|全部|所有|复印件|复制件|电子版|文件|文本|信息|材料|资料|内容|情况|一份|谢谢|吗|呢|及|和)$"
)


def questions(description: str) -> tuple[str, ...]:
    """What to search for, the most exact first: a title that is quoted, the parts together, the longest part."""
    named = _TITLE.findall(description)
    if named:
        return (_BETWEEN.sub(" ", named[0]).strip(),)
    parts = [part for part in map(_bare, _BETWEEN.split(description)) if len(part) > 1][:MOST_PARTS]
    return tuple(dict.fromkeys([_together(parts), max(parts, key=len)])) if parts else ()


def _together(parts: Sequence[str]) -> str:
    return " ".join(parts)[: LONGEST * MOST_PARTS]


def _bare(part: str) -> str:
    for around in (_BEFORE, _AFTER):
        while (less := around.sub("", part)) != part:
            part = less
    return part[:LONGEST]
