"""A bar chart as SVG, readable on light and dark pages, without any library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT, TOP = 720, 190, 90, 64
BAR, GAP, GROUP = 16, 4, 14  # pixels: a bar, between a pair, between groups
OURS, THEIRS, INK = "#2f7de1", "#9aa3ad", "#7a828c"  # each has enough contrast on white and on near black
TITLE = "Letters a second: fetched, read, threaded, linked, searchable"


@dataclass(frozen=True, slots=True)
class Bar:
    """One group of the chart: our rate, and theirs where there is one."""

    label: str
    ours: float
    theirs: float | None


def draw_chart(bars: Sequence[Bar]) -> str:
    most = max((max(bar.ours, bar.theirs or 0) for bar in bars), default=1)
    scale = (WIDTH - LEFT - RIGHT) / most
    parts, y = [], TOP
    for bar in bars:
        middle = y + (BAR if bar.theirs is None else 2 * BAR + GAP) / 2
        parts.append(_text(LEFT - 10, middle + 4, bar.label, anchor="end"))
        parts.append(_bar(y, bar.ours * scale, OURS, bar.ours))
        y += BAR + GAP
        if bar.theirs is not None:
            parts.append(_bar(y, bar.theirs * scale, THEIRS, bar.theirs))
            y += BAR + GAP
        y += GROUP
    style = "font-family='system-ui, sans-serif' font-size='13'"
    size = f"width='{WIDTH}' height='{y}' viewBox='0 0 {WIDTH} {y}'"
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' {size} {style} role='img'>\n<title>{escape(words_of(bars))}</title>\n"
    )
    return head + _legend() + "".join(parts) + "</svg>\n"


def words_of(bars: Sequence[Bar]) -> str:
    """The chart for those who do not see it."""
    pairs = [
        f"{bar.label}: {bar.ours:.0f}" + ("" if bar.theirs is None else f" against {bar.theirs:.0f}") for bar in bars
    ]
    return f"Letters a second, CRM Mail against mbsync + notmuch. {'; '.join(pairs)}."


def _legend() -> str:
    keys = [(0, OURS, "CRM Mail"), (110, THEIRS, "mbsync + notmuch new")]
    squares = [
        f"<rect x='{LEFT + x}' y='34' width='12' height='12' fill='{color}'/>\n" + _text(LEFT + x + 18, 45, label)
        for x, color, label in keys
    ]
    return _text(LEFT, 20, TITLE, weight="600") + "".join(squares)


def _bar(y: int, width: float, color: str, value: float) -> str:
    rect = f"<rect x='{LEFT}' y='{y}' width='{max(1, round(width))}' height='{BAR}' rx='2' fill='{color}'/>\n"
    return rect + _text(LEFT + max(1, round(width)) + 6, y + 13, f"{value:,.0f}")


def _text(x: float, y: float, text: str, *, anchor: str = "start", weight: str = "400") -> str:
    place = f"x='{x:g}' y='{y:g}' text-anchor='{anchor}' font-weight='{weight}'"
    return f"<text {place} fill='{INK}'>{escape(text)}</text>\n"
