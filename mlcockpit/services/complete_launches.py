"""A launch whose capture was killed is completed by the next start from what its processes had noted, once they are gone."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from mlcockpit.domain.launch import Launch
from mlcockpit.errors import CockpitError, GitFailed
from mlcockpit.integrations.git_process import run_git
from mlcockpit.integrations.launch_files import LaunchFiles
from mlcockpit.reproduction.capture import Begun, Outcome, finish
from mlcockpit.reproduction.code_state import SeenCode
from mlcockpit.reproduction.snapshot_commit import Snapshots

KILLED = "launch: its capture was killed; what it read was completed later from its notes, its exit status is not known"


def complete_launches(files: LaunchFiles, snapshots: Snapshots) -> int:
    """Complete every launch that nobody watches any more; return how many there were."""
    completed = 0
    for reads in sorted(files.folder.glob("*.reads")):
        try:
            launch = files.load(reads.stem)
        except CockpitError:
            continue
        ours = files.is_ours(launch.launch_id)
        if launch.is_finished or not ours or _is_alive(reads):
            continue
        files.save(_completed(launch, reads, snapshots))
        shutil.rmtree(reads, ignore_errors=True)
        completed += 1
    return completed


def _is_alive(reads: Path) -> bool:
    """Tell whether a process of the launch, or the one that captures it, may still be running."""
    pids = {int(name.name.partition("-")[0]) for name in reads.glob("*.jsonl") if name.name.partition("-")[0].isdigit()}
    watching = reads / "watching.pid"
    if watching.is_file() and (text := watching.read_text("utf-8", "replace").strip()).isdigit():
        pids.add(int(text))
    return not pids or any(_runs(pid) for pid in pids)


def _runs(pid: int) -> bool:
    """Tell whether a process is there and more than an entry that nobody waited for."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except (OSError, IndexError):
        return True


def _completed(launch: Launch, reads: Path, snapshots: Snapshots) -> Launch:
    last = max(path.stat().st_mtime_ns for path in reads.iterdir())
    started_ns = int(launch.started_at.timestamp() * 1e9)
    ended_at = max(launch.started_at, datetime.fromtimestamp(last / 1e9, UTC))
    outcome = Outcome(started_ns, ended_at, None, (ended_at - launch.started_at).total_seconds(), None)
    editable = {state.name: state for state in launch.code.editable}
    begun = Begun(replace(launch, partial=(KILLED, *launch.partial)), SeenCode(launch.code, _kept(launch)), editable)
    return finish(run_git, begun, reads, outcome, snapshots=snapshots)


def _kept(launch: Launch) -> frozenset[str]:
    """Return the paths that the launch's snapshot holds."""
    code = launch.code
    if not code.snapshot_commit or not code.snapshot_store or not code.root:
        return frozenset()
    words = [f"--git-dir={code.snapshot_store}", "ls-tree", "-r", "-z", "--name-only", code.snapshot_commit]
    try:
        return frozenset(run_git(words, cwd=Path(code.root)).decode("utf-8", "surrogateescape").split("\0"))
    except GitFailed:
        return frozenset()
