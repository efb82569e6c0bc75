"""A chart as geometry: where each line, tick and mark of a plot lies; a template or anything else may draw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, isfinite, log10

from mlcockpit.views.phrases import day, number
from mlcockpit.views.table import Chart

WIDTH, HEIGHT = 760, 250
LEFT, RIGHT, TOP, BOTTOM = 50, 66, 34, 28
BADGE = 17
BADGE_ROWS = 2


@dataclass(frozen=True)
class Tick:
    """A label at a place along an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Dot:
    """One measured value; `title` is its tooltip."""

    x: float
    y: float
    title: str


@dataclass(frozen=True)
class Badge:
    """A mark above the plot; `number` leads to its line in the legend."""

    x: float
    y: float
    letter: str
    text: str
    day: str


@dataclass(frozen=True)
class Plot:
    """All that is to be drawn, in the units of the view box."""

    lines: tuple[str, ...]
    """Point lists of unbroken stretches."""
    areas: tuple[str, ...]
    dots: tuple[Dot, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    target: Tick | None
    badges: tuple[Badge, ...]
    last: Dot | None
    description: str
    """What a person who cannot see it should read."""


def plot(chart: Chart) -> Plot | None:
    """Return the geometry of `chart`; None where it holds no finite value."""
    known = [(point.at, point.value) for point in chart.points if point.value is not None and isfinite(point.value)]
    if not known:
        return None
    low, high = _range([value for _, value in known], chart.target)
    ticks = _nice_ticks(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    first, last = known[0][0], max(known[-1][0], *(mark.at for mark in chart.marks)) if chart.marks else known[-1][0]
    scale = _Scale(first, last, low, high)
    stretches = _stretches(chart)
    dots = tuple(Dot(scale.x(at), scale.y(value), f"{day(at)}: {number(value, chart.unit)}") for at, value in known)
    return Plot(
        lines=tuple(_points(scale, stretch) for stretch in stretches),
        areas=tuple(_area(scale, stretch) for stretch in stretches if len(stretch) > 1),
        dots=dots,
        y_ticks=tuple(Tick(scale.y(value), f"{value:g}") for value in ticks),
        x_ticks=_months(scale, first, last),
        target=None if chart.target is None else Tick(scale.y(chart.target), f"{chart.target:g}"),
        badges=_badges(chart, scale),
        last=dots[-1],
        description=_describe(chart, known),
    )


def spark(values: Sequence[float], width: float = 120, height: float = 32) -> str:
    """Return the point list of a small line; empty with fewer than two values."""
    known = [value for value in values if isfinite(value)]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = (width - 6) / (len(known) - 1)
    return " ".join(f"{3 + step * i:.1f},{3 + (height - 6) * (1 - (v - low) / span):.1f}" for i, v in enumerate(known))


@dataclass(frozen=True)
class _Scale:
    first: datetime
    last: datetime
    low: float
    high: float

    def x(self, at: datetime) -> float:
        share = (at - self.first) / (self.last - self.first) if self.last > self.first else 0.5
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _range(values: Sequence[float], target: float | None) -> tuple[float, float]:
    everything = [*values, *([] if target is None else [target])]
    low, high = min(everything), max(everything)
    pad = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return (max(low - pad, 0.0) if low >= 0 else low - pad), high + pad


def _nice_ticks(low: float, high: float, about: int = 4) -> list[float]:
    rough = (high - low) / about
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    first = floor(low / step)
    ticks = [round((first + i) * step, 10) for i in range(about + 4)]
    return [tick for tick in ticks if low - step * 0.001 <= tick <= high + step * 0.001] or [low, high]


def _stretches(chart: Chart) -> list[list[tuple[datetime, float]]]:
    found: list[list[tuple[datetime, float]]] = [[]]
    for point in chart.points:
        if point.value is None or not isfinite(point.value):
            found.append([])
        else:
            found[-1].append((point.at, point.value))
    return [stretch for stretch in found if stretch]


def _points(scale: _Scale, stretch: Sequence[tuple[datetime, float]]) -> str:
    return " ".join(f"{scale.x(at)},{scale.y(value)}" for at, value in stretch)


def _area(scale: _Scale, stretch: Sequence[tuple[datetime, float]]) -> str:
    floor_y = HEIGHT - BOTTOM
    return f"{scale.x(stretch[0][0])},{floor_y} {_points(scale, stretch)} {scale.x(stretch[-1][0])},{floor_y}"


def _months(scale: _Scale, first: datetime, last: datetime) -> tuple[Tick, ...]:
    ticks = []
    at = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while at <= last:
        if at >= first:
            ticks.append(Tick(scale.x(at), f"{at:%b}" if at.month > 1 else f"{at:%b %Y}"))
        at = (at + timedelta(days=32)).replace(day=1)
    every = max(1, -(-len(ticks) // 10))
    return tuple(ticks[::every]) or (Tick(scale.x(first), day(first)), Tick(scale.x(last), day(last)))


def _badges(chart: Chart, scale: _Scale) -> tuple[Badge, ...]:
    """Place marks from left to right in two rows; one that fits in neither overlaps in the first."""
    ends = [float("-inf")] * BADGE_ROWS
    found = []
    for mark in sorted(chart.marks, key=lambda each: each.at):
        if mark.at < scale.first:
            continue
        x = scale.x(mark.at)
        row = next((place for place, end in enumerate(ends) if x - end >= BADGE), 0)
        ends[row] = x
        found.append(Badge(x, 9 + row * 16, mark.letter, mark.text, day(mark.at)))
    return tuple(found)


def _describe(chart: Chart, known: Sequence[tuple[datetime, float]]) -> str:
    values = [value for _, value in known]
    words = f"{chart.title}: {len(known)} values from {day(known[0][0])} to {day(known[-1][0])}, "
    words += f"between {number(min(values))} and {number(max(values))}, last {number(values[-1])}"
    return words + (f", target {chart.target:g}" if chart.target is not None else "")
