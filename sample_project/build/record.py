"""The story's second half is recorded as a team records it: typed mlcockpit commands at their dates, releases and scorings between."""

import contextlib
import io
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from .attempt import Attempt, BuildFailed
from .chapters import COMMITS
from .faults import DONE_BY_HAND
from .git_history import source_of
from .life import STEPS
from .retime import touch
from .story import ByHand, Job, Typed
from .work import Work

KEPT_BY_TRAINING = ("launches", "snapshots.git", ".gitignore")
"""What captured launches have left in .mlcockpit before anything is recorded."""

TOLD = (0, 1)
"""Exit codes of a command that did its work: 1 says that the answer is bad news, such as a gate that is not green."""

Say = Callable[[str, str, int, int], None]


class Recording:
    """Steps in order: a typed command waits for the last release, not for scorings, which go on beside."""

    def __init__(self, folder: Path, work: Work, say: Say) -> None:
        self.folder = folder
        self.work = work
        self.say = say
        self._pool = ThreadPoolExecutor(1)
        self._must_end: Future[None] | None = None
        self._jobs: list[Future[None]] = []
        self._states = [commit for commit in COMMITS if "mlcockpit.toml" in commit.files]

    def run(self) -> None:
        """Do every step; raises BuildFailed at the first that fails."""
        try:
            for number, step in enumerate(STEPS):
                self._step(step, number)
            self._wait_for_all()
        finally:
            self.work.end()
            self._pool.shutdown(cancel_futures=True)

    def _step(self, step: Typed | Job | ByHand, number: int) -> None:
        if isinstance(step, Job):
            job = self._pool.submit(self._do, step)
            self._jobs.append(job)
            if step.argv[0] != "score.py":
                self._must_end = job
            return
        if self._must_end is not None:
            self._must_end.result()
        if isinstance(step, ByHand):
            DONE_BY_HAND[step.what](self.folder, step.at)
            return
        self._declare_as_of(step)
        self.say("record", f"{step.at:%d %b %Y} {step.by}: {step.line[:70]}", number + 1, len(STEPS))
        self._type(step)

    def _do(self, job: Job) -> None:
        self.work.do((job,))
        if "--serve" in job.argv:
            touch(self.folder / "serving" / job.argv[-1], job.at)

    def _declare_as_of(self, step: Typed) -> None:
        """Have mlcockpit.toml as it was committed when the line was typed."""
        now = [commit for commit in self._states if commit.at <= step.at]
        if now:
            shutil.copyfile(source_of(now[-1], "mlcockpit.toml"), self.folder / "mlcockpit.toml")

    def _type(self, step: Typed) -> None:
        from mlcockpit.cli.main import main

        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.chdir(self.folder):
            status = main(["-C", str(self.folder), *step.words])
        if status == 130:
            raise KeyboardInterrupt
        if status not in TOLD:
            raise BuildFailed(f"`mlcockpit {step.line}` ended with {status} ({printed.getvalue().strip()[-300:]})")

    def _wait_for_all(self) -> None:
        for job in self._jobs:
            job.result()


def record(folder: Path, attempt: Attempt, say: Say) -> None:
    """Record the story of a trained sample; what an earlier recording had begun is taken back first."""
    begin_again(folder, attempt)
    with ours_alone():
        Recording(folder, Work(folder, attempt, lambda job, detail: None), say).run()


def keep_trained(folder: Path, attempt: Attempt) -> None:
    """Keep the store as training left it, before any alias moved."""
    database = sqlite3.connect(folder / "mlflow.db")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    shutil.copyfile(folder / "mlflow.db", attempt.notes / "trained.db")


def begin_again(folder: Path, attempt: Attempt) -> None:
    """Bring a sample back to where training had left it."""
    for name in ("mlflow.db-wal", "mlflow.db-shm", "mlflow.db-journal"):
        (folder / name).unlink(missing_ok=True)
    shutil.copyfile(attempt.notes / "trained.db", folder / "mlflow.db")
    state = folder / ".mlcockpit"
    left = [path for path in state.iterdir() if path.name not in KEPT_BY_TRAINING] if state.is_dir() else []
    for path in [*left, *(folder / name for name in ("serving", "scoring", "metrics"))]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def ours_alone() -> Iterator[None]:
    """Keep a person's own settings out: the story belongs into the folder's own database."""
    taken = {name: os.environ.pop(name) for name in ("MLCOCKPIT_DATABASE", "MLCOCKPIT_USER") if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


