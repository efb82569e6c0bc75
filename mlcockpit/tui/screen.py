"""Every screen is a header, a filter line, a body and a footer; keys come from the registry, data from the reader."""

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget

from mlcockpit.action import Selection
from mlcockpit.actions import by_id
from mlcockpit.tui.age import freshness
from mlcockpit.tui.keymap import bindings, meaning
from mlcockpit.tui.place import Place
from mlcockpit.tui.reader import Trouble
from mlcockpit.tui.widgets.filter_line import FilterLine
from mlcockpit.tui.widgets.footer import Footer
from mlcockpit.tui.widgets.header import Header
from mlcockpit.tui.widgets.message import Message, TooSmall
from mlcockpit.tui.widgets.pane import Pane
from mlcockpit.tui.widgets.row_table import RowTable
from mlcockpit.views.table import View

if TYPE_CHECKING:
    from mlcockpit.tui.app import CockpitApp

TICK = 1.0
AGE_TICK = 20.0


class CockpitScreen(Screen[None]):
    """The ground of all screens: faces of a load, freshness, filter, zoom and the dispatch of actions."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  (as Textual declares it)
        (0, "-narrow"),
        (60, "-middle"),
        (100, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-tall")]  # noqa: RUF012
    AUTO_FOCUS = ""
    HELP = "Type ? for the keys."

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.filter = ""
        self.shown: View | None = None
        self.read_at = 0.0
        self.stamp = -1
        self.zoomed = False
        self._asked_at: float | None = None
        self._ticking = False

    @property
    def desk(self) -> "CockpitApp":
        """Return the app with its reader, memory, lens and signs."""
        return cast("CockpitApp", self.app)

    def topic(self, what: str) -> str:
        """Return the topic of a question of this screen."""
        return f"{id(self)}:{what}"

    def compose(self) -> ComposeResult:
        """Hold the chrome and the body."""
        yield Header()
        yield FilterLine()
        yield Message()
        yield self.body()
        yield Footer()
        yield TooSmall()

    def body(self) -> Widget:
        """Return the widget between header and footer."""
        raise NotImplementedError

    def read(self) -> None:
        """Ask for what this screen shows."""
        raise NotImplementedError

    def selection(self) -> Selection:
        """Return what actions would act on."""
        return Selection(self.place.screen, self.place.subject, filter=self.filter)

    @property
    def is_busy(self) -> bool:
        """Tell whether something runs here that must not be thrown away."""
        return False

    def command_line(self) -> str:
        """Return what to type to see this without the app."""
        return self.place.command_line

    def status(self) -> str:
        """Return the words of the status line."""
        return ""

    def focus_body(self) -> None:
        """Give the focus to where moving makes sense."""

    # --- life

    def on_mount(self) -> None:
        """Draw the chrome, then ask."""
        self.remembered()
        self.set_interval(AGE_TICK, self.draw_header)
        self.draw_header()
        self.reload()

    def remembered(self) -> None:
        """Take up what was kept of this screen; called again once the project is open."""
        self.filter = self.desk.memory.of(self.place.screen).get("filter", "")
        self.query_one(FilterLine).value_is(self.filter)

    def on_screen_resume(self) -> None:
        """Read again what changed while another screen was shown."""
        self.draw_header()
        if self.stamp != self.desk.stamp:
            self.reload()
        self.offer()

    def reload(self) -> None:
        """Read this screen again; what is shown stays until the answer is there."""
        self._asked_at = self.desk.monotonic()
        self.stamp = self.desk.stamp
        self._tick()
        self.read()

    def arrived(self, view: View | None) -> None:
        """Take note that the answer is there."""
        self._asked_at = None
        self.read_at = self.desk.monotonic()
        self.shown = view or self.shown
        self.query_one(Message).clear()
        self.draw_header()
        self.draw_footer()

    def failed(self, trouble: Trouble) -> None:
        """Show why there is no answer; rows that were there stay, marked as old."""
        self._asked_at = None
        stays = self.shown is not None
        title = f"old rows: {trouble.what}" if stays else trouble.what
        self.query_one(Message).show(title, trouble.hint or "r reads again", bad=True)
        self.draw_header()
        self.draw_footer()

    def _tick(self) -> None:
        if self._asked_at is None:
            return
        seconds = int(self.desk.monotonic() - self._asked_at)
        if self.shown is None:
            self.query_one(Message).show("loading" if seconds < 1 else f"loading {seconds} s", "", bad=False)
        elif seconds >= 1:
            self.query_one(Footer).say(f"reading {seconds} s")
        self.set_timer(TICK, self._tick)

    # --- chrome

    def draw_header(self) -> None:
        """Draw row 1."""
        view = self.shown
        fresh = ("reading", "faint")
        if view is not None:
            fresh = freshness(view.sources, view.as_of, self.desk.monotonic() - self.read_at)
        self.query_one(Header).show(self.desk.project, self.place.screen, fresh)

    def draw_footer(self) -> None:
        """Draw the status and the keys."""
        busy = self.desk.jobs.words
        self.query_one(Footer).say(self.status(), aside=f"{f'{busy} | ' if busy else ''}lens {self.desk.lens}")
        self.offer()

    def offer(self) -> None:
        """Show which keys can be used now."""
        self.query_one(Footer).offer(self.selection())

    def say(self, words: str, ink: str = "doubtful") -> None:
        """Put a sentence on the status line until the next move."""
        self.query_one(Footer).say(words, ink)

    @on(RowTable.Moved)
    def _on_moved(self) -> None:
        self.draw_footer()

    @on(Footer.Pressed)
    async def _on_pressed(self, event: Footer.Pressed) -> None:
        await self.action_do(event.action_id)

    # --- actions

    async def action_press(self, key: str) -> None:
        """Do what a key means on this screen."""
        await self.action_do(meaning(key, self.place.screen).id)

    async def action_do(self, action_id: str) -> None:
        """Do what a key stands for, or say why it cannot be done."""
        action = by_id(action_id)
        if not action.offered_on(self.place.screen):
            self.say(f"{action.title} is for {', '.join(sorted(action.scope))}")
            return
        reason = action.why_not(self.selection())
        if reason is not None:
            self.say(f"{action.title}: {reason}")
            return
        name = f"do_{action_id.replace('.', '_')}"
        does: Any = getattr(self, name, None) or getattr(self.desk.deeds, name, None)
        if does is None and action_id.startswith("screen."):
            self.desk.go_to(Place(action_id.removeprefix("screen.")))
        elif does is not None:
            found = does()
            if hasattr(found, "__await__"):
                await found

    def do_refresh(self) -> None:
        """Read again."""
        self.reload()

    def do_pane(self) -> None:
        """Give the focus to the next pane."""
        self.focus_next()

    def do_zoom(self) -> None:
        """Give the focused pane the whole page, or put it back."""
        pane = None if self.zoomed else self._focused_pane()
        if pane is None and not self.zoomed:
            self.say("Zoom: no pane has the focus; tab moves to one")
        else:
            self.zoomed = pane is not None
            self.zoom_on(pane)

    def zoom_on(self, pane: Pane | None) -> None:
        """Give one pane the whole page, or share it again."""

    def _focused_pane(self) -> Pane | None:
        found = [node for node in self.focused.ancestors_with_self if isinstance(node, Pane)] if self.focused else []
        return found[0] if found else None

    def do_back(self) -> None:
        """Close what is open: the filter line, the zoom, the filter; then go back."""
        line = self.query_one(FilterLine)
        if line.is_open and line.has_input_focus:
            line.close()
            self.apply_filter("")
            self.focus_body()
        elif self.zoomed:
            self.do_zoom()
        elif self.filter:
            self.do_filter_clear()
        else:
            self.desk.deeds.do_last()

    def do_filter(self) -> None:
        """Open the filter line."""
        self.query_one(FilterLine).open(self.filter)

    def do_filter_clear(self) -> None:
        """Take the filter away."""
        self.query_one(FilterLine).close()
        self.apply_filter("")

    def apply_filter(self, words: str) -> None:
        """Show only what matches."""
        self.filter = words
        self.desk.memory.keep(self.place.screen, filter=words)

    @on(FilterLine.Changed)
    def _on_filter(self, event: FilterLine.Changed) -> None:
        self.apply_filter(event.words)

    @on(FilterLine.Done)
    def _on_filter_done(self) -> None:
        self.focus_body()

    def on_click(self, event: events.Click) -> None:
        """Offer the keys of the pane that was clicked."""
        self.offer()

    def do_open(self) -> None:
        """Open what is under the cursor."""
        subject = self.selection().subject
        if subject:
            self.desk.deeds.open_name(subject)
