"""A command starts behind its wall, and its limits hold before its first instruction."""

import contextlib
import os
import re
import resource
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import StageFailed
from mlcockpit.integrations.walls import bubblewrap_argv, landlock_argv
from mlcockpit.ports import Room


@dataclass(frozen=True)
class Limits:
    """What a command may take."""

    memory_bytes: int | None
    file_bytes: int


def start(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    out: IO[bytes],
    room: Room | None,
    wall: str,
    limits: Limits,
) -> "tuple[subprocess.Popen[bytes], int]":
    """Start a command; return its process, and the first process inside its room, 0 where there is none."""
    info, told = os.pipe()
    block, go = os.pipe()
    words, handed = list(argv), tuple[int, ...]()
    try:
        if room is not None and wall == "bubblewrap":
            words, handed = bubblewrap_argv(room, argv, cwd=cwd, info=told, block=block), (told, block)
        elif room is not None and wall == "landlock":
            words = landlock_argv(room, argv)
        child = subprocess.Popen(
            words,
            cwd=None if handed else cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=handed,
        )
        os.close(told)
        told = -1
        inside = _first_inside(info) if handed else 0
        _limit(inside or child.pid, limits)
        os.write(go, b"1")
        return child, inside
    except (OSError, ValueError) as error:
        raise StageFailed(f"{clean(argv[0])} could not be started: {clean(error)}") from error
    finally:
        for end in (info, told, block, go):
            if end >= 0:
                os.close(end)


def _first_inside(info: int) -> int:
    """Return the process that waits in the room before it becomes the command; 0 where the room could not be made."""
    said = b""
    while b"}" not in said and (part := os.read(info, 4096)):
        said += part
    found = re.search(rb'"child-pid": *(\d+)', said)
    return int(found[1]) if found else 0


def _limit(pid: int, limits: Limits) -> None:
    if not hasattr(resource, "prlimit") or not pid:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        if limits.memory_bytes is not None:
            resource.prlimit(pid, resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
