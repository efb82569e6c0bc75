"""The filter is typed on one line, applied 150 ms after the last key, and says its own mistakes beside itself."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from mlcockpit.domain.vocabulary import Tone
from mlcockpit.tui.ink import Span, cut
from mlcockpit.tui.widgets.lines import Lines
from mlcockpit.tui.widgets.words import message_lines

DEBOUNCE = 0.15


class FilterLine(Horizontal):
    """`/ auc>0.9 ...` with what it found, or why it finds nothing."""

    DEFAULT_CSS = """
    FilterLine { height: 1; display: none; }
    FilterLine > #slash { width: 3; }
    FilterLine > Input { width: 1fr; border: none; height: 1; padding: 0; background: $background; }
    FilterLine > #found { width: auto; min-width: 1; max-width: 60%; }
    """

    class Changed(Message):
        """The filter is now these words."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Done(Message):
        """A person pressed enter in it."""

    def __init__(self) -> None:
        super().__init__()
        self._timer: Timer | None = None
        self._given = ""
        self._slash = Lines(lambda width, height, glyphs: [(Span(" /", "key"),)], id="slash")
        self._slash.can_focus = False
        self._found = Lines(id="found")
        self._found.can_focus = False

    def compose(self) -> ComposeResult:
        """Hold the sign, the input and the answer."""
        yield self._slash
        yield Input(placeholder="words, field:pattern, auc>0.9, -x, since:7d", select_on_focus=False, compact=True)
        yield self._found

    @property
    def is_open(self) -> bool:
        """Tell whether it is shown."""
        return bool(self.display)

    @property
    def has_input_focus(self) -> bool:
        """Tell whether a person is typing in it."""
        return self.query_one(Input).has_focus

    def value_is(self, words: str) -> None:
        """Show a filter that is already applied."""
        self._given = words
        self.query_one(Input).value = words
        self.display = bool(words)

    def open(self, words: str) -> None:
        """Let a person type."""
        self.value_is(words)
        self.display = True
        self.screen.set_focus(self.query_one(Input))

    def close(self) -> None:
        """Empty it and put it away."""
        self.value_is("")
        self.found("")

    def found(self, words: str, *, bad: bool = False) -> None:
        """Say what the filter found, or what is wrong with it."""
        tone = Tone.BAD if bad else Tone.FAINT
        room = max(self.app.size.width * 6 // 10, 10)
        shown = cut(words, room - 3)
        self._found.styles.width = len(shown) + 3 if shown else 1
        self._found.show(lambda width, height, glyphs: message_lines(shown, "", tone, room, glyphs))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        if event.value != self._given:
            self._timer = self.set_timer(DEBOUNCE, self._apply)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._apply()
        if not self._given:
            self.display = False
        self.post_message(self.Done())

    def _apply(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        words = self.query_one(Input).value.strip()
        if words != self._given:
            self._given = words
            self.post_message(self.Changed(words))
