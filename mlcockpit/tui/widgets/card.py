"""A view becomes a card: a few lines for a narrow pane, tables of two columns as keys and values."""

from collections.abc import Sequence

from mlcockpit.domain.cleaning import clean
from mlcockpit.tui.glyphs import Glyphs
from mlcockpit.tui.ink import Line, Span, cut, fit, signed, width_of
from mlcockpit.tui.widgets.words import text_lines
from mlcockpit.views.table import Chart, Section, Table, Text, View

KEY = 14
"""The most cells of the first column."""


def card_lines(view: View, width: int, height: int, glyphs: Glyphs) -> Sequence[Line]:
    """Return the sections of `view` under each other, each row on one line."""
    lines: list[Line] = []
    for section in view.sections:
        if lines:
            lines.append(())
        if section.title:
            lines.append((Span(cut(glyphs.plain(clean(section.title)), width, glyphs.ellipsis), "head"),))
        lines += _section(section, width, height, glyphs)
    return lines


def _section(section: Section, width: int, height: int, glyphs: Glyphs) -> Sequence[Line]:
    if isinstance(section, Text):
        return text_lines(section, width, height, glyphs)
    if isinstance(section, Chart):
        return ()
    return _table(section, width, glyphs)


def _table(table: Table, width: int, glyphs: Glyphs) -> Sequence[Line]:
    if not table.rows:
        return [(Span(cut(glyphs.plain(clean(table.empty)), width, glyphs.ellipsis), "faint"),)]
    first = max(width_of(signed(row.cells[0].text, row.cells[0].tone, glyphs)) for row in table.rows)
    key = min(first, KEY, max(width // 2, 4))
    lines = []
    for row in table.rows:
        head = fit(signed(row.cells[0].text, row.cells[0].tone, glyphs), key, ellipsis=glyphs.ellipsis)
        spans = [Span(head, "faint" if row.cells[0].tone == "plain" else row.cells[0].tone.value)]
        room = width - key
        for cell in row.cells[1:]:
            text = signed(cell.text, cell.tone, glyphs)
            if text and room > 3:
                shown = cut(text, room - 1, glyphs.ellipsis)
                spans.append(Span(f" {shown}", cell.tone.value))
                room -= width_of(shown) + 1
        lines.append(tuple(spans))
    return lines
