"""What a key writes is a command line first: shown in a dialog, run in a process of its own, and told how it ended."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from mlcockpit.action import Selection, resolve
from mlcockpit.actions import by_id
from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.names import parts
from mlcockpit.tui.child_process import Child
from mlcockpit.tui.screens.chooser import Chooser, Item
from mlcockpit.tui.screens.order import OrderDialog
from mlcockpit.views.table import Table

if TYPE_CHECKING:
    from mlcockpit.services.cockpit import Cockpit
    from mlcockpit.tui.app import CockpitApp

PEOPLE = "mlcockpit.services.people_list:list_people"
LAST = "mlcockpit.services.undo:last_own_event"
GAPS = "mlcockpit.services.gaps:gaps"
HOLE = re.compile(r"PERSON$|(?<=')NOTE(?='$)")
"""The word of a command line that a person must write."""
STYLES = (Item("md", "md", "Markdown: everything that is shown here"), Item("csv", "csv", "the table that has the focus"),
          Item("json", "json", "everything that is shown here"))  # fmt: skip


class Orders:
    """The actions of one app that write, list or export; each named do_ and its id."""

    def __init__(self, app: "CockpitApp") -> None:
        self._app = app

    def do_own(self) -> None:
        """Ask who shall answer for it."""
        self._with_people("own", "Assign")

    def do_handoff(self) -> None:
        """Ask who shall take it over."""
        self._with_people("handoff", "Hand off")

    async def do_note(self) -> None:
        """Ask for a line on the timeline."""
        selection = self._app.selection()
        await self._ask("note", f"Note on {selection.subject}", selection, ["it stands on the timeline with your name"])

    def do_undo(self) -> None:
        """Show what would be taken back, and ask."""
        self._app.reader.ask("undo", _last_own, self._undo, lambda trouble: self._app.tell(f"Undo: {trouble}"))

    async def _undo(self, words: str) -> None:
        await self._ask(
            "undo", "Undo", self._app.selection(), [f"takes back: {words}", "the log keeps it and its reverse"]
        )

    def _with_people(self, action_id: str, title: str) -> None:
        selection = self._app.selection()

        async def show(people: Sequence[str]) -> None:
            known = [f"known people: {', '.join(people)}"] if people else ["nobody is known yet: mlcockpit people add"]
            await self._ask(action_id, f"{title} {selection.subject}", selection, known)

        self._app.reader.ask("people", _people, show, lambda trouble: self._app.tell(str(trouble)))

    async def _ask(self, action_id: str, title: str, selection: Selection, hints: Sequence[str]) -> None:
        line = by_id(action_id).command_line(selection)
        hole = HOLE.search(line)
        cursor = hole.start() if hole else None
        line = HOLE.sub("", line)
        await self._app.push_screen(OrderDialog(clean(title, 90), line, hints, cursor=cursor), self._approved)

    def _approved(self, line: str | None) -> None:
        if not line:
            return
        try:
            words = shlex.split(line)
        except ValueError:
            self._app.tell(f"nothing was run: a quote is open in {clean(line, 200)}")
            return
        if words[:1] != ["mlcockpit"] or len(words) < 2:
            self._app.tell("nothing was run: the line must begin with mlcockpit and a command")
            return
        self._app.run_worker(self._run(words[1:]), group="order")

    async def _run(self, words: Sequence[str]) -> None:
        self._app.tell(f"running mlcockpit {clean(shlex.join(words), 200)}", "faint")
        ended = await Child([*words, *self._app.command_words()], width=200, step=lambda stage, detail: None).run()
        said = (ended.out.strip().splitlines() or [ended.said])[0] if ended.exit_code == 0 else ended.said
        if ended.exit_code == 0:
            self._app.changed()
        self._app.notify(
            clean(said, 400) or "done", markup=False, severity="error" if ended.exit_code else "information", timeout=6
        )

    # --- gaps

    def do_gaps(self) -> None:
        """List every missing link; enter shows the lineage of what lacks it."""
        self._app.reader.ask("gaps", resolve(GAPS), self._gaps, lambda trouble: self._app.tell(f"Gaps: {trouble}"))

    async def _gaps(self, table: Table) -> None:
        if not table.rows:
            self._app.tell(table.empty, "plain")
            return
        items = [Item(f"{row.key} {place}", f"{row.cells[0].text}: {row.cells[1].text}", row.cells[2].text)
                 for place, row in enumerate(table.rows)]  # fmt: skip
        await self._app.push_screen(
            Chooser(f"Missing links {len(items)}", items, prompt="enter shows the lineage"), self._gap
        )

    def _gap(self, chosen: str | None) -> None:
        if chosen:
            self._app.deeds.open_name(f"lineage {chosen.partition(' ')[0]}")

    # --- export

    async def do_export(self) -> None:
        """Ask for the kind of file."""
        screen: Screen[Any] = self._app.screen
        export = getattr(screen, "export", None)
        if export is None:
            self._app.tell("Export: there is nothing to export here")
            return

        def chosen(style: str | None) -> None:
            if style:
                self._app.reader.ask("export", lambda cockpit: export(cockpit, style), self._exported,
                                     lambda trouble: self._app.tell(f"Export: {trouble}"))  # fmt: skip

        await self._app.push_screen(Chooser("Export as", STYLES, prompt="md, csv or json"), chosen)

    def _exported(self, path: Path) -> None:
        self._app.notify(f"written: {clean(path, 400)}", markup=False, timeout=8)


def _people(cockpit: "Cockpit") -> Sequence[str]:
    found: Any = resolve(PEOPLE)(cockpit)
    return [parts(row.key)[1] for row in found.rows if "depart" not in row.cells[3].text]


def _last_own(cockpit: "Cockpit") -> str:
    event: Any = resolve(LAST)(cockpit)
    return f"event {event.seq}, {event.kind.replace('_', ' ')} {event.subject} of {event.at:%Y-%m-%d %H:%M}"
