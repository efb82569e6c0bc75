"""What a command is started in and how it ended are plain values: its room, its wall, its environment, its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finished:
    """How a child process ended."""

    exit_status: int
    """Negative: the signal that ended it."""
    seconds: float
    timed_out: bool
    peak_memory: int
    """Bytes of the largest process; 0 where unknown."""
    log: Path
    """Its output, stdout and stderr together, as it came."""
    filled: str = ""
    """Why it was stopped for the space that it took, in words; empty where it was not."""


@dataclass(frozen=True)
class Room:
    """What a command of strangers may see and change; everything that is not named here it may at most read."""

    writable: tuple[Path, ...]
    """All that it may change."""
    standing: tuple[tuple[Path, Path], ...] = ()
    """(place, folder): where a wall can do it, the writable folder is what it finds at that place; else nothing is there."""
    hidden: tuple[Path, ...] = ()
    """Folders that are empty for it: sockets, state of ours."""
    readable: tuple[Path, ...] = ()
    """What it may read although it lies in such a place or a hidden folder."""
    pythons: tuple[str, ...] = ()
    """Interpreters that it may start; all that they stand on is readable."""
    blank: tuple[Path, ...] = ()
    """Files and folders in what it may read that are empty for it all the same."""
    network: bool = True
    disk_bytes: int | None = None
    """How much more than at its start its folders may hold; None: as much as fits."""


@dataclass(frozen=True)
class Wall:
    """What keeps a command in its room on this machine."""

    name: str
    """bubblewrap, landlock or none."""
    sentence: str
    """What it keeps and what it does not, in words."""
    closes_network: bool = False
    """Whether a room without network can be made."""


@dataclass(frozen=True)
class BuiltEnvironment:
    """A python environment that is ready to run a recipe."""

    python: str
    """The interpreter's path."""
    version: str
    packages: Mapping[str, str]
    """Normalised name → version."""
    deviations: tuple[str, ...] = ()
    """In what it is known to differ from what was asked for."""
    note: str = ""
    """How it came about: used as it is, reused, or built."""
