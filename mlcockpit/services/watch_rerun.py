"""A changed recipe's rerun is looked at while its worktree stands: what it read, what it logged, and where that is kept."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.domain.vocabulary import Verdict
from mlcockpit.errors import CockpitError
from mlcockpit.integrations.mlflow_run_reader import SqliteRuns
from mlcockpit.integrations.tracking_writer import Place, client_for, log_runs
from mlcockpit.integrations.upgraded_lock import BEFORE, pins_in
from mlcockpit.reproduction.judge import Judgement, Outcome
from mlcockpit.reproduction.order import Course
from mlcockpit.reproduction.reads import collect
from mlcockpit.reproduction.rerun import READS
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gather_run import artifact_folders

DROPPED = frozenset({"mlflow.source.git.branch", "mlflow.user", "mlflow.parentRunId", "mlcockpit.launch"})
"""Tags of a rerun that say nothing in the user's own store."""


@dataclass(frozen=True)
class Logging:
    """Where a rerun is added as a run of the user's own."""

    place: Place
    pythons: tuple[str, ...]
    tags: Mapping[str, str]


@dataclass
class Watch:
    """Sees one rerun; what it saw is read afterwards."""

    cockpit: Cockpit
    must_read: tuple[tuple[str, str], ...] = ()
    old_paths: tuple[str, ...] = ()
    logging: Logging | None = None
    outcome: Outcome | None = None
    unread: list[str] = field(default_factory=list)
    """What was swapped in and the command did not read."""
    still_read: list[str] = field(default_factory=list)
    """What was swapped out and the command read nevertheless."""
    blind: bool = False
    """Whether no process said what it read."""
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    logged: dict[str, str] = field(default_factory=dict)
    not_logged: CockpitError | None = None

    @property
    def ended_well(self) -> bool:
        """Tell whether the rerun logged a run and did not break where the original had not."""
        return self.outcome is not None and judge_run(self.outcome).verdict is not Verdict.FAILED

    def judge(self, outcome: Outcome) -> Judgement:
        """Return whether it ran; how its numbers compare is no verdict."""
        return judge_run(outcome)

    def keep(self, course: Course, outcome: Outcome) -> None:
        """Note what only the standing worktree shows, and log the runs where that is wanted."""
        self.outcome = outcome
        environment = course.environment
        self.after = dict(environment.packages) if environment else {}
        old = course.attempt.logs / BEFORE
        self.before = pins_in(old.read_text()) if old.is_file() else {}
        self._look_at_reads(course)
        if self.logging is None or not self.ended_well or self.unread or self.still_read:
            return
        python = environment.python if environment else ""
        try:
            self.logged = self._log(course, outcome, self.logging, python)
        except CockpitError as error:
            self.not_logged = error

    def _look_at_reads(self, course: Course) -> None:
        folder = course.attempt.folder / READS
        reads = collect(folder)
        shutil.rmtree(folder, ignore_errors=True)
        self.blind = not reads.starts or reads.is_cut
        seen = {_real(Path(path)) for path in reads.read}
        wide = [_real(Path(path)) for path, one in reads.read.items() if one.size < 0]
        code, placed = course.attempt.code, course.attempt.folder / "data.done"
        since_ns = placed.stat().st_mtime_ns if placed.exists() else None

        def is_read(path: str) -> bool:
            place = _real(code / path)
            return place in seen or any(one.startswith(place + "/") for one in seen)

        def may_be_read(path: str) -> bool:
            place = _real(code / path)
            return any(place.startswith(one + "/") or fnmatch(place, one) for one in wide) or _touched(place, since_ns)

        if not self.blind:
            unread = [(path, name) for path, name in self.must_read if not is_read(path)]
            self.unread = [f"{name} ({path})" for path, name in unread if not may_be_read(path)]
            self.still_read = [path for path in self.old_paths if is_read(path)]

    def _log(self, course: Course, outcome: Outcome, logging: Logging, python: str) -> dict[str, str]:
        store = SqliteRuns(course.attempt.store)
        records = [store.read(one) for one in store.run_ids()]
        records.sort(key=lambda one: (bool(one.tag("mlflow.parentRunId")), one.start_ms))
        moves = (str(course.attempt.code), str(self.cockpit.root))
        runs = [_spec(one, store, moves, {**logging.tags, **_code(outcome)}) for one in records]
        return log_runs(
            logging.place,
            client_for(logging.place, [*logging.pythons, python]),
            outcome.original.experiment,
            runs,
            runner=self.cockpit.runner,
            folder=course.attempt.folder,
            log=course.attempt.log("log"),
            root=self.cockpit.root,
        )


def judge_run(outcome: Outcome) -> Judgement:
    """Return whether a rerun ended as the original did: with a run logged and no error that was not there before."""
    said = f": {outcome.last_lines}" if outcome.last_lines else ""
    broke_before = outcome.recorded_exit not in {None, 0} or outcome.original.status == "FAILED"
    if outcome.timed_out:
        return Judgement(Verdict.FAILED, "the command did not end within the time limit and was killed", stage="run")
    if outcome.exit_status != 0 and not broke_before:
        status = f"status {outcome.exit_status}" if outcome.exit_status >= 0 else f"signal {-outcome.exit_status}"
        return Judgement(Verdict.FAILED, f"the command ended with {status}{said}", stage="run")
    if outcome.rerun is None:
        return Judgement(Verdict.FAILED, f"the command logged no run{said}", stage="run")
    return Judgement(Verdict.EQUIVALENT, "it ran")


def _touched(place: str, since_ns: int | None) -> bool:
    """Tell whether something read a file, as its access time shows, that no reader of Python's was seen to open."""
    try:
        return since_ns is not None and Path(place).stat().st_atime_ns > since_ns
    except OSError:
        return False


def _real(path: Path) -> str:
    return str(path.resolve())


def _code(outcome: Outcome) -> dict[str, str]:
    code = outcome.recipe["code"]
    commit, base = code.text("commit"), code.text("base")
    return {"mlflow.source.git.commit": base or commit} | ({"mlcockpit.snapshot": commit} if base else {})


def _spec(run: RunRecord, store: SqliteRuns, moves: tuple[str, str], more: Mapping[str, str]) -> dict[str, Any]:
    """Return one run as the client's child takes it, with paths of the worktree as paths of the project."""

    def at_home(text: str) -> str:
        return text.replace(*moves)

    folders = artifact_folders(run, Path(moves[1]))
    tags = {key: at_home(value) for key, value in run.tags.items() if key not in DROPPED}
    points = [
        (key, one.value, one.timestamp_ms, one.step)
        for key, found in store.histories(run.run_id).items()
        for one in found
    ]
    inputs = [
        {
            "name": one.name,
            "digest": one.digest,
            "source": at_home(one.source),
            "source_type": one.source_type,
            "schema": one.schema,
            "profile": one.profile,
            "context": one.context,
        }
        for one in run.inputs
    ]
    return {
        "old": run.run_id,
        "parent": run.tag("mlflow.parentRunId"),
        "name": run.name,
        "status": run.status,
        "start_ms": run.start_ms,
        "end_ms": run.end_ms,
        "params": {key: at_home(value) for key, value in run.params.items()},
        "tags": {**tags, **more},
        "metrics": points,
        "inputs": inputs,
        "artifacts": str(folders.files) if folders.files and folders.files.is_dir() else None,
        "models": [(name, str(folder)) for name, folder in folders.models if folder.is_dir()],
    }
