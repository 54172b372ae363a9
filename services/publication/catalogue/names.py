"""Names of natural persons in items of enforcement: masked wherever they stand (国办发〔2018〕118号; P16)."""

import re
from collections.abc import Iterable

from kernel.refused import Refused

_NAME = re.compile(r"[^、,，;；（）()\n]+")
_AND_OTHERS = re.compile(r"等\s*[\d一二三四五六七八九十]*\s*[人名户位]*$")


def names_in(cell: str) -> tuple[str, ...]:
    """张三、李四等3人 → 张三, 李四; of 张 三 the space does not count."""
    pieces = (re.sub(r"\s+", "", piece) for piece in _NAME.findall(cell))
    return tuple(dict.fromkeys(name for piece in pieces if (name := _AND_OTHERS.sub("", piece))))


def masked(name: str) -> str:
    """张三 → 张*."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def masked_cell(cell: str) -> str:
    """Each name of a cell."""
    return _NAME.sub(lambda found: masked(re.sub(r"\s+", "", found.group())), cell)


def hide(text: str, names: Iterable[str]) -> str:
    """The text with the names masked, also where they are written with spaces."""
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 1:
            text = re.sub(r"\s*".join(map(re.escape, name)), masked(name), text)
    return text


def require_no_name(text: str, hidden: Iterable[str]) -> None:
    """Refuse a text in which the name behind a mask may stand: only its first character and its length are known."""
    for name in hidden:
        length = name.count("*")
        if length and re.search(rf"{re.escape(name[:1])}[\u4e00-\u9fff·]{{{length}}}", text.replace("某", "*")):
            raise Refused(
                "names_person",
                "理由中可能写有当事人的姓名。",
                field="reason",
                remedy="理由将公开，请删去姓名或改写为“某某”，确无姓名的请换一种说法。",
            )
