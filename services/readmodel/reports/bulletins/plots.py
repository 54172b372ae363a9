"""Plots as SVG inside the page: no script, no style of their own, readable in black and white, a title and a sentence
for who cannot see them. Every plot shows what a table beside it says in numbers."""

import zlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH = 560
LABEL = 150
"""Room for the labels at the left: ten characters."""
LINE, TOP = 30, 26
MOST = 16
"""Bars in one plot; the table has all."""
INK, SOFT, GRID, ALONE = "#1c2530", "#536070", "#d8dfe7", "#15457c"
SERIES = (("#15457c", ""), ("#c9a15a", "/"), ("#7f9bb8", "x"), ("#a8201a", "."), ("#5d8a6b", "-"), ("#8a7f99", "+"))
"""Colours with a pattern each: what stands apart by colour stands apart in print as well."""
STROKES = {
    "/": '<path d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke="#fff" stroke-width="1.6"/>',
    "x": '<path d="M0 0l8 8M8 0l-8 8" stroke="#fff" stroke-width="1.2"/>',
    ".": '<circle cx="2" cy="2" r="1.2" fill="#fff"/><circle cx="6" cy="6" r="1.2" fill="#fff"/>',
    "-": '<path d="M0 4h8" stroke="#fff" stroke-width="1.6"/>',
    "+": '<path d="M4 0v8M0 4h8" stroke="#fff" stroke-width="1.2"/>',
}


def bars(title: str, rows: Sequence[tuple[str, float | None]], unit: str) -> str:
    """Horizontal bars, one a row. `None`: nothing is known or it is withheld."""
    most = max((value or 0 for _, value in rows), default=0) or 1
    return _bars(title, [(label, value, f"{value}{unit}") for label, value in rows], most)


def rates(title: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Horizontal bars of rates on a scale up to 100 %, each with its numerator and denominator."""
    said = [(label, each["value"], f"{each['value']:.4g}%（{each['part']}/{each['of']}）")
            for label, each in rows if each["of"]]  # fmt: skip
    return _bars(title, said, 100)


def _bars(title: str, rows: Sequence[tuple[str, float | None, str]], most: float) -> str:
    if all(value is None for _, value, _ in rows):
        return ""
    shown = [(label, value or 0, "—" if value is None else said) for label, value, said in rows[:MOST]]
    room = WIDTH - LABEL - max(_wide(said) for _, _, said in shown) - 10
    body = []
    for at, (label, value, said) in enumerate(shown):
        top, length = at * LINE + 6, room * value / most
        body.append(_label(label, top))
        body.append(f'<rect x="{LABEL}" y="{top}" width="{length:.1f}" height="18" fill="{ALONE}"/>')
        body.append(_text(LABEL + length + 6, top + 14, said))
    words = "；".join(f"{label}{said}" for label, _, said in shown)
    return _plot(title, words + _rest(len(rows)), len(shown) * LINE + 8, "".join(body))


def _wide(text: str) -> int:
    """About how wide a text is drawn."""
    return sum(14 if ord(letter) > 0x2E80 else 9 for letter in text)


def stacked(title: str, names: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]], unit: str) -> str:
    """Horizontal bars of several parts each, with a legend."""
    if not rows:
        return ""
    shown = rows[:MOST]
    most = max((sum(values) for _, values in shown), default=0) or 1
    room = WIDTH - LABEL - 70
    key = _key(title)
    head, body = _legend(names, key)
    for at, (label, values) in enumerate(shown):
        top, left = head + at * LINE + 6, float(LABEL)
        body.append(_label(label, top))
        for number, value in enumerate(values):
            length = room * value / most
            if value:
                body.append(_part(left, top, length, number, key))
            left += length
        body.append(_text(left + 6, top + 14, f"{sum(values)}{unit}"))
    parts = (
        f"{label}{sum(values)}{unit}（{'、'.join(f'{n}{v}' for n, v in zip(names, values, strict=True) if v) or '无'}）"
        for label, values in shown
    )
    return _plot(title, "；".join(parts) + _rest(len(rows)), head + len(shown) * LINE + 8, "".join(body), key)


def columns(title: str, rows: Sequence[tuple[str, int]], unit: str) -> str:
    """Upright columns in order of time."""
    if not rows:
        return ""
    most, height, bottom = max((value for _, value in rows), default=0) or 1, 170, 200
    step = (WIDTH - 20) / len(rows)
    body = [f'<path d="M10 {bottom}H{WIDTH - 10}" stroke="{SOFT}"/>']
    for at, (label, value) in enumerate(rows):
        left, tall = 10 + at * step, height * value / most
        wide = min(step * 0.62, 48)
        middle = left + step / 2
        body.append(
            f'<rect x="{middle - wide / 2:.1f}" y="{bottom - tall:.1f}" width="{wide:.1f}" height="{tall:.1f}" '
            f'fill="{ALONE}"/>'
        )
        body.append(_text(middle, bottom - tall - 6, str(value), "middle"))
        body.append(_text(middle, bottom + 18, label, "middle", SOFT))
    return _plot(title, "；".join(f"{label}{value}{unit}" for label, value in rows), bottom + 28, "".join(body))


def _plot(title: str, said: str, height: int, body: str, key: str = "") -> str:
    key = key or _key(title)
    heading = f'<text x="0" y="16" font-weight="bold">{escape(title)}</text>'
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {height + TOP}" role="img" aria-labelledby="{key}-t {key}-d" '
        f'font-size="14" fill="{INK}"><title id="{key}-t">{escape(title)}</title>'
        f'<desc id="{key}-d">{escape(said)}</desc>{heading}<g transform="translate(0 {TOP})">{body}</g></svg>'
    )


def _key(title: str) -> str:
    """Tells the ids of one plot from those of another on the page; the same plot has the same ones."""
    return f"p{zlib.crc32(title.encode()):08x}"


def _rest(count: int) -> str:
    return f"；其余{count - MOST}项见表。" if count > MOST else "。"


def _legend(names: Sequence[str], key: str) -> tuple[int, list[str]]:
    """Height of the legend, and patterns and samples in as many lines as they need."""
    patterns = "".join(_pattern(number, key) for number in range(len(names)))
    body, left, line = [f"<defs>{patterns}</defs>"], 0.0, 0
    for number, name in enumerate(names):
        wide = 34 + 14 * len(name)
        if left and left + wide > WIDTH:
            left, line = 0.0, line + 1
        body.append(_part(left, line * 24 + 4, 16, number, key, 14))
        body.append(_text(left + 22, line * 24 + 16, name))
        left += wide
    return (line + 1) * 24 + 6, body


def _pattern(number: int, key: str) -> str:
    colour, stroke = SERIES[number % len(SERIES)]
    return (
        f'<pattern id="{key}-{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{colour}"/>{STROKES.get(stroke, "")}</pattern>'
    )


def _part(left: float, top: float, length: float, number: int, key: str, height: int = 18) -> str:
    place = f'x="{left:.1f}" y="{top}" width="{length:.1f}" height="{height}"'
    return f'<rect {place} fill="url(#{key}-{number})" stroke="{SERIES[number % len(SERIES)][0]}"/>'


def _label(label: str, top: float) -> str:
    return _text(LABEL - 8, top + 14, label if len(label) <= 10 else f"{label[:9]}…", "end")


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
