"""Folding of characters and cutting of text into the tokens that the index holds.

Folding maps every character to exactly one character, so an offset in a folded text is the same offset in the
original: highlights are found in the folded text and cut from the original one.
"""

import hashlib
import re
import unicodedata
from functools import cache
from importlib.metadata import version
from operator import add
from pathlib import Path

import opencc

_SURROGATES = range(0xD800, 0xE000)  # halves of a character, left by broken input: no encoding takes them

_SAME = {
    "(": "〔［[（【〖⁅{｛",
    ")": "〕］]）】〗⁆}｝",
    "<": "《〈＜«‹",
    ">": "》〉＞»›",
    '"': "“”„‟〝〞＂「」『』",
    "'": "‘’‚‛＇",
    "-": "—–―‐‑‒−－",
}

# Words that carry no subject; a question is ranked by the words around them.
_STOP_CHARACTERS = "的了和与及或在是有对等为之其将把被从由于以向到也都就而我你您吗呢吧啊想要"
_STOP = {
    *_STOP_CHARACTERS,
    *("我们", "如何", "怎么", "怎样", "怎么办", "什么", "哪些", "哪个", "哪里", "为什么", "多少", "请问"),
    *("关于", "可以", "能否", "是否", "需要", "a", "an", "and", "in", "of", "or", "the", "to"),
}


class _Folded(dict[int, str]):
    """What each character becomes, worked out when it is first met: a text uses few of the many."""

    def __init__(self) -> None:
        super().__init__({ord(char): one for one, chars in _SAME.items() for char in chars})
        self._simplified = opencc.OpenCC("t2s").convert

    def __missing__(self, code: int) -> str:
        new = " " if code in _SURROGATES else self._simplified(_narrow(code))
        return self.setdefault(code, new if len(new) == 1 else chr(code))


@cache
def _table() -> _Folded:
    return _Folded()


def _narrow(code: int) -> str:
    """One character without width, compatibility form or case; what separates or cannot be seen becomes a space."""
    char = chr(code)
    if char.isspace() or unicodedata.category(char) in {"Cc", "Cf"}:
        return " "
    compatible = unicodedata.normalize("NFKC", char)
    narrow = compatible if len(compatible) == 1 else char
    lower = narrow.lower()
    return lower if len(lower) == 1 else narrow


@cache
def token_format() -> str:
    """Name of this way of cutting text: an index made in another way must be built again."""
    rules = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    return "-".join((rules, unicodedata.unidata_version, version("opencc"), version("rjieba")))


def fold(text: str) -> str:
    """Simplified, half-width, lower-case form of the same length; brackets, quotes and dashes of one kind are one."""
    return text.translate(_table())


def squeeze(folded: str) -> str:
    """The text without any gap: line breaks and padding inside a number or a sentence do not hide it."""
    return "".join(folded.split())


def bigrams(squeezed: str) -> str:
    """Every two neighbouring characters, joined by spaces: the tokens that make each substring a phrase."""
    return " ".join(map(add, squeezed, squeezed[1:]))


def phrase_terms(squeezed: str) -> list[tuple[int, str]]:
    """Position and bigram of a substring; every second bigram and the last one cover all its characters."""
    last = len(squeezed) - 2
    starts = [*range(0, last, 2), last]
    return [(start, squeezed[start : start + 2]) for start in starts]


def words(folded: str) -> str:
    """Words and their parts for ranking, joined by spaces."""
    import rjieba  # it reads its dictionary when it is imported, and a start without a new text needs none

    return " ".join(filter(str.isalnum, rjieba.cut_for_search(folded)))


def query_words(folded: str) -> list[str]:
    """The words of a question, each once, in order; without the words that carry no subject unless all are such."""
    import rjieba

    found = dict.fromkeys(filter(str.isalnum, rjieba.cut(folded)))
    return [w for w in found if w not in _STOP] or list(found)


_EDGE = re.compile(r"^[\W_]+|[\W_]+$")


def trim(text: str) -> str:
    """The text without signs at either end."""
    return _EDGE.sub("", text)
