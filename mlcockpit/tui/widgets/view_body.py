"""A view becomes panes: one a section, redrawn in place when the view is read again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from textual.containers import Horizontal, VerticalScroll

from mlcockpit.tui.glyphs import Glyphs
from mlcockpit.tui.ink import Line
from mlcockpit.tui.layout import natural_height, natural_width, share, side_by_side
from mlcockpit.tui.widgets.chart import chart_lines
from mlcockpit.tui.widgets.lines import Layout, Lines
from mlcockpit.tui.widgets.pane import Pane
from mlcockpit.tui.widgets.row_table import GUTTER
from mlcockpit.tui.widgets.section_table import SectionTable
from mlcockpit.tui.widgets.words import text_lines
from mlcockpit.views.table import Chart, Row, Section, Table, Text, View


class ViewBody(VerticalScroll, can_focus=False):
    """All sections of one view."""

    DEFAULT_CSS = """
    ViewBody { scrollbar-size: 1 1; }
    ViewBody Horizontal { height: auto; }
    """

    def __init__(self, *, id: str | None = None, special: Mapping[str, type[SectionTable]] | None = None) -> None:
        super().__init__(id=id)
        self._special = special or {}
        self.view: View | None = None
        self.needle = ""
        self._rows: list[list[int]] = []
        self._panes: list[Pane] = []
        self._shape: object = None
        self.zoomed: Pane | None = None

    async def show(self, view: View, needle: str = "") -> None:
        """Draw `view`, with only the table rows that hold every word of `needle`."""
        self.view, self.needle = view, needle
        sections = self.sections
        widths = [natural_width(section, self._glyphs()) for section in view.sections]
        rows = (
            side_by_side(widths, self.size.width - 1) if self.size.width >= 100 else [[n] for n in range(len(widths))]
        )
        shape = (rows, [type(section) for section in sections])
        if shape != self._shape:
            self._shape, self._rows = shape, rows
            await self._build(sections)
        for pane, section in zip(self._panes, sections, strict=True):
            self._fill(pane, section)
        self._fit()

    @property
    def sections(self) -> Sequence[Section]:
        """Return what is shown: the view's sections, filtered."""
        found = self.view.sections if self.view else ()
        return [filtered(each, self.needle) if isinstance(each, Table) else each for each in found]

    @property
    def table(self) -> SectionTable | None:
        """Return the table that has the focus, else the first one."""
        tables = [pane.inner for pane in self._panes if isinstance(pane.inner, SectionTable)]
        return next((table for table in tables if table.has_focus), tables[0] if tables else None)

    def zoom(self, zoomed: Pane | None) -> None:
        """Show one pane alone, or all of them."""
        self.zoomed = zoomed
        for pane in self._panes:
            pane.display = zoomed in (None, pane)
        for row in self.query(Horizontal):
            row.display = any(child.display for child in row.children)
        self._fit()

    def focus_first(self) -> None:
        """Give the focus to the first table with rows, else to the first pane."""
        inner = [pane.inner for pane in self._panes]
        rows = [each for each in inner if isinstance(each, SectionTable) and each.count]
        target = next(iter(rows or inner), None)
        if target is not None:
            target.focus(scroll_visible=False)

    def on_resize(self) -> None:
        """Share the page anew."""
        if self.view is not None:
            self.call_later(self.show, self.view, self.needle)

    async def _build(self, sections: Sequence[Section]) -> None:
        focused = next((place for place, pane in enumerate(self._panes) if pane.inner.has_focus), None)
        await self.remove_children()
        self.zoomed = None
        self._panes = [Pane(self._inner(section)) for section in sections]
        await self.mount(*(Horizontal(*(self._panes[place] for place in row)) for row in self._rows))
        if focused is not None and focused < len(self._panes):
            self._panes[focused].inner.focus(scroll_visible=False)

    def _fill(self, pane: Pane, section: Section) -> None:
        title = section.title
        if isinstance(section, Table) and section.total is not None and section.total > len(section.rows):
            shown = f"{len(section.rows):,} shown" if " of " in title else f"{len(section.rows):,} of {section.total:,}"
            title = f"{title}, {shown}" if " of " in title else f"{title}  {shown}"
        note = "" if isinstance(section, Text) else section.note
        pane.entitle(title, note if isinstance(section, Table) else "", self._glyphs())
        if isinstance(pane.inner, SectionTable) and isinstance(section, Table):
            pane.inner.show(section)
        elif isinstance(pane.inner, Lines) and not isinstance(section, Table):
            pane.inner.show(_layout(section))

    def _fit(self) -> None:
        if self.zoomed is not None:
            self.zoomed.styles.height = self.size.height
            self.zoomed.styles.width = "1fr"
            return
        sections = self.sections
        widths = [natural_width(section, self._glyphs()) for section in sections]
        wanted = []
        for row in self._rows:
            wanted.append(max(natural_height(sections[place], self.size.width // len(row)) for place in row))
        for row, height in zip(self._rows, share(wanted, self.size.height), strict=True):
            total = sum(widths[place] for place in row)
            for place in row:
                self._panes[place].styles.height = height
                self._panes[place].styles.width = f"{widths[place] / total:.3f}fr" if len(row) > 1 else "1fr"

    def _inner(self, section: Section) -> SectionTable | Lines:
        if not isinstance(section, Table):
            return Lines(_layout(section))
        return self._special.get(section.key, SectionTable)(section)

    def _glyphs(self) -> Glyphs:
        return self.app.glyphs  # type: ignore[attr-defined, no-any-return]


def filtered(table: Table, needle: str) -> Table:
    """Return `table` with the rows that hold every word of `needle`; never silently empty."""
    words = needle.lower().split()
    if not words:
        return table
    rows = tuple(row for row in table.rows if all(word in _haystack(row) for word in words))
    total = len(table.rows) if table.total is None else table.total
    return replace(table, rows=rows, total=total, empty=f"nothing here matches {needle!r}; esc shows all {total:,}")


def _haystack(row: Row) -> str:
    return " ".join([row.key, *(cell.text for cell in row.cells)]).lower()


def _layout(section: Chart | Text) -> Layout:
    def lay_out(width: int, height: int, glyphs: Glyphs) -> Sequence[Line]:
        if isinstance(section, Chart):
            return chart_lines(section, width, height, glyphs)
        return text_lines(section, width, height, glyphs, margin=GUTTER)

    return lay_out
