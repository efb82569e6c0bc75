"""A command as a person types it, in this process: exit code, stdout, stderr."""

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlcockpit.cli.main import main


@dataclass(frozen=True)
class Ran:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return stdout as parsed JSON."""
        return json.loads(self.out)


def mlcockpit(folder: Path, *words: str) -> Ran:
    """Run `mlcockpit -C folder words…`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["-C", str(folder), *words])
    return Ran(code, out.getvalue(), err.getvalue())
