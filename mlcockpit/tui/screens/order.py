"""Whatever is written goes through this dialog: the whole command line, to complete, to copy, or to leave."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from mlcockpit.domain.vocabulary import Tone
from mlcockpit.tui.ink import Line, wrap
from mlcockpit.tui.ink import Span as Ink
from mlcockpit.tui.widgets.lines import Lines
from mlcockpit.tui.widgets.words import message_lines

KEYS = "enter runs it   ctrl+y copies it   esc leaves"


class OrderDialog(ModalScreen[str]):
    """Returns the command line that a person approved, or nothing."""

    DEFAULT_CSS = """
    OrderDialog { align: center middle; background: $background 60%; }
    OrderDialog > Vertical { width: 100; max-width: 96%; height: auto; border: round $primary; background: $background; }
    OrderDialog Input.-textual-compact { border: none; height: 1; padding: 0 1; background: $background; }
    OrderDialog Lines { height: auto; max-height: 8; margin: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave"), ("ctrl+y", "copy")]

    def __init__(self, title: str, line: str, hints: Sequence[str], *, cursor: int | None = None) -> None:
        super().__init__()
        self._title, self._line, self._hints = title, line, hints
        self._cursor = len(line) if cursor is None else cursor

    def compose(self) -> ComposeResult:
        """Hold the command line and what may stand in it."""
        with Vertical() as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content(KEYS)
            yield Input(self._line, select_on_focus=False, compact=True)
            yield Lines(id="hints")

    def on_mount(self) -> None:
        """Put the cursor where words are missing."""
        self.query_one(Input).cursor_position = self._cursor
        self.hint(self._hints)

    def hint(self, hints: Sequence[str]) -> None:
        """Say what may stand in the line."""
        self._hints = hints
        lines = self.query_one("#hints", Lines)
        room = max(min(self.size.width * 96 // 100, 100) - 4, 20)
        wrapped = [part for hint in hints for part in wrap(lines.glyphs.plain(hint), room)]
        lines.styles.height = max(len(wrapped), 1)
        shown: list[Line] = [(Ink(part, "faint"),) for part in wrapped]
        lines.show(lambda width, height, glyphs: shown)

    def refuse(self, words: str) -> None:
        """Say why the line cannot be run as it is."""
        lines = self.query_one("#hints", Lines)
        lines.styles.height = 2
        lines.show(lambda width, height, glyphs: message_lines(words, "", Tone.BAD, width, glyphs))

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Hand the line over where nothing is missing in it."""
        event.stop()
        if event.value == self._line and self._cursor != len(self._line):
            self.refuse("write something between the quotes first")
        elif event.value.endswith(" "):
            self.refuse("the line is not complete: a word is missing at its end")
        else:
            self.dismiss(event.value)

    def action_copy(self) -> None:
        """Copy the line."""
        self.app.copy_to_clipboard(self.query_one(Input).value)
        self.notify("sent to the clipboard (OSC 52)", markup=False, timeout=3)

    def action_leave(self) -> None:
        """Run nothing."""
        self.dismiss()
