"""A command runs as if it had been typed: same terminal, same streams, same signals; we only wait and measure."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import UsageError

_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_WAKE_S = 1.0
_MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Ended:
    """How the command ended."""

    exit_status: int
    """Negative: the signal that ended it."""
    seconds: float
    peak_memory_bytes: int
    """Of the largest process of its tree that was waited for."""


def run_in_foreground(argv: Sequence[str], *, env: Mapping[str, str]) -> Ended:
    """Run `argv` on this terminal and return when it ends; raise UsageError where it cannot start.

    ctrl+c reaches it from the terminal; a signal that somebody sends to us is passed on.
    """
    before = {number: signal.signal(number, _nothing) for number in _PASSED_ON}
    started = time.monotonic()
    try:
        try:
            child = subprocess.Popen(argv, env=env)
        except OSError as error:
            what = f"{clean(argv[0])} cannot be started ({error.strerror})"
            raise UsageError(what, hint="is it on PATH and executable?") from None
        status, memory = _wait(child)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return Ended(status, time.monotonic() - started, memory)


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    """Keep us alive; exec gives the command the default handlers, which an ignored signal would not."""


def _wait(child: "subprocess.Popen[bytes]") -> tuple[int, int]:
    watched = {*_PASSED_ON, signal.SIGCHLD}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    try:
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                child.returncode = os.waitstatus_to_exitcode(status)
                return child.returncode, usage.ru_maxrss * _MEMORY_UNIT
            _pass_on(child.pid, watched)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _pass_on(pid: int, watched: set[signal.Signals]) -> None:
    if not hasattr(signal, "sigtimedwait"):
        time.sleep(_WAKE_S / 20)
        return
    found = signal.sigtimedwait(watched, _WAKE_S)
    # A code above zero is the kernel's: the terminal has told the whole group, the command included.
    if found is not None and found.si_signo != signal.SIGCHLD and found.si_code <= 0:
        os.kill(pid, found.si_signo)
