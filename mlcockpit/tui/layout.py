"""Sections share a page: narrow neighbours stand side by side, and rows get the height they need as far as it goes."""

from collections.abc import Sequence

from mlcockpit.domain.cleaning import clean
from mlcockpit.tui.glyphs import Glyphs
from mlcockpit.tui.ink import signed, width_of, wrap
from mlcockpit.views.table import Chart, Section, Table

BORDER = 2
LEAST = 5
"""The lowest pane: border, head and two rows."""
CHART = 12
ALONE = frozenset({"output"})
"""Texts that grow while they are watched: a row of their own, so that nothing jumps."""


def natural_width(section: Section, glyphs: Glyphs) -> int:
    """Return the cells a section would like, its border included."""
    if isinstance(section, Chart):
        return 60
    if not isinstance(section, Table):
        if section.key in ALONE:
            return 10_000
        return max((width_of(clean(line, 2000)) for line in section.lines), default=10) + BORDER + 3
    if not section.rows:
        return 44
    total = BORDER + 3
    for place, column in enumerate(section.columns):
        seen = max(width_of(signed(row.cells[place].text, row.cells[place].tone, glyphs)) for row in section.rows)
        total += 2 + max(width_of(column.title), min(max(seen, column.width), column.most))
    return total


def natural_height(section: Section, width: int) -> int:
    """Return the lines a section would like, its border included."""
    if isinstance(section, Table):
        if not section.rows:
            return BORDER + len(wrap(section.empty, max(width - 4, 10)))
        return BORDER + int(any(column.title for column in section.columns)) + len(section.rows)
    if isinstance(section, Chart):
        return CHART + min(len(section.marks), 4)
    return BORDER + sum(len(wrap(line, max(width - BORDER - 2, 10))) for line in section.lines)


def side_by_side(widths: Sequence[int], room: int) -> list[list[int]]:
    """Return rows of places: two neighbours share a row where both fit."""
    rows: list[list[int]] = []
    place = 0
    while place < len(widths):
        if place + 1 < len(widths) and widths[place] + widths[place + 1] <= room:
            rows.append([place, place + 1])
            place += 2
        else:
            rows.append([place])
            place += 1
    return rows


def share(wanted: Sequence[int], room: int) -> list[int]:
    """Return heights that fill `room`: the tallest give way first, none below LEAST; then the page scrolls.

    The first row answers the question of the page: it gives way last where it takes no more than half.
    """
    heights = [max(want, 3) for want in wanted]
    kept = 1 if heights and heights[0] * 2 <= room else 0
    for start in (kept, 0):
        while sum(heights) > room and max(heights[start:], default=0) > LEAST:
            heights[start + heights[start:].index(max(heights[start:]))] -= 1
    if heights and sum(heights) < room:
        heights[-1] += room - sum(heights)
    return heights
