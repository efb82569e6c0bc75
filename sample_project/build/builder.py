"""`build` makes GateWise in a folder by really doing it: commits and trainings first, then what the team recorded and released."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from . import git_history
from .attempt import AFTER_TRAINING, Attempt, content_of
from .chapters import CHAPTERS, JOBS
from .life import STEPS
from .lock import lock
from .record import keep_trained, record
from .retime import retime, touch
from .story import Job, Typed
from .work import Work

Say = Callable[[str, str, int, int], None]
"""Called with stage, detail, done, total."""

Made = dict[str, dict[str, list[str]]]
"""commits and runs, by the story's names."""


@dataclass(frozen=True)
class Built:
    """What a build has made, by the story's names."""

    folder: Path
    commits: dict[str, str]
    """Commit key → full id."""
    runs: dict[str, list[str]]
    """Job key → MLflow run ids, a sweep's parent first."""
    seconds: float
    """0 where it was already there."""

    def run(self, key: str) -> str:
        """Return the run of a job, or its first."""
        return self.runs[key][0]


def silent(stage: str, detail: str, done: int, total: int) -> None:
    """Say nothing."""


def build(folder: Path, say: Say = silent, *, wait: bool = False) -> Built:
    """Make the sample in `folder`, or find it there complete; raises BuildFailed.

    A build that was killed while training is begun anew; one that was killed while recording goes on from what was trained.
    `wait`: for another build in the same folder, instead of refusing.
    """
    folder = folder.resolve()
    began, attempt, pins = time.monotonic(), Attempt(folder), lock()
    with attempt.held(wait=wait):
        content = content_of(git_history.SOURCE, pins)
        if (made := attempt.result("built", content)) is not None:
            return _found(folder, made, 0.0)
        attempt.end_children()
        of_training = content_of(git_history.SOURCE, pins, without=AFTER_TRAINING)
        made = attempt.result("trained", of_training)
        if made is None:
            attempt.clear()
            made = _train(folder, attempt, pins, say)
            attempt.finish("trained", of_training, made)
        record(folder, attempt, say)
        attempt.finish("built", content, made)
    return _found(folder, made, time.monotonic() - began)


def _found(folder: Path, made: Made, seconds: float) -> Built:
    return Built(folder, {key: ids[0] for key, ids in made["commits"].items()}, made["runs"], seconds)


def _train(folder: Path, attempt: Attempt, pins: str, say: Say) -> Made:
    total, done = len(JOBS), 0

    def tell(job: Job, detail: str) -> None:
        nonlocal done
        done += 1
        stage = "prepare" if job.argv[0] == "-m" else job.argv[0].removesuffix(".py")
        say(stage, f"{job.key}: {detail}" if detail else job.key, done, total)

    git_history.start(folder)
    for loose in ("data", "scratch"):
        source = git_history.SOURCE / ("data" if loose == "data" else "history/loose/scratch")
        shutil.copytree(source, folder / loose, ignore=shutil.ignore_patterns("*.md", "__pycache__"))
    commits: dict[str, str] = {}
    work = Work(folder, attempt, tell)
    for chapter in CHAPTERS:
        for one in chapter.commits:
            commits[one.key] = git_history.commit(folder, one, pins)
        say("history", f"{chapter.title}: {len(commits)} commits", done, total)
        work.do(chapter.jobs)
    say("retime", "runs, metrics and versions get the story's dates", done, total)
    retime(folder / "mlflow.db", [(job.at, work.runs[job.key]) for job in JOBS if job.key in work.runs])
    for path in (folder / "data").glob("*.parquet"):
        touch(path, delivered(path.stem[-7:]))
    keep_trained(folder, attempt)
    return {"commits": {key: [sha] for key, sha in commits.items()}, "runs": work.runs}


def delivered(month: str) -> datetime:
    """Return when the file of a month came: as the story's publication of it says."""
    name = f"data/flights-{month}.parquet"
    return next(step.at for step in STEPS if isinstance(step, Typed) and name in step.line) - timedelta(minutes=5)
