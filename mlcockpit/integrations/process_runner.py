"""A command runs in its own process group with exactly the environment it is given, and ends whole."""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlcockpit.errors import StageFailed
from mlcockpit.integrations.command_start import Limits, start
from mlcockpit.integrations.disk_space import Space
from mlcockpit.integrations.walls import best_wall
from mlcockpit.ports import Finished, Room, Wall

if TYPE_CHECKING:
    import psutil

GRACE_S = 3.0
"""What a command gets between TERM and KILL."""

SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER: orphans of the command become our children, so that none escapes."""

MARK = "MLCOCKPIT_ATTEMPT"
"""Variable whose value tells a command's descendants from other children of this process."""

LARGEST_FILE = 20 * 2**30
"""Bytes that a command may write into one file, where nothing else was said."""

SIGNALLED = 128
"""bubblewrap ends with this and the number where a signal ended the command."""


class ProcessRunner:
    """ports.Runner for this machine."""

    def wall(self) -> Wall:
        """Return the best wall that works on this machine, tried once."""
        return best_wall(os.environ)

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        log: Path,
        timeout_s: float | None = None,
        memory_bytes: int | None = None,
        room: Room | None = None,
    ) -> Finished:
        """Run `argv` with exactly `env` and no shell; kill its whole process tree at the time limit.

        Raises StageFailed where it cannot be started, and where it must have no network and no wall can close it.
        """
        started = time.monotonic()
        deadline = None if timeout_s is None else started + timeout_s
        log.parent.mkdir(parents=True, exist_ok=True)
        wall = self._wall_of(room)
        limits = Limits(memory_bytes, room.disk_bytes if room and room.disk_bytes else LARGEST_FILE)
        space = _space(room, log)
        with _subreaper(), log.open("ab") as out:
            child, inside = start(argv, cwd=cwd, env=env, out=out, room=room, wall=wall, limits=limits)
            ended, filled = False, ""
            try:
                _note_child(log, child.pid)
                ended, filled = _watch(child.pid, deadline, space)
            finally:
                if not ended:
                    _end(child.pid, GRACE_S, walled=wall == "bubblewrap")
                status, peak = _reap(child)
                peak = max(peak, _peak_of(inside))
                _end_rest(child.pid, env.get(MARK, ""))
        if ended and status and space is not None:
            filled = space.trouble()
        if wall == "bubblewrap" and SIGNALLED < status <= SIGNALLED + signal.SIGRTMAX:
            status = SIGNALLED - status
        timed_out = not ended and not filled
        return Finished(status, time.monotonic() - started, timed_out, peak, log, filled)

    def _wall_of(self, room: Room | None) -> str:
        if room is None:
            return "none"
        wall = self.wall()
        if not room.network and not wall.closes_network:
            raise StageFailed(
                "nothing on this machine can keep the command from the network",
                hint="install bubblewrap, or leave --no-network away",
            )
        return wall.name


def _space(room: Room | None, log: Path) -> Space | None:
    if room is None or room.disk_bytes is None:
        return None
    return Space([*room.writable, log.parent], room.disk_bytes)


def _watch(pid: int, deadline: float | None, space: Space | None) -> tuple[bool, str]:
    """Wait for the end of a child; return whether it came, and what is wrong with the space that it takes."""
    while space is not None:
        look = time.monotonic() + space.pause_s
        if _wait(pid, look if deadline is None else min(look, deadline)):
            return True, ""
        if deadline is not None and time.monotonic() >= deadline:
            return False, ""
        if trouble := space.trouble():
            return False, trouble
    return _wait(pid, deadline), ""


def end_left_over(noted: Path) -> None:
    """Kill the process tree that a dead supervisor noted in `noted`, if it is still that tree."""
    import psutil

    try:
        pid, created = noted.read_text().split()
        process = psutil.Process(int(pid))
        if abs(process.create_time() - float(created)) > 1:
            return
        tree = [process, *process.children(recursive=True)]
    except (OSError, ValueError, psutil.Error):
        return
    with contextlib.suppress(OSError):
        os.killpg(int(pid), signal.SIGKILL)
    for one in tree:
        with contextlib.suppress(psutil.Error):
            one.kill()
    psutil.wait_procs(tree, timeout=5)


def _note_child(log: Path, pid: int) -> None:
    import psutil

    with contextlib.suppress(psutil.Error):
        log.with_suffix(".pid").write_text(f"{pid} {psutil.Process(pid).create_time()}")


@contextlib.contextmanager
def _subreaper() -> Iterator[None]:
    if not sys.platform.startswith("linux"):
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(SUBREAPER, 0, 0, 0, 0)


def _wait(pid: int, deadline: float | None) -> bool:
    """Wait for the end of a child without reaping it; return False at the deadline."""
    if hasattr(os, "pidfd_open"):
        handle = os.pidfd_open(pid)
        try:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            return bool(select.select([handle], [], [], left)[0])
        finally:
            os.close(handle)
    while deadline is None or time.monotonic() < deadline:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return True
        time.sleep(0.02)
    return False


def _end(pid: int, grace_s: float, *, walled: bool) -> None:
    """Ask a command to end, then kill it; the process that holds a room must not hear the first, for all in it dies with it."""
    import psutil

    with contextlib.suppress(OSError, psutil.Error):
        if walled:
            for one in psutil.Process(pid).children(recursive=True):
                one.terminate()
        else:
            os.killpg(pid, signal.SIGTERM)
    if not _wait(pid, time.monotonic() + grace_s):
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def _reap(child: "subprocess.Popen[bytes]") -> tuple[int, int]:
    """Return the exit status and the peak memory in bytes."""
    try:
        _, status, usage = os.wait4(child.pid, 0)
    except ChildProcessError:
        return child.wait(), 0
    child.returncode = os.waitstatus_to_exitcode(status)
    scale = 1 if sys.platform == "darwin" else 1024
    return child.returncode, usage.ru_maxrss * scale


def _peak_of(orphan: int) -> int:
    """Return the peak memory in bytes of a room whose first process became our child; 0 where it was reaped already."""
    deadline = time.monotonic() + GRACE_S
    while orphan and time.monotonic() < deadline:
        try:
            ended, _, usage = os.wait4(orphan, os.WNOHANG)
        except ChildProcessError:
            return 0
        if ended:
            return usage.ru_maxrss * 1024
        time.sleep(0.001)
    return 0


def _end_rest(group: int, mark: str) -> None:
    """Kill what the command left behind: its group, and orphans that became ours."""
    import psutil

    with contextlib.suppress(OSError):
        os.killpg(group, signal.SIGKILL)
    mine = os.getpid()
    for _ in range(50):
        left = [one for one in psutil.Process(mine).children(recursive=True) if _belongs(one, group, mark)]
        if not left:
            return
        for one in left:
            with contextlib.suppress(psutil.Error):
                one.kill()
        psutil.wait_procs(left, timeout=0.2)


def _belongs(process: "psutil.Process", group: int, mark: str) -> bool:
    """Tell whether a process came out of the command: by its session, its group, or the mark in its environment."""
    import psutil

    try:
        if os.getsid(process.pid) == group or os.getpgid(process.pid) == group:
            return True
        return bool(mark) and process.environ().get(MARK) == mark
    except (OSError, psutil.Error):
        return False
