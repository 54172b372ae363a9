"""索引号 and 发文字号 in a text: whether a line is one, and its canonical form."""

import re

_DOC_NO = re.compile(
    r"([\u4e00-\u9fa5A-Za-z()（）]{1,20}?)[〔\[［(（【] ?((?:19|20)\d{2}) ?[〕\]］)）】] ?第? ?([1-9]\d{0,4}) ?号",
    re.ASCII,
)
_INDEX_NO = re.compile(r"[0-9A-Za-z-]{3,20}[/-](?:19|20)\d{2}(?:0[1-9]|1[0-2])?-\d{4,7}", re.ASCII)
_PARTY = re.compile(r"党|(?<![改建卫经计纪农住科教工发])委(?=[办发字函通传]|$)")
BLANK_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,12}〔(?:19|20)\d{2}〕(?: {1,12}| ?[xX×_]{1,6} ?)号")


def document_number(text: str) -> str | None:
    """The canonical number (〔〕, full year, no spaces, no 第) that the whole text is; None where it is none."""
    found = _DOC_NO.fullmatch(text.strip()) if len(text) <= 60 else None
    return f"{found[1]}〔{found[2]}〕{found[3]}号" if found else None


def number_year(number: str) -> int:
    """The year in a canonical document number."""
    return int(number[number.index("〔") + 1 :][:4])


def is_party_number(number: str) -> bool:
    """Whether the number is of a party committee or its office: 七星党办字, 毕委办字."""
    return _PARTY.search(number.partition("〔")[0]) is not None


def index_number(text: str) -> str | None:
    """The 索引号 that the whole text is; None where it has no known form."""
    bare = text.replace(" ", "")
    return bare if len(bare) <= 60 and _INDEX_NO.fullmatch(bare) else None
