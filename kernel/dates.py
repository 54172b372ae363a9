"""Dates as documents write them: 2018-07-12, 2018年7月12日, 二〇一八年七月十二日, with or without a time of day."""

import re
import unicodedata
from datetime import date

_HAN = "〇○零一二三四五六七八九"
_VALUES = {"〇": 0, "○": 0, "零": 0, **{digit: n for n, digit in enumerate("一二三四五六七八九", 1)}}
_TIME = r"(?:[ T]*\d{1,2}[:：]\d{1,2}(?:[:：]\d{1,2})?)?"
_NUMERIC = re.compile(rf"(\d{{4}}) ?([-/.年]) ?(\d{{1,2}}) ?[-/.月] ?(\d{{1,2}}) ?日?{_TIME}", re.ASCII)
_COMPACT = re.compile(r"(\d{4})()(\d{2})(\d{2})", re.ASCII)
_CHINESE = re.compile(rf"([{_HAN}]{{4}}) ?(年) ?([{_HAN}十]{{1,3}}) ?月 ?([{_HAN}十]{{1,3}}) ?日")
_LONGEST = 40
DATE_TEXT = rf"[\d{_HAN}]{{4}} ?年 ?[\d{_HAN}十]{{1,3}} ?月 ?[\d{_HAN}十]{{1,3}} ?日"
"""Pattern of a date in the running text of a document (not of a page header)."""


def looks_like_date(text: str) -> bool:
    """Whether the text has the form of a date, possible or not."""
    return _match(text) is not None


def parse_date(text: str) -> date | None:
    """The date that the whole text writes; None where it writes none or an impossible one (2018-02-30)."""
    found = _match(text)
    if found is None:
        return None
    year, month, day = (_number(found[n]) for n in (1, 3, 4))
    try:
        return date(year, month, day) if 1900 <= year <= 2199 else None
    except ValueError:
        return None


def _match(text: str) -> re.Match[str] | None:
    if len(text) > _LONGEST:
        return None
    text = unicodedata.normalize("NFKC", text).strip(" ()")
    return _NUMERIC.fullmatch(text) or _COMPACT.fullmatch(text) or _CHINESE.fullmatch(text)


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_digits(tens) or 1) * 10 + _digits(ones)
    return _digits(text)


def _digits(text: str) -> int:
    value = 0
    for digit in text:
        value = value * 10 + _VALUES.get(digit, 99)
    return value
