"""One writing of a Chinese text: full-width letters and digits, spaces, invisible signs, look-alikes of PDF files."""

import re
import unicodedata

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\ufeff"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_WIDE = {ord("０") + n: str(n) for n in range(10)}
_WIDE |= {ord("Ａ") + n: chr(ord("A") + n) for n in range(26)}
_WIDE |= {ord("ａ") + n: chr(ord("a") + n) for n in range(26)}
# CJK radicals and compatibility ideographs are what PDF extraction leaves of ordinary characters.
_LOOKALIKES = {
    code: folded
    for span in (range(0x2E80, 0x2FE0), range(0xF900, 0xFB00))
    for code in span
    if len(folded := unicodedata.normalize("NFKC", chr(code))) == 1 and folded != chr(code)
}
_SPACED = dict.fromkeys(map(ord, _SPACES), " ")

SAME_LENGTH: dict[int, str] = _WIDE | _LOOKALIKES | _SPACED | dict.fromkeys(map(ord, _INVISIBLE), " ")
"""Folds for `str.translate` that keep every position of a text; what is invisible becomes a space."""

_FOLD: dict[int, str | None] = {**_WIDE, **_LOOKALIKES, **_SPACED, **dict.fromkeys(map(ord, _INVISIBLE))}
_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\u0085\x0b\x0c]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_TRAILING = re.compile(r"(?<! ) +(?=\n|\Z)")
_WIDE_GAP = re.compile(r"\n{3,}")


def fold(text: str) -> str:
    """Half-width letters and digits, plain spaces, `\\n` as line end; nothing invisible. Chinese punctuation stays."""
    return _CONTROL.sub("", _LINE_END.sub("\n", text.translate(_FOLD)))


def plain(text: str) -> str:
    """`\\n` as line end, no control characters, no white space around: what any file can hold. Nothing else changes."""
    return _CONTROL.sub("", _LINE_END.sub("\n", text.replace("\ufeff", ""))).strip()


def clean(text: str) -> str:
    """`fold`, without spaces at line ends, with at most one blank line between paragraphs."""
    plain = fold(text).replace("\t", " ")
    return _WIDE_GAP.sub("\n\n", _TRAILING.sub("", plain)).strip("\n ")


def key(text: str) -> str:
    """A form to compare names by: all compatibility forms folded, no white space, lower case."""
    return "".join(unicodedata.normalize("NFKC", fold(text)).split()).casefold()


def compact(text: str) -> str:
    """`fold` without any white space: how numbers are read."""
    return "".join(fold(text).split())
