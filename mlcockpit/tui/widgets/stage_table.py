"""A table whose cursor stands on one cell: every column is a stage, every cell a thing of its own."""

from mlcockpit.tui.ink import Line, Span
from mlcockpit.tui.widgets.section_table import SectionTable


class StageTable(SectionTable):
    """Moves sideways over the columns as well."""

    column = 0

    @property
    def link(self) -> str:
        """Return what the cell under the cursor stands for."""
        row = self.row_at(self.cursor) if self.count else None
        return row.cells[self.column].link if row is not None and self.column < len(row.cells) else ""

    def action_move(self, how: str) -> None:
        """Move over cells that stand for something; an empty one is passed over."""
        if how in ("left", "right"):
            self._sideways(-1 if how == "left" else 1)
        else:
            super().action_move(how)
            self._settle()

    def on_focus(self) -> None:
        """Start on a cell that stands for something."""
        self._settle()
        super().on_focus()

    def _sideways(self, by: int) -> None:
        place = self.column + by
        while 0 <= place < len(self.columns):
            filled = [index for index in range(self.count) if self._linked(index, place)]
            if filled:
                self.column = place
                self.go(min(filled, key=lambda index: abs(index - self.cursor)))
                return
            place += by

    def _settle(self) -> None:
        if self.count and not self._linked(self.cursor, self.column):
            places = [place for place in range(len(self.columns)) if self._linked(self.cursor, place)]
            if places:
                self.column = min(places, key=lambda place: abs(place - self.column))
                self.go(self.cursor)

    def _linked(self, index: int, place: int) -> bool:
        row = self.row_at(index)
        return row is not None and place < len(row.cells) and bool(row.cells[place].link)

    def _row(self, index: int) -> Line:
        line = super()._row(index)
        if index != self.cursor or not self.has_focus:
            return line
        place = 2 + 2 * self.column  # after the cursor and the mark, each column but the first has a gap before it
        return tuple(Span(span.text, "here") if at == place else span for at, span in enumerate(line))

    def _lay_over(self, index: int) -> str:
        return ""
