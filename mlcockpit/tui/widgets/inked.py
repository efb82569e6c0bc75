"""A widget that draws spans line by line: one style an ink, looked up once, and no markup anywhere."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mlcockpit.tui.glyphs import UNICODE, Glyphs
from mlcockpit.tui.ink import INKS, Line, crop, line_width


class Inked(ScrollView):
    """The Line-API ground of every widget of the app."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ink--{ink}" for ink in INKS}
    ALLOW_SELECT = False

    DEFAULT_CSS = """
    Inked {
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0;
        & > .ink--plain { color: $foreground; }
        & > .ink--good { color: $success; }
        & > .ink--doubtful { color: $warning; }
        & > .ink--bad { color: $error; text-style: bold; }
        & > .ink--unknown { text-style: dim; }
        & > .ink--faint { text-style: dim; }
        & > .ink--head { text-style: bold; }
        & > .ink--accent { color: $primary; text-style: bold; }
        & > .ink--cursor { text-style: reverse; }
        & > .ink--away { text-style: bold; }
        & > .ink--key { color: $primary; text-style: bold; }
        & > .ink--bar { text-style: reverse dim; }
        & > .ink--here { text-style: reverse bold; }
    }
    """

    @property
    def glyphs(self) -> Glyphs:
        """Return the signs the app draws with."""
        found = getattr(self.app, "glyphs", UNICODE)
        return found if isinstance(found, Glyphs) else UNICODE

    def drawn_anew(self) -> None:
        """Draw with other signs."""
        self.refresh()

    def ink(self, name: str) -> Style:
        """Return the style of an ink."""
        return self.get_component_rich_style(f"ink--{name}")

    def inked(self, line: Line, width: int, *, start: int = 0, over: str = "") -> Strip:
        """Return `line` as exactly `width` cells; `over` lays one ink over all of it."""
        shown = crop(line, start, width)
        cover = self.ink(over) if over else None
        segments = [
            Segment(span.text, cover if cover is not None and span.ink in _COVERED else self._mixed(span.ink, cover))
            for span in shown
        ]
        gap = width - line_width(shown)
        if gap > 0:
            segments.append(Segment(" " * gap, cover or self.ink("plain")))
        return Strip(segments, width)

    def _mixed(self, ink: str, cover: Style | None) -> Style:
        style = self.ink(ink)
        return style if cover is None else style + Style(reverse=cover.reverse, bold=cover.bold or style.bold)


_COVERED = ("plain", "faint", "unknown", "head")
