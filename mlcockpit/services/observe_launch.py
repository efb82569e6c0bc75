"""A launch that was started without `mlcockpit run` is written down by a process that watches it from beside."""

import os
import select
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from mlcockpit.domain.launch import Launch
from mlcockpit.errors import UsageError
from mlcockpit.integrations.folder_watch import FolderWatch
from mlcockpit.integrations.git_process import run_git
from mlcockpit.integrations.system_clock import SystemClock
from mlcockpit.reproduction.capture import Outcome, begin, finish
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.complete_launches import complete_launches
from mlcockpit.services.run_with_capture import launch_files, note_who_watches, snapshots_of, watched_folders

FROM_INSIDE = "launch: noticed by MLflow, not by `mlcockpit run`: what was read before `import mlflow`, uncommitted \
changes of the first second and the exit status are not known"
_POLL_S = 1.0


@dataclass(frozen=True)
class Told:
    """What the watched process said of itself."""

    launch_id: str
    argv: tuple[str, ...]
    cwd: Path
    pid: int
    started_ns: int

    @classmethod
    def from_json(cls, value: object) -> "Told":
        """Return it from plain values; raises UsageError."""
        if not isinstance(value, Mapping) or not {each.name for each in fields(cls)} <= set(value):
            raise UsageError("no launch to observe was told", hint="only MLflow's plugin calls this")
        argv = tuple(str(word) for word in value["argv"])
        cwd, pid = Path(str(value["cwd"])), int(value["pid"])
        return cls(str(value["launch_id"]), argv, cwd, pid, int(value["started_ns"]))


def observe_launch(cockpit: Cockpit, told: Told) -> Launch:
    """Write the launch of a running process down now, wait for its end, and complete it."""
    started_at = datetime.fromtimestamp(told.started_ns / 1e9, UTC)
    files, snapshots = launch_files(cockpit), snapshots_of(cockpit)
    reads = files.folder / f"{told.launch_id}.reads"
    if reads.is_dir():
        note_who_watches(reads)
    complete_launches(files, snapshots)
    begun = begin(
        run_git,
        told.argv,
        launch_id=told.launch_id,
        cwd=told.cwd,
        environ=os.environ,
        started_at=started_at,
        snapshots=snapshots,
    )
    noticed = replace(begun.launch, partial=(FROM_INSIDE, *begun.launch.partial))
    begun = replace(begun, launch=noticed)
    files.save(noticed)
    with FolderWatch(watched_folders(cockpit, begun.launch)) as watch:
        _wait_for_the_end(told.pid)
    ended_at = SystemClock().now()
    seconds = (ended_at - started_at).total_seconds()
    outcome = Outcome(told.started_ns, ended_at, None, seconds, None, watch.opened, tuple(watch.partial))
    launch = finish(run_git, begun, reads, outcome, snapshots=snapshots)
    files.save(launch)
    shutil.rmtree(reads, ignore_errors=True)
    return launch


def _wait_for_the_end(pid: int) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except (AttributeError, OSError):
        _poll_for_the_end(pid)
        return
    try:
        select.select([handle], [], [])
    finally:
        os.close(handle)


def _poll_for_the_end(pid: int) -> None:
    while True:
        try:
            os.kill(pid, 0)
        except OSError:
            return
        time.sleep(_POLL_S)
