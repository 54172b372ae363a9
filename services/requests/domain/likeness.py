"""How alike two descriptions are, told from keyed sketches that reveal nothing else (MinHash)."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from hashlib import blake2b

ROWS = 2
PLACES = 16
LIKE = 0.4
"""Likeness (Jaccard, of runs of three characters) from which a clerk is shown another request; our own choice."""
MOST = 2000
"""Characters of a description that are looked at."""
_MEANINGLESS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """A text without spacing, punctuation and width of characters."""
    return _MEANINGLESS.sub("", unicodedata.normalize("NFKC", text)).upper()


def sketch(text: str, digest: Callable[[str], str]) -> tuple[str, ...]:
    """Least keyed digests of the runs of three characters; empty for a text shorter than one run."""
    words = plain(text)[:MOST]
    runs = {words[at : at + 3] for at in range(len(words) - 2)}
    if not runs:
        return ()
    keyed = [bytes.fromhex(digest(f"sketch\0{run}")) for run in sorted(runs)]
    return tuple(
        min(blake2b(each, digest_size=4, salt=bytes([place])).hexdigest() for each in keyed) for place in range(PLACES)
    )


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of places on which two sketches agree: an estimate of the likeness of the texts."""
    if not one or not other:
        return 0.0
    return sum(a == b for a, b in zip(one, other, strict=True)) / PLACES


def bands(sketched: Sequence[str]) -> list[str]:
    """Keys of which two requests that are alike most likely share one."""
    return [f"{at}:{''.join(sketched[at : at + ROWS])}" for at in range(0, len(sketched), ROWS)]
