"""`build` makes GateWise in a folder by really doing it: commits, trainings, releases, scorings, in the order of the story."""

import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from . import git_history
from .attempt import Attempt, content_of
from .chapters import CHAPTERS, JOBS
from .faults import BY_HAND, copy_artifact_by_hand
from .lock import lock
from .retime import retime, touch, touch_each
from .story import Job, at
from .work import Work

Say = Callable[[str, str, int, int], None]
"""Called with stage, detail, done, total."""

SERVED = {"serving/production": at("2013-07-16 08:40"), BY_HAND: at("2013-12-05 18:12")}
"""When the files that an environment serves were put there."""


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

    A build that was killed is begun anew. `wait`: for another build in the same folder, instead of refusing.
    """
    folder = folder.resolve()
    began, attempt, pins = time.monotonic(), Attempt(folder), lock()
    with attempt.held(wait=wait):
        content = content_of(git_history.SOURCE, pins)
        made = attempt.result(content)
        if made is not None:
            commits = {key: ids[0] for key, ids in made["commits"].items()}
            return Built(folder, commits, made["runs"], 0.0)
        attempt.clear()
        commits, runs = _make(folder, attempt, pins, say)
        attempt.finish(content, {"commits": {key: [sha] for key, sha in commits.items()}, "runs": runs})
    return Built(folder, commits, runs, time.monotonic() - began)


def _make(folder: Path, attempt: Attempt, pins: str, say: Say) -> tuple[dict[str, str], dict[str, list[str]]]:
    total, done = len(JOBS), 0

    def tell(job: Job, detail: str) -> None:
        nonlocal done
        done += 1
        say(job.argv[0].removesuffix(".py").replace("-m", "prepare"), f"{job.key}: {detail}" if detail else job.key, done, total)

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
    _date(folder, work.runs)
    return commits, work.runs


def _date(folder: Path, runs: dict[str, list[str]]) -> None:
    """Move times in the store and on files; plant what is done by hand last."""
    retime(folder / "mlflow.db", [(job.at, runs[job.key]) for job in JOBS if job.key in runs])
    copy_artifact_by_hand(folder, artifacts_of(folder, 4))
    touch_each({folder / name: instant for name, instant in SERVED.items()})
    for path in (folder / "data").glob("*.parquet"):
        touch(path, _delivered(path.stem[-7:]))


def artifacts_of(folder: Path, version: int) -> Path:
    """Return where the files of a registered version lie."""
    database = sqlite3.connect(folder / "mlflow.db")
    query = "SELECT storage_location FROM model_versions WHERE version = ?"
    (location,) = database.execute(query, (version,)).fetchone()
    database.close()
    return Path(location.removeprefix("file://"))


def _delivered(month: str) -> datetime:
    year, number = int(month[:4]), int(month[5:])
    following = f"{year + number // 12}-{number % 12 + 1:02d}"
    return at("2013-11-12 08:00") if month == "2013-10" else at(f"{following}-03 08:00")
