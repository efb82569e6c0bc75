"""A command runs in its own process group with exactly the environment it is given, and ends whole."""

import contextlib
import ctypes
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import StageFailed
from mlcockpit.ports import Finished

if TYPE_CHECKING:
    import psutil

GRACE_S = 3.0
"""What a command gets between TERM and KILL."""

SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER: orphans of the command become our children, so that none escapes."""

MARK = "MLCOCKPIT_ATTEMPT"
"""Variable whose value tells a command's descendants from other children of this process."""

LARGEST_FILE = 20 * 2**30
"""Bytes that a command may write into one file."""


class ProcessRunner:
    """ports.Runner for this machine."""

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        log: Path,
        timeout_s: float | None = None,
        memory_bytes: int | None = None,
    ) -> Finished:
        """Run `argv` with exactly `env` and no shell; kill its whole process tree at the time limit."""
        started = time.monotonic()
        deadline = None if timeout_s is None else started + timeout_s
        log.parent.mkdir(parents=True, exist_ok=True)
        with _subreaper(), log.open("ab") as out:
            try:
                child = subprocess.Popen(
                    list(argv),
                    cwd=cwd,
                    env=dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                raise StageFailed(f"{clean(argv[0])} could not be started: {clean(error)}") from error
            timed_out = False
            try:
                _limit(child.pid, memory_bytes)
                _note_child(log, child.pid)
                timed_out = not _wait(child.pid, deadline)
            finally:
                if timed_out or sys.exc_info()[0] is not None:
                    _end(child.pid, GRACE_S)
                status, peak = _reap(child)
                _end_rest(child.pid, env.get(MARK, ""))
        return Finished(status, time.monotonic() - started, timed_out, peak, log)


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


def _limit(pid: int, memory_bytes: int | None) -> None:
    if not hasattr(resource, "prlimit"):
        return
    with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        if memory_bytes is not None:
            resource.prlimit(pid, resource.RLIMIT_AS, (memory_bytes, memory_bytes))


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


def _end(pid: int, grace_s: float) -> None:
    with contextlib.suppress(OSError):
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
