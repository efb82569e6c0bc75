"""On a real terminal the app starts, moves, is resized, and leaves the terminal as it found it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

PATIENCE = 60.0


def _hears_no_hang_up() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


class Terminal:
    """A child on a pty of its own."""

    def __init__(self, folder: Path, home: Path, *words: str) -> None:
        self.main, self.side = pty.openpty()
        self.resize(100, 30)
        self.before = termios.tcgetattr(self.side)
        env = {**os.environ, "MLCOCKPIT_HOME": str(home), "TERM": "xterm-256color", "PYTHONPATH": os.getcwd()}
        self.child = subprocess.Popen(
            [sys.executable, "-m", "mlcockpit", "-C", str(folder), *words],
            stdin=self.side, stdout=self.side, stderr=self.side, env=env, start_new_session=True, preexec_fn=_hears_no_hang_up,
        )  # fmt: skip
        self.seen = b""

    def resize(self, width: int, height: int) -> None:
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def press(self, keys: str) -> None:
        self.seen = b""
        os.write(self.main, keys.encode())

    def wait_for(self, words: str) -> None:
        """Read until `words` were drawn, whatever stands between them."""
        wanted = re.compile(re.escape(words).encode())
        until = time.monotonic() + PATIENCE
        while not wanted.search(re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", self.seen)):
            assert time.monotonic() < until, f"{words!r} never came in {self.seen[-2000:]!r}"
            if select.select([self.main], [], [], 0.2)[0]:
                self.seen += os.read(self.main, 65536)

    def end(self) -> int:
        """Read what is left and return the exit code."""
        until = time.monotonic() + PATIENCE
        while self.child.poll() is None:
            assert time.monotonic() < until, "it never ended"
            if select.select([self.main], [], [], 0.2)[0]:
                self.seen += os.read(self.main, 65536)
        while select.select([self.main], [], [], 0.2)[0]:
            self.seen += os.read(self.main, 65536)
        return self.child.returncode


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "mlcockpit.toml").write_text('[project]\nkey = "churn"\nname = "\\u001b]52;c;aGFjaw==\\u0007"\n')
    return tmp_path / "p"


def test_the_app_starts_moves_resizes_and_leaves_the_terminal_as_it_was(project: Path, tmp_path: Path) -> None:
    terminal = Terminal(project, tmp_path / "home")
    terminal.wait_for("Project state")
    terminal.press("j0")
    terminal.wait_for("People")
    terminal.resize(80, 24)
    os.killpg(terminal.child.pid, 28)
    terminal.press("7")
    terminal.wait_for("Incidents")
    assert b"\x1b]52" not in terminal.seen
    terminal.press("q")
    assert 0 == terminal.end()
    assert terminal.before == termios.tcgetattr(terminal.side)
    assert b"\x1b[?1049l" in terminal.seen
    assert b"\x1b[?25h" in terminal.seen


def test_outside_a_project_the_reason_stands_on_the_terminal(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, tmp_path / "home")
    assert 2 == terminal.end()
    assert b"`mlcockpit init` writes one" in terminal.seen


def test_without_a_terminal_the_overview_is_printed(project: Path, tmp_path: Path) -> None:
    env = {**os.environ, "MLCOCKPIT_HOME": str(tmp_path / "home"), "PYTHONPATH": os.getcwd()}
    words = [sys.executable, "-m", "mlcockpit", "-C", str(project)]
    done = subprocess.run(words, capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL, check=False)
    assert (0, "Project state") == (done.returncode, done.stdout.splitlines()[2])
    assert "\x1b" not in done.stdout


def test_the_app_ends_when_its_terminal_is_gone(project: Path, tmp_path: Path) -> None:
    terminal = Terminal(project, tmp_path / "home")
    terminal.wait_for("Project state")
    os.close(terminal.side)
    os.close(terminal.main)
    assert 129 == terminal.child.wait(PATIENCE)
