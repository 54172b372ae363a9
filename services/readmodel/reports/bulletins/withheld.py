"""Small numbers in what is published: a cell that could point at a person is not printed."""

from collections.abc import Mapping

SMALLEST = 5
"""Cells from 1 to one less are withheld in a public edition. Our own convention, unverified: no document sets it."""


def withheld(counts: Mapping[str, int], smallest: int = SMALLEST) -> dict[str, int | None]:
    """Counts of one dimension for the public, whose sum is printed beside them. Zeros stay.

    One small cell alone could be computed from the sum, so the next smallest one is withheld with it; where what is
    withheld sums up to less than the smallest number, so is another.
    """
    order = sorted((name for name, count in counts.items() if count), key=lambda name: (counts[name], name))
    hidden = [name for name in order if counts[name] < smallest]
    for name in order[len(hidden) :]:
        if not hidden or (len(hidden) > 1 and sum(counts[each] for each in hidden) >= smallest):
            break
        hidden.append(name)
    return {name: None if name in hidden else count for name, count in counts.items()}


def withheld_rate(rate: Mapping[str, int | float | None], smallest: int = SMALLEST) -> dict[str, int | float | None]:
    """A rate for the public: not printed where few cases, or all but few of them, stand behind it."""
    part, of = int(rate["part"] or 0), int(rate["of"] or 0)
    points = 0 < of < smallest or 0 < part < smallest or 0 < of - part < smallest
    return {"part": None, "of": None, "value": None} if points else dict(rate)
