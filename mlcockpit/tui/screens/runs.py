"""Runs: a paged table of any length, the card of the run under the cursor, and the marked runs side by side."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from mlcockpit.action import Selection, resolve
from mlcockpit.tui.ink import Span
from mlcockpit.tui.place import Place
from mlcockpit.tui.reader import Trouble
from mlcockpit.tui.run_source import NEWEST, Ordered, RunSource, Wanted
from mlcockpit.tui.screens.run_choices import RunChoices
from mlcockpit.tui.widgets.card import card_lines
from mlcockpit.tui.widgets.filter_line import FilterLine
from mlcockpit.tui.widgets.lines import Lines
from mlcockpit.tui.widgets.paged_table import PagedTable
from mlcockpit.tui.widgets.pane import Pane
from mlcockpit.tui.widgets.row_table import RowTable
from mlcockpit.tui.widgets.runs_body import RunsBody
from mlcockpit.tui.widgets.section_table import SectionTable
from mlcockpit.views.table import Row, Table, View

EXPORT = "mlcockpit.services.export_view:export_runs"
SHOW = "mlcockpit.services.show:show"
ROOMY = 140
"""Cells from which on the table shows more than the columns that decide."""
CARD_DELAY = 0.12


class RunsScreen(RunChoices):
    """Every run of the tracker."""

    HELP: ClassVar[str] = "/ filters, s sorts, space marks, c compares, w says why two differ, R reproduces."

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.source = RunSource()
        self.comparing = False
        self.differing_only = False
        self._waiting: Timer | None = None
        self._was_narrow = False

    def body(self) -> Widget:
        """Return the panes."""
        return RunsBody()

    def remembered(self) -> None:
        """Take up filter, sort and columns."""
        super().remembered()
        kept = self.desk.memory.of("runs")
        self.sort = kept.get("sort", NEWEST)
        self.columns = tuple(part for part in kept.get("columns", "").split(",") if part)

    # --- reading

    def read(self) -> None:
        """Ask for the order; the rows follow page by page."""
        self._was_narrow = self._narrow
        stamp, clock = self.desk.stamp, self.desk.monotonic
        wanted = Wanted(self.filter, self.sort, self.columns, self.desk.lens, tuple(self.table.marks), self._narrow)
        self.desk.reader.ask(
            self.topic("order"),
            lambda cockpit: self.source.order(cockpit, wanted, stamp, clock),
            self._ordered,
            self.failed,
        )

    @property
    def _narrow(self) -> bool:
        return self.size.width < ROOMY

    def on_resize(self) -> None:
        """Choose the columns anew where another number of them has room."""
        if self._found is not None and self._narrow != self._was_narrow:
            self.reload()

    def _ordered(self, found: Ordered) -> None:
        same = self._found is not None and self._found.order == found.order
        self._found = found
        first = self.sort.partition(",")[0]
        self.table.sorted_by = (first.removeprefix("-"), first.startswith("-"))
        self.table.show(found.order, found.columns, keep_cursor=same)
        self.arrived(View("runs", "Runs", found.as_of, (found.source,), ()))
        title = f"Runs  {len(found.order):,} of {found.total:,}"
        self.query_one("#runs", Pane).entitle(title, "" if len(found.order) else self._empty(found), self.table.glyphs)
        self.query_one(FilterLine).found(f"{len(found.order):,} of {found.total:,} runs   sort {self.sort}")
        if not len(found.order):
            self.query_one("#card Lines", Lines).show(lambda width, height, glyphs: ())
        if self.focused is None or not same:
            self._keep_focus()

    def _keep_focus(self) -> None:
        """Give the focus to the table, unless a person is typing."""
        if not self.query_one(FilterLine).has_input_focus:
            self.focus_body()

    def _empty(self, found: Ordered) -> str:
        if self.filter:
            return f"none of {found.total:,} runs fits; esc shows all"
        return "no run was logged yet; after the first one, mlcockpit sync reads it"

    def failed(self, trouble: Trouble) -> None:
        """Say a mistake in the filter beside the filter, everything else as usual."""
        line = self.query_one(FilterLine)
        if trouble.exit_code == 2 and line.is_open:
            self.arrived(None)
            line.found(f"{trouble.what}: {trouble.hint}", bad=True)
        else:
            super().failed(trouble)

    @on(PagedTable.Wanted)
    def _page(self, event: PagedTable.Wanted) -> None:
        stamp = self.desk.stamp
        table, generation, page, ids = event.table, event.generation, event.page, list(event.ids)

        def given(rows: Sequence[Row]) -> None:
            table.give(generation, page, rows)

        def lost(trouble: Trouble) -> None:
            table.lost(generation, page)
            self.failed(trouble)

        self.desk.reader.ask(
            self.topic(f"page {page}"), lambda cockpit: self.source.rows(cockpit, ids, stamp), given, lost
        )

    @on(RowTable.Moved)
    def _look(self, event: RowTable.Moved) -> None:
        if event.table is not self.table or not event.key:
            return
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(CARD_DELAY, self._read_card)

    def _read_card(self) -> None:
        key, lens = self.table.key, self.desk.lens
        if key:
            self.desk.reader.ask(
                self.topic("card"), lambda cockpit: resolve(SHOW)(cockpit, key, lens=lens), self._card, self._no_card
            )

    def _card(self, view: View) -> None:
        pane = self.query_one("#card", Pane)
        pane.entitle(view.title, "", self.table.glyphs)
        self.query_one("#card Lines", Lines).show(
            lambda width, height, glyphs: [(Span(" "), *line) for line in card_lines(view, width - 2, height, glyphs)]
        )

    def _no_card(self, trouble: Trouble) -> None:
        self.say(str(trouble))

    # --- what actions act on

    def selection(self) -> Selection:
        """Return the run under the cursor and the marked ones."""
        return Selection(
            "runs", self.table.key, tuple(self.table.marks), self.filter, self.differing_only, self.comparing
        )

    def export(self, cockpit: Any, style: str) -> Any:
        """Write the matching runs into a file and return its place; runs in the reading thread."""
        return resolve(EXPORT)(
            cockpit, style, filter_=self.filter, sort=self.sort, columns=self.columns, lens=self.desk.lens
        )

    def status(self) -> str:
        """Return row, marks, order and age of the index."""
        found = self._found
        if found is None:
            return ""
        row = self.table.cursor + 1 if self.table.count else 0
        synced = f"{found.source.fresh_at:%H:%M:%S}" if found.source.fresh_at else "never"
        marked = len(self.table.marks)
        return (
            f"row {row:,} of {self.table.count:,} | {marked} marked | order complete"
            f" | {found.seconds * 1000:.0f} ms | index synced {synced}"
        )

    def command_line(self) -> str:
        """Return the command that lists the same runs."""
        words = [
            "mlcockpit runs",
            f"'{self.filter}'" if self.filter else "",
            f"--sort={self.sort}" if self.sort != NEWEST else "",
        ]
        return " ".join(
            word for word in [*words, f"--columns {','.join(self.columns)}" if self.columns else ""] if word
        )

    def focus_body(self) -> None:
        """Give the focus to the table."""
        self.table.focus(scroll_visible=False)

    def apply_filter(self, words: str) -> None:
        """Ask for the order anew."""
        super().apply_filter(words)
        self.reload()

    @on(RowTable.Opened)
    def _on_opened(self, event: RowTable.Opened) -> None:
        if event.key.startswith("run/"):
            self.desk.deeds.open_name(event.key)

    # --- actions

    def do_mark(self) -> None:
        """Mark the run under the cursor, or take its mark away; then move on."""
        marks = self.table.marks
        if self.table.key in marks:
            marks.remove(self.table.key)
        else:
            marks.append(self.table.key)
        self.table.redraw(self.table.cursor)
        self.table.action_move("down")
        if self.comparing:
            self._read_comparison()

    def do_mark_none(self) -> None:
        """Take every mark away."""
        self.table.marks.clear()
        self.table.refresh()
        self._show_comparison(on=False)
        self.draw_footer()

    def do_compare(self) -> None:
        """Show the marked runs side by side, or put the comparison away."""
        self._show_comparison(on=not self.comparing)
        if self.comparing:
            self._read_comparison()

    def do_diffs(self) -> None:
        """Show only what differs, or everything."""
        self.differing_only = not self.differing_only
        self._read_comparison()

    def _show_comparison(self, *, on: bool) -> None:
        self.comparing = on
        self.query_one("#compare", Pane).display = on
        self.query_one("#card", Pane).display = not (on and self.size.width < 100)
        self.offer()

    def _read_comparison(self) -> None:
        names = (
            list(dict.fromkeys(self.table.marks)) if len(self.table.marks) > 1 else [*self.table.marks, self.table.key]
        )
        stamp, only = self.desk.stamp, self.differing_only
        self.desk.reader.ask(
            self.topic("compare"),
            lambda cockpit: self.source.compare(cockpit, names, stamp, differing_only=only),
            self._compared,
            self._no_card,
        )

    def _compared(self, table: Table) -> None:
        pane = self.query_one("#compare", Pane)
        pane.entitle(f"{table.title}{'  (only these)' if self.differing_only else ''}", table.note, self.table.glyphs)
        self.query_one("#compare SectionTable", SectionTable).show(table)

    def zoom_on(self, pane: Pane | None) -> None:
        """Give one of the panes the whole page, or share it again."""
        for each in self.query(Pane):
            each.display = each is pane if pane is not None else (each.id != "compare" or self.comparing)
        self.query_one(RunsBody).query_one(Horizontal).display = pane is None or pane.id != "compare"
