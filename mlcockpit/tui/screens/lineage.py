"""Lineage: one column a stage, the focus in the middle; h and l change the stage, enter puts something else in focus."""

from typing import ClassVar

from textual import on
from textual.widget import Widget

from mlcockpit.action import Selection
from mlcockpit.tui.place import Place
from mlcockpit.tui.screens.view_screen import ViewScreen, named
from mlcockpit.tui.widgets.row_table import RowTable
from mlcockpit.tui.widgets.stage_table import StageTable
from mlcockpit.tui.widgets.view_body import ViewBody

STAGES = "columns"
"""The key of the section that has one column a stage."""


class LineageScreen(ViewScreen):
    """The chain through one thing."""

    HELP: ClassVar[str] = "h and l change the stage, j and k the item, enter puts it in focus, i opens its card."

    def body(self) -> Widget:
        """Return the panes, the stages with a cursor of two dimensions."""
        return ViewBody(special={STAGES: StageTable})

    def selection(self) -> Selection:
        """Return what is under the cursor, else the focus."""
        return Selection(self.place.screen, named(self._link()) or self.place.subject, filter=self.filter)

    def do_card(self) -> None:
        """Open the card of what is under the cursor."""
        self.desk.deeds.open_name(self.selection().subject)

    def do_focus(self) -> None:
        """Put what is under the cursor in focus."""
        self._focus_on(self.selection().subject)

    @on(RowTable.Opened)
    def _on_opened(self, event: RowTable.Opened) -> None:
        self._focus_on(event.key)

    def _focus_on(self, subject: str) -> None:
        if subject:
            self.desk.go_to(Place("lineage", subject))

    def _link(self) -> str:
        table = self.query_one(ViewBody).table
        return table.link if table is not None and table.has_focus else ""
