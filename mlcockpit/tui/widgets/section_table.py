"""A view's own table: all of its rows are here, and where there are none its words say why."""

from textual.strip import Strip

from mlcockpit.domain.cleaning import clean
from mlcockpit.tui.ink import Span, wrap
from mlcockpit.tui.widgets.row_table import RowTable
from mlcockpit.views.table import Row, Table


class SectionTable(RowTable):
    """Up to a few hundred rows."""

    def __init__(self, table: Table, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.table = table

    def on_mount(self) -> None:
        """Measure."""
        self.show(self.table)

    def remeasure(self) -> None:
        """Choose the widths again."""
        self.measure(self.table.rows)
        self.refresh()

    def show(self, table: Table) -> None:
        """Draw another table; the cursor stays on the same name where it is still there."""
        key = self.key
        self.table, self.columns, self.count = table, table.columns, len(table.rows)
        self.measure(table.rows)
        places = [place for place, row in enumerate(table.rows) if row.key == key]
        self.cursor = places[0] if places else min(self.cursor, max(self.count - 1, 0))
        self.refresh()

    def row_at(self, index: int) -> Row | None:
        """Return a row."""
        return self.table.rows[index] if index < len(self.table.rows) else None

    @property
    def link(self) -> str:
        """Return what enter opens: the row's link, else its key."""
        row = self.row_at(self.cursor) if self.count else None
        if row is None:
            return ""
        return next((cell.link for cell in row.cells if cell.link), row.key)

    def action_open(self) -> None:
        """Say that the row under the cursor is wanted, by its link."""
        if self.link:
            self.post_message(self.Opened(self, self.link))

    def render_line(self, y: int) -> Strip:
        """Return one line; an empty table says its words."""
        if self.count:
            return super().render_line(y)
        words = wrap(self.glyphs.plain(clean(self.table.empty, 400)), max(self.size.width - 2, 10))
        line = (Span("  "), Span(words[y], "faint")) if y < len(words) else ()
        return self.inked(line, self.size.width)
