"""One table widget for ten rows and for a million: it asks for the rows it draws and measures in terminal cells."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from mlcockpit.tui.ink import Line, Span, fit, signed, width_of
from mlcockpit.tui.keymap import moves
from mlcockpit.tui.widgets.inked import Inked
from mlcockpit.views.table import Column, Row

GUTTER = 2
"""Cells before the first column: the cursor and the mark."""

NARROW = 10
"""What a column keeps when the others need room."""


class RowTable(Inked, can_focus=True):
    """Rows under a head that stays; a cursor, marks, and a column that is sorted by."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves("down", "up", "left", "right", "page.down", "page.up", "top", "bottom"),
        ("enter", "open"),
    ]

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, table: "RowTable", key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> "RowTable":
            """Return the table, for selectors."""
            return self.table

    class Opened(Message):
        """A person wants to see what this row stands for."""

        def __init__(self, table: "RowTable", key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.columns: Sequence[Column] = ()
        self.widths: list[int] = []
        self.count = 0
        self.cursor = 0
        self.marks: list[str] = []
        self.sorted_by: tuple[str, bool] = ("", False)
        """Key of a column, and whether it falls."""

    def row_at(self, index: int) -> Row | None:
        """Return a row; None while it is on its way."""
        raise NotImplementedError

    @property
    def head(self) -> int:
        """Return the lines of the head: none where no column has a title."""
        return int(any(column.title for column in self.columns))

    @property
    def key(self) -> str:
        """Return the name under the cursor; empty where there is none."""
        row = self.row_at(self.cursor) if self.count else None
        return row.key if row is not None else ""

    @property
    def shows_cursor(self) -> bool:
        """Tell whether keys go to this table."""
        return self.has_focus

    @property
    def points(self) -> bool:
        """Tell whether the sign of the cursor stands before its row, whatever the colours."""
        return self.shows_cursor

    def measure(self, rows: Sequence[Row]) -> None:
        """Choose the widths: declared, else as wide as the widest seen, up to the column's most."""
        self.widths = []
        for place, column in enumerate(self.columns):
            seen = [width_of(signed(row.cells[place].text, row.cells[place].tone, self.glyphs)) for row in rows]
            title = width_of(column.title) + (2 if column.key == self.sorted_by[0] else 0)
            self.widths.append(max(title, min(max([column.width, *seen]), column.most)))
        self._squeeze()
        self.extend()

    def _squeeze(self) -> None:
        """Make the widest columns narrower until the row fits, never below NARROW; then it scrolls sideways."""
        room = self.scrollable_content_region.width
        over = GUTTER + sum(self.widths) + 2 * max(len(self.widths) - 1, 0) + 1 - room
        while room and over > 0 and max(self.widths, default=0) > NARROW:
            widest = self.widths.index(max(self.widths))
            others = [width for place, width in enumerate(self.widths) if place != widest]
            cut = min(over, max(self.widths[widest] - max([NARROW, *others]), 1))
            self.widths[widest] -= cut
            over -= cut

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self.remeasure()

    def remeasure(self) -> None:
        """Choose the widths again."""
        raise NotImplementedError

    def extend(self) -> None:
        """Tell the scroll bars how much there is."""
        self.virtual_size = Size(
            GUTTER + sum(self.widths) + 2 * max(len(self.widths) - 1, 0) + 1, self.count + self.head
        )

    def go(self, index: int) -> None:
        """Put the cursor on a row and keep it in sight."""
        before, self.cursor = self.cursor, max(0, min(index, self.count - 1))
        page = max(self.scrollable_content_region.height - self.head, 1)
        top = round(self.scroll_offset.y)
        if self.cursor < top:
            top = self.cursor
        elif self.cursor >= top + page:
            top = self.cursor - page + 1
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, immediate=True)
        else:
            self.redraw(before)
            self.redraw(self.cursor)
        self.post_message(self.Moved(self, self.key))

    def redraw(self, index: int) -> None:
        """Draw one row again."""
        self.refresh_lines(index + self.head, 1)

    def action_move(self, how: str) -> None:
        """Move the cursor, or the columns sideways."""
        page = max(self.scrollable_content_region.height - self.head - 1, 1)
        steps = {"down": 1, "up": -1, "page.down": page, "page.up": -page, "top": -self.count, "bottom": self.count}
        if how in steps:
            self.go(self.cursor + steps[how])
        else:
            self.scroll_relative(x=8 if how == "right" else -8, animate=False)

    def action_open(self) -> None:
        """Say that the row under the cursor is wanted."""
        if self.key:
            self.post_message(self.Opened(self, self.key))

    def on_click(self, event: events.Click) -> None:
        """Move to the row under the pointer; the second click of two opens it."""
        if event.y >= self.head:
            self.go(event.y - self.head + round(self.scroll_offset.y))
        if event.chain == 2:
            self.action_open()

    def render_line(self, y: int) -> Strip:
        """Return one line of the widget: the head, then rows."""
        start = round(self.scroll_offset.x)
        if y == 0 and self.head:
            return self.inked(self._head(), self.size.width, start=start)
        index = y - self.head + round(self.scroll_offset.y)
        if index >= self.count:
            return self.inked((), self.size.width)
        return self.inked(self._row(index), self.size.width, start=start, over=self._lay_over(index))

    def _lay_over(self, index: int) -> str:
        return "cursor" if index == self.cursor and self.shows_cursor else ""

    def _head(self) -> Line:
        spans = [Span(" " * GUTTER)]
        for place, (column, width) in enumerate(zip(self.columns, self.widths, strict=True)):
            title = self.glyphs.plain(column.title)
            if column.key == self.sorted_by[0]:
                title += f" {self.glyphs.falling if self.sorted_by[1] else self.glyphs.rising}"
            gap = "" if place == 0 else "  "
            spans.append(Span(gap + fit(title, width, right=column.right, ellipsis=self.glyphs.ellipsis), "head"))
        return tuple(spans)

    def _row(self, index: int) -> Line:
        glyphs = self.glyphs
        row = self.row_at(index)
        if row is None:
            return (Span("  "), Span(glyphs.ellipsis, "faint"))
        here = glyphs.cursor if index == self.cursor and self.points else " "
        spans = [Span(here), Span(glyphs.mark, "accent") if row.key in self.marks else Span(" ")]
        for place, (column, width, cell) in enumerate(zip(self.columns, self.widths, row.cells, strict=True)):
            text = fit(signed(cell.text, cell.tone, glyphs), width, right=column.right, ellipsis=glyphs.ellipsis)
            spans += [Span(text, cell.tone.value)] if place == 0 else [Span("  "), Span(text, cell.tone.value)]
        return tuple(spans)

    def on_focus(self) -> None:
        """Show whose turn it is."""
        self.redraw(self.cursor)

    def on_blur(self) -> None:
        """Show that it is another pane's turn."""
        self.redraw(self.cursor)
