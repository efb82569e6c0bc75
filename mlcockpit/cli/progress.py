"""Long work shows how far it is on stderr when that is a terminal, and is silent in a pipe."""

import json
import os
import sys
from typing import TextIO

from mlcockpit.domain.cleaning import clean


class Bar:
    """One line on a terminal that is rewritten in place, and a finished line a stage."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._stage = ""
        self._open = False

    def step(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """Say that `stage` is at `done` of `total` (0: unknown)."""
        if self._open and stage != self._stage:
            self._out.write("\n")
        self._stage, self._open = stage, True
        share = f" {done:,}/{total:,}" if total else ""
        self._out.write(f"\r\x1b[2K  {clean(stage)}{share}  {clean(detail, 90)}"[:200])
        self._out.flush()

    def close(self) -> None:
        """End the open line."""
        if self._open:
            self._out.write("\n")
            self._open = False


class Silent:
    """Says nothing."""

    def step(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Do nothing."""


class Lines:
    """One JSON object a step, for a program that watches: the app runs long work in a process of its own."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def step(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """Write the step on a line of its own."""
        self._out.write(json.dumps({"stage": stage, "detail": detail, "done": done, "total": total}) + "\n")
        self._out.flush()

    def close(self) -> None:
        """Do nothing."""


def progress(*, quiet: bool) -> Bar | Lines | Silent:
    """Return a bar on a terminal's stderr, JSON lines where MLCOCKPIT_PROGRESS=json asks for them, else silence."""
    if os.environ.get("MLCOCKPIT_PROGRESS") == "json":
        return Lines(sys.stderr)
    return Bar(sys.stderr) if sys.stderr.isatty() and not quiet else Silent()
