"""The runs screen has three panes: the table, the card beside or below it, and the comparison."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from mlcockpit.tui.widgets.lines import Lines
from mlcockpit.tui.widgets.paged_table import PagedTable
from mlcockpit.tui.widgets.pane import Pane
from mlcockpit.tui.widgets.section_table import SectionTable
from mlcockpit.views.table import Table


class RunsBody(Vertical):
    """Table and card above, comparison below."""

    DEFAULT_CSS = """
    RunsBody > Horizontal { height: 1fr; }
    RunsBody #runs { width: 1fr; }
    RunsBody #card { width: 40; }
    RunsBody #compare { height: 1fr; display: none; }
    """

    def compose(self) -> ComposeResult:
        """Hold the three panes."""
        with Horizontal():
            yield Pane(PagedTable(), id="runs")
            yield Pane(Lines(), id="card")
        yield Pane(SectionTable(Table("", (), ())), id="compare")
