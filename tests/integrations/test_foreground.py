"""A command runs as if it had been typed: its streams, its signals, its exit status."""

import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mlcockpit.errors import UsageError
from mlcockpit.integrations.foreground import run_in_foreground
from tests.repositories import ROOT

WRAP = (
    "import os, sys; from mlcockpit.integrations.foreground import run_in_foreground;"
    "ended = run_in_foreground(sys.argv[1:], env=os.environ); print('ended', ended.exit_status, flush=True)"
)
WAITS = "import sys, signal; print('ready', flush=True); signal.pause()"
CLEANS_UP = (
    "import signal, sys\n"
    "try:\n"
    "    print('ready', flush=True)\n"
    "    while True: signal.sigtimedwait([], 0.05)\n"
    "except KeyboardInterrupt: print('cleaned up', flush=True); sys.exit(7)"
)


def wrapped(code: str) -> list[str]:
    return [sys.executable, "-c", WRAP, sys.executable, "-c", code]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize(
    ("code", "status"),
    [("pass", 0), ("raise SystemExit(3)", 3), ("1/0", 1), ("import os; os.kill(os.getpid(), 9)", -9)],
)
def test_the_exit_status_is_the_commands(code: str, status: int, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_in_foreground([sys.executable, "-c", code], env=os.environ).exit_status == status


def test_streams_pass_through_byte_by_byte() -> None:
    code = "import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data[::-1]); sys.stderr.write('err')"
    done = subprocess.run(wrapped(code), input=b"\x00\xffabc", capture_output=True, env=environment(), check=False)
    assert (done.stdout, done.stderr) == (b"cba\xff\x00ended 0\n", b"err")


def test_peak_memory_is_that_of_the_command() -> None:
    measure = (
        "import os, sys\nfrom mlcockpit.integrations.foreground import run_in_foreground\n"
        "ended = run_in_foreground([sys.executable, '-c', \"b'x' * 200_000_000\"], env=os.environ)\n"
        "print(ended.peak_memory_bytes)"
    )
    peak = int(
        subprocess.run([sys.executable, "-c", measure], capture_output=True, env=environment(), check=True).stdout
    )
    assert 200_000_000 < peak < 400_000_000


def test_a_command_that_is_not_there_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="cannot be started"):
        run_in_foreground(["/no/such/program"], env={})


def test_our_own_signal_handlers_are_as_before() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)]
    run_in_foreground([sys.executable, "-c", ""], env=os.environ)
    after = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)]
    assert (before, signal.pthread_sigmask(signal.SIG_BLOCK, [])) == (after, set())


def test_a_termination_is_passed_on() -> None:
    with subprocess.Popen(wrapped(WAITS), stdout=subprocess.PIPE, text=True, env=environment()) as outer:
        assert outer.stdout is not None
        assert outer.stdout.readline() == "ready\n"
        outer.send_signal(signal.SIGTERM)
        assert outer.stdout.read() == f"ended -{signal.SIGTERM:d}\n"


def test_an_interrupt_from_elsewhere_lets_the_command_clean_up() -> None:
    with subprocess.Popen(wrapped(CLEANS_UP), stdout=subprocess.PIPE, text=True, env=environment()) as outer:
        assert outer.stdout is not None
        assert outer.stdout.readline() == "ready\n"
        outer.send_signal(signal.SIGINT)
        assert outer.stdout.read() == "cleaned up\nended 7\n"


def test_ctrl_c_on_a_terminal_reaches_the_command_once() -> None:
    counting = (
        "import signal, sys\n"
        "seen = []\n"
        "signal.signal(signal.SIGINT, lambda *_: seen.append(1))\n"
        "print('ready', sys.stdout.isatty(), flush=True)\n"
        "while not seen: signal.sigtimedwait([], 0.05)\n"
        "signal.sigtimedwait([], 0.3); print('seen', len(seen), flush=True)"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["PYTHONPATH"] = str(ROOT)
        os.execv(sys.executable, wrapped(counting))
    assert "ready True" in read_until(terminal, "ready True")
    os.write(terminal, b"\x03")
    text = read_until(terminal, "ended 0")
    os.waitpid(pid, 0)
    os.close(terminal)
    assert "seen 1" in text
    assert "ended 0" in text


def read_until(terminal: int, word: str) -> str:
    text = ""
    while word not in text:
        ready, _, _ = select.select([terminal], [], [], 20)
        if not ready:
            break
        try:
            text += os.read(terminal, 4096).decode()
        except OSError:
            break
    return text


def test_nothing_of_ours_is_open_in_the_command(tmp_path: Path) -> None:
    code = "import os, sys; sys.exit(len([fd for fd in os.listdir('/proc/self/fd') if int(fd) > 3]))"
    assert run_in_foreground([sys.executable, "-c", code], env=os.environ).exit_status == 0
