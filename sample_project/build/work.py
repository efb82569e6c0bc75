"""The jobs of a chapter run two at a time, each a process of its own, in the order that their results need."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import mlcockpit

from .attempt import Attempt, BuildFailed
from .faults import CHANGES
from .story import Job

HOME = Path(mlcockpit.__file__).parents[1]
"""Where mlcockpit is imported from: a checkout, or the folder of installed packages."""
LANES = 2
POLL_S = 0.02
STARTED = "run "
"""train.py prints "run ID" for each run that it has started."""


@dataclass
class Running:
    """A job that is at work."""

    job: Job
    process: "subprocess.Popen[bytes]"
    log: Path
    changes: ExitStack = field(default_factory=ExitStack)


class Work:
    """Runs jobs in a repository and remembers the runs that each has left."""

    def __init__(self, repository: Path, attempt: Attempt, say: Callable[[Job, str], None]) -> None:
        self.repository = repository
        self.attempt = attempt
        self.say = say
        self.runs: dict[str, list[str]] = {}
        self._done: set[str] = set()
        self._running: list[Running] = []
        self._store_is_there = False

    def do(self, jobs: Sequence[Job]) -> None:
        """Run every job; raises BuildFailed at the first that fails, with nothing left running."""
        waiting = list(jobs)
        try:
            while waiting or self._running:
                for job in [job for job in waiting if self._may_start(job, waiting)][:1]:
                    waiting.remove(job)
                    self._start(job)
                self._collect()
                time.sleep(POLL_S)
        finally:
            self.end()

    def end(self) -> None:
        """Kill what is running and take its changes back."""
        for running in self._running:
            running.process.kill()
            running.process.wait()
            self.attempt.forget_child(running.process.pid)
            running.changes.close()
        self._running.clear()

    def _may_start(self, job: Job, waiting: Sequence[Job]) -> bool:
        others = [running.job for running in self._running]
        if len(others) >= LANES or not self._done.issuperset(job.after):
            return False
        if any(other.reads for other in others) and job.reads and (job.alone or any(o.alone for o in others)):
            return False
        earlier = [one for one in waiting[: waiting.index(job)] if one.registers] + [o for o in others if o.registers]
        if job.registers and earlier:
            return False  # version numbers follow the story
        return not others or self._has_store()

    def _has_store(self) -> bool:
        """Tell whether the first launch has made the store: two that make an empty one together trip over each other."""
        self._store_is_there = self._store_is_there or has_experiment(self.repository / "mlflow.db")
        return self._store_is_there

    def _start(self, job: Job) -> None:
        log = self.attempt.logs / f"{job.key}.log"
        changes = ExitStack()
        if job.change:
            changes.enter_context(CHANGES[job.change](self.repository))
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(job, self.repository),
                cwd=self.repository,
                env=environment(job.by, captured=job.captured),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.attempt.note_child(process.pid)
        self._running.append(Running(job, process, log, changes))

    def _collect(self) -> None:
        for running in [one for one in self._running if one.process.poll() is not None]:
            self._running.remove(running)
            self.attempt.forget_child(running.process.pid)
            running.changes.close()
            self._finish(running)

    def _finish(self, running: Running) -> None:
        job, lines = running.job, running.log.read_text(errors="replace").splitlines()
        if running.process.returncode != 0:
            last = "\n".join(lines[-5:])
            raise BuildFailed(f"{job.key} ({' '.join(job.argv)}) ended with {running.process.returncode}:\n{last}")
        self._done.add(job.key)
        if job.trains:
            self.runs[job.key] = [line.removeprefix(STARTED) for line in lines if line.startswith(STARTED)]
        printed = [line for line in lines if line.startswith(("auc ", "scored ", "kept ")) or " is version " in line]
        self.say(job, printed[-1] if printed else "")


def command(job: Job, repository: Path) -> list[str]:
    """Return what starts a job; a captured one is started by mlcockpit."""
    if not job.captured:
        return [sys.executable, *job.argv]
    started = f"import sys; sys.path.insert(0, {str(HOME)!r}); from mlcockpit.cli.main import main; sys.exit(main(sys.argv[1:]))"
    words = ["-C", str(repository), "--as", job.by, "--at", f"{job.at:%Y-%m-%dT%H:%MZ}", "run", "--", sys.executable, *job.argv]
    return [sys.executable, "-c", started, *words]


def environment(user: str, given: Mapping[str, str] | None = None, *, captured: bool = False) -> dict[str, str]:
    """Return the variables of a job: the person's name, one thread, nobody's MLflow or git settings, capture only where wanted."""
    source = given or os.environ
    kept = {k: v for k, v in source.items() if not k.startswith(("MLFLOW_", "GIT_", "MLCOCKPIT_", "PYTHON"))}
    if captured:
        kept |= {k: v for k, v in source.items() if k == "MLCOCKPIT_HOME"}
    return kept | ({} if captured else {"MLCOCKPIT_CAPTURE": "0"}) | {
        "LOGNAME": user,
        "USER": user,
        "OMP_NUM_THREADS": "1",
        "MLFLOW_TRACKING_URI": "sqlite:///mlflow.db",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def has_experiment(store: Path) -> bool:
    """Tell whether an experiment of somebody's making is in the store."""
    if not store.exists():
        return False
    database = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        return bool(database.execute("SELECT count(*) > 0 FROM experiments WHERE name != 'Default'").fetchone()[0])
    except sqlite3.OperationalError:
        return False  # still being made
    finally:
        database.close()
