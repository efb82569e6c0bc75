"""The app opens at once and reads afterwards: chrome first, then the project; screens are imported when they are wanted."""

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text as RichText
from textual.app import App
from textual.binding import BindingType

from mlcockpit.actions import Selection, offered, resolve, shown_key
from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.names import looks_like_a_name
from mlcockpit.errors import UnknownName
from mlcockpit.tui.clipboard import osc52_fits
from mlcockpit.tui.glyphs import ASCII, UNICODE, fitting
from mlcockpit.tui.memory import Memory, recall
from mlcockpit.tui.place import Place, parse_place
from mlcockpit.tui.reader import Reader, Trouble
from mlcockpit.tui.screen import CockpitScreen
from mlcockpit.tui.screens.chooser import Chooser, Item
from mlcockpit.views.lens import LENSES
from mlcockpit.views.screens import SCREENS
from mlcockpit.views.table import Table

if TYPE_CHECKING:
    from mlcockpit.services.cockpit import Cockpit

PAGES = {
    "runs": "mlcockpit.tui.screens.runs:RunsScreen",
    "lineage": "mlcockpit.tui.screens.lineage:LineageScreen",
    "reproduce": "mlcockpit.tui.screens.reproduce:ReproduceScreen",
}
"""Screens of their own kind; every other place is drawn from its view."""
ANY_PAGE = "mlcockpit.tui.screens.view_screen:ViewScreen"
THEMES = ("ansi-dark", "ansi-light", "textual-dark", "textual-light")
KEPT_SCREENS = 12


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
    home: Path
    discipline: str


class CockpitApp(App[None]):
    """One project in one terminal."""

    CSS_PATH = "app.tcss"
    TITLE = "mlcockpit"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, opener: "Callable[[], Cockpit]", *, place: str = "", project: str = "") -> None:
        super().__init__()
        self.animation_level = "none"
        self.theme = "ansi-dark"
        self.glyphs = fitting()
        self.reader = Reader(opener, self.call_later)
        self.memory = Memory()
        self.project = project
        self.lens = "all"
        self.since: datetime | None = None
        self.stamp = 0
        self.trouble: Trouble | None = None
        self._wanted = place
        self._places: list[Place] = []
        self._at = -1
        self._last: Place | None = None
        self._screens: dict[Place, CockpitScreen] = {}

    # --- life

    async def on_mount(self) -> None:
        """Show the chrome, then begin to read."""
        self.set_class(self.glyphs is ASCII, "-ascii")
        place = parse_place(self._wanted) if self._wanted else Place("overview")
        self.reader.ask("project", _opened, self._project_opened, self._project_failed)
        self.go_to(place)
        self.call_after_refresh(self.reader.start)

    def on_unmount(self) -> None:
        """Keep where the person was; end the reading thread."""
        self.memory.save()
        self.reader.close()

    def _project_opened(self, opened: Opened) -> None:
        self.project = opened.project
        self.memory = recall(opened.home, opened.project)
        self.lens = self.memory.lens if self.memory.lens in LENSES else opened.discipline or "all"
        if self.memory.theme in THEMES:
            self.theme = self.memory.theme
        if self.memory.ascii is not None:
            self.draw_with(ascii=self.memory.ascii)
        self.since = _instant(self.memory.seen)
        if not self._wanted and self.memory.place:
            self._restore(self.memory.place)
        self.changed()

    def _restore(self, words: str) -> None:
        try:
            place = parse_place(words)
        except UnknownName:
            return
        if place != self.here:
            self._places, self._at = [], -1
            self.go_to(place)

    def _project_failed(self, trouble: Trouble) -> None:
        self.trouble = trouble
        self.exit(return_code=trouble.exit_code)

    def changed(self) -> None:
        """Let every screen read again: the one that is shown now, the others when they are shown."""
        self.stamp += 1
        for screen in self.screen_stack:
            if isinstance(screen, CockpitScreen):
                screen.draw_header()
                screen.reload()

    def _handle_exception(self, error: Exception) -> None:
        """Leave with the lines of the fault but never with local values: they may hold tokens."""
        self._return_code = 4
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        lines = "".join(traceback.format_exception(error, limit=-6))
        self._exit_renderables.append(RichText(f"this is a fault of mlcockpit\n{clean_block(lines)}"))
        self._close_messages_no_wait()

    # --- places

    @property
    def here(self) -> Place | None:
        """Return the place that is shown."""
        return self._places[self._at] if 0 <= self._at < len(self._places) else None

    def go_to(self, place: Place, *, remember: bool = True) -> None:
        """Show a place; remembered in the history unless the history itself leads there."""
        if place == self.here and self.screen.name == str(place):
            return
        if remember and place != self.here:
            self._last = self.here
            self._places = [*self._places[: self._at + 1], place][-100:]
            self._at = len(self._places) - 1
        self.memory.place = str(place) if place.screen != "reproduce" else self.memory.place
        made = self._screen(place)
        if isinstance(self.screen, CockpitScreen):
            self.switch_screen(made)
        else:
            self.push_screen(made)

    def open_name(self, name: str) -> None:
        """Show the page of an entity, or of a screen, or say why there is none."""
        try:
            self.go_to(parse_place(name))
        except UnknownName as error:
            self.tell(str(error))

    def _screen(self, place: Place) -> CockpitScreen:
        if place not in self._screens:
            module = PAGES.get(place.screen, ANY_PAGE)
            made = resolve(module)(place)
            assert isinstance(made, CockpitScreen)
            self._forget_oldest()
            self._screens[place] = made
            self.install_screen(made, str(place))
        return self._screens[place]

    def _forget_oldest(self) -> None:
        for old in [place for place in self._screens if place != self.here][: max(len(self._screens) - KEPT_SCREENS, 0)]:
            screen = self._screens.pop(old)
            if screen not in self.screen_stack:
                self.uninstall_screen(screen)
                screen.remove()

    def tell(self, words: str) -> None:
        """Say a sentence where the person looks."""
        screen = self.screen
        if isinstance(screen, CockpitScreen):
            screen.say(words)

    def selection(self) -> Selection:
        """Return what actions would act on."""
        screen = self.screen
        return screen.selection() if isinstance(screen, CockpitScreen) else Selection()

    # --- actions of the whole app

    def do_quit(self) -> None:
        """Leave."""
        self.exit()

    def do_last(self) -> None:
        """Go to where the person was before."""
        if self._last is not None:
            self.go_to(self._last)
        elif self.here != Place("overview"):
            self.go_to(Place("overview"))

    def do_history_back(self) -> None:
        """One place back."""
        self._step(-1)

    def do_history_forward(self) -> None:
        """One place forward."""
        self._step(1)

    def _step(self, by: int) -> None:
        if not 0 <= self._at + by < len(self._places):
            self.tell("there is no place further " + ("back" if by < 0 else "forward"))
            return
        self._last = self.here
        self._at += by
        self.go_to(self._places[self._at], remember=False)

    def do_lens(self) -> None:
        """Look as the next role."""
        names = list(LENSES)
        self.lens = names[(names.index(self.lens) + 1) % len(names)]
        self.memory.lens = self.lens
        self.changed()
        self.tell(f"lens {self.lens}: {LENSES[self.lens].question}")

    def do_theme(self) -> None:
        """Change to the next theme."""
        self.theme = THEMES[(THEMES.index(self.theme) + 1) % len(THEMES)]
        self.memory.theme = self.theme
        self.tell(f"theme {self.theme}")

    def do_ascii(self) -> None:
        """Draw with plain ASCII, or not."""
        self.draw_with(ascii=self.glyphs is UNICODE)
        self.memory.ascii = self.glyphs is ASCII

    def draw_with(self, *, ascii: bool) -> None:
        """Choose the signs and draw everything again."""
        self.glyphs = ASCII if ascii else UNICODE
        self.set_class(ascii, "-ascii")
        self.refresh_css(animate=False)
        self.changed()

    def do_copy(self) -> None:
        """Copy the name under the cursor."""
        self.copy(self.selection().subject)

    def do_copy_command(self) -> None:
        """Copy the command line that shows this place."""
        screen = self.screen
        place = self.here or Place("overview")
        self.copy(screen.command_line() if hasattr(screen, "command_line") else place.command_line)

    def copy(self, text: str) -> None:
        """Put `text` on the clipboard by OSC 52 and say so."""
        shown = clean(text)
        if not osc52_fits(shown):
            self.notify(f"too long for the clipboard: {len(shown):,} characters", markup=False, severity="warning")
            return
        self.copy_to_clipboard(shown)
        self.notify(f"{shown}\nsent to the clipboard (OSC 52)", markup=False, timeout=3)

    def do_trace(self) -> None:
        """Show the lineage of what is under the cursor."""
        self.go_to(Place("lineage", self.selection().subject))

    def do_reproduce(self) -> None:
        """Show the recipe of the run under the cursor."""
        self.go_to(Place("reproduce", self.selection().subject))

    # --- choosers

    async def do_help(self) -> None:
        """List the keys here."""
        self._choose_action("Keys here", search_all=False)

    async def do_palette(self) -> None:
        """List everything that can be done or opened."""
        self._choose_action("Commands and names", search_all=True)

    def _choose_action(self, title: str, *, search_all: bool) -> None:
        selection = self.selection()
        items = []
        for action in offered(selection.screen):
            keys = " ".join(shown_key(key) for key in action.keys[:1])
            twin = action.command_line(selection)
            detail = f"{action.help}  $ {twin}" if twin else action.help
            items.append(Item(f"do {action.id}", action.title, detail, keys, action.why_not(selection) or ""))
        if search_all:
            items += [Item(f"go {name}", f"go to {name}", "on this screen") for name in self._names()]
        self.push_screen(Chooser(title, items, free=_typed_place if search_all else None), self._chosen)

    async def do_go(self) -> None:
        """Ask for a place."""
        items = [Item(f"go {place.name}", place.title, place.question, place.key) for place in SCREENS]
        recent = [str(place) for place in reversed(self._places) if place.screen in ("card", "lineage")]
        names = dict.fromkeys([*recent, *self._names()])
        items += [Item(f"go {name}", name, "") for name in names]
        chooser = Chooser("Go to", items, prompt="runs, run 9be0, inc 42, data customers@v3", free=_typed_place)
        self.push_screen(chooser, self._chosen)

    def _names(self) -> list[str]:
        screen = self.screen
        view = screen.as_of_view if isinstance(screen, CockpitScreen) else None
        tables = [section for section in (view.sections if view else ()) if isinstance(section, Table)]
        rows = [row for table in tables for row in table.rows]
        names = dict.fromkeys(name for row in rows for name in (row.key, *(cell.link for cell in row.cells)))
        return [name for name in names if looks_like_a_name(name)]

    async def _chosen(self, chosen: str | None) -> None:
        what, _, rest = (chosen or "").partition(" ")
        if what == "go":
            self.open_name(rest)
        elif what == "do" and isinstance(self.screen, CockpitScreen):
            if rest == "open":
                self.screen.do_open()
            else:
                await self.screen.action_do(rest)


def run_app(start: Start) -> int:
    """Run the app until the person leaves; return the exit code."""

    def opener() -> "Cockpit":
        from mlcockpit.bootstrap import open_cockpit

        return open_cockpit(start.directory, actor=start.actor, at=start.at, progress=_Quiet())

    app = CockpitApp(opener, place=start.place, project=start.directory.resolve().name)
    app.run(mouse="MLCOCKPIT_NO_MOUSE" not in os.environ)
    if app.trouble is not None:
        sys.stderr.write(f"mlcockpit: {clean(app.trouble, 1000)}\n")
    return app.return_code or 0


class _Quiet:
    def step(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """Say nothing: the screen of a long job has its own progress."""


def _opened(cockpit: "Cockpit") -> Opened:
    file = cockpit.file
    person = file.people.get(cockpit.actor)
    return Opened(file.project.key, cockpit.home, person.discipline.value if person else "")


def _typed_place(typed: str) -> Item | None:
    try:
        place = parse_place(typed)
    except UnknownName:
        return None
    return Item(f"go {place}", f"go to {clean(place)}")


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def clean_block(text: str) -> str:
    """Return several lines of text with nothing in them that a terminal would obey."""
    return "\n".join(clean(line, 400) for line in text.splitlines())


