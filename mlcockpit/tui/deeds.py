"""What can be done on every screen: places, lens, theme, clipboard, choosers and sync."""

from typing import TYPE_CHECKING

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import UnknownName
from mlcockpit.tui.child_process import Child
from mlcockpit.tui.clipboard import osc52_fits
from mlcockpit.tui.glyphs import ASCII, UNICODE
from mlcockpit.tui.offers import action_items, name_items, names_in, place_items, typed_place
from mlcockpit.tui.orders import Orders
from mlcockpit.tui.place import Place, parse_place
from mlcockpit.tui.screen import CockpitScreen
from mlcockpit.tui.screens.chooser import Chooser, Item
from mlcockpit.views.lens import LENSES

if TYPE_CHECKING:
    from mlcockpit.tui.app import CockpitApp

THEMES = ("ansi-dark", "ansi-light", "textual-dark", "textual-light")


class Deeds(Orders):
    """The app-wide actions of one app, each named do_ and its id."""

    def __init__(self, app: "CockpitApp") -> None:
        super().__init__(app)
        self._syncing = False
        self._leaving = False

    def do_quit(self) -> None:
        """Leave; while a reproduction runs only the second time, because leaving stops it."""
        busy = self._app.jobs.words
        if busy and not self._leaving:
            self._leaving = True
            self._app.tell(f"{busy}: q again stops it and leaves")
        else:
            self._app.exit()

    def do_last(self) -> None:
        """Go to where the person was before."""
        history = self._app.history
        if history.last is not None:
            self._app.go_to(history.last)
        elif history.here != Place("overview"):
            self._app.go_to(Place("overview"))
        else:
            self._app.tell("this is where you began; q leaves")

    def do_history_back(self) -> None:
        """One place back."""
        self._step(-1, "back")

    def do_history_forward(self) -> None:
        """One place forward."""
        self._step(1, "forward")

    def _step(self, by: int, way: str) -> None:
        place = self._app.history.step(by)
        if place is None:
            self._app.tell(f"there is no place further {way}")
        else:
            self._app.go_to(place)

    def do_lens(self) -> None:
        """Look as the next role."""
        names = list(LENSES)
        lens = names[(names.index(self._app.lens) + 1) % len(names)]
        self._app.lens = self._app.memory.lens = lens
        self._app.changed()

    def do_theme(self) -> None:
        """Change to the next theme."""
        theme = THEMES[(THEMES.index(self._app.theme) + 1) % len(THEMES)]
        self._app.theme = self._app.memory.theme = theme
        self._app.tell(f"theme {theme}")

    def do_ascii(self) -> None:
        """Draw with plain ASCII, or not."""
        self._app.draw_with(ASCII if self._app.glyphs is UNICODE else UNICODE)
        self._app.memory.ascii = self._app.glyphs is ASCII

    def do_copy(self) -> None:
        """Copy the name under the cursor."""
        self.copy(self._app.selection().subject)

    def do_copy_command(self) -> None:
        """Copy the command line that shows this place."""
        screen = self._app.screen
        if isinstance(screen, CockpitScreen):
            self.copy(screen.command_line())

    def copy(self, text: str) -> None:
        """Put `text` on the clipboard by OSC 52 and say so."""
        shown = clean(text, 10_000)
        if not osc52_fits(shown):
            self._app.tell(f"{len(shown):,} characters are too long for the clipboard")
            return
        self._app.copy_to_clipboard(shown)
        self._app.notify(f"{clean(shown, 200)}\nsent to the clipboard (OSC 52)", markup=False, timeout=3)

    def do_trace(self) -> None:
        """Show the lineage of what is under the cursor."""
        self._app.go_to(Place("lineage", self._app.selection().subject))

    def do_reproduce(self) -> None:
        """Show the recipe of the run under the cursor."""
        self._app.go_to(Place("reproduce", self._app.selection().subject))

    def do_explain(self) -> None:
        """Show what differs between the two marked runs, and what would be run to share the change out."""
        self._app.go_to(Place("explain", " ".join(self._app.selection().marked)))

    # --- choosers

    async def do_help(self) -> None:
        """List the keys here."""
        await self._choose("Keys here", action_items(self._app.selection()))

    async def do_palette(self) -> None:
        """List everything that can be done or opened."""
        items = [*action_items(self._app.selection()), *name_items(self._names())]
        await self._choose("Commands and names", items, free=True)

    async def do_go(self) -> None:
        """Ask for a place."""
        items = place_items(self._app.history.recent, self._names())
        await self._choose("Go to", items, free=True, prompt="runs, run 9be0, inc 42, data customers@v3")

    async def _choose(
        self, title: str, items: list[Item], *, free: bool = False, prompt: str = "type to search"
    ) -> None:
        chooser = Chooser(title, items, prompt=prompt, free=typed_place if free else None)
        await self._app.push_screen(chooser, self._chosen)

    async def _chosen(self, chosen: str | None) -> None:
        what, _, rest = (chosen or "").partition(" ")
        if what == "go":
            self.open_name(rest)
        elif what == "do" and isinstance(self._app.screen, CockpitScreen):
            await self._app.screen.action_do(rest)

    def open_name(self, name: str) -> None:
        """Show the page of an entity, or of a screen, or say why there is none."""
        try:
            self._app.go_to(parse_place(name))
        except UnknownName as error:
            self._app.tell(str(error))

    def _names(self) -> list[str]:
        screen = self._app.screen
        return names_in(screen.shown) if isinstance(screen, CockpitScreen) else []

    # --- sync

    def do_sync(self) -> None:
        """Read the sources in a process of its own: importing MLflow here would stall the keys."""
        if self._syncing or self._app.opened is None:
            self._app.tell("a sync is running" if self._syncing else "the project is not open yet")
            return
        self._app.run_worker(self._sync(), group="sync")

    async def _sync(self) -> None:
        self._syncing = True
        try:
            words = [*self._app.command_words(), "sync"]
            ended = await Child(
                words, width=200, step=lambda stage, detail: self._app.tell(f"sync: {stage} {detail}", "faint")
            ).run()
        finally:
            self._syncing = False
        if ended.exit_code == 0:
            self._app.changed()
        last = (ended.out.strip().splitlines() or [""])[-1] if ended.exit_code == 0 else ended.said
        self._app.notify(
            f"sync: {clean(last, 300) or 'done'}", markup=False, severity="error" if ended.exit_code else "information"
        )
