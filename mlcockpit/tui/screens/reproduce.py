"""Reproduce: the recipe and its gaps first; then, when a person approved, the stages, the output, and the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from mlcockpit.action import Selection, resolve
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.tui.jobs import Job
from mlcockpit.tui.place import Place
from mlcockpit.tui.screens.view_screen import SHOW, ViewScreen
from mlcockpit.tui.widgets.view_body import ViewBody
from mlcockpit.views.table import Cell, Column, Row, Section, Table, Text, View

RECIPE = "mlcockpit.services.recipe:recipe"
SECTIONS = "mlcockpit.views.recipe_view:recipe_sections"
OUTPUT = "mlcockpit.services.attempt_output:newest_output"
NEWEST = "mlcockpit.services.newest_verdict:newest_verdict"
COMPARED = "mlcockpit.services.newest_verdict:verdict_sections"
WALL = "mlcockpit.services.reproduce:wall_sentence"
TICK = 1.0
TAIL = 12
"""Lines of output that are kept in sight."""


@dataclass(frozen=True)
class Plan:
    """What would be run, and what came of it the last time."""

    run_id: str
    trust_id: str
    view: View
    verdict: Sequence[Section]
    """Empty: it was never tried."""


class ReproduceScreen(ViewScreen):
    """One run, from recipe to verdict."""

    HELP: ClassVar[str] = "a approves the recipe as shown and runs it, X stops it, esc goes back."

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._plan: Plan | None = None
        self._told = False

    @property
    def job(self) -> Job | None:
        """Return the job about this run that runs or ended while the app is open."""
        return self.desk.jobs.of(self._plan.run_id) if self._plan else None

    def on_mount(self) -> None:
        """Look after a running job once a second."""
        super().on_mount()
        self.set_interval(TICK, self._watch)

    def selection(self) -> Selection:
        """Return the run: the lines of a recipe are nothing of their own."""
        job = self.job
        subject = f"run/{self._plan.run_id}" if self._plan else self.place.subject
        return Selection(self.place.screen, subject, filter=self.filter, is_running=job is not None and job.is_running)

    def read(self) -> None:
        """Ask for the recipe; while one runs, the plan stays as it was approved."""
        if self.job is None or not self.job.is_running:
            subject = self.place.subject
            self.desk.reader.ask(
                self.topic("recipe"), lambda cockpit: _plan(cockpit, subject), self._planned, self.failed
            )
        else:
            self.call_later(self._draw)

    async def _planned(self, plan: Plan) -> None:
        self._plan = plan
        if self.job is not None:
            self.job.watcher = self._news
        await self._draw()

    # --- actions

    def do_reproduce(self) -> None:
        """Say what the next key is: the plan is here already."""
        self.say("this is the plan; a approves and runs it", "plain")

    def do_reproduce_run(self) -> None:
        """Run the recipe as it is shown."""
        if self._plan is None:
            self.say("there is no recipe yet")
            return
        words = [
            *self.desk.command_words(),
            "reproduce",
            f"run/{self._plan.run_id}",
            "--trust",
            self._plan.trust_id,
            "--json",
        ]
        job = Job(self._plan.run_id, words, clock=self.desk.monotonic)
        job.watcher = self._news
        self._told = False
        self.desk.jobs.add(job)
        self.desk.run_worker(job.run(), group="reproduce", exit_on_error=False)

    def do_reproduce_stop(self) -> None:
        """Stop it as ctrl+c does."""
        if self.job is not None:
            self.job.stop()
            self.say("stopping; its folder is put away")

    # --- the job

    def _news(self) -> None:
        job = self.job
        if job is not None and not job.is_running and not self._told:
            self._told = True
            self.desk.changed()
        if self.is_current:
            self.call_later(self._draw)
        self.desk.job_news()

    def _watch(self) -> None:
        job = self.job
        if job is not None and job.is_running and self.is_current:
            run = job.run_id
            self.desk.reader.ask(
                self.topic("output"), lambda cockpit: resolve(OUTPUT)(cockpit.home, run), self._seen, self.failed
            )

    async def _seen(self, output: Any) -> None:
        if self.job is not None:
            self.job.output = str(output).splitlines()
        await self._draw()

    async def _draw(self) -> None:
        plan, job = self._plan, self.job
        if plan is None:
            return
        watched = job is not None and (job.is_running or not job.has_verdict)
        sections: list[Section] = (
            [stages_of(job), output_of(job, self.size.height)] if job is not None and watched else []
        )
        sections += plan.verdict if not watched else ()
        recipe = plan.view.sections[:1] if watched or plan.verdict else plan.view.sections
        await self.take(replace(plan.view, sections=(*sections, *recipe)))

    def focus_body(self) -> None:
        """Give the focus to the first table and stay at the top."""
        super().focus_body()
        self.query_one(ViewBody).scroll_home(animate=False)

    def status(self) -> str:
        """Say what the next key is."""
        if self._plan is None:
            return ""
        short, job = self._plan.run_id[:7], self.job
        if job is not None and job.is_running:
            return f"reproducing run {short}: X stops it, esc leaves it running"
        again = "runs it again" if self._plan.verdict else "runs it"
        return f"run {short}: a approves the recipe as shown and {again}"


def stages_of(job: Job, title: str = "") -> Table:
    """Return the stages that a job entered, with their seconds."""
    rows = []
    for place, stage in enumerate(job.stages):
        over = place + 1 < len(job.stages)
        until = job.stages[place + 1].began if over else job.now
        failed = not over and job.ended is not None
        state = Cell("done", tone=Tone.GOOD) if over else Cell("ended", tone=Tone.BAD) if failed else Cell("running")
        rows.append(
            Row(stage.name, (Cell(stage.name), state, Cell(f"{until - stage.began:.0f} s"), Cell(stage.detail)))
        )
    columns = (
        Column("stage", "stage"),
        Column("state", "state"),
        Column("took", "took", right=True),
        Column("what", "what"),
    )
    return Table(title or f"Stages of {job.run_id[:7]}", columns, tuple(rows), key="stages")


def output_of(job: Job, height: int) -> Text:
    """Return the end of what a job's command says, or how it ended."""
    if job.ended is None:
        tail = job.output[-(TAIL if height > 30 else TAIL // 2):]  # fmt: skip
        return Text("Output", tuple(tail) or ("nothing yet",), key="output")
    title = "Stopped" if job.ended.exit_code in (130, -2) else "Not done"
    said = job.ended.said or f"exit code {job.ended.exit_code}"
    return Text(title, (said, *job.output[-TAIL // 2:]), Tone.DOUBTFUL if title == "Stopped" else Tone.BAD, "output")  # fmt: skip


def _plan(cockpit: Any, subject: str) -> Plan:
    found: Any = resolve(RECIPE)(cockpit, subject)
    sections: Any = resolve(SECTIONS)(found)
    tried: Any = resolve(NEWEST)(cockpit, found.run_id)
    verdict: Any = resolve(COMPARED)(tried) if tried is not None else ()
    card: Any = resolve(SHOW)(cockpit, f"run/{found.run_id}")
    approve = Text(
        "Plan",
        (
            f"trust id {found.trust_id}",
            "a runs exactly this, in a folder of its own and without your credentials",
            str(resolve(WALL)(cockpit, network=True)),
        ),
    )
    title = f"Reproduce run/{found.run_id[:7]}"
    view = View("reproduce", title, card.as_of, card.sources, (approve, *sections))
    return Plan(found.run_id, found.trust_id, view, tuple(verdict))
