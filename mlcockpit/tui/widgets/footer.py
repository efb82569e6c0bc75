"""The last two rows: what is going on, and the keys; `: Go  ^p Commands  ? Help` never falls off."""

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from mlcockpit.action import Action, Selection
from mlcockpit.actions import by_id, offered, shown_key
from mlcockpit.domain.cleaning import clean
from mlcockpit.tui.ink import Line, Span, cut, line_width, width_of
from mlcockpit.tui.widgets.inked import Inked

PINNED = ("go", "palette", "help")


class Footer(Inked):
    """The status line and the key line, drawn from the registry."""

    DEFAULT_CSS = "Footer { height: 2; overflow: hidden; }"

    class Pressed(Message):
        """A person clicked a key."""

        def __init__(self, action_id: str) -> None:
            super().__init__()
            self.action_id = action_id

    def __init__(self) -> None:
        super().__init__()
        self._status: tuple[str, str] = ("", "faint")
        self._aside = ""
        self._selection = Selection()
        self._zones: list[tuple[int, int, str]] = []

    def say(self, text: str, ink: str = "faint", *, aside: str | None = None) -> None:
        """Put `text` on the status line, and `aside` at its end where there is room."""
        aside = self._aside if aside is None else aside
        if ((text, ink), aside) != (self._status, self._aside):
            self._status, self._aside = (text, ink), aside
            self.refresh()

    def offer(self, selection: Selection) -> None:
        """Show the keys for what is selected now; nothing is drawn again where they stay the same."""
        before = [(action.id, bool(action.why_not(self._selection))) for action in _shown(self._selection.screen)]
        after = [(action.id, bool(action.why_not(selection))) for action in _shown(selection.screen)]
        self._selection = selection
        if before != after:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the status line or the key line."""
        width = self.size.width
        if y == 0:
            return self.inked(self._said(width), width)
        return self.inked(self._keys(width), width)

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the pointer does."""
        if event.y == 1:
            for start, stop, action_id in self._zones:
                if start <= event.x < stop:
                    self.post_message(self.Pressed(action_id))

    def _said(self, width: int) -> Line:
        text, ink = self._status
        shown = f" {self.glyphs.plain(clean(text, 400))}"
        aside = f"  {self._aside} "
        gap = width - width_of(shown) - width_of(aside)
        if not self._aside or width < 60:
            return (Span(cut(shown, width, self.glyphs.ellipsis), ink),)
        if gap < 0:
            return (Span(cut(shown, width - width_of(aside), self.glyphs.ellipsis), ink), Span(aside, "faint"))
        return (Span(shown, ink), Span(" " * gap), Span(aside, "faint"))

    def _keys(self, width: int) -> Line:
        pinned = _pinned(width)
        room = width - line_width(pinned) - 2
        spans: list[Span] = [Span(" ")]
        used = 1
        self._zones = []
        for action in _shown(self._selection.screen):
            key = shown_key(action.keys[0])
            size = width_of(key) + 1 + width_of(action.title) + 2
            if used + size > room:
                break
            off = action.why_not(self._selection) is not None
            spans += [Span(key, "faint" if off else "key"), Span(f" {action.title}  ", "faint" if off else "plain")]
            self._zones.append((used, used + size - 2, action.id))
            used += size
        at = width - line_width(pinned)
        for span, action_id in zip(pinned[::2], PINNED, strict=True):
            self._zones.append((at, at + line_width((span,)) + 3, action_id))
            at += line_width(pinned[:2]) if len(pinned) > 3 else 2
        return (*spans, Span(" " * max(width - used - line_width(pinned), 0)), *pinned)


def _shown(screen: str) -> Sequence[Action]:
    return sorted((action for action in offered(screen) if action.rank), key=lambda action: action.rank)


def _pinned(width: int) -> Line:
    full: list[Span] = []
    for action_id in PINNED:
        action = by_id(action_id)
        title = f" {action.title}  " if width >= 60 else "  "
        full += [Span(shown_key(action.keys[0]), "key"), Span(title if action_id != "help" else title.rstrip() + " ")]
    return tuple(full)
