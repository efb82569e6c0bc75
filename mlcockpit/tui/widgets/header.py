"""Row 1 everywhere: the project, the ten screens, and how fresh the data is."""

from textual.strip import Strip

from mlcockpit.domain.cleaning import clean
from mlcockpit.tui.ink import Line, Span, cut, line_width
from mlcockpit.tui.widgets.inked import Inked
from mlcockpit.views.screens import SCREENS


class Header(Inked):
    """One line that never loses the freshness."""

    DEFAULT_CSS = "Header { height: 1; overflow: hidden; }"

    def __init__(self) -> None:
        super().__init__()
        self._shown = ("", "overview", ("reading", "faint"))

    def show(self, project: str, here: str, fresh: tuple[str, str]) -> None:
        """Draw these; nothing is sent to the terminal where nothing changed."""
        shown = (project, here, fresh)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line, in the widest form that fits."""
        width = self.size.width
        return self.inked(next(line for line in self._forms(width) if line_width(line) <= width), width)

    def _forms(self, width: int) -> list[Line]:
        project, here, (fresh, ink) = self._shown
        name = f" {cut(clean(project), 16, self.glyphs.ellipsis)} " if project else " "
        forms = []
        for titles, with_name in ((2, 1), (2, 0), (1, 1), (1, 0), (0, 0)):
            left: list[Span] = [Span(name if with_name else " ", "head")]
            for place in SCREENS:
                full = titles == 2 or (titles == 1 and place.name == here)
                if titles == 0 and place.name != here:
                    continue
                text = f"{place.key} {place.title}" if full or titles == 0 else place.key
                left.append(
                    Span(f" {text} " if place.name == here else text, "here" if place.name == here else "faint")
                )
                left.append(Span(" "))
            right = [Span(f" {fresh} ", ink)]
            gap = width - line_width(left) - line_width(right)
            forms.append((*left, Span(" " * max(gap, 0)), *right))
        return [*forms, (Span(cut(f" {fresh}", width), ink),)]
