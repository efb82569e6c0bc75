"""Palette, go-to, help, sort and columns are one thing: a list to search, a choice, and a reason where it cannot be had."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from mlcockpit.domain.vocabulary import Tone
from mlcockpit.tui.widgets.lines import Lines
from mlcockpit.tui.widgets.row_table import RowTable
from mlcockpit.tui.widgets.section_table import SectionTable
from mlcockpit.tui.widgets.words import message_lines
from mlcockpit.views.table import Cell, Column, Row, Table

COLUMNS = (Column("key", "key", width=4), Column("title", "what", most=40), Column("detail", "", most=70))


@dataclass(frozen=True)
class Item:
    """One thing to choose."""

    id: str
    title: str
    detail: str = ""
    key: str = ""
    why_not: str = ""
    """Why it cannot be chosen now; empty: it can."""


class ChoiceTable(SectionTable):
    """Shows its cursor while the search line has the focus."""

    @property
    def shows_cursor(self) -> bool:
        """Always."""
        return True


class Chooser(ModalScreen[str]):
    """Returns the id of what was chosen, or nothing."""

    DEFAULT_CSS = """
    Chooser { align: center top; background: $background 60%; }
    Chooser > Vertical { width: 96; max-width: 96%; height: auto; max-height: 80%; margin-top: 2; border: round $primary;
                         background: $background; }
    Chooser Input.-textual-compact { border: none; height: 1; padding: 0 1; background: $background; }
    Chooser SectionTable { height: auto; max-height: 24; min-height: 3; }
    Chooser Lines { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave"),
        ("down", "move('down')"),
        ("up", "move('up')"),
        ("pagedown", "move('page.down')"),
        ("pageup", "move('page.up')"),
        ("ctrl+n", "move('down')"),
        ("ctrl+p", "move('up')"),
    ]

    def __init__(
        self,
        title: str,
        items: Sequence[Item],
        *,
        prompt: str = "type to search",
        free: Callable[[str], Item | None] | None = None,
        start: str = "",
    ) -> None:
        super().__init__()
        self._title, self._items, self._prompt, self._free, self._start = title, items, prompt, free, start

    def compose(self) -> ComposeResult:
        """Hold the search line, the list and a line for reasons."""
        with Vertical() as box:
            box.border_title = Content(self._title)
            yield Input(self._start, placeholder=self._prompt, select_on_focus=False, compact=True)
            yield ChoiceTable(self._table(self._start))
            yield Lines()

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        """Show what matches."""
        event.stop()
        table = self.query_one(SectionTable)
        table.show(self._table(event.value))
        table.go(0)

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Choose what the cursor stands on."""
        event.stop()
        self._choose(self.query_one(SectionTable).key)

    @on(RowTable.Opened)
    def opened(self, event: RowTable.Opened) -> None:
        """Choose with the mouse."""
        event.stop()
        self._choose(event.key)

    @on(RowTable.Moved)
    def moved(self, event: RowTable.Moved) -> None:
        """Say why the line under the cursor cannot be chosen."""
        event.stop()
        item = self._item(event.key)
        self._say(item.why_not if item else "")

    def action_move(self, how: str) -> None:
        """Move in the list while the search line has the focus."""
        self.query_one(SectionTable).action_move(how)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss()

    def _choose(self, key: str) -> None:
        item = self._item(key)
        if item is None:
            self._say("nothing is chosen")
        elif item.why_not:
            self._say(item.why_not)
        else:
            self.dismiss(item.id)

    def _item(self, key: str) -> Item | None:
        typed = self._free(self.query_one(Input).value) if self._free else None
        return next((item for item in [*([typed] if typed else []), *self._items] if item.id == key), None)

    def _say(self, words: str) -> None:
        glyphs = self.query_one(SectionTable).glyphs
        tone = Tone.DOUBTFUL if words else Tone.FAINT
        self.query_one(Lines).show(lambda width, height, _: message_lines(words, "", tone, width, glyphs))

    def _table(self, typed: str) -> Table:
        words = typed.lower().split()
        found = [
            item
            for item in self._items
            if all(word in f"{item.title} {item.detail} {item.key}".lower() for word in words)
        ]
        found.sort(key=lambda item: _rank(item, typed.lower()))
        free = self._free(typed) if self._free and typed.strip() else None
        if free is not None and free.id not in {item.id for item in found}:
            found.insert(0, free)
        rows = tuple(_row(item) for item in found)
        keyed = any(item.key for item in self._items)
        rows = rows if keyed else tuple(Row(row.key, row.cells[1:]) for row in rows)
        return Table("", COLUMNS if keyed else COLUMNS[1:], rows, empty=f"nothing matches {typed!r}")


def _rank(item: Item, typed: str) -> int:
    title = item.title.lower()
    if not typed:
        return 0
    return 0 if item.key == typed or title == typed else 1 if title.startswith(typed) else 2 if typed in title else 3


def _row(item: Item) -> Row:
    tone = Tone.FAINT if item.why_not else Tone.PLAIN
    detail = f"not now: {item.why_not}" if item.why_not else item.detail
    return Row(item.id, (Cell(item.key, tone=tone), Cell(item.title, tone=tone), Cell(detail, tone=Tone.FAINT)))
