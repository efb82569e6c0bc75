"""How runs are sorted and which columns they have is chosen from a list, and remembered."""

from mlcockpit.tui.place import Place
from mlcockpit.tui.run_source import NEWEST, Ordered
from mlcockpit.tui.screen import CockpitScreen
from mlcockpit.tui.screens.chooser import Chooser, Item
from mlcockpit.tui.widgets.paged_table import PagedTable


class RunChoices(CockpitScreen):
    """The part of the runs screen that chooses order and columns."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.sort = NEWEST
        self.columns: tuple[str, ...] = ()
        self._found: Ordered | None = None

    @property
    def table(self) -> PagedTable:
        """Return the table of runs."""
        return self.query_one(PagedTable)

    def do_sort(self) -> None:
        """Ask for the order of rows."""
        known = self._found.known if self._found else ()
        now, falls = self.table.sorted_by
        turn = "falling; again: rising" if falls else "rising; again: falling"
        items = [Item(name, name, turn if name == now else "") for name in known]
        chooser = Chooser("Sort by", items, prompt="a column, or several: -auc,lr", free=_typed_sort)
        self.app.push_screen(chooser, self._sort_chosen)

    def _sort_chosen(self, chosen: str | None) -> None:
        if not chosen:
            return
        name, falls = self.table.sorted_by
        self.sort = (
            (f"{'' if falls else '-'}{chosen}" if chosen == name else f"-{chosen}") if _is_one(chosen) else chosen
        )
        self.desk.memory.keep("runs", sort=self.sort)
        self.reload()

    def do_columns(self) -> None:
        """Ask for a column to show or to leave out; escape ends the asking."""
        shown = [column.key for column in self._found.columns] if self._found else []
        known = self._found.known if self._found else ()
        glyphs = self.table.glyphs
        items = [Item("reset", "as the lens chooses", "")]
        items += [Item(name, name, "", glyphs.checked if name in shown else glyphs.unchecked) for name in known]
        self.app.push_screen(Chooser("Columns", items, prompt="enter shows or leaves out"), self._column_chosen)

    def _column_chosen(self, chosen: str | None) -> None:
        if not chosen or self._found is None:
            return
        shown = [column.key for column in self._found.columns]
        kept = [name for name in shown if name != chosen] if chosen in shown else [*shown, chosen]
        self.columns = () if chosen == "reset" else tuple(kept)
        self.desk.memory.keep("runs", columns=",".join(self.columns))
        self.reload()


def _is_one(chosen: str) -> bool:
    return "," not in chosen and not chosen.startswith("-")


def _typed_sort(typed: str) -> Item | None:
    words = typed.strip()
    return None if not words or _is_one(words) else Item(words, f"sort by {words}")
