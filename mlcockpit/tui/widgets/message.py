"""The faces of a load that are not rows: loading, failed with its reason, and a terminal that is too small."""

from textual.widget import Widget

from mlcockpit.domain.vocabulary import Tone
from mlcockpit.tui.widgets.lines import Lines
from mlcockpit.tui.widgets.words import message_lines


class Message(Lines):
    """One or two lines between header and body; gone when there is nothing to say."""

    DEFAULT_CSS = """
    Message { height: auto; max-height: 6; display: none; padding: 0 1; overflow: hidden; }
    Message.-shown { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.can_focus = False
        self._words = ("", "")

    def show_words(self) -> str:
        """Return what it says."""
        return ": ".join(part for part in self._words if part)

    def show(self, title: str, detail: str = "", *, bad: bool = False) -> None:  # type: ignore[override]
        """Say something."""
        if (title, detail) == self._words and self.has_class("-shown"):
            return
        self._words = (title, detail)
        tone = Tone.BAD if bad else Tone.FAINT
        super().show(lambda width, height, glyphs: message_lines(title, detail, tone, width, glyphs))
        room = max(self.app.size.width - 2, 10)
        self.styles.height = min(len(message_lines(title, detail, tone, room, self.glyphs)), 6)
        self.add_class("-shown")

    def clear(self) -> None:
        """Say nothing."""
        self._words = ("", "")
        self.remove_class("-shown")


class TooSmall(Widget):
    """Instead of a torn page."""

    DEFAULT_CSS = """
    TooSmall { display: none; width: 100%; height: 100%; layer: over; background: $background; }
    """

    def render(self) -> str:
        """Say what would do."""
        return f"{self.app.size.width}x{self.app.size.height} is too small: mlcockpit needs 60x16 (q leaves)"


