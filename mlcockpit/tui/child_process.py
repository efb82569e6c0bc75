"""Long work runs in a process of its own: it can be stopped, its steps are seen, and the keys stay quick."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

GRACE = 10.0
"""Seconds that a stopped child has to put its things away."""


@dataclass(frozen=True)
class Ended:
    """How the child ended."""

    exit_code: int
    out: str
    said: str
    """The last line of stderr that was no step."""


class Child:
    """One run of our own command line."""

    def __init__(self, words: Sequence[str], *, width: int, step: Callable[[str, str], None]) -> None:
        self._words = [sys.executable, "-m", "mlcockpit", *words]
        self._env = {**os.environ, "MLCOCKPIT_PROGRESS": "json", "COLUMNS": str(width), "NO_COLOR": "1"}
        self._step = step
        self._process: asyncio.subprocess.Process | None = None

    async def run(self) -> Ended:
        """Run it to its end; a cancelled wait stops the child first."""
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            *self._words, stdin=nothing, stdout=pipe, stderr=pipe, env=self._env, limit=2**20
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        try:
            out, said = await asyncio.gather(self._process.stdout.read(), self._steps(self._process.stderr))
            code = await self._process.wait()
        except asyncio.CancelledError:
            self.stop()
            await asyncio.wait_for(self._process.wait(), GRACE)
            raise
        return Ended(code, out.decode(errors="replace"), said)

    def stop(self) -> None:
        """Ask it to end as ctrl+c does."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)

    async def _steps(self, stream: asyncio.StreamReader) -> str:
        said = ""
        while line := await stream.readline():
            text = line.decode(errors="replace").strip()
            try:
                found = json.loads(text)
                self._step(str(found["stage"]), str(found["detail"]))
            except (ValueError, TypeError, KeyError):
                said = text or said
        return said
