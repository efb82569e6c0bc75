"""How soon the app paints, shows rows, and answers a key at 100 000 runs: ratios to bare Textual in one run, on a pty.

python -m benchmarks.app [RUNS]
"""

import fcntl
import os
import pty
import re
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from tests.tui.runs import many_runs

ROUNDS = 5
KEYS = 150
QUIET = 0.04
"""Seconds without a byte after which a key is answered."""

HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self): yield Static("Overview")
Hello().run()
"""
SQLMODEL = "import sqlmodel; print('imported')"
EMPTY = """
from textual.app import App
from textual.geometry import Size
from textual.scroll_view import ScrollView
class Empty(ScrollView, can_focus=True):
    def on_mount(self): self.virtual_size = Size(80, 100_000)
class Peer(App):
    animation_level = "none"
    BINDINGS = [("j", "down")]
    def compose(self): yield Empty()
    def action_down(self): self.query_one(Empty).scroll_relative(y=1, animate=False)
Peer().run()
"""


class Screen:
    """A program on a pty, timed from its start."""

    def __init__(self, argv: Sequence[str], home: str) -> None:
        self.began = time.perf_counter()
        self.child, self.main = pty.fork()
        if self.child == 0:
            env = {**os.environ, "MLCOCKPIT_HOME": home, "TERM": "xterm-256color"}
            env.pop("PYTHONDONTWRITEBYTECODE", None)
            os.execvpe(sys.executable, [sys.executable, *argv], env)
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        self.seen = b""

    def until(self, words: str) -> float:
        """Return the seconds from the start until `words` were drawn."""
        while words.encode() not in re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", self.seen):
            if not select.select([self.main], [], [], 60)[0]:
                raise SystemExit(f"{words!r} never came")
            self.seen += os.read(self.main, 65536)
        return time.perf_counter() - self.began

    def quiet(self, seconds: float) -> None:
        """Wait until nothing is drawn for so long."""
        while select.select([self.main], [], [], seconds)[0]:
            os.read(self.main, 65536)

    def key(self, key: str) -> tuple[float, int]:
        """Return the milliseconds until the first byte that answers `key`, and the bytes of the answer."""
        began = time.perf_counter()
        os.write(self.main, key.encode())
        if not select.select([self.main], [], [], 5)[0]:
            return 5000.0, 0
        took = (time.perf_counter() - began) * 1000
        size = 0
        while select.select([self.main], [], [], QUIET)[0]:
            size += len(os.read(self.main, 65536))
        return took, size

    def end(self) -> None:
        """End the program."""
        os.kill(self.child, 9)
        os.waitpid(self.child, 0)
        os.close(self.main)


def main(runs: int) -> None:
    """Print every ratio."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "mlcockpit.toml").write_text('[project]\nkey = "bench"\n', encoding="utf-8")
        many_runs(root / ".mlcockpit" / "mirror.db", runs)
        home = str(root / "home")
        ours = ["-m", "mlcockpit", "-C", folder, "open", "runs"]
        hello = [first(["-c", HELLO], "Overview", home) for _ in range(ROUNDS + 1)][1:]
        frame = [first(ours, "Overview", home) for _ in range(ROUNDS + 1)][1:]
        rows = [first(ours, f"run-{runs}", home) for _ in range(ROUNDS)]
        plain, frames, listed = (statistics.median(each) for each in (hello, frame, rows))
        print(f"hello world {plain:.2f} s; first frame {frames:.2f} s = {frames / plain:.1f} x (at most 3)")
        library = statistics.median(first(["-c", SQLMODEL], "imported", home) for _ in range(ROUNDS))
        limit = 3 * plain + library + 0.5
        print(
            f"first rows of {runs:,} runs {listed:.2f} s (at most 3 x {plain:.2f} + import sqlmodel {library:.2f} + 0.5 = {limit:.2f} s)"
        )
        keys(["-c", EMPTY], "", home, "empty ScrollView")
        keys(ours, f"run-{runs}", home, f"{runs:,} runs")


def first(argv: Sequence[str], words: str, home: str) -> float:
    """Return the seconds until `words` were painted."""
    screen = Screen(argv, home)
    took = screen.until(words)
    screen.end()
    return took


def keys(argv: Sequence[str], words: str, home: str, name: str) -> None:
    """Print how long one line down takes."""
    screen = Screen(argv, home)
    screen.until(words)
    screen.quiet(1.0)
    for _ in range(40):
        screen.key("j")
    timed = [screen.key("j") for _ in range(KEYS)]
    times = sorted(took for took, _ in timed)
    size = statistics.median(size for _, size in timed)
    print(
        f"{name}: key median {statistics.median(times):.1f} ms, p95 {times[int(KEYS * 0.95)]:.1f} ms, {size:.0f} bytes"
    )
    screen.end()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
