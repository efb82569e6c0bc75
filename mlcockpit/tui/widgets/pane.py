"""A pane is a border with a title around one thing that can have the focus."""

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget

from mlcockpit.domain.cleaning import clean
from mlcockpit.tui.glyphs import UNICODE, Glyphs
from mlcockpit.tui.ink import cut


class Pane(Container):
    """A titled border."""

    DEFAULT_CSS = """
    Pane { border: round $foreground 50%; padding: 0; height: 1fr; border-title-style: bold; }
    Pane:focus-within { border: round $primary; border-title-color: $primary; }
    Pane:ansi { border: round ansi_bright_black; border-title-color: ansi_default; border-subtitle-color: ansi_bright_black; }
    Pane:ansi:focus-within { border: round ansi_blue; border-title-color: ansi_blue; }
    """

    def __init__(self, inner: Widget, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.inner = inner
        self._words = ("", "", UNICODE)

    def compose(self) -> ComposeResult:
        """Hold the one thing."""
        yield self.inner

    def entitle(self, title: str, note: str, glyphs: Glyphs) -> None:
        """Set the words in the border; they are never read as markup."""
        self._words = (title, note, glyphs)
        self._write()

    def on_resize(self) -> None:
        """Cut the words for the new width, with the sign of these glyphs."""
        self._write()

    def _write(self) -> None:
        title, note, glyphs = self._words
        room = max(self.outer_size.width - 6, 8)
        self.border_title = Content(cut(glyphs.plain(clean(title)), room, glyphs.ellipsis))
        self.border_subtitle = Content(cut(glyphs.plain(clean(note)), room, glyphs.ellipsis)) if note else ""
