"""A long job of many stages tells on stderr what is done and what goes on, on a terminal and in a pipe, and is never silent for long."""

import sys
import threading
import time
from collections.abc import Sequence
from typing import TextIO

from mlcockpit.domain.cleaning import clean

QUIET_S = 5.0
"""After so long without news the last line is told again with its time."""
WIDTH = 110


class Stages:
    """Finished stages one below the other with their seconds; in a pipe every step is a line, on a terminal the last is rewritten."""

    def __init__(self, out: TextIO, plan: Sequence[tuple[str, str]], *, live: bool) -> None:
        self._out, self._live = out, live
        self._lock = threading.Lock()
        self._began = self._stage_began = self._told = time.monotonic()
        self._stage = self._line = ""
        self._ended = threading.Event()
        self._write("".join(f"  {stage:<12} {what}\n" for stage, what in plan))
        self._beat = threading.Thread(target=self._beating, daemon=True)
        self._beat.start()

    def step(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """Say that `stage` is at `done` of `total` (0: unknown)."""
        share = f" {done}/{total}" if total else ""
        with self._lock:
            if stage != self._stage:
                self._stage, self._stage_began = stage, time.monotonic()
            self._tell(f"{stage}{share}  {clean(detail, WIDTH - 30)}")

    def close(self) -> None:
        """End the open line and the telling."""
        self._ended.set()
        with self._lock:
            if self._live and self._line:
                self._write("\r\x1b[2K")
            self._line = ""

    def _tell(self, line: str) -> None:
        self._line, self._told = line, time.monotonic()
        seconds = f"{self._told - self._began:5.0f} s  "
        self._write(f"\r\x1b[2K{seconds}{line}"[: WIDTH + 6] if self._live else f"{seconds}{line}\n")

    def _beating(self) -> None:
        while not self._ended.wait(1.0):
            with self._lock:
                now = time.monotonic()
                if not self._ended.is_set() and now - self._told > QUIET_S:
                    self._tell(f"{self._line.partition(' … ')[0]} … at work for {now - self._stage_began:.0f} s")

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except (BrokenPipeError, ValueError):
            self._ended.set()


def stages(plan: Sequence[tuple[str, str]]) -> Stages:
    """Return the telling on stderr."""
    return Stages(sys.stderr, plan, live=sys.stderr.isatty())
