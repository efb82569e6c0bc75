"""Strangers' commands run behind the best wall that this machine offers, and which one it is can be said."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import mlcockpit.child
from mlcockpit.errors import UsageError
from mlcockpit.integrations.room_plan import mounts, readable_places
from mlcockpit.ports import Room, Wall

CHOICE = "MLCOCKPIT_WALL"
"""Variable by which a person names the wall where the best one gets in the way."""
PROBE_S = 10.0
DEVICES = ("nvidia*", "dri", "kfd", "accel*", "infiniband", "dxg", "mali*", "davinci*", "hisi_hdc", "devmm_svm")
"""Device nodes of accelerators, below /dev."""
WALLS = {
    "bubblewrap": Wall(
        "bubblewrap",
        "bubblewrap: own home, /tmp and processes; everything else is read-only, credentials and sockets are not there",
        closes_network=True,
    ),
    "landlock": Wall(
        "landlock",
        "landlock: it can write only to its own folders and cannot read your home; sockets and the list of processes are shared",
    ),
    "none": Wall(
        "none",
        "none: neither bubblewrap nor landlock works here, so only its home, variables and process group are its own",
    ),
}
_BASE = (
    "--die-with-parent",
    "--unshare-pid",
    "--unshare-ipc",
    "--ro-bind",
    "/",
    "/",
    "--dev",
    "/dev",
    "--proc",
    "/proc",
)
_ROOT = ("--cap-drop", "ALL", "--cap-add", "CAP_DAC_OVERRIDE", "--cap-add", "CAP_CHOWN", "--cap-add", "CAP_FOWNER")
"""What is left to root in its room: the rights over files that scripts run as root are used to."""


def best_wall(environ: Mapping[str, str]) -> Wall:
    """Return the wall that works here, or the one that MLCOCKPIT_WALL names; raises UsageError for a name it is not."""
    wanted = environ.get(CHOICE, "")
    if wanted and wanted not in WALLS:
        raise UsageError(f"{CHOICE}={wanted!r} names no wall", hint=f"one of {', '.join(WALLS)}, or unset it")
    return WALLS[wanted or _found()]


def bubblewrap_argv(room: Room, argv: Sequence[str], *, cwd: Path, info: int, block: int) -> list[str]:
    """Return the command that runs `argv` in a room of its own; it waits until a byte can be read from `block`."""
    words = [_program(), *_BASE, *(_ROOT if os.getuid() == 0 else ())]
    words += ["--unshare-net"] if not room.network else []
    for node in _devices():
        words += ["--dev-bind", node, node]
    for one in mounts(room):
        place = str(one.place)
        words += {
            "hidden": ["--tmpfs", place],
            "empty": ["--ro-bind", os.devnull, place],
            "link": ["--symlink", one.source, place],
            "read": ["--ro-bind", one.source, place],
            "write": ["--bind", one.source, place],
        }[one.kind]
    return [*words, "--chdir", str(cwd), "--info-fd", str(info), "--block-fd", str(block), "--", *argv]


def landlock_argv(room: Room, argv: Sequence[str]) -> list[str]:
    """Return the command that gives up every right over files but those of the room, then becomes `argv`."""
    allowed = {
        "read": [str(path) for path in readable_places(room)],
        "write": [str(path) for path in room.writable],
        "devices": [
            *_devices(),
            *(f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty", "ptmx")),
        ],
        "folders": ["/dev/pts", "/dev/shm"],  # noqa: S108
    }
    return [sys.executable, "-I", "-S", str(_script()), json.dumps(allowed), *argv]


@cache
def _found() -> str:
    if sys.platform.startswith("linux"):
        if _program() and _works([_program(), *_BASE, "true"]):
            return "bubblewrap"
        if _works([sys.executable, "-I", "-S", str(_script()), json.dumps({"read": ["/"]}), "true"]):
            return "landlock"
    return "none"


def _works(argv: Sequence[str]) -> bool:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_S, check=False)
        return done.returncode == 0
    return False


@cache
def _program() -> str:
    return shutil.which("bwrap") or ""


def _script() -> Path:
    return Path(mlcockpit.child.__path__[0]) / "landlock.py"


def _devices() -> list[str]:
    return [str(node) for pattern in DEVICES for node in sorted(Path("/dev").glob(pattern))]
