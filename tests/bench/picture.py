"""Draws curves as SVG: panels side by side, each line of numbers with its own scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

_WIDTH, _HEIGHT, _LEFT, _TOP = 230, 150, 62, 84
_GAP, _ROW_GAP = 66, 92
_STYLE = """
    text { fill: #3f3d38; font: 13px system-ui, sans-serif }
    .title { font-weight: 600; font-size: 16px; fill: #1c1b19 }
    .value { font-weight: 600; font-size: 12.5px; fill: #1c1b19;
             paint-order: stroke; stroke: #faf9f7; stroke-width: 4px }
    .axis { stroke: #8a8881; stroke-width: 1 }
    .grid { stroke: #dedcd5; stroke-width: 1 }
    .curve { fill: none; stroke-width: 2.25 }
"""
_COLOURS = ("#4338ca", "#b45309")


class Point(NamedTuple):
    """One measured place: what stands below the axis, and a value for each row."""

    label: str
    values: Sequence[float]


@dataclass(frozen=True)
class Panel:
    """One curve for each row, over the same places."""

    what: str  # below the axis
    points: Sequence[Point]


def draw(
    panels: Sequence[Panel], *, title: str, rows: Sequence[str], below: str
) -> str:
    """Return the picture; ``rows`` name what is measured, with its unit."""
    width = _LEFT + len(panels) * (_WIDTH + _GAP)
    height = _TOP + len(rows) * (_HEIGHT + _ROW_GAP) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="t d">',
        f'  <title id="t">{escape(title)}</title>',
        f'  <desc id="d">{escape(_told(panels, rows))}</desc>',
        f"  <style>{_STYLE}  </style>",
        f'  <rect width="{width}" height="{height}" rx="12" fill="#faf9f7"/>',
        _text(_LEFT - 32, 34, title, "title"),
    ]
    for row, name in enumerate(rows):
        top = _TOP + row * (_HEIGHT + _ROW_GAP)
        parts.append(_text(_LEFT - 32, top - 16, name))
        most = _rounded(max(p.values[row] for panel in panels for p in panel.points))
        for column, panel in enumerate(panels):
            left = _LEFT + column * (_WIDTH + _GAP)
            parts += _panel(panel, row, left, top, most)
    parts.append(_text(_LEFT - 32, height - 16, below))
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, row: int, left: int, top: int, most: float) -> Iterator[str]:
    right, bottom = left + _WIDTH, top + _HEIGHT
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * _HEIGHT
        kind = "grid" if share else "axis"
        yield f'  <path class="{kind}" d="M{left} {y:g}H{right}"/>'
        yield _text(left - 8, y + 4, f"{share * most:g}", anchor="end")
    step = _WIDTH / len(panel.points)
    places = [
        (left + (n + 0.5) * step, bottom - point.values[row] / most * _HEIGHT)
        for n, point in enumerate(panel.points)
    ]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    yield f'  <path class="curve" stroke="{_COLOURS[row]}" d="M{path}"/>'
    for (x, y), point in zip(places, panel.points, strict=True):
        yield f'  <circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_COLOURS[row]}"/>'
        yield _text(x, y - 10, f"{point.values[row]:.1f}", "value", "middle")
        yield _text(x, bottom + 18, point.label, anchor="middle")
    yield _text(left + _WIDTH / 2, bottom + 38, panel.what, anchor="middle")


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    name = f' class="{kind}"' if kind else ""
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    return f"  <text{name} {place}>{escape(text)}</text>"


def _rounded(most: float) -> float:
    """Return the end of the scale: a round number with room for the values above."""
    scale = 10 ** (len(str(int(most))) - 1)
    return next(
        n * scale for n in (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15) if n * scale > most * 1.15
    )


def _told(panels: Sequence[Panel], rows: Sequence[str]) -> str:
    """Say it in words, for whoever does not see it."""
    return " ".join(
        f"{name} by {panel.what}: "
        + ", ".join(f"{p.label}: {p.values[row]:.1f}" for p in panel.points)
        + "."
        for row, name in enumerate(rows)
        for panel in panels
    )
