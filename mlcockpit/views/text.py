"""A view as lines of text, the same on a terminal and in a report; no stranger's control code passes."""

from collections.abc import Sequence

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.views.table import Cell, Chart, Column, Section, Table, Text, View

SIGNS = {Tone.BAD: "!", Tone.DOUBTFUL: "~", Tone.UNKNOWN: "?"}
_COLOURS = {Tone.BAD: "31", Tone.DOUBTFUL: "33", Tone.GOOD: "32", Tone.UNKNOWN: "90", Tone.FAINT: "90"}
_BLOCKS = "▁▂▃▄▅▆▇█"

UNBOUNDED = 100_000
"""The width of a pipe: nothing is cut for the eyes of a program."""

_NARROWEST = 12
"""Cells below which no column is squeezed."""


def view_text(view: View, *, width: int, colour: bool = False) -> str:
    """Return a whole view, at most `width` cells wide where its columns allow."""
    parts = [heading(view)]
    parts += [section_text(section, width=width, colour=colour) for section in view.sections]
    return "\n\n".join(part for part in parts if part)


def heading(view: View) -> str:
    """Return the first line of a view: its title, its instant, and every source that is not fresh."""
    doubts = [f"{source.name} {source.state.value}" for source in view.sources if source.state != "fresh"]
    doubt = f"  ·  {', '.join(doubts)}" if doubts else ""
    return clean(f"{view.title}  ·  as of {view.as_of:%Y-%m-%d %H:%M} UTC{doubt}")


def section_text(section: Section, *, width: int, colour: bool = False) -> str:
    """Return one section as lines of text."""
    if isinstance(section, Table):
        body = _table_text(section, width, colour)
    elif isinstance(section, Text):
        sign = f"{SIGNS[section.tone]} " if section.tone in SIGNS else ""
        body = [_paint(f"{sign}{clean(line, 2000)}", section.tone, colour) for line in section.lines]
    else:
        body = _chart_text(section)
    return "\n".join(([clean(section.title)] if section.title else []) + body)


def cell_width(text: str) -> int:
    """Return how many terminal cells `text` takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _signed(cell: Cell) -> str:
    text = clean(cell.text, 2000)
    sign = SIGNS.get(cell.tone, "")
    return f"{sign} {text}" if sign and not text.startswith(sign) else text


def _table_text(table: Table, width: int, colour: bool) -> list[str]:
    if not table.rows:
        return [f"  {clean(table.empty)}"]
    texts = [[_signed(cell) for cell in line.cells] for line in table.rows]
    widths = _widths(table.columns, texts, width)
    head = "  ".join(
        _fit(column.title, size, column.right) for column, size in zip(table.columns, widths, strict=True)
    ).rstrip()
    lines = [head] if head else []
    for line, shown in zip(table.rows, texts, strict=True):
        parts = [
            _paint(_fit(text, size, column.right), cell.tone, colour)
            for cell, text, size, column in zip(line.cells, shown, widths, table.columns, strict=True)
        ]
        lines.append("  ".join(parts).rstrip())
    if table.total is not None and table.total > len(table.rows):
        lines.append(f"{len(table.rows):,} of {table.total:,}")
    return lines + ([clean(table.note, 400)] if table.note else [])


def _widths(columns: Sequence[Column], texts: Sequence[Sequence[str]], width: int) -> list[int]:
    wanted = [
        max([cell_width(column.title), *(cell_width(line[place]) for line in texts)])
        for place, column in enumerate(columns)
    ]
    if width >= UNBOUNDED:
        return wanted
    sizes = [
        min(size, max(column.most, cell_width(column.title))) for size, column in zip(wanted, columns, strict=True)
    ]
    while sum(sizes) + 2 * (len(sizes) - 1) > width and max(sizes) > _NARROWEST:
        sizes[sizes.index(max(sizes))] -= 1
    return sizes


def _fit(text: str, size: int, right: bool) -> str:
    text = clean(text, 2000)
    while cell_width(text) > size:
        text = text[: max(size - 1, 0)] + "…" if text.isascii() else text[:-2] + "…"
    gap = " " * (size - cell_width(text))
    return gap + text if right else text + gap


def _paint(text: str, tone: Tone, colour: bool) -> str:
    return f"\x1b[{_COLOURS[tone]}m{text}\x1b[0m" if colour and tone in _COLOURS else text


def _chart_text(chart: Chart) -> list[str]:
    values = [point.value for point in chart.points if point.value is not None]
    if not values:
        return ["  no values yet"]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    line = "".join(
        " " if point.value is None else _BLOCKS[min(int((point.value - low) / span * len(_BLOCKS)), len(_BLOCKS) - 1)]
        for point in chart.points
    )
    target = "" if chart.target is None else f", target {chart.target:g}"
    lines = [f"  {line}", f"  {low:.3g} to {high:.3g}{target}, last {values[-1]:.3g}, n = {len(values)}"]
    lines += [f"  {mark.at:%Y-%m-%d} {mark.letter} {clean(mark.text)}" for mark in chart.marks]
    return lines + ([f"  {clean(chart.note, 400)}"] if chart.note else [])
