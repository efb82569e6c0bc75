"""A reproduction goes on while a person looks elsewhere: the app holds its jobs, a screen only shows them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mlcockpit.tui.child_process import Child, Ended


@dataclass(frozen=True)
class Stage:
    """One stage that was entered."""

    name: str
    detail: str
    began: float


class Job:
    """One reproduction in a process of its own, or another long command about runs."""

    def __init__(
        self, run_id: str, words: Sequence[str], *, clock: Callable[[], float], doing: str = "", answer: str = "verdict"
    ) -> None:
        self.run_id = run_id
        """What it is about; one job at a time."""
        self.doing = doing or f"reproducing {run_id[:7]}"
        self._answer = answer
        self.stages: list[Stage] = []
        self.output: Sequence[str] = ()
        self.ended: Ended | None = None
        self.ended_at = 0.0
        self.watcher: Callable[[], object] = lambda: None
        """Called when something changed; the screen that shows the job sets it."""
        self._clock = clock
        self._child = Child(words, width=100, step=self.step)

    @property
    def is_running(self) -> bool:
        """Tell whether it has not ended yet."""
        return self.ended is None

    @property
    def has_verdict(self) -> bool:
        """Tell whether the child came to an answer, whatever it is."""
        if self.ended is None:
            return False
        try:
            return self._answer in json.loads(self.ended.out)
        except ValueError:
            return False

    @property
    def now(self) -> float:
        """Return the instant up to which the stages count."""
        return self._clock() if self.is_running else self.ended_at

    def step(self, name: str, detail: str) -> None:
        """Take note of a stage, or of news in it."""
        if self.stages and self.stages[-1].name == name:
            self.stages[-1] = Stage(name, detail, self.stages[-1].began)
        else:
            self.stages.append(Stage(name, detail, self._clock()))
        self.watcher()

    async def run(self) -> None:
        """Run to the end; a cancelled wait stops the child."""
        self.step("resolve", "")
        ended = await self._child.run()
        self.ended_at = self._clock()
        self.ended = ended
        self.watcher()

    def stop(self) -> None:
        """Ask the child to end as ctrl+c does; it puts its folder away."""
        self._child.stop()


class Jobs:
    """The jobs of one app, newest last."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def of(self, run_id: str) -> Job | None:
        """Return the newest job about a run."""
        return self._jobs.get(run_id)

    def add(self, job: Job) -> None:
        """Take a job in the place of an older one about the same run."""
        self._jobs.pop(job.run_id, None)
        self._jobs[job.run_id] = job

    @property
    def running(self) -> Sequence[Job]:
        """Return what runs now."""
        return [job for job in self._jobs.values() if job.is_running]

    @property
    def words(self) -> str:
        """Return what runs now in a few words; empty where nothing does."""
        return ", ".join(f"{job.doing} {job.stages[-1].name if job.stages else ''}" for job in self.running)

    def stop_all(self) -> None:
        """Leave nothing running."""
        for job in self.running:
            job.stop()
