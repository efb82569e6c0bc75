"""Texts, cards and charts are a few lines that scroll; the lines are laid out anew for every width."""

from collections.abc import Callable, Sequence

from textual.geometry import Size
from textual.strip import Strip

from mlcockpit.tui.glyphs import Glyphs
from mlcockpit.tui.ink import Line, line_width
from mlcockpit.tui.keymap import moves
from mlcockpit.tui.widgets.inked import Inked

Layout = Callable[[int, int, Glyphs], Sequence[Line]]
"""Width, height and signs → lines."""


class Lines(Inked, can_focus=True):
    """Lines made by a function of the width."""

    BINDINGS = moves("down", "up", "page.down", "page.up", "top", "bottom")

    def __init__(self, lay_out: Layout | None = None, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._made_by = lay_out
        self._lines: Sequence[Line] = ()

    def show(self, lay_out: Layout) -> None:
        """Draw something else."""
        self._made_by = lay_out
        self.lay_out()

    def lay_out(self) -> None:
        """Lay the lines out for the present size, beside the scrollbar where there are more than fit.

        Whether the bar is there follows from the lines: the one that is drawn just now may still be that of others.
        """
        width, height = self.content_region.size
        self._lines = self._made(width, height)
        if len(self._lines) > height:
            width -= self.styles.scrollbar_size_vertical
            self._lines = self._made(width, height)
        widest = max((line_width(line) for line in self._lines), default=0)
        self.virtual_size = Size(min(widest, max(width, 1)), len(self._lines))
        self.refresh()

    def _made(self, width: int, height: int) -> Sequence[Line]:
        return self._made_by(max(width, 1), max(height, 1), self.glyphs) if self._made_by else ()

    def drawn_anew(self) -> None:
        """Lay out with other signs."""
        self.lay_out()

    def on_resize(self) -> None:
        """Lay out again."""
        self.lay_out()

    def render_line(self, y: int) -> Strip:
        """Return one line of the widget."""
        place = y + self.scroll_offset.y
        line = self._lines[place] if place < len(self._lines) else ()
        return self.inked(line, self.size.width)

    def action_move(self, how: str) -> None:
        """Scroll."""
        page = max(self.size.height - 1, 1)
        step = {"down": 1, "up": -1, "page.down": page, "page.up": -page}.get(how)
        if step is not None:
            self.scroll_relative(y=step, animate=False)
        else:
            self.scroll_to(y=0 if how == "top" else self.max_scroll_y, animate=False)
