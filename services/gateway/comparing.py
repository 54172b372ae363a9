"""Two texts side by side: what a correction took out and what it put in."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MAX_PARAGRAPH = 2000
"""Longer paragraphs are compared as a whole: comparing sign by sign takes the square of their length."""
MAX_PARAGRAPHS = 3000
Kind = Literal["same", "out", "in"]


@dataclass(frozen=True)
class Piece:
    """A part of a paragraph."""

    kind: Kind
    text: str


def compared(old: str, new: str) -> list[list[Piece]]:
    """Paragraphs of both texts in order, each in pieces: kept, taken out, put in."""
    before, after = _paragraphs(old), _paragraphs(new)
    found: list[list[Piece]] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [[Piece("same", line)] for line in before[i:j]]
        elif tag == "replace" and j - i == m - k:
            found += [list(_within(one, other)) for one, other in zip(before[i:j], after[k:m], strict=True)]
        else:
            found += [[Piece("out", line)] for line in before[i:j]]
            found += [[Piece("in", line)] for line in after[k:m]]
    return found


def _paragraphs(text: str) -> list[str]:
    """The paragraphs; of an extremely long text the rest is one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (
        lines if len(lines) <= MAX_PARAGRAPHS else [*lines[: MAX_PARAGRAPHS - 1], "".join(lines[MAX_PARAGRAPHS - 1 :])]
    )


def _within(old: str, new: str) -> Iterator[Piece]:
    if max(len(old), len(new)) > MAX_PARAGRAPH:
        yield from (Piece("out", old), Piece("in", new))
        return
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", old[i:j])
        else:
            yield from (piece for piece in (Piece("out", old[i:j]), Piece("in", new[k:m])) if piece.text)
