"""The faces of a load that are not rows: loading, failed with its reason, and a terminal that is too small."""

from textual.content import Content
from textual.widgets import Static

from mlcockpit.domain.cleaning import clean


class Message(Static):
    """One or two lines between header and body; gone when there is nothing to say."""

    DEFAULT_CSS = """
    Message { height: auto; max-height: 6; display: none; padding: 0 1; text-style: dim; }
    Message.-bad { color: $error; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.words = ""

    def show(self, title: str, detail: str = "", *, bad: bool = False) -> None:
        """Say something."""
        lines = [f"! {clean(title, 400)}" if bad else clean(title, 400), clean(detail, 1000)]
        words = "\n".join(line for line in lines if line)
        if words != self.words:
            self.words = words
            self.update(Content(words))
        self.set_class(bad, "-bad")
        self.display = True

    def clear(self) -> None:
        """Say nothing."""
        self.words = ""
        self.display = False


class TooSmall(Static):
    """Instead of a torn page."""

    DEFAULT_CSS = """
    TooSmall { display: none; width: 100%; height: 100%; layer: over; background: $background; }
    """

    def render(self) -> Content:
        """Say what would do."""
        width, height = self.app.size
        return Content(f"{width}x{height} is too small: mlcockpit needs 60x16 (q leaves)")
