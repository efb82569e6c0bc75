"""A table over an order of row ids: it draws at once, asks for pages of 128 as they come into sight, and forgets old ones."""

from collections import OrderedDict
from collections.abc import Sequence

from textual.message import Message

from mlcockpit.tui.widgets.row_table import RowTable
from mlcockpit.views.table import Column, Row

PAGE = 128
KEPT = 24
"""Pages kept: 3 072 rows, whatever the length of the order."""


class PagedTable(RowTable):
    """100 000 rows and more."""

    class Wanted(Message):
        """These rows are in sight and not here."""

        def __init__(self, table: "PagedTable", generation: int, page: int, ids: Sequence[int]) -> None:
            super().__init__()
            self.table = table
            self.generation = generation
            self.page = page
            self.ids = ids

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.order: Sequence[int] = ()
        self.generation = 0
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._asked: set[int] = set()
        self._measured = False

    @property
    def points(self) -> bool:
        """Always: the card beside it tells about this row."""
        return True

    def show(self, order: Sequence[int], columns: Sequence[Column], *, keep_cursor: bool = False) -> None:
        """Draw another order; answers to older questions are dropped from now on."""
        self.generation += 1
        self.order, self.columns, self.count = order, columns, len(order)
        self._pages.clear()
        self._asked.clear()
        self._measured = False
        self.cursor = min(self.cursor, max(self.count - 1, 0)) if keep_cursor else 0
        self.measure(())
        if not keep_cursor:
            self.scroll_to(y=0, animate=False, immediate=True)
        self.refresh()
        self.want(self.cursor)

    def give(self, generation: int, page: int, rows: Sequence[Row]) -> None:
        """Take a page that was asked for; a late answer is dropped."""
        if generation != self.generation:
            return
        self._asked.discard(page)
        self._pages[page] = rows
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        if not self._measured:
            self._measured = True
            self.measure(rows)
            self.refresh()
        else:
            self.refresh_lines(page * PAGE + self.head, len(rows))
        if page == self.cursor // PAGE:
            self.post_message(self.Moved(self, self.key))

    def lost(self, generation: int, page: int) -> None:
        """Allow a page to be asked for again after it could not be read."""
        if generation == self.generation:
            self._asked.discard(page)

    def want(self, index: int) -> None:
        """Ask for the page of a row, once."""
        page = index // PAGE
        if self.count and page not in self._pages and page not in self._asked:
            self._asked.add(page)
            ids = self.order[page * PAGE : (page + 1) * PAGE]
            self.post_message(self.Wanted(self, self.generation, page, ids))

    def row_at(self, index: int) -> Row | None:
        """Return a row; where it is not here, ask for it."""
        page = self._pages.get(index // PAGE)
        if page is None:
            self.want(index)
            return None
        place = index % PAGE
        return page[place] if place < len(page) else None

    def remeasure(self) -> None:
        """Choose the widths again, from the rows that are here."""
        self.measure(self.rows_seen())
        self.refresh()

    def rows_seen(self) -> Sequence[Row]:
        """Return every row that is here."""
        return [row for page in self._pages.values() for row in page]
