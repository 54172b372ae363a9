"""Marks of secrecy on a text (国家秘密标志): such a text must not enter the system at all (涉密不上网).

The mark is `密级★保密期限` in the head of a document (国家秘密定密管理暂行规定; not re-read: unverified).
Speaking of secrets (保守国家秘密法, 商业秘密, 机密文件管理) is no mark.
"""

import re
from dataclasses import dataclass
from typing import Literal

from kernel.refused import Refused
from kernel.text import fold

Level = Literal["绝密", "机密", "秘密"]

CLASSIFIED = "classified"
"""Code of the refusal."""

_HEAD_LINES = 20
_WIDTH = 120
_STAR = r"[★☆⭐*＊✭✩]"
_TERM = (
    r"(?P<term>长期|(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:年|个月|月|天|日)|\d{4}年\d{1,2}月(?:\d{1,2}日)?"
    r"|解密|启用前)?"
)
_LEVEL = r"(?P<level>绝密|机密|秘密)"
_COPY = r"(?:(?:份号|编号|No\.?)?[:：]?\d{1,8}(?:号)?)?"
_URGENCY = r"(?:特急|加急|特提|平急|急件)?"

_OPEN, _SHUT = r"[【〔\[（(]?", r"[】〕\]）)]?"
_WHOLE_LINE = re.compile(
    rf"{_OPEN}{_COPY}{_URGENCY}(?:密级[:：]?)?{_LEVEL}{_STAR}{_TERM}(?:前|后)?{_URGENCY}{_SHUT}{_URGENCY}"
)
_LABELLED = re.compile(
    rf"密级[:：]{_LEVEL}(?:{_STAR}{_TERM})?(?![\u4e00-\u9fa5])|(?:^|(?<=\d))密级(?P<cell>绝密|机密|秘密)(?:$|{_STAR}|保密期限)"
)
_AT_START = re.compile(rf"{_OPEN}{_COPY}{_URGENCY}{_LEVEL}{_STAR}{_TERM}")
_AT_END = re.compile(rf"{_LEVEL}{_STAR}{_TERM}{_URGENCY}$")
_WITHIN = re.compile(rf"(?<!商业)(?<!工作)(?<![“‘\"'「『《〈]){_LEVEL}[★☆]{_TERM}(?![”’\"'」』》〉])")
"""A star makes it a mark wherever it stands in the head, unless it is quoted."""
_APART = re.compile(r"(?:^|[\s\d])[绝机秘]\s*密\s*\S[^密]*$")
_BARE = re.compile(rf"{_COPY}{_LEVEL}(?P<term>)")


@dataclass(frozen=True, slots=True)
class ClassifiedMark:
    """A mark as it stands on the text: its level, its term where one is printed, its line (from 1)."""

    level: str
    term: str | None
    line: int


def classified_mark(text: str) -> ClassifiedMark | None:
    """The first mark of secrecy: a line that is nothing but one, or one at the edge of a line of the head."""
    seen = 0
    for number, line in enumerate(fold(text).split("\n"), start=1):
        start, end = "".join(line[:_WIDTH].split()), line[-_WIDTH:]
        if not line.strip():
            continue
        seen += 1
        found = _mark_of(start, end, whole=len(line) <= _WIDTH, head=seen <= _HEAD_LINES)
        if found:
            named = found.groupdict()
            return ClassifiedMark(named["level"] or named["cell"], named["term"] or None, number)
    return None


def _mark_of(start: str, end: str, *, whole: bool, head: bool) -> re.Match[str] | None:
    found = _WHOLE_LINE.fullmatch(start) if whole else None
    if found or not head:
        return found
    return (
        (_BARE.fullmatch(start) if whole else None)
        or _LABELLED.search(start)
        or _AT_START.match(start)
        or (_AT_END.search("".join(end.split())) if _APART.search(end) else None)
        or _WITHIN.search(start)
    )


def refuse_classified(text: str) -> None:
    """Raises `Refused` for a text that carries a mark of secrecy."""
    if classified_mark(text):
        raise classified()


def classified() -> Refused:
    """The refusal of what carries a mark of secrecy."""
    return Refused(
        CLASSIFIED,
        "文本带有密级标志，不得进入本系统。",
        field="text",
        remedy="请立即停止处理，按保密规定在系统外办理；本系统只可登记不涉密的条目。",
    )
