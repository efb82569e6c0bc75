"""Explain: what differs between two runs first; then, when a person approved, mixture after mixture, and the shares."""

import json
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import on

from mlcockpit.action import Selection, resolve
from mlcockpit.tui.jobs import Job
from mlcockpit.tui.place import Place
from mlcockpit.tui.screens.reproduce import output_of, stages_of
from mlcockpit.tui.screens.view_screen import SHOW, ViewScreen
from mlcockpit.tui.widgets.row_table import RowTable
from mlcockpit.tui.widgets.view_body import ViewBody
from mlcockpit.views.table import Section, Text, View

WISHES = "mlcockpit.services.explain:ExplainWishes"
PLAN = "mlcockpit.services.explain:plan_of"
READ_BACK = "mlcockpit.domain.explanation:Explanation"
SECTIONS = "mlcockpit.views.explain_view:explain_sections"
OUTPUT = "mlcockpit.services.attempt_output:newest_output"
TICK = 1.0


@dataclass(frozen=True)
class Plan:
    """What differs, and what would be run or is known already."""

    runs: tuple[str, str]
    trust_id: str
    """Empty where nothing can be run."""
    is_open: bool
    """Whether a mixture waits to be run."""
    view: View
    sections: tuple[Section, ...]


class ExplainScreen(ViewScreen):
    """Two runs, from what differs to each ingredient's share."""

    HELP: ClassVar[str] = "enter or a approves the mixtures as shown and runs them, X stops, esc goes back."

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._plan: Plan | None = None
        self._told = False

    @property
    def job(self) -> Job | None:
        """Return the job about these runs that runs or ended while the app is open."""
        return self.desk.jobs.of(self.place.subject)

    def on_mount(self) -> None:
        """Look after a running job once a second."""
        super().on_mount()
        self.set_interval(TICK, self._watch)

    def selection(self) -> Selection:
        """Return the two runs: the lines of a plan are nothing of their own."""
        job = self.job
        running = job is not None and job.is_running
        marked = tuple(self.place.subject.split())
        return Selection(self.place.screen, marked=marked, filter=self.filter, is_running=running)

    def read(self) -> None:
        """Ask for the plan; while it runs, the plan stays as it was approved."""
        if self.job is None or not self.job.is_running:
            a, b = self.place.subject.split()
            self.desk.reader.ask(self.topic("plan"), lambda cockpit: _plan(cockpit, a, b), self._planned, self.failed)
        else:
            self.call_later(self._draw)

    async def _planned(self, plan: Plan) -> None:
        self._plan = plan
        if self.job is not None:
            self.job.watcher = self._news
        await self._draw()

    # --- actions

    @on(RowTable.Opened)
    def _on_opened(self, event: RowTable.Opened) -> None:
        """Let enter approve, as the plan says."""
        event.stop()
        event.prevent_default()
        self.key_enter()

    def key_enter(self) -> None:
        """Approve, whichever pane has the focus."""
        if self.job is None or not self.job.is_running:
            self.do_explain_run()

    def do_explain_run(self) -> None:
        """Run the mixtures as they are shown."""
        plan = self._plan
        if plan is None or not plan.is_open:
            self.say("there is no plan yet" if plan is None else "there is nothing left to run")
            return
        words = [*self.desk.command_words(), "explain", *plan.runs, "--trust", plan.trust_id, "--json"]
        doing = f"explaining {plan.runs[0][:7]} {plan.runs[1][:7]}"
        job = Job(self.place.subject, words, clock=self.desk.monotonic, doing=doing, answer="shares")
        job.watcher = self._news
        self._told = False
        self.desk.jobs.add(job)
        self.desk.run_worker(job.run(), group="explain", exit_on_error=False)

    def do_explain_stop(self) -> None:
        """Stop it as ctrl+c does."""
        if self.job is not None:
            self.job.stop()
            self.say("stopping; the mixtures that are done are kept")

    # --- the job

    def _news(self) -> None:
        job = self.job
        if job is not None and not job.is_running and not self._told:
            self._told = True
            self.reload()
        if self.is_current:
            self.call_later(self._draw)
        self.desk.job_news()

    def _watch(self) -> None:
        job, plan = self.job, self._plan
        if job is not None and plan is not None and job.is_running and self.is_current:
            runs = plan.runs
            self.desk.reader.ask(
                self.topic("output"), lambda cockpit: resolve(OUTPUT)(cockpit.home, *runs), self._seen, self.failed
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
        sections = plan.sections
        if job is not None and job.has_verdict and job.ended is not None and plan.is_open:
            sections = _answer(job.ended.out)
        running: list[Section] = []
        if job is not None and watched:
            running = [stages_of(job, "Mixtures"), output_of(job, self.size.height)]
        await self.take(replace(plan.view, sections=(*running, *sections)))

    def focus_body(self) -> None:
        """Give the focus to the first table and stay at the top."""
        super().focus_body()
        self.query_one(ViewBody).scroll_home(animate=False)

    def status(self) -> str:
        """Say what the next key is."""
        plan, job = self._plan, self.job
        if plan is None:
            return ""
        if job is not None and job.is_running:
            return "running the mixtures: X stops, esc leaves them running"
        if job is not None and job.has_verdict:
            return "explained; a second time nothing runs twice"
        return "enter or a approves the mixtures as shown and runs them" if plan.is_open else "nothing needs to be run"


def _answer(out: str) -> tuple[Section, ...]:
    found: Any = resolve(READ_BACK)
    sections: Any = resolve(SECTIONS)(found.from_json(json.loads(out)))
    return tuple(sections)


def _plan(cockpit: Any, a: str, b: str) -> Plan:
    found: Any = resolve(PLAN)(cockpit, a, b, resolve(WISHES)())
    sections: Any = resolve(SECTIONS)(found)
    card: Any = resolve(SHOW)(cockpit, f"run/{found.run_a}")
    waiting = [one for one in found.mixtures if one.state == "planned" and one.trust_id]
    lines = (
        f"enter or a runs {len(waiting)} of {len(found.mixtures)} mixtures, each in a folder of its own, without your credentials",
        f"trust id {found.trust_id}",
    )
    plan = (Text("Plan", lines),) if waiting else ()
    view = View("explain", f"Why {found.run_a[:7]} and {found.run_b[:7]} differ", card.as_of, card.sources, ())
    return Plan((found.run_a, found.run_b), found.trust_id, bool(waiting), view, (*plan, *sections))
