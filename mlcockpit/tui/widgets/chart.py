"""A dated line as dots of braille, or of ASCII, with its target, its scale and the letters of what came by."""

from collections.abc import Sequence
from datetime import datetime

from mlcockpit.domain.cleaning import clean
from mlcockpit.tui.glyphs import Glyphs
from mlcockpit.tui.ink import Line, Span, cut, fit
from mlcockpit.views.table import Chart

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def chart_lines(chart: Chart, width: int, height: int, glyphs: Glyphs) -> Sequence[Line]:
    """Return `chart` in `width` cells and about `height` lines: plot, letters, dates, words."""
    values = [point.value for point in chart.points if point.value is not None and point.value == point.value]
    if not values:
        return [(Span("no values yet", "faint"),)]
    known = values if chart.target is None else [*values, chart.target]
    low, high = min(known), max(known)
    if high == low:
        low, high = low - abs(low or 1) * 0.1, high + abs(high or 1) * 0.1
    words = _words(chart, values, width, glyphs)
    rows = max(height - len(words) - 2, 3)
    scale = max(len(_number(low)), len(_number(high))) + 1
    room = max(width - scale - 1, 8)
    plot = _plot(chart, room, rows, (low, high), glyphs)
    lines: list[Line] = []
    target_row = None if chart.target is None else round((high - chart.target) / (high - low) * (rows - 1))
    for place, text in enumerate(plot):
        label = _number(high) if place == 0 else _number(low) if place == rows - 1 else ""
        head = Span(fit(label, scale, right=True) + ("|" if not glyphs.braille else "│"), "faint")
        lines.append((head, *_over_target(text, glyphs)) if place == target_row else (head, Span(text, "accent")))
    lines.append((Span(" " * (scale + 1)), Span(_letters(chart, room), "head")))
    lines.append((Span(" " * (scale + 1)), Span(_dates(chart, room), "faint")))
    return [*lines, *words]


def _plot(chart: Chart, width: int, height: int, scale: tuple[float, float], glyphs: Glyphs) -> Sequence[str]:
    low, high = scale
    fine_x, fine_y = (2, 4) if glyphs.braille else (1, 1)
    across, down = width * fine_x, height * fine_y
    grid = [bytearray(width) for _ in range(height)]
    before: tuple[int, int] | None = None
    for point in chart.points:
        if point.value is None or point.value != point.value:
            before = None
            continue
        value = min(max(point.value, low), high)
        x = round(_share(chart, point.at) * (across - 1))
        y = round((high - value) / (high - low) * (down - 1))
        for dot_x, dot_y in _between(before, (x, y)):
            grid[dot_y // fine_y][dot_x // fine_x] |= _DOTS[dot_y % 4][dot_x % 2] if glyphs.braille else 1
        before = (x, y)
    if glyphs.braille:
        return ["".join(chr(0x2800 + dots) if dots else " " for dots in line) for line in grid]
    return ["".join("*" if dots else " " for dots in line) for line in grid]


def _between(start: tuple[int, int] | None, stop: tuple[int, int]) -> Sequence[tuple[int, int]]:
    if start is None:
        return [stop]
    steps = max(abs(stop[0] - start[0]), abs(stop[1] - start[1]), 1)
    return [
        (
            start[0] + round((stop[0] - start[0]) * step / steps),
            start[1] + round((stop[1] - start[1]) * step / steps),
        )
        for step in range(steps + 1)
    ]


def _over_target(text: str, glyphs: Glyphs) -> Line:
    spans: list[Span] = []
    for place, character in enumerate(text):
        line = "-" if not glyphs.braille else "╌"
        spans.append(
            Span(character, "accent") if character != " " else Span(line if place % 2 == 0 else " ", "doubtful")
        )
    return tuple(spans)


def _share(chart: Chart, at: datetime) -> float:
    first, last = chart.points[0].at, chart.points[-1].at
    span = (last - first).total_seconds()
    return min(max((at - first).total_seconds() / span, 0.0), 1.0) if span else 0.0


def _letters(chart: Chart, width: int) -> str:
    line = [" "] * width
    for mark in chart.marks:
        line[round(_share(chart, mark.at) * (width - 1))] = clean(mark.letter)[:1] or "?"
    return "".join(line)


def _dates(chart: Chart, width: int) -> str:
    first, last = f"{chart.points[0].at:%Y-%m-%d}", f"{chart.points[-1].at:%Y-%m-%d}"
    return fit(first, max(width - len(last), 0)) + last


def _words(chart: Chart, values: Sequence[float], width: int, glyphs: Glyphs) -> list[Line]:
    target = "" if chart.target is None else f"  target {_number(chart.target)}"
    unit = f" {clean(chart.unit)}" if chart.unit else ""
    lines: list[Line] = [(Span(cut(f"last {_number(values[-1])}{unit}{target}  n = {len(values)}", width)),)]
    for mark in chart.marks[-4:]:
        text = glyphs.plain(f"{mark.at:%m-%d} {clean(mark.letter)} {clean(mark.text)}")
        lines.append((Span(cut(text, width, glyphs.ellipsis), "faint"),))
    if chart.note:
        lines.append((Span(cut(glyphs.plain(clean(chart.note, 400)), width, glyphs.ellipsis), "faint"),))
    return lines


def _number(value: float) -> str:
    return f"{value:.4g}"
