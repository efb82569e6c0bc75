"""A child process that answers in JSON lines is listened to with a limit on silence, on time and on a line's length."""

import json
import os
import re
import selectors
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import SourceFailed

LONGEST = 50_000_000
"""Bytes of one line."""


def lines_of(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], subject: str, silence_s: float, total_s: float
) -> Iterator[dict[str, Any]]:
    """Yield the objects that `argv` prints, ending after {"done": true}; raise SourceFailed about `subject` otherwise."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
        )
        try:
            for line in _lines(process, subject, silence_s=silence_s, total_s=total_s):
                answer = _parsed(line, subject)
                if answer.get("done"):
                    return
                if "error" in answer:
                    raise SourceFailed(f"{subject} cannot be read: {_clean(answer['error'])}", hint=_HINT)
                yield answer
            complaints.seek(0)
            last = (complaints.read()[-4000:].decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
            raise SourceFailed(f"{subject} cannot be read: the reader ended: {_clean(last)}", hint=_HINT)
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _clean(words: object) -> str:
    """Return MLflow's own words without the credentials that an address may carry."""
    return clean(re.sub(r"//[^/\s@]*@", "//", str(words)))


_HINT = "check [sources] mlflow in mlcockpit.toml and that the server answers; the last good mirror stays in use"


def _parsed(line: bytes, subject: str) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except ValueError as error:
        raise SourceFailed(f"{subject} cannot be read: the reader spoke no JSON", hint=_HINT) from error
    return answer if isinstance(answer, dict) else {}


def _lines(process: "subprocess.Popen[bytes]", subject: str, *, silence_s: float, total_s: float) -> Iterator[bytes]:
    if process.stdout is None:
        return
    handle = process.stdout.fileno()
    ends = time.monotonic() + total_s
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(handle, selectors.EVENT_READ)
        while True:
            patience = min(silence_s, ends - time.monotonic())
            if patience <= 0 or not selector.select(patience):
                raise SourceFailed(f"{subject} gave no answer in {min(silence_s, total_s):.0f} s", hint=_HINT)
            piece = os.read(handle, 1 << 20)
            if not piece:
                return
            *whole, rest = (rest + piece).split(b"\n")
            if len(rest) > LONGEST:
                raise SourceFailed(f"{subject} answers with more than can be read", hint=_HINT)
            yield from whole
