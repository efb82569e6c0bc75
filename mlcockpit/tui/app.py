"""The app opens at once and reads afterwards: chrome first, then the project; screens are imported when they are wanted."""

import os
import sys
import termios
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text as RichText
from textual.app import App
from textual.binding import BindingType

from mlcockpit.action import Selection, resolve
from mlcockpit.domain.cleaning import clean, clean_lines
from mlcockpit.errors import UnknownName
from mlcockpit.tui.deeds import THEMES, Deeds
from mlcockpit.tui.glyphs import ASCII, UNICODE, Glyphs, fitting
from mlcockpit.tui.history import History
from mlcockpit.tui.jobs import Jobs
from mlcockpit.tui.memory import Memory, recall
from mlcockpit.tui.place import Place, parse_place
from mlcockpit.tui.reader import Reader, Trouble
from mlcockpit.tui.screen import CockpitScreen
from mlcockpit.tui.widgets.inked import Inked
from mlcockpit.views.lens import LENSES

if TYPE_CHECKING:
    from mlcockpit.services.cockpit import Cockpit

PAGES = {
    "runs": "mlcockpit.tui.screens.runs:RunsScreen",
    "lineage": "mlcockpit.tui.screens.lineage:LineageScreen",
    "reproduce": "mlcockpit.tui.screens.reproduce:ReproduceScreen",
    "explain": "mlcockpit.tui.screens.explain:ExplainScreen",
}
"""Screens of their own kind; every other place is drawn from its view."""
ANY_PAGE = "mlcockpit.tui.screens.view_screen:ViewScreen"
KEPT_SCREENS = 12
ALONE_S = 2.0
"""How often the app looks whether its terminal is still there."""


@dataclass(frozen=True)
class Start:
    """Where the app is started, by whom, and where it opens."""

    directory: Path
    place: str = ""
    """A screen or a name; empty: where this person was last."""
    actor: str | None = None
    at: str | None = None


@dataclass(frozen=True)
class Opened:
    """What the app needs to know of the project once it is open."""

    project: str
    root: Path
    home: Path
    discipline: str
    """The lens of the person; empty where the project does not know them."""
    actor: str
    now: datetime


class CockpitApp(App[None]):
    """One project in one terminal."""

    CSS_PATH = "app.tcss"
    TITLE = "mlcockpit"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        opener: "Callable[[], Cockpit]",
        *,
        place: str = "",
        project: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.theme = THEMES[0]
        self.glyphs = fitting()
        self.opener = opener
        self.monotonic = monotonic
        self.reader = Reader(opener, self.call_later)
        self.memory = Memory()
        self.deeds = Deeds(self)
        self.history = History()
        self.jobs = Jobs()
        self.project = project
        self.opened: Opened | None = None
        self.lens = "all"
        self.since: datetime | None = None
        self.stamp = 0
        self.trouble: Trouble | None = None
        self._wanted = place
        self._screens: dict[Place, CockpitScreen] = {}

    # --- life

    def on_mount(self) -> None:
        """Show the chrome, then begin to read."""
        self.set_class(self.glyphs is ASCII, "-ascii")
        self.reader.ask("project", _opened, self._project_opened, self._project_failed)
        self.go_to(_place(self._wanted) or Place("overview"))
        self.call_after_refresh(self.reader.start)
        if not self.is_headless:
            self.set_interval(ALONE_S, self._leave_when_alone)

    def _leave_when_alone(self) -> None:
        """End when the terminal is gone: a closed window whose hang-up nobody heard must not leave a process spinning."""
        if not is_terminal_there():
            self.on_unmount()
            os._exit(129)

    def on_unmount(self) -> None:
        """Keep where the person was; stop what runs; end the reading thread."""
        self.jobs.stop_all()
        if self.opened is not None:
            self.memory.seen = self.opened.now.isoformat()
            self.memory.save()
        self.reader.close()

    def _project_opened(self, opened: Opened) -> None:
        self.opened, self.project = opened, opened.project
        self.memory = recall(opened.home, str(opened.root))
        self.lens = self.memory.lens if self.memory.lens in LENSES else opened.discipline or "all"
        if self.memory.theme in THEMES:
            self.theme = self.memory.theme
        if self.memory.ascii is not None:
            self.draw_with(ASCII if self.memory.ascii else UNICODE)
        self.since = _instant(self.memory.seen)
        place = None if self._wanted else _place(self.memory.place)
        for screen in self._screens.values():
            if screen.is_mounted:
                screen.remembered()
        if place is not None and place != self.history.here:
            self.history.restart()
            self.go_to(place)
        else:
            self.changed()

    def _project_failed(self, trouble: Trouble) -> None:
        self.trouble = trouble
        self.exit(return_code=trouble.exit_code)

    def changed(self) -> None:
        """Let every screen read again: the one that is shown now, the others when they are shown."""
        self.stamp += 1
        for screen in self.screen_stack:
            if isinstance(screen, CockpitScreen):
                screen.reload()

    def draw_with(self, glyphs: Glyphs) -> None:
        """Choose the signs and draw everything again."""
        self.glyphs = glyphs
        self.set_class(glyphs is ASCII, "-ascii")
        self.refresh_css(animate=False)
        for screen in self.screen_stack:
            for drawn in screen.query(Inked):
                drawn.drawn_anew()
        self.changed()

    def _handle_exception(self, error: Exception) -> None:
        """Leave with the lines of the fault but never with local values: they may hold tokens."""
        self._return_code = 4
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        lines = clean_lines("".join(traceback.format_exception(error, limit=-6)))
        self._exit_renderables.append(RichText(f"this is a fault of mlcockpit\n{lines}"))
        self._close_messages_no_wait()

    # --- places

    def go_to(self, place: Place) -> None:
        """Show a place and remember it."""
        self.history.visit(place)
        if place.screen not in ("reproduce", "explain"):
            self.memory.place = str(place)
        made = self._screen(place)
        if made is self.screen:
            return
        if isinstance(self.screen, CockpitScreen):
            self.switch_screen(made)
        else:
            self.push_screen(made)

    def _screen(self, place: Place) -> CockpitScreen:
        if place not in self._screens:
            made = resolve(PAGES.get(place.screen, ANY_PAGE))(place)
            assert isinstance(made, CockpitScreen)
            self._forget_oldest()
            self._screens[place] = made
            self.install_screen(made, str(place))
        self._screens[place] = self._screens.pop(place)
        return self._screens[place]

    def _forget_oldest(self) -> None:
        for old in list(self._screens)[: max(len(self._screens) + 1 - KEPT_SCREENS, 0)]:
            screen = self._screens[old]
            if screen not in self.screen_stack and not screen.is_busy:
                del self._screens[old]
                self.uninstall_screen(screen)
                screen.remove()

    def command_words(self) -> list[str]:
        """Return the common options by which a child process opens the same project as the same person."""
        assert self.opened is not None
        return ["-C", str(self.opened.root), "--as", self.opened.actor]

    def job_news(self) -> None:
        """Say on every screen what runs beside it."""
        for screen in self.screen_stack:
            if isinstance(screen, CockpitScreen):
                screen.draw_footer()

    def tell(self, words: str, ink: str = "doubtful") -> None:
        """Say a sentence where the person looks."""
        screen = next((each for each in reversed(self.screen_stack) if isinstance(each, CockpitScreen)), None)
        if screen is not None:
            screen.say(words, ink)

    def selection(self) -> Selection:
        """Return what actions would act on."""
        screen = self.screen
        return screen.selection() if isinstance(screen, CockpitScreen) else Selection()


def run_app(start: Start) -> int:
    """Run the app until the person leaves; return the exit code."""
    if start.place:
        parse_place(start.place)

    def opener() -> "Cockpit":
        from mlcockpit.bootstrap import open_cockpit

        return open_cockpit(start.directory, actor=start.actor, at=start.at, progress=_Quiet())

    app = CockpitApp(opener, place=start.place, project=start.directory.resolve().name)
    app.run(mouse="MLCOCKPIT_NO_MOUSE" not in os.environ)
    if app.trouble is not None:
        sys.stderr.write(f"mlcockpit: {clean(app.trouble, 1000)}\n")
    return app.return_code or 0


def is_terminal_there() -> bool:
    """Tell whether the terminal that the app was started on still answers."""
    try:
        termios.tcgetattr(0)
    except termios.error:
        return False
    return True


class _Quiet:
    def step(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """Say nothing: the screen of a long job has its own progress."""


def _opened(cockpit: "Cockpit") -> Opened:
    person = cockpit.file.people.get(cockpit.actor)
    discipline = person.discipline.value if person else ""
    return Opened(cockpit.file.project.key, cockpit.root, cockpit.home, discipline, cockpit.actor, cockpit.now())


def _place(words: str) -> Place | None:
    try:
        return parse_place(words) if words else None
    except UnknownName:
        return None


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
