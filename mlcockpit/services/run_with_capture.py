"""`run` starts a command as if it had been typed and writes down everything that is needed to run it again."""

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.launch import Launch
from mlcockpit.errors import UsageError
from mlcockpit.integrations.declared_places import declared_folders
from mlcockpit.integrations.folder_watch import FolderWatch
from mlcockpit.integrations.foreground import run_in_foreground
from mlcockpit.integrations.git_process import run_git
from mlcockpit.integrations.launch_files import LaunchFiles
from mlcockpit.integrations.system_clock import SystemClock
from mlcockpit.reproduction.capture import Outcome, begin, finish
from mlcockpit.reproduction.child_environment import CAPTURE_TAG, LAUNCH_TAG, watched, with_tags
from mlcockpit.reproduction.snapshot_commit import Snapshots
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.complete_launches import complete_launches
from mlcockpit.store.state_folder import make_state_folder

SALT_OF_REDACTION = b"mlcockpit redaction"


def run_with_capture(
    cockpit: Cockpit, argv: Sequence[str], *, look: Callable[[Launch], bool] | None = None
) -> Launch | None:
    """Run `argv` here with capture and return the launch; its exit status is the command's own.

    `look` sees the launch before it starts; where it returns False nothing is run or kept, and None is returned.

    A launch that is unfinished is on disk before the command starts, so that a killed capture is seen.
    """
    if not argv:
        raise UsageError("no command was given", hint="mlcockpit run -- python train.py")
    if shutil.which(argv[0]) is None:
        raise UsageError(f"{clean(argv[0])} was not found", hint="is it on PATH and executable?")
    make_state_folder(cockpit.state)
    files = launch_files(cockpit)
    started_at, clock = cockpit.at or SystemClock().now(), time.monotonic()
    launch_id = f"{started_at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    snapshots = snapshots_of(cockpit)
    complete_launches(files, snapshots)
    begun = begin(
        run_git,
        argv,
        launch_id=launch_id,
        cwd=Path.cwd(),
        environ=os.environ,
        started_at=started_at,
        snapshots=snapshots,
    )
    if look is not None and not look(begun.launch):
        return None
    files.save(begun.launch)
    with _noted_reads(files.folder / f"{launch_id}.reads") as reads:
        tags = {LAUNCH_TAG: launch_id, CAPTURE_TAG: begun.launch.capture_digest}
        environ = {**os.environ, **with_tags(os.environ, tags)}
        started_ns = time.time_ns()
        with FolderWatch(watched_folders(cockpit, begun.launch)) as watch:
            ended = run_in_foreground(argv, env=watched(environ, reads))
        ended_at = started_at + timedelta(seconds=time.monotonic() - clock)
        outcome = Outcome(
            started_ns,
            ended_at,
            ended.exit_status,
            ended.seconds,
            ended.peak_memory_bytes,
            watch.opened,
            tuple(watch.partial),
        )
        launch = finish(run_git, begun, reads, outcome, snapshots=snapshots)
        files.save(launch)
    return launch


def watched_folders(cockpit: Cockpit, launch: Launch) -> list[Path]:
    """Return where reads of any program are noted: the project, where the command runs, declared data, the repository."""
    here = [cockpit.root, Path(launch.code.root or "/") / launch.cwd]
    return [*here, *declared_folders(cockpit.root), *([Path(launch.code.root)] if launch.code.root else [])]


def launch_files(cockpit: Cockpit) -> LaunchFiles:
    """Return the launches of this project."""
    return LaunchFiles(cockpit.state / "launches", cockpit.trust)


def snapshots_of(cockpit: Cockpit) -> Snapshots:
    """Return where this project keeps uncommitted work, and this person's salt."""
    return Snapshots(cockpit.state / "snapshots.git", cockpit.trust.sign(SALT_OF_REDACTION).encode())


def note_who_watches(reads: Path) -> None:
    """Keep others from completing this launch while this process lives."""
    (reads / "watching.pid").write_text(f"{os.getpid()}\n")


@contextmanager
def _noted_reads(folder: Path) -> Iterator[Path]:
    folder.mkdir(mode=0o700)
    note_who_watches(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
