"""索引号 and 发文字号 in a text: the number that a line is, if it is one."""

import re

from kernel.numbers import DocumentNumber, IndexNumber
from kernel.refused import Refused

_LONGEST = 60
BLANK_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,12}〔(?:19|20)\d{2}〕(?: {1,12}| ?[xX×_]{1,6} ?)号")
"""A number cited without its serial: 示政办发〔2017〕  号."""


def document_number(text: str) -> str | None:
    """The canonical 发文字号 that the whole text is; None where it is none."""
    try:
        return DocumentNumber.parse(text).canonical if len(text) <= _LONGEST else None
    except Refused:
        return None


def index_number(text: str) -> str | None:
    """The 索引号 that the whole text is; None where it has no known form."""
    try:
        return IndexNumber.parse(text).text if len(text) <= _LONGEST else None
    except Refused:
        return None
