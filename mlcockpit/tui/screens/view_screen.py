"""Any view is a screen: its sections are panes, its rows can be opened, its freshness is on row 1."""

from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.timer import Timer
from textual.widget import Widget

from mlcockpit.action import Selection, resolve
from mlcockpit.domain.names import looks_like_a_name
from mlcockpit.errors import UsageError
from mlcockpit.tui.place import Place
from mlcockpit.tui.screen import CockpitScreen
from mlcockpit.tui.widgets.filter_line import FilterLine
from mlcockpit.tui.widgets.pane import Pane
from mlcockpit.tui.widgets.row_table import RowTable
from mlcockpit.tui.widgets.view_body import ViewBody
from mlcockpit.views.screens import screen
from mlcockpit.views.table import Table, View

EXPORT = "mlcockpit.services.export_view:export_view"
SHOW = "mlcockpit.services.show:show"
LEADS = {"product": "metric/", "data": "data/", "deploy": "deploy/", "incidents": "inc/", "handoffs": "ho/"}
"""Screen → what its rows are when the other panes tell about the row under the cursor."""
DEBOUNCE = 0.12


class ViewScreen(CockpitScreen):
    """Draws what `mlcockpit show` prints."""

    HELP: ClassVar[str] = "enter opens a row, tab moves to the next pane, / filters the rows."

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._focus = ""
        self._waiting: Timer | None = None

    def body(self) -> Widget:
        """Return the panes."""
        return ViewBody()

    def read(self) -> None:
        """Ask for the view."""
        name = self.place.subject if self.place.screen == "card" else self.place.screen
        focus = "" if self.place.screen == "card" else self._focus or self.place.subject
        lens, since = self.desk.lens, self.desk.since
        self.desk.reader.ask(
            self.topic("view"),
            lambda cockpit: resolve(SHOW)(cockpit, name, lens=lens, since=since, focus=focus),
            self.take,
            self.failed,
        )

    @on(RowTable.Moved)
    def _follow(self, event: RowTable.Moved) -> None:
        """Let the rest of the page tell about the row under the cursor, where it can."""
        leads = LEADS.get(self.place.screen)
        if leads is None or not event.key.startswith(leads) or not event.table.has_focus:
            return
        if event.key != self._focus:
            self._focus = event.key
            if self._waiting is not None:
                self._waiting.stop()
            self._waiting = self.set_timer(DEBOUNCE, self.read)

    async def take(self, view: View) -> None:
        """Draw the view."""
        first = self.shown is None
        self.shown = view
        await self.query_one(ViewBody).show(view, self.filter)
        self.arrived(view)
        if first or self.focused is None:
            self.focus_body()
        self._count()

    def zoom_on(self, pane: Pane | None) -> None:
        """Give one pane the whole page, or share it again."""
        self.query_one(ViewBody).zoom(pane)

    def focus_body(self) -> None:
        """Give the focus to the first table."""
        self.query_one(ViewBody).focus_first()

    def selection(self) -> Selection:
        """Return the row under the cursor, else what the page is about."""
        return Selection(self.place.screen, self.pointed() or self.place.subject, filter=self.filter)

    def pointed(self) -> str:
        """Return the name under the cursor; empty where the line stands for nothing that has a page."""
        table = self.query_one(ViewBody).table
        return named(table.link) if table is not None and table.has_focus else ""

    def export(self, cockpit: Any, style: str) -> Any:
        """Write what is shown into a file and return its place; runs in the reading thread."""
        body = self.query_one(ViewBody)
        view = self.shown
        if view is None:
            raise UsageError("nothing is shown yet", hint="wait until it was read")
        table = body.table.table if body.table is not None else None
        name = (table.key or table.title) if table is not None else ""
        shown = replace(view, name=view.name or self.place.screen, sections=tuple(body.sections))
        return resolve(EXPORT)(cockpit, shown, style, table=name)

    def status(self) -> str:
        """Return the title of the view and its instant."""
        view = self.shown
        return f"{view.title}  ·  as of {view.as_of:%Y-%m-%d %H:%M} UTC" if view else ""

    def apply_filter(self, words: str) -> None:
        """Show only the rows that hold every word."""
        super().apply_filter(words)
        if self.shown is not None:
            self.call_later(self._refilter)

    async def _refilter(self) -> None:
        if self.shown is not None:
            await self.query_one(ViewBody).show(self.shown, self.filter)
            self._count()
            self.draw_footer()

    def _count(self) -> None:
        if not self.filter:
            return
        tables = [each for each in self.query_one(ViewBody).sections if isinstance(each, Table)]
        shown = sum(len(table.rows) for table in tables)
        total = sum(table.total or len(table.rows) for table in tables)
        self.query_one(FilterLine).found(f"{shown:,} of {total:,} rows")

    @on(RowTable.Opened)
    def _on_opened(self, event: RowTable.Opened) -> None:
        if named(event.key) or screen(event.key):
            self.desk.deeds.open_name(event.key)
        else:
            self.say("this line has no page of its own")


def named(link: str) -> str:
    """Return the entity that a link names; empty where it names a part or nothing."""
    return link if looks_like_a_name(link) and "#" not in link else ""
