"""Reproduce: the recipe and its gaps first; then, when a person approved, the stages, the output, and the verdict."""

import time
from typing import Any, ClassVar

from textual.worker import Worker

from mlcockpit.actions import resolve
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.tui.child_process import Child, Ended
from mlcockpit.tui.place import Place
from mlcockpit.tui.screens.view_screen import ViewScreen
from mlcockpit.tui.widgets.view_body import ViewBody
from mlcockpit.views.table import Cell, Column, Row, Section, Table, Text, View

RECIPE = "mlcockpit.services.recipe:recipe"
SECTIONS = "mlcockpit.views.recipe_view:recipe_sections"
OUTPUT = "mlcockpit.services.attempt_output:newest_output"
TICK = 1.0
ENDS = {0: Tone.GOOD, 1: Tone.BAD, 3: Tone.DOUBTFUL}
"""Exit code → tone of the verdict; every other one is a failure."""


class ReproduceScreen(ViewScreen):
    """One run, from recipe to verdict."""

    HELP: ClassVar[str] = "a approves the recipe as shown and runs it, X stops it, esc goes back."

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._plan: View | None = None
        self._trust_id = ""
        self._run_id = ""
        self._child: Child | None = None
        self._worker: Worker[None] | None = None
        self._stages: list[tuple[str, str, float]] = []
        self._output = ""

    @property
    def is_busy(self) -> bool:
        """Tell whether a reproduction runs here."""
        return self._worker is not None and self._worker.is_running

    def read(self) -> None:
        """Ask for the recipe; while one runs, the plan stays as it was approved."""
        if not self.is_busy:
            subject = self.place.subject
            self.desk.reader.ask(self.topic("recipe"), lambda cockpit: _plan(cockpit, subject), self._planned, self.failed)

    async def _planned(self, found: tuple[View, str, str]) -> None:
        self._plan, self._trust_id, self._run_id = found
        await self.take(self._plan)

    def do_reproduce(self) -> None:
        """Say what the next key is: the plan is here already."""
        self.say("this is the plan; a approves and runs it", "plain")

    def do_reproduce_run(self) -> None:
        """Run the recipe as it is shown."""
        if self.is_busy:
            self.say("it is running; X stops it")
        elif self._plan is None:
            self.say("there is no recipe yet")
        else:
            self._stages, self._output = [], ""
            self._worker = self.run_worker(self._reproduce(), group="reproduce")

    def do_reproduce_stop(self) -> None:
        """Stop it as ctrl+c does."""
        if self._child is None or not self.is_busy:
            self.say("nothing runs here")
        else:
            self._child.stop()
            self.say("stopping; its folder is put away")

    async def _reproduce(self) -> None:
        words = [*self.desk.command_words(), "reproduce", f"run/{self._run_id}", "--trust", self._trust_id]
        self._child = Child(words, width=max(self.size.width - 4, 40), step=self._step)
        self._step("resolve", "")
        watching = self.set_interval(TICK, self._watch)
        try:
            ended = await self._child.run()
        finally:
            watching.stop()
            self._child = None
        await self._finished(ended)

    def _step(self, stage: str, detail: str) -> None:
        if not self._stages or self._stages[-1][0] != stage:
            self._stages.append((stage, detail, time.monotonic()))
        else:
            self._stages[-1] = (stage, detail, self._stages[-1][2])
        self.call_later(self._draw)

    def _watch(self) -> None:
        run = self._run_id
        self.desk.reader.ask(self.topic("output"), lambda cockpit: resolve(OUTPUT)(cockpit.home, run), self._seen, self.failed)

    async def _seen(self, output: Any) -> None:
        self._output = str(output)
        await self._draw()

    async def _draw(self, *, verdict: Section | None = None) -> None:
        if self._plan is None:
            return
        running = [] if verdict is not None else [Text("Output", tuple(self._output.splitlines()[-12:]) or ("nothing yet",))]
        first: list[Section] = [verdict] if verdict is not None else []
        sections = (*first, self._stage_table(ended=verdict is not None), *running, *self._plan.sections)
        view = View("reproduce", self._plan.title, self._plan.as_of, self._plan.sources, sections)
        await self.query_one(ViewBody).show(view)
        self.draw_footer()

    async def _finished(self, ended: Ended) -> None:
        lines = tuple(ended.out.rstrip().splitlines()) or (ended.said or f"exit code {ended.exit_code}",)
        title = "Verdict" if ended.out else "Stopped" if ended.exit_code == 130 else "Not done"
        await self._draw(verdict=Text(title, lines, ENDS.get(ended.exit_code, Tone.BAD)))
        self.query_one(ViewBody).scroll_home(animate=False)
        self.desk.stamp += 1
        self.stamp = self.desk.stamp

    def _stage_table(self, *, ended: bool) -> Table:
        now = time.monotonic()
        starts = [began for _, _, began in self._stages] + [now]
        rows = []
        for place, (stage, detail, began) in enumerate(self._stages):
            over = ended or place + 1 < len(self._stages)
            took = f"{starts[place + 1] - began:.0f} s"
            state = Cell("done", tone=Tone.GOOD) if over else Cell("running")
            rows.append(Row(stage, (Cell(stage), state, Cell(took), Cell(detail))))
        columns = (Column("stage", "stage"), Column("state", "state"), Column("took", "took", right=True), Column("what", "what"))
        return Table("Stages", columns, tuple(rows), key="stages")

    def status(self) -> str:
        """Say what the next key is."""
        if self.is_busy:
            return f"reproducing run {self._run_id[:7]}: X stops it"
        return f"run {self._run_id[:7]}: a approves the recipe as shown and runs it" if self._plan else ""


def _plan(cockpit: Any, subject: str) -> tuple[View, str, str]:
    found: Any = resolve(RECIPE)(cockpit, subject)
    sections: Any = resolve(SECTIONS)(found)
    approve = Text("Plan", (f"trust id {found.trust_id}", "a runs exactly this, in a folder of its own and without your credentials"))
    view = View("reproduce", f"Reproduce run/{found.run_id[:7]}", cockpit.now(), (), (*sections, approve))
    return view, found.trust_id, found.run_id
