"""The units cell of a task: 县府办牵头，各镇（场）政府、县直各部门负责."""

import re
from dataclasses import dataclass

_BRACKETED = re.compile(r"[（(][^（）()]{0,40}[）)]")
_SEPARATOR = re.compile(r"[、，,；;/\n\t]+")
_LEAD = re.compile(r"牵头(?:负责|落实|组织|实施)?")
_VERB = re.compile(r"(?:共同|分别|配合|具体|负责|落实|参与|组织实施|按职责分工)+$")
_LABEL = re.compile(r"(?=(?:牵头(?:落实)?|责任|配合|协办)(?:单位|部门)[:：])")
_PREFIX = re.compile(r"^(?:牵头(?:落实)?|责任|配合|协办)(?:单位|部门)[:：]")
_LONGEST_VERB = 20
_EACH_ALONE = "分别负责"


@dataclass(frozen=True)
class Units:
    """Who leads, who co-operates, and whether each answers alone."""

    lead: tuple[str, ...]
    co: tuple[str, ...]
    each_alone: bool


def read_units(cell: str) -> Units:
    """The units of a cell. Those before 牵头 (or after 牵头单位:) lead; without 牵头 nobody does."""
    text = re.sub(r"[ \u3000\xa0]+", "", cell).strip("。.;；")
    each_alone = _EACH_ALONE in text
    labelled = [part for part in _LABEL.split(text) if part]
    if any(_PREFIX.match(part) for part in labelled):
        return _by_label(labelled, each_alone)
    found = _LEAD.search(text)
    before, after = (text[: found.start()], text[found.end() :]) if found else ("", text)
    return Units(_names(before), _names(after), each_alone)


def _by_label(parts: list[str], each_alone: bool) -> Units:
    lead: list[str] = []
    co: list[str] = []
    for part in parts:
        (lead if part.startswith("牵头") else co).extend(_names(_PREFIX.sub("", part)))
    return Units(tuple(lead), tuple(co), each_alone)


def _names(text: str) -> tuple[str, ...]:
    """Unit names between separators; a separator inside brackets does not part a name."""
    shielded = _BRACKETED.sub(lambda found: _SEPARATOR.sub("\x00", found[0]), text)
    names = (_without_verb(part).replace("\x00", "、").strip() for part in _SEPARATOR.split(shielded))
    return tuple(name for name in names if name)


def _without_verb(part: str) -> str:
    """The name before 负责, 分别负责, 配合 …; only its end is looked at, so that a long cell costs no more."""
    return part[:-_LONGEST_VERB] + _VERB.sub("", part[-_LONGEST_VERB:])
